// The tests' program is its own reading child, as `sarhad` is.
#include "layers/ingest/reader.hpp"

#include <gtest/gtest.h>

int main(int argc, char** argv) {
    if (const auto code = layers::ingest::run_child_if_asked(argc, argv)) return *code;
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
