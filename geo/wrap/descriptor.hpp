// A file descriptor that closes itself, and the two steps that make a file's content and its name durable. Knows no
// paths' meaning and no errors but errno: the caller says in words what failed.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace geo::wrap {

class Descriptor {
public:
    explicit Descriptor(int number) : number_{number} {} // negative: none, as open() tells a failure
    ~Descriptor() { reset(); }
    Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
    Descriptor& operator=(Descriptor&&) = delete;
    int get() const { return number_; }
    int release() { return std::exchange(number_, -1); } // the caller closes it
    void reset();                                        // closes it

private:
    int number_;
};

// All of it, over interruptions. False: errno says why.
bool write_all(int file, std::string_view bytes);
// The names in a folder are on the disk. False: errno says why.
bool sync_folder(const std::string& path);

} // namespace geo::wrap
