// Who could be the same as this report: a space-time index over reports, kept up by add and remove. Classes by reach in
// space and time, each a hash grid of cells of that reach, so that a province's report is found without making everyone
// else's search wide. Across the antimeridian and at the poles too. Knows reports and comparisons; no caller.
#pragma once

#include "layers/fuse/compare.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace layers::fuse {

// Reads are thread-safe while nobody writes.
class Finder {
public:
    static constexpr std::size_t kMostCandidates = 1'000; // of one report; the likeliest by distance and time stay

    Finder();
    ~Finder();
    Finder(Finder&&) noexcept;
    Finder& operator=(Finder&&) noexcept;

    void add(Report report); // complete(); replaces one of the same id
    void remove(const geo::Uuid& id);

    struct Found {
        std::vector<Comparison> pairs; // by the other report's id
        std::size_t dropped = 0;       // candidates beyond kMostCandidates, left out
    };
    // Never the report itself; it need not have been added. `most`: keep so many.
    Found candidates(const Report& report, std::size_t most = kMostCandidates) const;
    // For going through all reports: only those with greater ids. The same `dropped`; when it isn't 0, no pairs.
    Found later_candidates(const Report& report) const;
    const Report* find(const geo::Uuid& id) const;
    std::size_t size() const;
    std::vector<const Report*> all() const; // ascending by id; good until the next write

private:
    struct Index;
    std::unique_ptr<Index> index_;
};

} // namespace layers::fuse
