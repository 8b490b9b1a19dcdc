#include "tests/fuzz/ingest.hpp"

FUZZ_TARGET(geojson) {
    fuzz::read_all(layers::ingest::read_geojson, input);
}
