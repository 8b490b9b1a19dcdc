// A small file system of its own, where the test may mount one (as root): really full, really read-only.
#pragma once

#include "tests/api/program.hpp"

#include <string>

namespace faults {

class Volume {
public:
    static bool possible(); // to mount one

    explicit Volume(int megabytes);
    ~Volume();
    Volume(const Volume&) = delete;
    Volume& operator=(const Volume&) = delete;

    std::string path(const std::string& name) const { return where_ + "/" + name; }
    void fill(std::int64_t leave_bytes) const; // by a file that belongs to nobody here
    void empty() const;                        // takes that file away
    void read_only(bool yes) const;            // nobody may have a file open for writing

private:
    test::TemporaryFolder folder_;
    std::string where_;
};

} // namespace faults
