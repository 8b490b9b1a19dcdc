#include "geo/segment_tree.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace geo {
namespace {

constexpr std::size_t kFanOut = 8;
constexpr double kEquator_m = 6'378'137;
constexpr double kFlattening = 1 / 298.257223563;
// The least and the greatest radius of curvature of WGS 84: along the meridian at the equator, and at the poles.
constexpr double kLeastRadius_m = 6'335'439.33;
constexpr double kGreatestRadius_m = 6'399'593.63;

// Ground distance from the straight one through the earth: arc = c + c³/24R² + …, with the radius that makes it least
// or greatest and a margin for the little that a geodesic is not plane.
double ground_at_least_m(double chord_m) {
    return chord_m + 0.97 * chord_m * chord_m * chord_m / (24 * kGreatestRadius_m * kGreatestRadius_m);
}

double ground_at_most_m(double chord_m) {
    if (chord_m > 1e6) return chord_m * 1.02 * std::numbers::pi / 2;
    return chord_m + 1.03 * chord_m * chord_m * chord_m / (24 * kLeastRadius_m * kLeastRadius_m);
}

// How far a geodesic can leave the straight line between its ends.
double sagitta_m(double length_m) {
    return 1.01 * length_m * length_m / (8 * kLeastRadius_m) + 0.001;
}

Vector3 minus(const Vector3& a, const Vector3& b) {
    return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
double dot(const Vector3& a, const Vector3& b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

} // namespace

Vector3 to_geocentric(Point lon_lat) {
    constexpr double kRadians = std::numbers::pi / 180;
    constexpr double kSquaredEccentricity = kFlattening * (2 - kFlattening);
    const double sin_lat = std::sin(lon_lat.y * kRadians), cos_lat = std::cos(lon_lat.y * kRadians);
    const double normal_m = kEquator_m / std::sqrt(1 - kSquaredEccentricity * sin_lat * sin_lat);
    return {normal_m * cos_lat * std::cos(lon_lat.x * kRadians), normal_m * cos_lat * std::sin(lon_lat.x * kRadians),
            normal_m * (1 - kSquaredEccentricity) * sin_lat};
}

SegmentTree::SegmentTree(std::vector<SegmentEnds> segments) : segments_{std::move(segments)} {
    std::vector<Box3> boxes;
    boxes.reserve(segments_.size());
    for (const SegmentEnds& s : segments_) {
        const double pad = sagitta_m(s.length_m);
        Box3 box;
        for (std::size_t axis = 0; axis < 3; ++axis) {
            box.min[axis] = std::min(s.from[axis], s.to[axis]) - pad;
            box.max[axis] = std::max(s.from[axis], s.to[axis]) + pad;
        }
        boxes.push_back(box);
    }
    while (boxes.size() > 1 || levels_.empty()) {
        std::vector<Box3> parents;
        for (std::size_t i = 0; i < boxes.size(); ++i) {
            if (i % kFanOut == 0) parents.push_back(boxes[i]);
            for (std::size_t axis = 0; axis < 3; ++axis) {
                parents.back().min[axis] = std::min(parents.back().min[axis], boxes[i].min[axis]);
                parents.back().max[axis] = std::max(parents.back().max[axis], boxes[i].max[axis]);
            }
        }
        if (parents.empty()) break;
        levels_.push_back(parents);
        boxes = std::move(parents);
    }
}

double SegmentTree::bound_m(const Box3& box, const Vector3& p) const {
    double squared = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const double out = std::max({box.min[axis] - p[axis], p[axis] - box.max[axis], 0.0});
        squared += out * out;
    }
    return ground_at_least_m(std::sqrt(squared));
}

void SegmentTree::look_at(std::uint32_t segment, const Vector3& p, double& within_m,
                          std::vector<Candidate>& found) const {
    const SegmentEnds& s = segments_[segment];
    const Vector3 along = minus(s.to, s.from), to_p = minus(p, s.from);
    const double squared = dot(along, along);
    const double fraction = squared > 0 ? std::clamp(dot(to_p, along) / squared, 0.0, 1.0) : 0;
    const Vector3 away{to_p[0] - fraction * along[0], to_p[1] - fraction * along[1], to_p[2] - fraction * along[2]};
    const double chord_m = std::sqrt(dot(away, away)), sagitta = sagitta_m(s.length_m);
    const double at_least_m = ground_at_least_m(std::max(0.0, chord_m - sagitta));
    if (at_least_m > within_m) return;
    within_m = std::min(within_m, ground_at_most_m(chord_m + sagitta));
    found.push_back({segment, at_least_m, fraction});
}

std::vector<Candidate> SegmentTree::near(const Vector3& p, double max_m) const {
    struct Node {
        double bound_m;
        std::uint32_t level, index;
    };
    const auto farther = [](const Node& a, const Node& b) { return a.bound_m > b.bound_m; };
    double within_m = max_m; // what the nearest can't be beyond
    std::vector<Candidate> found;
    std::vector<Node> waiting; // a heap, the nearest on top
    if (!levels_.empty()) {
        const auto top = static_cast<std::uint32_t>(levels_.size() - 1);
        waiting.push_back({bound_m(levels_[top][0], p), top, 0});
    }
    while (!waiting.empty() && waiting.front().bound_m <= within_m) {
        std::pop_heap(waiting.begin(), waiting.end(), farther);
        const Node node = waiting.back();
        waiting.pop_back();
        const std::size_t first = node.index * kFanOut;
        const std::size_t children = node.level == 0 ? segments_.size() : levels_[node.level - 1].size();
        const std::size_t last = std::min(first + kFanOut, children);
        for (std::size_t i = first; i < last; ++i) {
            if (node.level == 0) {
                look_at(static_cast<std::uint32_t>(i), p, within_m, found);
                continue;
            }
            const double bound = bound_m(levels_[node.level - 1][i], p);
            if (bound > within_m) continue;
            waiting.push_back({bound, node.level - 1, static_cast<std::uint32_t>(i)});
            std::push_heap(waiting.begin(), waiting.end(), farther);
        }
    }
    std::erase_if(found, [&](const Candidate& c) { return c.at_least_m > within_m; });
    std::sort(found.begin(), found.end(),
              [](const Candidate& a, const Candidate& b) { return a.at_least_m < b.at_least_m; });
    return found;
}

} // namespace geo
