#include "tests/bench/client/client.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>

namespace bench {

void fail(const std::string& why) {
    std::fprintf(stderr, "bench_client: %s\n", why.c_str());
    std::exit(1);
}

double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string statistics(std::vector<double> times_ms) {
    if (times_ms.empty()) return "{\"count\":0}";
    std::ranges::sort(times_ms);
    const auto at = [&](double part) {
        return times_ms[std::min(times_ms.size() - 1,
                                 static_cast<std::size_t>(part * static_cast<double>(times_ms.size())))];
    };
    char text[256];
    std::snprintf(text, sizeof text,
                  "{\"count\":%zu,\"total\":%.3f,\"median\":%.4f,\"p95\":%.4f,\"p99\":%.4f,\"max\":%.4f}",
                  times_ms.size(), std::accumulate(times_ms.begin(), times_ms.end(), 0.0), at(0.5), at(0.95), at(0.99),
                  times_ms.back());
    return text;
}

// Always the same work, in the registers and the caches alone: how fast is this core just now?
int calibrate(Arguments) {
    const double began = seconds_now();
    std::vector<std::uint32_t> table(1 << 16);
    std::uint64_t z = 1;
    for (int i = 0; i < 20'000'000; ++i) {
        z = z * 6364136223846793005u + 1442695040888963407u;
        table[z >> 48] += static_cast<std::uint32_t>(z);
    }
    std::printf("{\"ms\":%.3f,\"sum\":%u}\n", (seconds_now() - began) * 1000,
                std::accumulate(table.begin(), table.end(), 0u));
    return 0;
}

} // namespace bench

int main(int argc, char** argv) {
    struct Verb {
        const char* name;
        int (*run)(bench::Arguments);
        std::size_t least;
    };
    constexpr Verb kVerbs[] = {{"load", bench::load, 4},
                               {"fetch", bench::fetch, 1},
                               {"write", bench::write, 4},
                               {"decode", bench::decode, 1},
                               {"calibrate", bench::calibrate, 0}};
    const std::vector<std::string> arguments(argv + std::min(argc, 2), argv + argc);
    for (const auto& verb : kVerbs)
        if (argc > 1 && std::string_view{argv[1]} == verb.name && arguments.size() >= verb.least)
            return verb.run(arguments);
    std::fprintf(stderr, "usage: bench_client load|fetch|write|decode|calibrate ...\n");
    return 2;
}
