#include "tests/faults/counts.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <string>

namespace faults {
namespace {

struct CommandLine {
    bool long_run = false;
    std::uint64_t seed = 20260321;
    std::map<std::string, int, std::less<>> counts;
};

CommandLine& line() {
    static CommandLine only;
    return only;
}

[[noreturn]] void refuse(std::string_view word) {
    std::fprintf(stderr, "test_faults: %.*s is not understood; --long, --seed N, --counts NAME=N,...\n",
                 static_cast<int>(word.size()), word.data());
    std::exit(2);
}

template <typename Integer>
Integer number_in(std::string_view text) {
    Integer value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < Integer{0}) refuse(text);
    return value;
}

void read_counts(std::string_view text) {
    while (!text.empty()) {
        const auto one = text.substr(0, text.find(','));
        const auto equals = one.find('=');
        if (equals == std::string_view::npos) refuse(one);
        line().counts[std::string{one.substr(0, equals)}] = number_in<int>(one.substr(equals + 1));
        text.remove_prefix(std::min(text.size(), one.size() + 1));
    }
}

} // namespace

void read_command_line(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        const std::string_view value = i + 1 < argc ? argv[i + 1] : "";
        if (word == "--long")
            line().long_run = true;
        else if (word == "--seed" && ++i)
            line().seed = number_in<std::uint64_t>(value);
        else if (word == "--counts" && ++i)
            read_counts(value);
        else
            refuse(word);
    }
}

bool is_long() {
    return line().long_run;
}

int count(std::string_view name, int in_short, int in_long) {
    const auto it = line().counts.find(name);
    if (it != line().counts.end()) return it->second;
    return is_long() ? in_long : in_short;
}

std::uint64_t seed() {
    return line().seed;
}

std::mt19937_64 random_for(std::string_view name, std::uint64_t number) {
    std::seed_seq mixed{seed(), static_cast<std::uint64_t>(std::hash<std::string_view>{}(name)), number};
    return std::mt19937_64{mixed};
}

} // namespace faults

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv); // takes its own words out
    faults::read_command_line(argc, argv);
    std::printf("%s form, seed %llu\n", faults::is_long() ? "long" : "short",
                static_cast<unsigned long long>(faults::seed()));
    return RUN_ALL_TESTS();
}
