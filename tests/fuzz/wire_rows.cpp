#include "layers/ingest/wire.hpp"
#include "tests/fuzz/ingest.hpp"

// What a reading child that was taken over could send.
FUZZ_TARGET(wire_rows) {
    layers::ingest::SourceSchema schema;
    schema.fields = {{"a", "text"}, {"b", "integer"}};
    const auto refused = [](const auto& call) {
        try {
            call();
        } catch (const geo::Error& error) {
            fuzz::require(error.code == geo::ErrorCode::unreadable_file, "a refusal");
        }
    };
    refused([&] {
        for (const auto& row : layers::ingest::wire::decode_rows(input, schema)) {
            fuzz::require(fuzz::finite(row.geometry), "coordinates are numbers");
        }
    });
    refused([&] { layers::ingest::wire::decode_schema(input); });
    refused([&] { layers::ingest::wire::decode_fault(input); });
    refused([&] { layers::ingest::wire::decode_error(input); });
}
