#include "layers/ingest/zip_check.hpp"

#include "geo/error.hpp"
#include "layers/ingest/input.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace layers::ingest {
namespace {

constexpr std::uint64_t kMaxEntries = 2000;
constexpr std::uint64_t kMaxUnpacked = 2ull << 30;
constexpr std::uint64_t kSmall = 10ull << 20;
constexpr std::uint64_t kMaxRatio = 200;

[[noreturn]] void damaged() {
    throw geo::Error{geo::ErrorCode::unreadable_file, "the ZIP is damaged or cut off"};
}
[[noreturn]] void refuse(const std::string& why) {
    throw geo::Error{geo::ErrorCode::invalid_input, why};
}
[[noreturn]] void too_large(const std::string& why) {
    throw geo::Error{geo::ErrorCode::too_large, why};
}

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t width) {
    if (at > bytes.size() || width > bytes.size() - at) damaged();
    std::uint64_t value = 0;
    for (std::size_t i = width; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

struct Directory {
    std::uint64_t entries = 0, size = 0, offset = 0;
};

Directory find_directory(int descriptor, std::int64_t size) {
    constexpr std::int64_t kMost = 22 + 65535; // the end record with the longest comment
    const auto begin = std::max<std::int64_t>(0, size - kMost);
    const auto tail = read_at(descriptor, begin, static_cast<std::size_t>(size - begin));
    const auto end = tail.rfind("PK\x05\x06");
    if (end == std::string::npos) damaged();
    Directory found{number(tail, end + 10, 2), number(tail, end + 12, 4), number(tail, end + 16, 4)};
    const bool zip64 = found.entries == 0xffff || found.size == 0xffffffff || found.offset == 0xffffffff;
    if (zip64 && end >= 20 && tail.compare(end - 20, 4, "PK\x06\x07") == 0) {
        const auto at = number(tail, end - 20 + 8, 8);
        if (at > static_cast<std::uint64_t>(size)) damaged();
        const auto record = read_at(descriptor, static_cast<std::int64_t>(at), 56);
        if (!record.starts_with("PK\x06\x06")) damaged();
        found = {number(record, 32, 8), number(record, 40, 8), number(record, 48, 8)};
    }
    if (found.offset > static_cast<std::uint64_t>(size) || found.size > static_cast<std::uint64_t>(size) - found.offset)
        damaged();
    if (found.entries > kMaxEntries) too_large("the ZIP holds more than 2000 files");
    return found;
}

void check_name(const std::string& name) {
    const auto shown = name.substr(0, 80);
    if (name.empty() || name.front() == '/' || name.find('\\') != std::string::npos ||
        name.find(':') != std::string::npos || name.find('\0') != std::string::npos ||
        name.find_first_of("{}") != std::string::npos) {
        refuse("the ZIP holds a file with a path that is not relative: " + shown);
    }
    for (std::size_t begin = 0; begin <= name.size();) {
        const auto end = std::min(name.find('/', begin), name.size());
        if (std::string_view{name}.substr(begin, end - begin) == "..")
            refuse("the ZIP holds a path that leaves its folder: " + shown);
        begin = end + 1;
    }
    std::string lower{name};
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    static constexpr std::array<std::string_view, 12> kArchives{".zip", ".kmz", ".gz",  ".tgz", ".bz2", ".xz",
                                                                ".7z",  ".rar", ".tar", ".zst", ".jar", ".lzma"};
    if (std::any_of(kArchives.begin(), kArchives.end(), [&](auto end) { return lower.ends_with(end); })) {
        refuse("the ZIP holds another archive: " + shown);
    }
}

// Sizes of 4 GB and more stand in the extra field (APPNOTE 4.5.3).
void read_zip64_sizes(std::string_view extra, ZipEntry& entry) {
    while (extra.size() >= 4) {
        const auto id = number(extra, 0, 2);
        const auto length = number(extra, 2, 2);
        if (length > extra.size() - 4) damaged();
        if (id == 1) {
            std::size_t at = 4;
            if (entry.unpacked == 0xffffffff) entry.unpacked = number(extra, at, 8), at += 8;
            if (entry.packed == 0xffffffff) entry.packed = number(extra, at, 8);
        }
        extra.remove_prefix(4 + length);
    }
}

} // namespace

std::vector<ZipEntry> check_zip(int descriptor, std::int64_t size) {
    const auto where = find_directory(descriptor, size);
    const auto bytes =
        read_at(descriptor, static_cast<std::int64_t>(where.offset), static_cast<std::size_t>(where.size));
    std::vector<ZipEntry> files;
    std::uint64_t packed = 0, unpacked = 0;
    std::size_t at = 0;
    for (std::uint64_t i = 0; i < where.entries; ++i) {
        if (std::string_view{bytes}.substr(std::min(at, bytes.size()), 4) != "PK\x01\x02") damaged();
        const auto flags = number(bytes, at + 8, 2);
        const auto name_size = number(bytes, at + 28, 2);
        const auto extra_size = number(bytes, at + 30, 2);
        const auto comment_size = number(bytes, at + 32, 2);
        const auto mode = number(bytes, at + 38, 4) >> 16;
        if (at + 46 + name_size + extra_size > bytes.size()) damaged();
        ZipEntry entry{bytes.substr(at + 46, name_size), number(bytes, at + 20, 4), number(bytes, at + 24, 4)};
        read_zip64_sizes(std::string_view{bytes}.substr(at + 46 + name_size, extra_size), entry);
        at += 46 + name_size + extra_size + comment_size;

        if ((mode & 0170000) == 0120000) refuse("the ZIP holds a link: " + entry.name.substr(0, 80));
        if ((flags & 1) != 0) refuse("the ZIP is locked with a password");
        check_name(entry.name);
        packed += entry.packed;
        unpacked += entry.unpacked;
        if (entry.unpacked > kMaxUnpacked || unpacked > kMaxUnpacked) too_large("the ZIP unpacks to more than 2 GB");
        if (packed > static_cast<std::uint64_t>(size)) too_large("the ZIP's files share their bytes");
        if (entry.unpacked > kSmall && entry.unpacked / kMaxRatio > entry.packed) {
            too_large("the ZIP holds a file that unpacks to more than 200 times its size");
        }
        if (!entry.name.ends_with('/')) files.push_back(std::move(entry));
    }
    if (unpacked > kSmall && unpacked / kMaxRatio > packed)
        too_large("the ZIP unpacks to more than 200 times its size");
    return files;
}

} // namespace layers::ingest
