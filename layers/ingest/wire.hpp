// The frames between the reading child and its parent: our own little-endian format, so that nothing of a hostile
// child is ever parsed by a big library. A frame is u32 length, u8 kind, payload. Every length is checked against what
// is really there before memory is taken. Knows no process.
#pragma once

#include "layers/ingest/reader.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace layers::ingest::wire {

enum class Kind : std::uint8_t { request = 1, schema = 2, rows = 3, fault = 4, end = 5, error = 6 };

inline constexpr std::size_t kHeaderSize = 5;
inline constexpr std::size_t kMaxPayload = 128u << 20; // one row can be a coast of millions of vertices
inline constexpr std::size_t kMaxRows = 1000;
inline constexpr std::size_t kMaxFields = 4096;
inline constexpr std::uint32_t kNamed = 0xffffffff; // in place of a field's ordinal: its name follows

struct Header {
    std::uint32_t length = 0;
    Kind kind{};
};

std::string frame(Kind kind, std::string_view payload);
Header parse_header(std::string_view bytes); // exactly kHeaderSize bytes

struct Request {
    ReadOptions options;
    std::uint64_t cpu_s = 0; // computed from the file's size
};

std::string encode(const Request& request);
std::string encode(const SourceSchema& schema);
std::string encode(const RowFault& fault);
std::string encode(const geo::Error& error);

// Rows name their fields by ordinal in the schema; a field that the schema does not have carries its name.
class RowEncoder {
public:
    explicit RowEncoder(const SourceSchema& schema);
    void add(const geo::RawFeature& feature);
    std::size_t rows() const { return rows_; }
    std::size_t bytes() const { return payload_.size(); }
    std::string take(); // the payload of a rows frame

private:
    std::vector<std::string> names_; // in schema order
    std::vector<std::pair<std::string, std::uint32_t>> sorted_;
    std::string payload_;
    std::size_t rows_ = 0;
};

// All throw Error{unreadable_file} on a payload that is not exactly what encode() makes.
Request decode_request(std::string_view payload);
SourceSchema decode_schema(std::string_view payload);
RowFault decode_fault(std::string_view payload);
geo::Error decode_error(std::string_view payload); // only codes that read() names
std::vector<geo::RawFeature> decode_rows(std::string_view payload, const SourceSchema& schema);

} // namespace layers::ingest::wire
