// A file's bytes through one of the readers of layers/ingest, without the child that confines them.
#pragma once

#include "layers/ingest/readers.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <cmath>
#include <sys/mman.h>
#include <unistd.h>

namespace fuzz {

using Reader = void (*)(layers::ingest::Input&, const layers::ingest::ReadOptions&, const layers::ingest::Sink&);

inline bool finite(const geo::Geometry& geometry) {
    for (const auto p : geometry.points)
        if (!std::isfinite(p.x) || !std::isfinite(p.y)) return false;
    for (const auto& member : geometry.members)
        if (!finite(member)) return false;
    return true;
}

// Reads all; the schema comes once and first, every coordinate is a number, a row's or fault's line is in the file.
inline void read_all(Reader reader, std::string_view bytes) {
    const int file = memfd_create("fuzz", MFD_CLOEXEC);
    require(file >= 0 && write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()), "memory file");
    int schemas = 0;
    const auto last_line = static_cast<std::int64_t>(bytes.size()) + 1;
    layers::ingest::Sink sink;
    sink.schema = [&](const layers::ingest::SourceSchema&) { ++schemas; };
    sink.row = [&](geo::RawFeature row) {
        require(schemas == 1, "the schema comes first");
        require(row.line >= 1 && row.line <= last_line, "the line of a row");
        require(finite(row.geometry), "coordinates are numbers");
    };
    sink.fault = [&](const layers::ingest::RowFault& fault) {
        require(schemas == 1, "the schema comes first");
        require(fault.line >= 1 && fault.line <= last_line && !fault.reason.empty(),
                "a fault has a place and a reason");
    };
    try {
        layers::ingest::Input input{file};
        reader(input, {}, sink);
        require(schemas == 1, "a schema for every file that is read");
    } catch (const geo::Error& error) {
        require(error.code == geo::ErrorCode::invalid_input || error.code == geo::ErrorCode::invalid_geometry ||
                    error.code == geo::ErrorCode::unreadable_file || error.code == geo::ErrorCode::too_large ||
                    error.code == geo::ErrorCode::unsupported_format,
                "a refusal is the file's fault");
    }
    close(file);
}

} // namespace fuzz
