#include "geo/wrap/mapped_file.hpp"

#include "geo/error.hpp"
#include "geo/wrap/descriptor.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <new>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace geo::wrap {

namespace {

void require(bool ok) {
    if (ok) return;
    const bool full = errno == ENOSPC || errno == EDQUOT;
    throw Error{full ? ErrorCode::storage_full : ErrorCode::storage_failed, "a file could not be written"};
}

} // namespace

std::optional<MappedFile> map_file(const std::string& path) {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat about {};
    if (file.get() < 0 || ::fstat(file.get(), &about) != 0 || about.st_size == 0) return {};
    const auto size = static_cast<std::size_t>(about.st_size);
    void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (start == MAP_FAILED) return {};
    std::shared_ptr<const void> owner{start, [size](void* p) { ::munmap(p, size); }};
    return MappedFile{std::move(owner), {static_cast<const std::byte*>(start), size}};
}

Memory reserve_memory(std::size_t most) {
    void* start = ::mmap(nullptr, most, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED) throw std::bad_alloc{};
    std::shared_ptr<const void> owner{start, [most](const void* p) { ::munmap(const_cast<void*>(p), most); }};
    return {std::move(owner), {static_cast<std::byte*>(start), most}};
}

Memory keep_memory(Memory memory, std::size_t bytes) {
    constexpr std::size_t kLittle = 64 * 1024;
    if (bytes < kLittle) {
        std::shared_ptr<std::byte[]> copy{new std::byte[bytes]};
        std::memcpy(copy.get(), memory.bytes.data(), bytes);
        return {copy, {copy.get(), bytes}};
    }
    // Never written, so nothing but addresses; they stay reserved, and go with the rest.
    memory.bytes = memory.bytes.first(bytes);
    return memory;
}

void write_file_atomically(const std::string& path, const std::vector<std::span<const std::byte>>& parts) {
    const std::string beside = path + ".new";
    {
        const Descriptor file{::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
        require(file.get() >= 0);
        for (const auto& part : parts)
            require(write_all(file.get(), {reinterpret_cast<const char*>(part.data()), part.size()}));
        require(::fsync(file.get()) == 0);
    }
    require(::rename(beside.c_str(), path.c_str()) == 0);
    require(sync_folder(std::filesystem::path{path}.parent_path().string()));
}

} // namespace geo::wrap
