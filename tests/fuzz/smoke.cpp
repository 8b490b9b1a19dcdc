// Replays every target's seeds and deterministic mutations of them: the same inputs in every run, with any compiler.
// `fuzz_smoke SEEDS [TARGET [FILE]]`; with a file only that one.
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

// One row a target.
#define FUZZ_TARGETS(row)                                                                                              \
    row(cql2_text) row(cql2_json) row(wkb) row(wkt) row(mgrs) row(rfc3339) row(url) row(framing) row(params)           \
        row(geojson) row(geojson_seq) row(csv) row(zip_directory) row(wire_rows)

#define DECLARE(name) void fuzz_##name(std::string_view);
FUZZ_TARGETS(DECLARE)

namespace {

namespace fs = std::filesystem;

constexpr int kMutations = 5000;
constexpr std::size_t kLongest = 4096;

struct Target {
    const char* name;
    void (*run)(std::string_view);
};
#define ROW(name) {#name, fuzz_##name},
constexpr Target kTargets[] = {FUZZ_TARGETS(ROW)};

const char* current_target = "";
std::string current_input;

// The input that broke something, as bytes in C notation, so that it can become a seed. Only async-signal-safe calls.
extern "C" void tell(int signal) {
    const auto write_all = [](std::string_view text) {
        [[maybe_unused]] const auto n = write(2, text.data(), text.size());
    };
    write_all("\nfuzz_smoke: ");
    write_all(current_target);
    write_all(" broke on \"");
    for (const char c : current_input) {
        static constexpr char kHex[] = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(c);
        const char escaped[] = {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
        const bool plain = byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
        write_all(plain ? std::string_view{&c, 1} : std::string_view{escaped, sizeof escaped});
    }
    write_all("\"\n");
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

std::string read_file(const fs::path& path) {
    std::ifstream in{path, std::ios::binary};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::vector<std::string> read_seeds(const fs::path& folder) {
    std::vector<fs::path> paths;
    if (fs::exists(folder))
        for (const auto& entry : fs::directory_iterator{folder}) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end()); // the order of a directory is the machine's, the run must not be
    std::vector<std::string> seeds;
    for (const auto& path : paths) seeds.push_back(read_file(path));
    return seeds;
}

class Mutator {
public:
    explicit Mutator(const std::vector<std::string>& seeds) : seeds_{seeds} {}

    std::string next() {
        std::string s = seeds_[below(seeds_.size())];
        for (std::size_t steps = 1 + below(4); steps > 0; --steps) step(s);
        s.resize(std::min(s.size(), kLongest));
        return s;
    }

private:
    std::size_t below(std::size_t n) { return random_() % n; } // not a distribution: those differ between libraries

    void step(std::string& s) {
        const std::size_t at = below(s.size() + 1);
        const std::size_t length = below(std::min<std::size_t>(s.size() - at, 16) + 1);
        switch (below(7)) {
        case 0:
            if (at < s.size()) s[at] = static_cast<char>(s[at] ^ (1 << below(8)));
            break;
        case 1:
            if (at < s.size()) s[at] = static_cast<char>(below(256));
            break;
        case 2:
            s.erase(at, length);
            break;
        case 3:
            s.insert(at, s.substr(at, length));
            break;
        case 4: // a piece that means something, from a seed
            s.insert(at, piece());
            break;
        case 5: // nesting and length
            for (std::size_t n = below(100); n > 0; --n) s.insert(at, s, at, std::min<std::size_t>(length, 8));
            break;
        default: // the front of this one, the back of another
            s = s.substr(0, at) + piece();
        }
    }

    std::string piece() {
        const std::string& seed = seeds_[below(seeds_.size())];
        const std::size_t from = below(seed.size() + 1);
        return seed.substr(from, below(32));
    }

    const std::vector<std::string>& seeds_;
    std::mt19937_64 random_{20260301};
};

void run(const Target& target, std::string input) {
    current_target = target.name;
    current_input = std::move(input);
    target.run(current_input);
}

bool replay(const Target& target, const fs::path& folder) {
    const auto seeds = read_seeds(folder);
    if (seeds.empty()) {
        std::fprintf(stderr, "fuzz_smoke: no seeds in %s\n", folder.c_str());
        return false;
    }
    for (const auto& seed : seeds) run(target, seed);
    Mutator mutator{seeds};
    for (int i = 0; i < kMutations; ++i) run(target, mutator.next());
    std::printf("%-10s %zu seeds, %d mutations\n", target.name, seeds.size(), kMutations);
    return true;
}

} // namespace

int main(int argc, char** argv) {
    for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGILL}) std::signal(signal, tell);
    if (argc < 2) {
        std::fprintf(stderr, "usage: fuzz_smoke SEEDS [TARGET [FILE]]\n");
        return 2;
    }
    bool good = true;
    for (const Target& target : kTargets) {
        if (argc > 2 && std::string_view{argv[2]} != target.name) continue;
        if (argc > 3) {
            run(target, read_file(argv[3]));
        } else {
            good = replay(target, fs::path{argv[1]} / target.name) && good;
        }
    }
    return good ? 0 : 1;
}
