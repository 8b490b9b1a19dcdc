#include "server/commands/tar.hpp"

#include "geo/error.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <set>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace server::commands {
namespace {

using geo::Error;
using geo::ErrorCode;

constexpr std::size_t kBlock = 512;
constexpr std::uint64_t kMostInOctal = 077777777777; // 8 GiB; beyond it GNU's base 256, which all readers know
using Header = std::array<char, kBlock>;

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

[[noreturn]] void fail_writing() {
    const bool full = errno == ENOSPC || errno == EDQUOT;
    throw Error{full ? ErrorCode::storage_full : ErrorCode::storage_failed, "the file can't be written"};
}

[[noreturn]] void refuse(const std::string& why) {
    throw Error{ErrorCode::unreadable_file, "no archive of a backup: " + why};
}

File open_new(const std::string& path) {
    const int number = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (number < 0) {
        if (errno == EEXIST) throw Error{ErrorCode::conflict, "the file is there already: " + path};
        fail_writing();
    }
    return File{::fdopen(number, "wb")};
}

void write_bytes(std::FILE* file, const char* bytes, std::size_t count) {
    if (std::fwrite(bytes, 1, count, file) != count) fail_writing();
}

void finish(std::FILE* file) {
    if (std::fflush(file) != 0 || ::fsync(::fileno(file)) != 0) fail_writing();
}

void put(Header& header, std::size_t at, std::string_view text) {
    std::ranges::copy(text, header.begin() + static_cast<std::ptrdiff_t>(at));
}

unsigned checksum_of(Header header) {
    std::fill_n(header.begin() + 148, 8, ' ');
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    return sum;
}

Header header_of(const std::string& name, std::uint64_t size) {
    Header header{};
    put(header, 0, name);
    put(header, 100, "0000600");
    put(header, 108, "0000000");
    put(header, 116, "0000000");
    put(header, 136, "00000000000");
    char digits[16];
    if (size <= kMostInOctal) {
        std::snprintf(digits, sizeof digits, "%011llo", static_cast<unsigned long long>(size));
        put(header, 124, digits);
    } else {
        header[124] = static_cast<char>(0x80);
        for (int i = 0; i < 8; ++i) header[135 - static_cast<std::size_t>(i)] = static_cast<char>(size >> (8 * i));
    }
    header[156] = '0'; // a plain file
    put(header, 257, std::string_view{"ustar\00000", 8});
    std::snprintf(digits, sizeof digits, "%06o", checksum_of(header));
    put(header, 148, std::string_view{digits, 7}); // with its zero byte
    header[155] = ' ';
    return header;
}

std::uint64_t octal(const Header& header, std::size_t at, std::size_t length) {
    const char* begin = header.data() + at;
    const char* end = std::find_if(begin, begin + length, [](char c) { return c == '\0' || c == ' '; });
    std::uint64_t number = 0;
    const auto [stopped, error] = std::from_chars(begin, end, number, 8);
    if (error != std::errc{} || stopped != end) refuse("a number in it is malformed");
    return number;
}

std::uint64_t size_in(const Header& header) {
    if (static_cast<unsigned char>(header[124]) != 0x80) return octal(header, 124, 12);
    std::uint64_t size = 0;
    for (std::size_t i = 125; i < 136; ++i) {
        if (size >> 55) refuse("a file in it is too large");
        size = size << 8 | static_cast<unsigned char>(header[i]);
    }
    return size;
}

// Copies `size` bytes; false when the source ends before.
bool copy(std::FILE* from, std::FILE* to, std::uint64_t size, const std::function<void(std::uint64_t)>& step) {
    std::string buffer(1 << 20, '\0');
    while (size > 0) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size));
        const auto count = std::fread(buffer.data(), 1, wanted, from);
        if (count == 0) return false;
        write_bytes(to, buffer.data(), count);
        size -= count;
        if (step) step(count);
    }
    return true;
}

} // namespace

void write_tar(const std::string& path, const std::string& folder, const std::vector<std::string>& names) {
    const File out = open_new(path);
    constexpr Header kZeros{};
    for (const auto& name : names) {
        const File in{std::fopen((folder + "/" + name).c_str(), "rb")};
        struct stat info {};
        if (!in || ::fstat(::fileno(in.get()), &info) != 0)
            throw Error{ErrorCode::unreadable_file, "a file of the backup can't be read"};
        const auto size = static_cast<std::uint64_t>(info.st_size);
        const Header header = header_of(name, size);
        write_bytes(out.get(), header.data(), header.size());
        if (!copy(in.get(), out.get(), size, {}))
            throw Error{ErrorCode::unreadable_file, "a file of it became shorter"};
        write_bytes(out.get(), kZeros.data(), (kBlock - size % kBlock) % kBlock);
    }
    write_bytes(out.get(), kZeros.data(), kBlock);
    write_bytes(out.get(), kZeros.data(), kBlock);
    finish(out.get());
}

void read_tar(const std::string& path, const std::string& folder, const std::vector<std::string>& names,
              const std::function<void(double)>& progress) {
    const File in{std::fopen(path.c_str(), "rb")};
    struct stat info {};
    if (!in || ::fstat(::fileno(in.get()), &info) != 0) throw Error{ErrorCode::unreadable_file, "it can't be opened"};
    const double total = static_cast<double>(std::max<off_t>(info.st_size, 1));
    std::uint64_t done = 0;
    std::set<std::string> seen;
    for (;;) {
        Header header;
        if (std::fread(header.data(), 1, kBlock, in.get()) != kBlock) refuse("it is cut short");
        if (std::ranges::all_of(header, [](char c) { return c == '\0'; })) return;
        if (octal(header, 148, 8) != checksum_of(header)) refuse("a checksum is wrong");
        const std::string name{header.data(), ::strnlen(header.data(), 100)};
        if (header[156] != '0' || header[345] != '\0' || std::ranges::find(names, name) == names.end() ||
            !seen.insert(name).second)
            refuse("it holds something else: " + name);
        const std::uint64_t size = size_in(header);
        const File out = open_new(folder + "/" + name);
        const auto step = [&](std::uint64_t bytes) {
            done += bytes;
            if (progress) progress(static_cast<double>(done) / total);
        };
        if (!copy(in.get(), out.get(), size, step)) refuse("it is cut short");
        finish(out.get());
        const auto padding = (kBlock - size % kBlock) % kBlock;
        if (std::fread(header.data(), 1, padding, in.get()) != padding) refuse("it is cut short");
    }
}

} // namespace server::commands
