#include "geo/wrap/compress.hpp"

#include "geo/error.hpp"

#include <algorithm>
#include <array>
#include <brotli/decode.h>
#include <brotli/encode.h>
#include <libdeflate.h>
#include <memory>
#include <new>
#include <zstd.h>

namespace geo::wrap {
namespace {

constexpr std::size_t kFirstOutput = 65'536;

[[noreturn]] void too_large() {
    throw Error{ErrorCode::too_large, "decompressed data over the limit"};
}
[[noreturn]] void damaged() {
    throw Error{ErrorCode::invalid_input, "damaged compressed data"};
}

template <auto free>
struct FreeWith {
    template <typename T>
    void operator()(T* p) const noexcept {
        free(p);
    }
};
template <typename T, auto free>
using Handle = std::unique_ptr<T, FreeWith<free>>;

template <typename H>
H& made(H& handle) {
    if (!handle) throw std::bad_alloc{};
    return handle;
}

// ---- gzip --------------------------------------------------------------------------------------------------------

std::string gzip(std::string_view bytes, int level) {
    constexpr int kLevels = 13;
    using Compressor = Handle<libdeflate_compressor, libdeflate_free_compressor>;
    static thread_local std::array<Compressor, kLevels> compressors;
    level = std::clamp(level, 0, kLevels - 1);
    Compressor& compressor = compressors[static_cast<std::size_t>(level)];
    if (!compressor) compressor.reset(libdeflate_alloc_compressor(level));
    std::string out(libdeflate_gzip_compress_bound(made(compressor).get(), bytes.size()), '\0');
    out.resize(libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(), out.data(), out.size()));
    return out;
}

std::string gunzip(std::string_view bytes, std::size_t limit) {
    using Decompressor = Handle<libdeflate_decompressor, libdeflate_free_decompressor>;
    static thread_local Decompressor decompressor{libdeflate_alloc_decompressor()};
    made(decompressor);
    std::string out;
    std::size_t filled = 0;
    do {
        // The library needs room for the whole member; it is tried again with twice the room until the limit.
        std::size_t room = std::min(limit - filled, std::max(kFirstOutput, 4 * bytes.size()));
        for (;;) {
            out.resize(filled + room);
            std::size_t read = 0, written = 0;
            const auto result = libdeflate_gzip_decompress_ex(decompressor.get(), bytes.data(), bytes.size(),
                                                              out.data() + filled, room, &read, &written);
            if (result == LIBDEFLATE_SUCCESS) {
                bytes.remove_prefix(read);
                filled += written;
                break;
            }
            if (result != LIBDEFLATE_INSUFFICIENT_SPACE) damaged();
            if (room == limit - filled) too_large();
            room = std::min(limit - filled, 2 * room);
        }
    } while (!bytes.empty());
    out.resize(filled);
    return out;
}

// ---- brotli ------------------------------------------------------------------------------------------------------

std::string brotli(std::string_view bytes, int level) {
    level = std::clamp(level, BROTLI_MIN_QUALITY, BROTLI_MAX_QUALITY);
    // The bound is 0 for inputs near the whole address space: not ours.
    std::size_t size = std::max<std::size_t>(BrotliEncoderMaxCompressedSize(bytes.size()), 16);
    std::string out(size, '\0');
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    if (!BrotliEncoderCompress(level, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, bytes.size(), data, &size,
                               reinterpret_cast<std::uint8_t*>(out.data()))) {
        throw std::bad_alloc{};
    }
    out.resize(size);
    return out;
}

std::string unbrotli(std::string_view bytes, std::size_t limit) {
    Handle<BrotliDecoderState, BrotliDecoderDestroyInstance> decoder{
        BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)};
    made(decoder);
    const auto* next_in = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::size_t left_in = bytes.size();
    std::string out;
    for (;;) {
        const std::size_t filled = out.size();
        out.resize(std::min(limit, std::max(kFirstOutput, 2 * filled)));
        auto* next_out = reinterpret_cast<std::uint8_t*>(out.data()) + filled;
        std::size_t left_out = out.size() - filled;
        const auto result =
            BrotliDecoderDecompressStream(decoder.get(), &left_in, &next_in, &left_out, &next_out, nullptr);
        const bool full = out.size() == limit && left_out == 0;
        out.resize(out.size() - left_out);
        if (result == BROTLI_DECODER_RESULT_SUCCESS) break;
        if (result != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) damaged();
        if (full) too_large();
    }
    if (left_in != 0) damaged();
    return out;
}

// ---- zstd --------------------------------------------------------------------------------------------------------

std::string zstd(std::string_view bytes, int level) {
    static thread_local Handle<ZSTD_CCtx, ZSTD_freeCCtx> context{ZSTD_createCCtx()};
    std::string out(ZSTD_compressBound(bytes.size()), '\0');
    const std::size_t size = ZSTD_compressCCtx(made(context).get(), out.data(), out.size(), bytes.data(), bytes.size(),
                                               std::clamp(level, 1, 19));
    if (ZSTD_isError(size)) throw std::bad_alloc{};
    out.resize(size);
    return out;
}

std::string unzstd(std::string_view bytes, std::size_t limit) {
    static thread_local Handle<ZSTD_DCtx, ZSTD_freeDCtx> context{ZSTD_createDCtx()};
    ZSTD_DCtx_reset(made(context).get(), ZSTD_reset_session_only);
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    std::string out;
    for (;;) {
        const std::size_t filled = out.size();
        out.resize(std::min(limit, std::max(kFirstOutput, 2 * filled)));
        ZSTD_outBuffer target{out.data(), out.size(), filled};
        const std::size_t hint = ZSTD_decompressStream(context.get(), &target, &in);
        if (ZSTD_isError(hint)) damaged();
        const bool full = target.pos == limit;
        const bool stuck = target.pos < out.size() && in.pos == in.size;
        out.resize(target.pos);
        if (hint == 0) break;
        if (stuck) damaged();
        if (full) too_large();
    }
    if (in.pos != in.size) damaged();
    return out;
}

} // namespace

std::string compress(Coding coding, std::string_view bytes, int level) {
    switch (coding) {
    case Coding::gzip:
        return gzip(bytes, level);
    case Coding::brotli:
        return brotli(bytes, level);
    case Coding::zstd:
        return zstd(bytes, level);
    }
    return {};
}

std::string decompress(Coding coding, std::string_view bytes, std::size_t limit) {
    switch (coding) {
    case Coding::gzip:
        return gunzip(bytes, limit);
    case Coding::brotli:
        return unbrotli(bytes, limit);
    case Coding::zstd:
        return unzstd(bytes, limit);
    }
    return {};
}

std::uint32_t checksum(std::string_view bytes, std::uint32_t so_far) {
    return libdeflate_crc32(so_far, bytes.data(), bytes.size());
}

} // namespace geo::wrap
