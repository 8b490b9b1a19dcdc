#include "geo/crs.hpp"
#include "geo/error.hpp"
#include "layers/normalise/normalise.hpp"

#include <algorithm>

namespace layers::normalise {
namespace {

constexpr geo::Box kEarth{-180, -90, 180, 90};

geo::Box exchanged(const geo::Box& box) {
    return {box.min_y, box.min_x, box.max_y, box.max_x};
}

bool inside(const geo::Box& inner, const geo::Box& outer) {
    return inner.min_x >= outer.min_x && inner.max_x <= outer.max_x && inner.min_y >= outer.min_y &&
           inner.max_y <= outer.max_y;
}

geo::Box box_of(const std::vector<geo::RawFeature>& rows) {
    geo::Box box;
    for (const auto& row : rows) box.add(row.geometry.box());
    return box;
}

// The lon,lat box of a box in another system, by its corners and centre; nothing when one has no image.
std::optional<geo::Box> transformed(const geo::Box& box, const geo::Transformer& to_lon_lat) {
    geo::Box out;
    const geo::Point centre{(box.min_x + box.max_x) / 2, (box.min_y + box.max_y) / 2};
    try {
        for (const auto p : {geo::Point{box.min_x, box.min_y},
                             {box.max_x, box.min_y},
                             {box.min_x, box.max_y},
                             {box.max_x, box.max_y},
                             centre}) {
            out.add(to_lon_lat.apply(p));
        }
    } catch (const geo::Error&) {
        return std::nullopt;
    }
    return out;
}

} // namespace

bool looks_swapped(const geo::Box& data, const std::optional<geo::Box>& region) {
    if (data.empty()) return false;
    const auto other = exchanged(data);
    if (!inside(data, kEarth)) return inside(other, region ? *region : kEarth);
    return region && !region->intersects(data) && inside(other, *region);
}

bool looks_swapped(const std::vector<geo::RawFeature>& rows, const std::string& crs,
                   const std::optional<geo::Box>& region) {
    const auto box = box_of(rows);
    if (box.empty()) return false;
    const geo::Transformer to_lon_lat{crs.empty() ? "OGC:CRS84" : crs, "OGC:CRS84"};
    if (to_lon_lat.identity()) return looks_swapped(box, region);
    const auto as_it_is = transformed(box, to_lon_lat);
    const auto other = transformed(exchanged(box), to_lon_lat);
    const auto target = region.value_or(kEarth);
    const bool lost = !as_it_is || !target.intersects(*as_it_is);
    return lost && other && inside(*other, target);
}

} // namespace layers::normalise
