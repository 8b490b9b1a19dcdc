#include "layers/fuse/finder.hpp"

#include "layers/fuse/spread.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_map>

namespace layers::fuse {
namespace {

constexpr double kEarth_m = 6'371'008.8;
constexpr double kMetresPerDegree = 111'195; // of a sphere of that radius
// The sphere and the ellipsoid differ by half a percent at most; the true distance is asked for where it can matter.
constexpr double kSphereMargin = 1.006;

// A class holds the reports that reach no farther than this; the last one's bounds are those of what is in it.
constexpr std::array<double, 4> kReach_m{kUnstatedPlace_m, 66'000, 264'000, std::numeric_limits<double>::infinity()};
constexpr std::array<double, 4> kReach_s{2 * 86'400.0, 8 * 86'400.0, 32 * 86'400.0,
                                         std::numeric_limits<double>::infinity()};
constexpr std::array<double, 4> kCell_m{35'000, 140'000, 560'000, 2'000'000};
constexpr std::array<double, 4> kBin_s{4 * 86'400.0, 16 * 86'400.0, 64 * 86'400.0, 512 * 86'400.0};
constexpr std::size_t kClasses = kReach_m.size() * kReach_s.size();

double half_s(const Report& report) {
    return report.length_s() / 2 + report.time_precision_s;
}

std::size_t class_of(const Report& report) {
    std::size_t place = 0, time = 0;
    while (report.reach_m() > kReach_m[place]) ++place;
    while (half_s(report) > kReach_s[time]) ++time;
    return place * kReach_s.size() + time;
}

// What the gates need, side by side in memory.
struct Entry {
    double x = 0, y = 0, z = 0; // on the unit sphere
    double middle_s = 0, half_s = 0;
    double reach_m = 0;
    std::uint32_t slot = 0;
};

Entry entry_of(const Report& report, std::uint32_t slot) {
    const double lon = report.at.x * M_PI / 180, lat = report.at.y * M_PI / 180;
    return {std::cos(lat) * std::cos(lon),
            std::cos(lat) * std::sin(lon),
            std::sin(lat),
            report.middle_s(),
            half_s(report),
            report.reach_m(),
            slot};
}

bool may_pass(const Entry& a, const Entry& b) {
    if (std::abs(a.middle_s - b.middle_s) > a.half_s + b.half_s + kGateSlack_s) return false;
    const double dx = a.x - b.x, dy = a.y - b.y, dz = a.z - b.z;
    const double chord_m = std::sqrt(dx * dx + dy * dy + dz * dz) * kEarth_m;
    return chord_m <= gate_m(a.reach_m, b.reach_m) * kSphereMargin;
}

struct CellKey {
    std::int32_t x = 0, y = 0, bin = 0;
    friend bool operator==(const CellKey&, const CellKey&) = default;
};
struct CellHash {
    std::size_t operator()(const CellKey& key) const noexcept {
        std::uint64_t h = static_cast<std::uint32_t>(key.x) * 0x9e3779b97f4a7c15ull;
        h = (h ^ (h >> 29) ^ static_cast<std::uint32_t>(key.y)) * 0xbf58476d1ce4e5b9ull;
        h = (h ^ (h >> 32) ^ static_cast<std::uint32_t>(key.bin)) * 0x94d049bb133111ebull;
        return static_cast<std::size_t>(h ^ (h >> 31));
    }
};

std::int32_t row_at(double lat, double cell_m) {
    return static_cast<std::int32_t>(std::floor(lat * kMetresPerDegree / cell_m));
}
// Columns around the earth in a row, so wide that a cell is never narrower than cell_m at the row's wide end.
std::int32_t columns_in(std::int32_t row, double cell_m) {
    const double south = row * cell_m / kMetresPerDegree, north = (row + 1) * cell_m / kMetresPerDegree;
    const double widest = south <= 0 && north >= 0 ? 0 : std::min(std::abs(south), std::abs(north));
    return std::max(
        1, static_cast<std::int32_t>(360 * kMetresPerDegree * std::cos(std::min(90.0, widest) * M_PI / 180) / cell_m));
}
std::int32_t column_at(double lon, std::int32_t columns) {
    const auto x = static_cast<std::int32_t>(std::floor((lon + 180) / 360 * columns));
    return ((x % columns) + columns) % columns;
}
std::int32_t bin_at(double s, double bin_s) {
    return static_cast<std::int32_t>(std::clamp(std::floor(s / bin_s), -2e9, 2e9));
}

// Degrees of longitude within which everything not farther than `radius_m` of a place lies; 180 where it holds a pole.
double longitudes_within(double lat, double radius_m) {
    const double angle = radius_m / kEarth_m;
    const double across = std::cos(lat * M_PI / 180);
    return angle >= M_PI / 2 || std::sin(angle) >= across ? 180 : std::asin(std::sin(angle) / across) * 180 / M_PI;
}

// Reports of one class of reach, in cells.
class Grid {
public:
    Grid(double cell_m, double bin_s) : cell_m_{cell_m}, bin_s_{bin_s} {}

    void add(const Report& report, const Entry& entry) {
        cells_[key_of(report)].push_back(entry);
        most_reach_m_ = std::max(most_reach_m_, entry.reach_m); // never shrinks: only makes a search wider
        most_half_s_ = std::max(most_half_s_, entry.half_s);
    }
    void remove(const Report& report, std::uint32_t slot) {
        const auto cell = cells_.find(key_of(report));
        auto& entries = cell->second;
        *std::ranges::find(entries, slot, &Entry::slot) = entries.back();
        entries.pop_back();
        if (entries.empty()) cells_.erase(cell);
    }

    template <typename Visit>
    void near(const Report& report, const Entry& entry, Visit visit) const {
        if (cells_.empty()) return;
        const double radius_m = gate_m(entry.reach_m, most_reach_m_) * kSphereMargin;
        const double span_s = entry.half_s + most_half_s_ + kGateSlack_s;
        const auto first = bin_at(entry.middle_s - span_s, bin_s_), last = bin_at(entry.middle_s + span_s, bin_s_);
        const double up = radius_m / kEarth_m * 180 / M_PI;
        const auto bottom = row_at(std::max(-90.0, report.at.y - up), cell_m_),
                   top = row_at(std::min(90.0, report.at.y + up), cell_m_);
        const double aside = longitudes_within(report.at.y, radius_m);
        const double share = aside / 180, rows = top - bottom + 1.0;
        if (rows * std::max(1.0, share * columns_in(row_at(report.at.y, cell_m_), cell_m_)) * (last - first + 1.0) >
            static_cast<double>(cells_.size())) {
            for (const auto& [key, entries] : cells_) pass(entries, entry, visit); // fewer cells than places to look
            return;
        }
        for (auto row = bottom; row <= top; ++row) {
            const auto columns = columns_in(row, cell_m_);
            const auto west = static_cast<std::int32_t>(std::floor((report.at.x - aside + 180) / 360 * columns));
            const auto east = static_cast<std::int32_t>(std::floor((report.at.x + aside + 180) / 360 * columns));
            for (auto x = west; x <= std::min(east, west + columns - 1); ++x) {
                for (auto bin = first; bin <= last; ++bin) {
                    const auto cell = cells_.find({((x % columns) + columns) % columns, row, bin});
                    if (cell != cells_.end()) pass(cell->second, entry, visit);
                }
            }
        }
    }

private:
    CellKey key_of(const Report& report) const {
        const auto row = row_at(report.at.y, cell_m_);
        return {column_at(report.at.x, columns_in(row, cell_m_)), row, bin_at(report.middle_s(), bin_s_)};
    }
    template <typename Visit>
    static void pass(const std::vector<Entry>& entries, const Entry& entry, Visit visit) {
        for (const auto& other : entries)
            if (may_pass(entry, other)) visit(other.slot);
    }

    double cell_m_, bin_s_;
    double most_reach_m_ = 0, most_half_s_ = 0;
    std::unordered_map<CellKey, std::vector<Entry>, CellHash> cells_;
};

// For the cap: how well place and time alone fit.
double fit(const Comparison& pair) {
    return std::log(density_2d(place_spread(pair, table_weights()), pair.distance_m)) +
           std::log(density_1d(time_spread(pair, table_weights()), pair.time_apart_s));
}

std::string reference_key(const Report& report) {
    return report.agency.empty() || report.source_ref.empty() ? std::string{}
                                                              : report.agency + '\x1f' + report.source_ref;
}

} // namespace

struct Finder::Index {
    Index() {
        for (const auto cell_m : kCell_m)
            for (const auto bin_s : kBin_s) grids.emplace_back(cell_m, bin_s);
    }
    // Slots of all that may pass the gates; the report itself among them, some twice.
    std::vector<std::uint32_t> near(const Report& report) const;
    std::vector<Grid> grids; // by class
    std::vector<Report> reports;
    std::vector<std::uint32_t> free;
    std::unordered_map<geo::Uuid, std::uint32_t> slots;
    std::unordered_multimap<std::string, std::uint32_t> references; // an agency's own, wherever it lies now
};

Finder::Finder() : index_{std::make_unique<Index>()} {}
Finder::~Finder() = default;
Finder::Finder(Finder&&) noexcept = default;
Finder& Finder::operator=(Finder&&) noexcept = default;

void Finder::add(Report report) {
    remove(report.id);
    std::uint32_t slot = static_cast<std::uint32_t>(index_->reports.size());
    if (index_->free.empty()) {
        index_->reports.emplace_back();
    } else {
        slot = index_->free.back();
        index_->free.pop_back();
    }
    index_->grids[class_of(report)].add(report, entry_of(report, slot));
    index_->slots.emplace(report.id, slot);
    if (auto reference = reference_key(report); !reference.empty())
        index_->references.emplace(std::move(reference), slot);
    index_->reports[slot] = std::move(report);
}

void Finder::remove(const geo::Uuid& id) {
    const auto known = index_->slots.find(id);
    if (known == index_->slots.end()) return;
    const auto slot = known->second;
    auto& report = index_->reports[slot];
    index_->grids[class_of(report)].remove(report, slot);
    const auto [begin, end] = index_->references.equal_range(reference_key(report));
    for (auto at = begin; at != end; ++at) {
        if (at->second != slot) continue;
        index_->references.erase(at);
        break;
    }
    index_->slots.erase(known);
    index_->free.push_back(slot);
    report = {};
}

std::vector<std::uint32_t> Finder::Index::near(const Report& report) const {
    std::vector<std::uint32_t> near;
    const auto entry = entry_of(report, 0);
    for (const auto& grid : grids) grid.near(report, entry, [&](std::uint32_t slot) { near.push_back(slot); });
    const auto [begin, end] = references.equal_range(reference_key(report));
    for (auto at = begin; at != end; ++at) near.push_back(at->second);
    return near;
}

namespace {

// By id, each once: a report may have been met in its cell and by its reference.
void tidy(std::vector<Comparison>& pairs) {
    std::ranges::sort(pairs, [](const Comparison& one, const Comparison& other) {
        return one.a != other.a ? one.a < other.a : one.b < other.b;
    });
    const auto same = [](const auto& one, const auto& other) { return one.a == other.a && one.b == other.b; };
    pairs.erase(std::ranges::unique(pairs, same).begin(), pairs.end());
}

} // namespace

Finder::Found Finder::candidates(const Report& report, std::size_t most) const {
    Found found;
    for (const auto slot : index_->near(report))
        if (const auto pair = compare(report, index_->reports[slot])) found.pairs.push_back(*pair);
    tidy(found.pairs);
    if (found.pairs.size() <= most) return found;
    found.dropped = found.pairs.size() - most;
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t i = 0; i < found.pairs.size(); ++i)
        order.emplace_back(found.pairs[i].identical || found.pairs[i].resubmission ? -1e9 : -fit(found.pairs[i]), i);
    std::ranges::nth_element(order, order.begin() + static_cast<std::ptrdiff_t>(most));
    order.resize(most);
    std::ranges::sort(order, {}, &std::pair<double, std::size_t>::second);
    std::vector<Comparison> kept;
    for (const auto& [worth, i] : order) kept.push_back(found.pairs[i]);
    found.pairs = std::move(kept);
    return found;
}

Finder::Found Finder::later_candidates(const Report& report) const {
    const auto near = index_->near(report);
    Found found;
    if (near.size() > kMostCandidates) { // perhaps too many
        found = candidates(report);
        if (found.dropped > 0) found.pairs.clear();
        std::erase_if(found.pairs, [&](const Comparison& pair) { return pair.a != report.id; });
        return found;
    }
    for (const auto slot : near) {
        const auto& other = index_->reports[slot];
        if (other.id <= report.id) continue;
        if (const auto pair = compare(report, other)) found.pairs.push_back(*pair);
    }
    tidy(found.pairs);
    return found;
}

const Report* Finder::find(const geo::Uuid& id) const {
    const auto known = index_->slots.find(id);
    return known == index_->slots.end() ? nullptr : &index_->reports[known->second];
}

std::size_t Finder::size() const {
    return index_->slots.size();
}

std::vector<const Report*> Finder::all() const {
    std::vector<const Report*> all;
    all.reserve(size());
    for (const auto& [id, slot] : index_->slots) all.push_back(&index_->reports[slot]);
    std::ranges::sort(all, {}, &Report::id);
    return all;
}

} // namespace layers::fuse
