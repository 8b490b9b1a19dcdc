#include "support.hpp"

#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace ingest_test {
namespace {

std::uint32_t crc32_of(const std::string& bytes) {
    std::uint32_t crc = 0xffffffff;
    for (const unsigned char c : bytes) {
        crc ^= c;
        for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
    }
    return ~crc;
}

void put(std::string& out, std::uint64_t value, int width) {
    for (int i = 0; i < width; ++i) out.push_back(static_cast<char>(value >> 8 * i & 0xff));
}

} // namespace

Folder::Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sarhad-ingest-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
    folder_ = pattern;
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string Folder::path(const std::string& name) const {
    return (folder_ / name).string();
}

std::string Folder::write(const std::string& name, const std::string& bytes) const {
    std::ofstream{path(name), std::ios::binary} << bytes;
    return path(name);
}

std::optional<geo::ErrorCode> Got::code() const {
    return error ? std::optional{error->code} : std::nullopt;
}

std::string Got::message() const {
    return error ? error->what() : "";
}

const geo::Value* Got::field(std::size_t row, const std::string& name) const {
    for (const auto& [key, value] : rows.at(row).fields) {
        if (key == name) return &value;
    }
    return nullptr;
}

Got read_file(const std::string& path, layers::ingest::ReadOptions options) {
    Got got;
    try {
        got.result = layers::ingest::read(
            path, options, [&](const layers::ingest::SourceSchema& schema) { got.schema = schema; },
            [&](std::vector<geo::RawFeature> rows) {
                got.rows.insert(got.rows.end(), std::make_move_iterator(rows.begin()),
                                std::make_move_iterator(rows.end()));
            },
            [&](const layers::ingest::RowFault& fault) { got.faults.push_back(fault); });
    } catch (const geo::Error& error) {
        got.error = error;
    }
    return got;
}

std::string make_zip(const std::vector<ZipPart>& parts) {
    std::string out, directory;
    for (const auto& part : parts) {
        const auto offset = out.size();
        const auto crc = crc32_of(part.bytes);
        std::string common; // from "version needed" to the extra field's length
        put(common, 20, 2), put(common, 0, 2), put(common, 0, 2), put(common, 0, 4), put(common, crc, 4);
        put(common, part.bytes.size(), 4), put(common, part.claimed_size.value_or(part.bytes.size()), 4);
        put(common, part.name.size(), 2), put(common, 0, 2);
        out += "PK\x03\x04" + common + part.name + part.bytes;
        directory += "PK\x01\x02";
        put(directory, 3 << 8 | 20, 2); // made on Unix
        directory += common;
        put(directory, 0, 2), put(directory, 0, 2), put(directory, 0, 2);
        put(directory, std::uint64_t{part.unix_mode} << 16, 4), put(directory, offset, 4);
        directory += part.name;
    }
    const auto at = out.size();
    out += directory + "PK\x05\x06";
    put(out, 0, 4), put(out, parts.size(), 2), put(out, parts.size(), 2), put(out, directory.size(), 4),
        put(out, at, 4);
    put(out, 0, 2);
    return out;
}

std::string bytes_of(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

bool run(const std::string& command) {
    return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

bool have(const std::string& program) {
    return run("command -v " + program);
}

std::string source(const std::string& path) {
    return std::string{SARHAD_SOURCE_DIR} + "/" + path;
}

} // namespace ingest_test
