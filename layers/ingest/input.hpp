// A file as a window of bytes that moves forward: memory stays bounded whatever the file's size. Reads a descriptor,
// never a name. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace layers::ingest {

class Input {
public:
    // What one row may take up in the file; a bigger one is Error{too_large}.
    static constexpr std::size_t kMaxPiece = 64u << 20;
    // Readable bytes kept behind the window's end, for parsers that look ahead.
    static constexpr std::size_t kPadding = 64;

    explicit Input(int descriptor);

    std::int64_t size() const { return size_; }
    std::int64_t line() const { return line_; } // 1-based, of the next byte
    std::int64_t offset() const { return base_ + static_cast<std::int64_t>(at_); }
    void rewind();

    // The next byte, or -1 at the end.
    int peek() { return at_ < end_ || fill() ? static_cast<unsigned char>(buffer_[at_]) : -1; }
    int take() {
        const int c = peek();
        if (c < 0) return c;
        line_ += c == '\n' ? 1 : 0;
        ++at_;
        return c;
    }

    // For inner loops: what is in memory from the next byte on (empty at the end of the file), and how much of it was
    // used up, with the line breaks in it.
    std::string_view window() {
        return at_ < end_ || fill() ? std::string_view{buffer_.data() + at_, end_ - at_} : std::string_view{};
    }
    void skip(std::size_t bytes, std::int64_t line_breaks) {
        at_ += bytes;
        line_ += line_breaks;
    }

    // Between begin_piece() and piece() everything read stays in memory; the view is good until the next read.
    void begin_piece() { piece_ = at_; }
    std::string_view piece() const { return {buffer_.data() + piece_, at_ - piece_}; }
    void end_piece() { piece_ = kNone; }

private:
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
    bool fill();

    int descriptor_;
    std::int64_t size_ = 0;
    std::int64_t base_ = 0; // file offset of buffer_[0]
    std::int64_t line_ = 1;
    std::size_t at_ = 0;
    std::size_t end_ = 0;
    std::size_t piece_ = kNone;
    std::string buffer_;
};

// Up to `most` bytes from `offset` on, wherever the window is.
std::string read_at(int descriptor, std::int64_t offset, std::size_t most);

} // namespace layers::ingest
