#include "layers/ingest/input.hpp"

#include "geo/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

namespace layers::ingest {
namespace {

constexpr std::size_t kChunk = 1u << 20;

// Returns how many bytes came, fewer than wanted only at the end of the file.
std::size_t pread_all(int descriptor, char* to, std::size_t wanted, std::int64_t offset) {
    std::size_t got = 0;
    while (got < wanted) {
        const auto n = pread(descriptor, to + got, wanted - got, offset + static_cast<std::int64_t>(got));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw geo::Error{geo::ErrorCode::unreadable_file, "the file can't be read"};
        if (n == 0) break;
        got += static_cast<std::size_t>(n);
    }
    return got;
}

} // namespace

Input::Input(int descriptor) : descriptor_{descriptor} {
    struct stat info {};
    if (fstat(descriptor, &info) != 0) throw geo::Error{geo::ErrorCode::unreadable_file, "the file can't be read"};
    size_ = info.st_size;
    buffer_.resize(kChunk + kPadding);
}

void Input::rewind() {
    base_ = 0;
    line_ = 1;
    at_ = end_ = 0;
    piece_ = kNone;
}

bool Input::fill() {
    const std::size_t keep = piece_ == kNone ? at_ : piece_;
    if (end_ - keep > kMaxPiece) {
        throw geo::Error{geo::ErrorCode::too_large, "line " + std::to_string(line_) + ": one row larger than 64 MB"};
    }
    std::memmove(buffer_.data(), buffer_.data() + keep, end_ - keep);
    base_ += static_cast<std::int64_t>(keep);
    at_ -= keep;
    end_ -= keep;
    if (piece_ != kNone) piece_ = 0;
    // A long piece doubles the buffer, so that it is copied a bounded number of times.
    if (buffer_.size() < end_ + kChunk + kPadding)
        buffer_.resize(std::max(buffer_.size() * 2, end_ + kChunk + kPadding));
    const auto got = pread_all(descriptor_, buffer_.data() + end_, buffer_.size() - kPadding - end_,
                               base_ + static_cast<std::int64_t>(end_));
    end_ += got;
    return got > 0;
}

std::string read_at(int descriptor, std::int64_t offset, std::size_t most) {
    std::string out(most, '\0');
    out.resize(pread_all(descriptor, out.data(), most, offset));
    return out;
}

} // namespace layers::ingest
