#include "tests/fuzz/ingest.hpp"

FUZZ_TARGET(csv) {
    fuzz::read_all(layers::ingest::read_csv, input);
}
