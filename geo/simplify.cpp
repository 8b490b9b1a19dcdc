#include "geo/simplify.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace geo {
namespace {

constexpr float kAlways = std::numeric_limits<float>::infinity();
// Farthest-vertex splits of natural lines stay far below this; spirals and combs would go as deep as they are long.
constexpr int kFarthestDepth = 48;

double squared_distance(MercatorPoint p, MercatorPoint a, MercatorPoint b) {
    const double dx = static_cast<double>(b.x) - a.x, dy = static_cast<double>(b.y) - a.y;
    double px = static_cast<double>(p.x) - a.x, py = static_cast<double>(p.y) - a.y;
    const double squared_length = dx * dx + dy * dy;
    if (squared_length > 0) {
        const double t = std::clamp((px * dx + py * dy) / squared_length, 0.0, 1.0);
        px -= t * dx;
        py -= t * dy;
    }
    return px * px + py * py;
}

struct Farthest {
    std::size_t index = 0;
    double squared = -1;
};

// Of the vertices strictly between `first` and `last` the one farthest from the chord.
Farthest farthest(std::span<const MercatorPoint> line, std::size_t first, std::size_t last) {
    Farthest best;
    for (std::size_t i = first + 1; i < last; ++i) {
        const double squared = squared_distance(line[i], line[first], line[last]);
        if (squared > best.squared) best = {i, squared};
    }
    return best;
}

// The smallest float not below: rounding down would let a vertex go at exactly its own distance.
float not_below(double value) {
    const auto rounded = static_cast<float>(value);
    return rounded < value ? std::nextafter(rounded, kAlways) : rounded;
}

struct Span {
    std::size_t first, last;
    float limit; // importance of the vertex that made this span
    int depth;
};

void split(std::span<const MercatorPoint> line, std::size_t first, std::size_t last, std::vector<float>& importance) {
    std::vector<Span> waiting{
        {first, last, kAlways, 0}}; // a stack of its own: depth is bounded, but not by our thread's
    while (!waiting.empty()) {
        const Span span = waiting.back();
        waiting.pop_back();
        if (span.last - span.first < 2) continue;
        const Farthest far = farthest(line, span.first, span.last);
        const std::size_t at = span.depth < kFarthestDepth ? far.index : span.first + (span.last - span.first) / 2;
        importance[at] = std::min(span.limit, not_below(std::sqrt(far.squared)));
        waiting.push_back({span.first, at, importance[at], span.depth + 1});
        waiting.push_back({at, span.last, importance[at], span.depth + 1});
    }
}

// A ring's ends are one point, so its first chord is drawn to the vertex farthest from it.
void split_ring(std::span<const MercatorPoint> ring, std::vector<float>& importance) {
    const std::size_t last = ring.size() - 1;
    const std::size_t opposite = farthest(ring, 0, last).index;
    importance[opposite] = kAlways;
    split(ring, 0, opposite, importance);
    split(ring, opposite, last, importance);
    std::size_t third = opposite == 1 ? 2 : 1;
    for (std::size_t i = 1; i < last; ++i) {
        if (i != opposite && importance[i] > importance[third]) third = i;
    }
    importance[third] = kAlways;
}

} // namespace

std::vector<float> vertex_importance(std::span<const MercatorPoint> line, bool ring) {
    std::vector<float> importance(line.size(), 0);
    if (line.size() <= (ring ? 4u : 2u)) {
        std::fill(importance.begin(), importance.end(), kAlways);
        return importance;
    }
    importance.front() = importance.back() = kAlways;
    if (ring)
        split_ring(line, importance);
    else
        split(line, 0, line.size() - 1, importance);
    return importance;
}

float tolerance_cm(int z, double pixels) {
    return static_cast<float>(pixel_size_m(z) * 100 * pixels);
}

} // namespace geo
