// How often each fault is tried: in every test run, and in the long one (`./dev faults`, trust.md's two columns). Knows
// the command line of test_faults: --long, --seed N, --counts kills=300,flips=1000.
#pragma once

#include <cstdint>
#include <random>
#include <string_view>

namespace faults {

void read_command_line(int argc, char** argv); // ends the program on a word it does not know
bool is_long();
int count(std::string_view name, int in_short, int in_long);
std::uint64_t seed(); // printed by the main function, so that a failure can be repeated
// A generator of its own for each place that wants one: threads do not change each other's numbers.
std::mt19937_64 random_for(std::string_view name, std::uint64_t number = 0);

} // namespace faults
