// What the tests of this room share: a folder that goes away, files made on the spot, a whole file read.
#pragma once

#include "layers/ingest/reader.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ingest_test {

class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::string path(const std::string& name) const;
    std::string write(const std::string& name, const std::string& bytes) const; // returns its path

private:
    std::filesystem::path folder_;
};

struct Got {
    std::optional<layers::ingest::SourceSchema> schema;
    std::vector<geo::RawFeature> rows;
    std::vector<layers::ingest::RowFault> faults;
    std::optional<geo::Error> error;
    layers::ingest::ReadResult result;

    // The error's code, or nothing; and its message, or "".
    std::optional<geo::ErrorCode> code() const;
    std::string message() const;
    const geo::Value* field(std::size_t row, const std::string& name) const; // null when it is not there
};

Got read_file(const std::string& path, layers::ingest::ReadOptions options = {});

struct ZipPart {
    std::string name, bytes;
    std::uint32_t unix_mode = 0100644;
    std::optional<std::uint32_t> claimed_size = std::nullopt; // a lie in the directory
};
std::string make_zip(const std::vector<ZipPart>& parts); // stored, not deflated
std::string bytes_of(const std::string& path);

// Runs a program of gdal-bin or sqlite3 quietly; false when it fails or is not there.
bool run(const std::string& command);
bool have(const std::string& program);

std::string source(const std::string& path); // of a file in the repository or beside it

} // namespace ingest_test

#define SARHAD_NEEDS(program)                                                                                          \
    if (!ingest_test::have(program)) GTEST_SKIP() << program << " is not installed: files of this format can't be made"
