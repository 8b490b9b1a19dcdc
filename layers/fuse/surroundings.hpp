// How common such a place, time and such values are AMONG THE REPORTS ONE CALLER MAY SEE: agreement on a district's
// centre that three hundred reports share says little (Winkler 1989, "Frequency-based matching", adjusts weights by how
// frequent a value is; here also by how dense reports are there and then). Sums only, so adding and removing a report
// leaves no trace. Knows reports; no caller, no store.
#pragma once

#include "layers/fuse/report.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace layers::fuse {

// Sums by 64-bit key; keys whose sum is 0 take no part. One thread writes while no other reads.
class Tally {
public:
    std::int32_t add(std::uint64_t key, std::int32_t by); // -> the sum now
    std::int32_t operator[](std::uint64_t key) const;

private:
    struct Slot {
        std::uint64_t key = 0; // 0: free
        std::int32_t sum = 0;
    };
    void grow();
    std::vector<Slot> slots_;
    std::size_t used_ = 0;
};

// Reads are thread-safe while nobody writes.
class Surroundings {
public:
    void add(const Report& report);
    void remove(const Report& report); // one that was added; not checked

    // What of the sums one report meets, looked up once for all its pairs; good until the next write, and while the
    // report lives.
    struct Spot {
        static constexpr std::size_t kLevels = 5;
        const Report* report = nullptr;
        std::uint64_t agency = 0;
        std::array<std::uint64_t, kLevels> cell{};                   // that it lies in
        std::array<std::array<std::uint64_t, 4>, kLevels> around{};  // cells around it; 0: none
        std::int64_t bin = 0, first_bin = 0;                         // span of days that it lies in; first around it
        double kind_share = 1, place_share = 1, transport_share = 1; // of its own values there
    };
    Spot spot(const Report& report) const;
    // Reports of an agency around a spot, from the narrowest cells to the region, and in the region about that time.
    struct Met {
        std::array<double, Spot::kLevels> within{};
        double now = 0;
    };
    Met met(const Spot& around, std::uint64_t agency) const;

    // How many reports of the agency of `of`, beside `of` itself, chance would put within `within_m` and `within_s` of
    // `around`: those of the wider surroundings at that time, times the share of them that lies so near at any time.
    // Never 0. `around` is left out too. `met` is that of `around` with the agency of `of`.
    double expected(const Spot& around, const Met& met, const Spot& of, double within_m, double within_s) const;

    // Share of the reports that say so, among those that say anything there; `assumed` while few do. 0 < share <= 1.
    enum class Column : std::uint8_t { kind, transport, nationality, commodity, count, place };
    double share(Column column, std::string_view value, double assumed) const;
    // Share of the reports with a count whose range meets that of one of the two.
    double count_share(const Report& a, const Report& b, double assumed) const;

    std::int64_t reports() const { return reports_; }

private:
    void count(const Report& report, std::int32_t by);
    // The same among those within some tens of kilometres; kind and place only.
    double share_near(Column column, const Spot& around, std::string_view value, double assumed) const;
    Tally sums_;
    std::int64_t reports_ = 0;
    std::int64_t regions_ = 0, bins_ = 0; // cells of a region's size, and spans of days, with a report in them
};

} // namespace layers::fuse
