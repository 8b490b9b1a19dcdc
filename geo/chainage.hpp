// Linear referencing on the ellipsoid (ISO 19148, absolute with lateral offset): distance along a directed line and
// signed offset, + to the right. Exact to 1 cm on 100 km against PROJ's geodesics.
#pragma once

#include "geo/geometry.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace geo {

struct Chainage {
    double distance_along_m = 0;
    double offset_m = 0; // + right of the line's direction
    friend bool operator==(const Chainage&, const Chainage&) = default;
};

// A directed line prepared for look-ups: cumulative geodesic lengths and a small tree of segment boxes.
// Immutable, cheap to copy, safe to share between threads.
class Chain {
public:
    Chain() = default;
    // Parts of a multi-line follow each other; the gap between two parts counts no length.
    explicit Chain(const Geometry& line);
    double length_m() const;
    // The nearest point of the line; nothing when farther than max_offset_m.
    std::optional<Chainage> locate(Point lon_lat, double max_offset_m = 100000) const;
    // The point at a chainage; distance is clamped to the line, offset goes square to it.
    Point point_at(Chainage c) const;
    // The piece between two distances, from < to, clamped.
    Geometry piece(double from_m, double to_m) const;

private:
    struct Data;
    std::shared_ptr<const Data> data_;
};

} // namespace geo
