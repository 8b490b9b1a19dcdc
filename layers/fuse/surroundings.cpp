#include "layers/fuse/surroundings.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace layers::fuse {
namespace {

// Cells of these sides; the counts of a place are taken over the two by two cells around it, so that whatever is nearer
// than half a cell is always in.
constexpr std::array<double, 5> kSide_m{125, 500, 2'000, 8'000, 32'000};
constexpr std::size_t kRegion = 4;       // the widest
constexpr double kBin_s = 10 * 86'400.0; // two of them
constexpr double kMetresPerDegree = 111'320;
// How many reports the guess counts for where few are there to count.
constexpr double kGuessReports = 0.25;
constexpr double kGuessShares = 2;
constexpr double kGuessValues = 10;

enum class What : std::uint64_t {
    place = 1,
    region_time,
    region,
    bin,
    region_any,
    bin_any,
    agency,
    value,
    all,
    region_value,
    region_all
};

std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 1469598103934665603ull;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    return hash;
}

// splitmix64's finisher
std::uint64_t mixed(std::uint64_t h, std::uint64_t more) {
    h ^= more + 0x9e3779b97f4a7c15ull + (h << 6) + (h >> 2);
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ull;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebull;
    return h ^ (h >> 31);
}

template <typename... Parts>
std::uint64_t key(What what, Parts... parts) {
    std::uint64_t h = static_cast<std::uint64_t>(what);
    ((h = mixed(h, static_cast<std::uint64_t>(parts))), ...);
    return h == 0 ? 1 : h;
}

// A row of cells at one latitude: as many columns as fit around the earth there, so that the antimeridian is no edge.
struct Row {
    std::int64_t y = 0;
    std::int64_t columns = 1;
};
Row row_of(std::int64_t y, double side_m) {
    const double middle = (static_cast<double>(y) + 0.5) * side_m / kMetresPerDegree;
    const double around_m = 360 * kMetresPerDegree * std::max(0.0, std::cos(middle * M_PI / 180));
    return {y, std::max<std::int64_t>(1, static_cast<std::int64_t>(around_m / side_m))};
}
double column_of(const Row& row, double lon) {
    return (lon + 180) / 360 * static_cast<double>(row.columns);
}
std::uint64_t cell_in(const Row& row, std::int64_t column) {
    const auto x = ((column % row.columns) + row.columns) % row.columns;
    return mixed(static_cast<std::uint64_t>(row.y), static_cast<std::uint64_t>(x));
}

std::uint64_t cell_of(geo::Point at, std::size_t level) {
    const auto row =
        row_of(static_cast<std::int64_t>(std::floor(at.y * kMetresPerDegree / kSide_m[level])), kSide_m[level]);
    return cell_in(row, static_cast<std::int64_t>(std::floor(column_of(row, at.x))));
}

// The two by two cells around a place; where a row has one column only, the second is 0.
std::array<std::uint64_t, 4> block_of(geo::Point at, std::size_t level) {
    const double side = kSide_m[level];
    const auto y = static_cast<std::int64_t>(std::floor(at.y * kMetresPerDegree / side - 0.5));
    std::array<std::uint64_t, 4> block{};
    for (std::size_t i = 0; i < 2; ++i) {
        const auto row = row_of(y + static_cast<std::int64_t>(i), side);
        const auto x = static_cast<std::int64_t>(std::floor(column_of(row, at.x) - 0.5));
        block[2 * i] = cell_in(row, x);
        block[2 * i + 1] = row.columns > 1 ? cell_in(row, x + 1) : 0;
    }
    return block;
}

std::int64_t bin_of(const Report& report) {
    return static_cast<std::int64_t>(std::floor(report.middle_s() / kBin_s));
}

// Half-octaves: 0, 1, 2, 3, 5 … persons.
std::int64_t bucket_of(std::int64_t count) {
    return std::lround(2 * std::log2(static_cast<double>(std::max<std::int64_t>(0, count)) + 1));
}
struct Buckets {
    std::int64_t low = 0, high = -1;
};
Buckets buckets_of(const Report& report) {
    if (!report.count_min && !report.count_max) return {};
    return {bucket_of(report.count_min ? *report.count_min : *report.count_max),
            bucket_of(report.count_max ? *report.count_max : *report.count_min)};
}

std::uint64_t column_value(Surroundings::Column column, std::string_view value) {
    return mixed(static_cast<std::uint64_t>(column), hash_of(value));
}

} // namespace

std::int32_t Tally::operator[](std::uint64_t wanted) const {
    if (slots_.empty()) return 0;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = wanted & mask;; i = (i + 1) & mask) {
        if (slots_[i].key == wanted) return slots_[i].sum;
        if (slots_[i].key == 0) return 0;
    }
}

std::int32_t Tally::add(std::uint64_t wanted, std::int32_t by) {
    if (used_ * 10 >= slots_.size() * 7) grow();
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = wanted & mask;
    while (slots_[i].key != 0 && slots_[i].key != wanted) i = (i + 1) & mask;
    if (slots_[i].key == 0) ++used_;
    slots_[i].key = wanted;
    return slots_[i].sum += by;
}

// Keys whose sum is 0 are left behind: what was added and removed leaves no trace.
void Tally::grow() {
    const auto alive =
        static_cast<std::size_t>(std::ranges::count_if(slots_, [](const Slot& s) { return s.sum != 0; }));
    std::size_t size = 64;
    while (size < alive * 3) size *= 2;
    std::vector<Slot> old(size);
    old.swap(slots_);
    used_ = 0;
    for (const auto& slot : old) {
        if (slot.sum != 0) add(slot.key, slot.sum);
    }
}

void Surroundings::add(const Report& report) {
    count(report, 1);
}
void Surroundings::remove(const Report& report) {
    count(report, -1);
}

void Surroundings::count(const Report& report, std::int32_t by) {
    const auto agency = hash_of(report.agency);
    const auto bin = bin_of(report);
    for (std::size_t level = 0; level < kSide_m.size(); ++level)
        sums_.add(key(What::place, level, cell_of(report.at, level), agency), by);
    const auto region = cell_of(report.at, kRegion);
    sums_.add(key(What::region_time, region, bin, agency), by);
    sums_.add(key(What::agency, agency), by);
    const auto came_or_went = [&](std::int32_t now) { return now == (by > 0 ? by : 0) ? by : 0; };
    regions_ += came_or_went(sums_.add(key(What::region_any, region), by));
    bins_ += came_or_went(sums_.add(key(What::bin_any, bin), by));
    reports_ += by;

    const auto say = [&](Column column, std::string_view value) {
        if (value.empty()) return;
        sums_.add(key(What::value, column_value(column, value)), by);
        sums_.add(key(What::all, static_cast<std::uint64_t>(column)), by);
    };
    const auto say_here = [&](Column column, std::string_view value) {
        if (value.empty()) return;
        sums_.add(key(What::region_value, region, column_value(column, value)), by);
        sums_.add(key(What::region_all, region, static_cast<std::uint64_t>(column)), by);
    };
    say(Column::kind, report.kind);
    say_here(Column::kind, report.kind);
    say_here(Column::place, report.place_key);
    say(Column::transport, report.transport);
    for (const auto& nationality : report.nationalities) say(Column::nationality, nationality);
    for (const auto& commodity : report.commodities) say(Column::commodity, commodity);
    const auto buckets = buckets_of(report);
    if (buckets.low > buckets.high) return;
    sums_.add(key(What::value, static_cast<std::uint64_t>(Column::count), (buckets.low + buckets.high) / 2), by);
    sums_.add(key(What::all, static_cast<std::uint64_t>(Column::count)), by);
}

Surroundings::Spot Surroundings::spot(const Report& report) const {
    // What a value's share is taken for until reports say; the rows of the table of weights say the same.
    constexpr double kKind = 0.1, kPlace = 0.15, kTransport = 0.2;
    Spot spot;
    spot.report = &report;
    spot.agency = hash_of(report.agency);
    for (std::size_t level = 0; level < kSide_m.size(); ++level) {
        spot.cell[level] = cell_of(report.at, level);
        spot.around[level] = block_of(report.at, level);
    }
    spot.bin = bin_of(report);
    spot.first_bin = static_cast<std::int64_t>(std::floor(report.middle_s() / kBin_s - 0.5));
    if (!report.kind.empty())
        spot.kind_share = share_near(Column::kind, spot, report.kind, share(Column::kind, report.kind, kKind));
    if (!report.place_key.empty()) spot.place_share = share_near(Column::place, spot, report.place_key, kPlace);
    if (!report.transport.empty()) spot.transport_share = share(Column::transport, report.transport, kTransport);
    return spot;
}

Surroundings::Met Surroundings::met(const Spot& around, std::uint64_t agency) const {
    Met met;
    for (std::size_t level = 0; level < kSide_m.size(); ++level) {
        for (const auto cell : around.around[level])
            if (cell != 0) met.within[level] += sums_[key(What::place, level, cell, agency)];
    }
    if (met.within[kRegion] == 0) return met;
    for (const auto cell : around.around[kRegion]) {
        if (cell == 0) continue;
        for (int i = 0; i < 2; ++i) met.now += sums_[key(What::region_time, cell, around.first_bin + i, agency)];
    }
    return met;
}

double Surroundings::expected(const Spot& around, const Met& met, const Spot& of, double within_m,
                              double within_s) const {
    const bool itself = around.report->id == of.report->id;
    const double own = around.agency == of.agency && !itself ? 1 : 0; // a report is in its own surroundings
    const auto has = [](const auto& cells, std::uint64_t cell) {
        return std::ranges::find(cells, cell) != cells.end();
    };
    const auto others = [&](std::size_t level) {
        return std::max(0.0, met.within[level] - own - (has(around.around[level], of.cell[level]) ? 1 : 0));
    };
    // The share of the region's reports that lies in a circle: between the levels whose blocks hold less and more
    // ground than it, as ground grows. A heap on one spot is in both, evenly spread reports are in proportion.
    const double side = within_m * std::sqrt(M_PI) / 2;
    std::size_t upper = 1;
    while (upper < kRegion && kSide_m[upper] < side) ++upper;
    const auto ground = [](double m) { return m * m / (kSide_m[kRegion] * kSide_m[kRegion]); };
    const double low = ground(kSide_m[upper - 1]), high = ground(kSide_m[upper]), circle = ground(side);
    const double step = std::clamp((circle - low) / (high - low), 0.0, 1.0);
    const double in_circle = others(upper - 1) * (1 - step) + others(upper) * step;
    double near = (in_circle + kGuessShares * std::min(1.0, circle)) / (others(kRegion) + kGuessShares);
    if (circle > 1) near *= circle; // wider than a region: as dense as it

    const bool counted =
        has(around.around[kRegion], of.cell[kRegion]) && (of.bin == around.first_bin || of.bin == around.first_bin + 1);
    const double here_now = std::max(0.0, met.now - own - (counted ? 1 : 0));
    const double cells = static_cast<double>(std::max<std::int64_t>(1, regions_)) *
                         static_cast<double>(std::max<std::int64_t>(1, bins_));
    const double usual = 8.0 * std::max(1, sums_[key(What::agency, of.agency)]) / cells;
    const double now = (here_now + kGuessReports * usual) / (1 + kGuessReports);
    return now * near * within_s / kBin_s;
}

double Surroundings::share(Column column, std::string_view value, double assumed) const {
    const double all = sums_[key(What::all, static_cast<std::uint64_t>(column))];
    const double such = sums_[key(What::value, column_value(column, value))];
    return std::clamp((such + kGuessValues * assumed) / (all + kGuessValues), 1e-6, 1.0);
}

double Surroundings::share_near(Column column, const Spot& around, std::string_view value, double assumed) const {
    double such = 0, all = 0;
    for (const auto cell : around.around[kRegion]) {
        if (cell == 0) continue;
        such += sums_[key(What::region_value, cell, column_value(column, value))];
        all += sums_[key(What::region_all, cell, static_cast<std::uint64_t>(column))];
    }
    return std::clamp((such + kGuessValues * assumed) / (all + kGuessValues), 1e-6, 1.0);
}

double Surroundings::count_share(const Report& a, const Report& b, double assumed) const {
    const auto one = buckets_of(a), other = buckets_of(b);
    double such = 0;
    for (auto i = std::min(one.low, other.low); i <= std::max(one.high, other.high); ++i)
        such += sums_[key(What::value, static_cast<std::uint64_t>(Column::count), i)];
    const double all = sums_[key(What::all, static_cast<std::uint64_t>(Column::count))];
    return std::clamp((such + kGuessValues * assumed) / (all + kGuessValues), 1e-6, 1.0);
}

} // namespace layers::fuse
