#include "geo/clip.hpp"

#include <algorithm>
#include <cmath>

namespace geo {
namespace {

enum Side : unsigned { inside = 0, west = 1, east = 2, south = 4, north = 8 };

unsigned side_of(MercatorPoint p, const MercatorBox& box) {
    unsigned side = inside;
    if (p.x < box.min_x) side |= west;
    if (p.x > box.max_x) side |= east;
    if (p.y < box.min_y) side |= south;
    if (p.y > box.max_y) side |= north;
    return side;
}

double minus(std::int32_t a, std::int32_t b) {
    return static_cast<double>(a) - static_cast<double>(b);
}

std::int32_t rounded(double value, std::int32_t low, std::int32_t high) {
    return static_cast<std::int32_t>(
        std::clamp(std::round(value), static_cast<double>(low), static_cast<double>(high)));
}

// The stretch [enter, leave] of a segment that lies within the box, as fractions of its length.
struct Stretch {
    double enter = 0;
    double leave = 1;

    // One border: `room` to it from the start, `step` towards it over the whole segment. False: all beyond.
    bool cut(double room, double step) {
        if (step == 0) return room >= 0;
        const double at = room / step;
        if (step < 0)
            enter = std::max(enter, at);
        else
            leave = std::min(leave, at);
        return enter <= leave;
    }
};

bool cut(MercatorPoint a, MercatorPoint b, const MercatorBox& box, Stretch& stretch) {
    const double dx = minus(b.x, a.x), dy = minus(b.y, a.y);
    return stretch.cut(minus(a.x, box.min_x), -dx) && stretch.cut(minus(box.max_x, a.x), dx) &&
           stretch.cut(minus(a.y, box.min_y), -dy) && stretch.cut(minus(box.max_y, a.y), dy);
}

MercatorPoint along(MercatorPoint a, MercatorPoint b, double fraction, const MercatorBox& box) {
    return {rounded(a.x + fraction * minus(b.x, a.x), box.min_x, box.max_x),
            rounded(a.y + fraction * minus(b.y, a.y), box.min_y, box.max_y)};
}

// Collects one piece after the other; a piece that never leaves its first point vanishes.
class Pieces {
public:
    explicit Pieces(GridParts& out) : out_{out}, begin_{out.points.size()} {}
    ~Pieces() { end(); }
    void add(MercatorPoint p) {
        if (out_.points.size() == begin_ || !(out_.points.back() == p)) out_.points.push_back(p);
    }
    void end() {
        if (out_.points.size() - begin_ >= 2)
            out_.part_ends.push_back(static_cast<std::uint32_t>(out_.points.size()));
        else
            out_.points.resize(begin_);
        begin_ = out_.points.size();
    }

private:
    GridParts& out_;
    std::size_t begin_;
};

// One border of Sutherland and Hodgman: keeps what is on the good side of it.
template <typename Keep, typename Cross>
void cut_border(const std::vector<MercatorPoint>& from, std::vector<MercatorPoint>& to, Keep keep, Cross cross) {
    to.clear();
    if (from.empty()) return;
    MercatorPoint previous = from.back(); // open ring: the last point is joined to the first
    bool previous_kept = keep(previous);
    for (const MercatorPoint p : from) {
        const bool kept = keep(p);
        if (kept != previous_kept) to.push_back(cross(previous, p));
        if (kept) to.push_back(p);
        previous = p;
        previous_kept = kept;
    }
}

MercatorPoint cross_x(MercatorPoint a, MercatorPoint b, std::int32_t x) {
    const double fraction = minus(x, a.x) / minus(b.x, a.x);
    return {x, rounded(a.y + fraction * minus(b.y, a.y), std::min(a.y, b.y), std::max(a.y, b.y))};
}

MercatorPoint cross_y(MercatorPoint a, MercatorPoint b, std::int32_t y) {
    const double fraction = minus(y, a.y) / minus(b.y, a.y);
    return {rounded(a.x + fraction * minus(b.x, a.x), std::min(a.x, b.x), std::max(a.x, b.x)), y};
}

} // namespace

void clip_line(std::span<const MercatorPoint> line, const MercatorBox& box, GridParts& out) {
    if (line.empty()) return;
    Pieces pieces{out};
    unsigned side_a = side_of(line[0], box);
    if (side_a == inside) pieces.add(line[0]);
    for (std::size_t i = 1; i < line.size(); ++i) {
        const MercatorPoint a = line[i - 1], b = line[i];
        const unsigned side_b = side_of(b, box);
        Stretch stretch;
        if ((side_a | side_b) == inside) {
            pieces.add(b);
        } else if ((side_a & side_b) == 0 && cut(a, b, box, stretch)) {
            if (side_a != inside) pieces.add(along(a, b, stretch.enter, box));
            pieces.add(side_b == inside ? b : along(a, b, stretch.leave, box));
            if (side_b != inside) pieces.end();
        } else {
            pieces.end();
        }
        side_a = side_b;
    }
}

bool clip_ring(std::span<const MercatorPoint> ring, const MercatorBox& box, GridParts& out) {
    if (ring.size() < 4) return false;
    unsigned any = inside, all = west | east | south | north;
    for (const MercatorPoint p : ring) {
        const unsigned side = side_of(p, box);
        any |= side;
        all &= side;
    }
    if (all != inside) return false;
    const auto append = [&](std::span<const MercatorPoint> closed) {
        out.points.insert(out.points.end(), closed.begin(), closed.end());
        out.part_ends.push_back(static_cast<std::uint32_t>(out.points.size()));
        return true;
    };
    if (any == inside) return append(ring);

    static thread_local std::vector<MercatorPoint> from, to; // kept for their memory
    from.assign(ring.begin(), ring.end() - 1);
    const auto pass = [&](unsigned side, auto keep, auto cross) {
        if (!(any & side)) return;
        cut_border(from, to, keep, cross);
        from.swap(to);
    };
    pass(
        west, [&](MercatorPoint p) { return p.x >= box.min_x; },
        [&](MercatorPoint a, MercatorPoint b) { return cross_x(a, b, box.min_x); });
    pass(
        east, [&](MercatorPoint p) { return p.x <= box.max_x; },
        [&](MercatorPoint a, MercatorPoint b) { return cross_x(a, b, box.max_x); });
    pass(
        south, [&](MercatorPoint p) { return p.y >= box.min_y; },
        [&](MercatorPoint a, MercatorPoint b) { return cross_y(a, b, box.min_y); });
    pass(
        north, [&](MercatorPoint p) { return p.y <= box.max_y; },
        [&](MercatorPoint a, MercatorPoint b) { return cross_y(a, b, box.max_y); });
    from.erase(std::unique(from.begin(), from.end()), from.end());
    while (from.size() > 1 && from.front() == from.back()) from.pop_back();
    if (from.size() < 3) return false;
    from.push_back(from.front());
    return twice_area(from) != 0 && append(from);
}

double twice_area(std::span<const MercatorPoint> ring) {
    double sum = 0;
    for (std::size_t i = 1; i + 1 < ring.size(); ++i) {
        sum += minus(ring[i].x, ring[0].x) * minus(ring[i + 1].y, ring[0].y) -
               minus(ring[i + 1].x, ring[0].x) * minus(ring[i].y, ring[0].y);
    }
    return sum;
}

} // namespace geo
