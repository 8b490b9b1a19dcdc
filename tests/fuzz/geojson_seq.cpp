#include "tests/fuzz/ingest.hpp"

FUZZ_TARGET(geojson_seq) {
    fuzz::read_all(layers::ingest::read_geojson_seq, input);
}
