// A fuzz target is one function from bytes to nothing that aborts when a promise is broken; a parser may refuse with a
// geo::Error of the caller's fault, and with nothing else.
//   FUZZ_TARGET(wkt) { ... input ... }
// Under libFuzzer (SARHAD_FUZZ) each target is a program of its own; else all of them are in `fuzz_smoke`, which runs
// the seeds and some thousand mutations of them in every test run. A new target is one file, one row in smoke.cpp and
// one folder of seeds.
#pragma once

#include "geo/error.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace fuzz {

// Aborts, so that libFuzzer and the sanitizers keep the input.
inline void require(bool promise, const char* what) {
    if (promise) return;
    std::fprintf(stderr, "broken promise: %s\n", what);
    std::abort();
}

// Runs a parser; true when it took the input. Anything thrown but a refusal ends the program.
template <typename Parse>
bool taken(Parse parse) {
    try {
        parse();
        return true;
    } catch (const geo::Error& error) {
        require(error.code == geo::ErrorCode::invalid_input || error.code == geo::ErrorCode::invalid_geometry,
                "a refusal is the input's fault");
        return false;
    }
}

} // namespace fuzz

#ifdef SARHAD_LIBFUZZER
#define FUZZ_TARGET(name)                                                                                              \
    static void fuzz_##name(std::string_view input);                                                                   \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {                                \
        fuzz_##name({reinterpret_cast<const char*>(data), size});                                                      \
        return 0;                                                                                                      \
    }                                                                                                                  \
    static void fuzz_##name(std::string_view input)
#else
#define FUZZ_TARGET(name)                                                                                              \
    void fuzz_##name(std::string_view input);                                                                          \
    void fuzz_##name(std::string_view input)
#endif
