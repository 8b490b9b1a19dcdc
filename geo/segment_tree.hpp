// Which segments of a line on the earth can be nearest to a point. Inside geo only: chainage asks it and then measures
// the few answers exactly. Works in earth-centred metres, where neither poles nor the antimeridian are special.
#pragma once

#include "geo/geometry.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace geo {

using Vector3 = std::array<double, 3>; // metres from the centre of the earth

Vector3 to_geocentric(Point lon_lat); // on the WGS 84 ellipsoid

struct SegmentEnds {
    Vector3 from, to;
    double length_m = 0; // of the geodesic
};

struct Candidate {
    std::uint32_t segment = 0;
    double at_least_m = 0; // no point of the segment is nearer on the ground
    double fraction = 0;   // where on the segment the nearest point is, roughly
};

// Immutable. Built over consecutive segments, which lie together on the ground: no sorting is needed.
class SegmentTree {
public:
    explicit SegmentTree(std::vector<SegmentEnds> segments);
    // Every segment that may be the nearest one to `p` within max_m, nearest bound first.
    std::vector<Candidate> near(const Vector3& p, double max_m) const;

private:
    struct Box3 {
        Vector3 min, max;
    };
    double bound_m(const Box3& box, const Vector3& p) const;
    void look_at(std::uint32_t segment, const Vector3& p, double& within_m, std::vector<Candidate>& found) const;

    std::vector<SegmentEnds> segments_;
    std::vector<std::vector<Box3>> levels_; // levels_[0]: blocks of segments; each next one: blocks of blocks
};

} // namespace geo
