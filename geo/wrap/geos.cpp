#include "geo/wrap/geos.hpp"

#include "geo/error.hpp"
#include "geo/ops.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <geos_c.h>
#include <memory>
#include <vector>

namespace geo::wrap {
namespace {

void keep_message(const char* message, void* target) {
    *static_cast<std::string*>(target) = message;
}
void drop_message(const char*, void*) {}

// GEOS contexts and everything made with them belong to one thread.
class Context {
public:
    Context() : handle_{GEOS_init_r()} {
        GEOSContext_setErrorMessageHandler_r(handle_, keep_message, &message_);
        GEOSContext_setNoticeMessageHandler_r(handle_, drop_message, nullptr);
    }
    ~Context() { GEOS_finish_r(handle_); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    GEOSContextHandle_t handle() const { return handle_; }

    [[noreturn]] void fail() {
        // "IllegalArgumentException: Points of LinearRing do not form a closed linestring" without the class's name.
        const auto colon = message_.find(": ");
        std::string reason = colon == std::string::npos ? message_ : message_.substr(colon + 2);
        message_.clear();
        throw Error{ErrorCode::invalid_geometry, reason.empty() ? "not a valid geometry" : reason};
    }

private:
    GEOSContextHandle_t handle_;
    std::string message_;
};

Context& context() {
    static thread_local Context instance;
    return instance;
}

GEOSContextHandle_t ctx() {
    return context().handle();
}

struct FreeGeometry {
    void operator()(GEOSGeometry* g) const noexcept { GEOSGeom_destroy_r(ctx(), g); }
};
struct FreePrepared {
    void operator()(const GEOSPreparedGeometry* g) const noexcept { GEOSPreparedGeom_destroy_r(ctx(), g); }
};
using Shape = std::unique_ptr<GEOSGeometry, FreeGeometry>;
using Prepared = std::unique_ptr<const GEOSPreparedGeometry, FreePrepared>;

Shape made(GEOSGeometry* g) {
    if (!g) context().fail();
    return Shape{g};
}

// GEOS answers 0, 1, and 2 for "exception".
bool truth(char answer) {
    if (answer == 2) context().fail();
    return answer == 1;
}

// ---- to GEOS -----------------------------------------------------------------------------------------------------

GEOSCoordSequence* sequence(const Geometry& g, std::uint32_t begin, std::uint32_t end) {
    static_assert(sizeof(Point) == 2 * sizeof(double));
    for (std::uint32_t i = begin; i < end; ++i) {
        if (!std::isfinite(g.points[i].x) || !std::isfinite(g.points[i].y)) {
            throw Error{ErrorCode::invalid_geometry, "a coordinate is not a finite number"};
        }
    }
    const double* data = begin < end ? &g.points[begin].x : nullptr;
    GEOSCoordSequence* made_sequence = GEOSCoordSeq_copyFromBuffer_r(ctx(), data, end - begin, 0, 0);
    if (!made_sequence) context().fail();
    return made_sequence;
}

GEOSGeometry* release_all(std::vector<Shape>& shapes, int type) {
    std::vector<GEOSGeometry*> raw;
    for (Shape& shape : shapes) raw.push_back(shape.release()); // the collection owns them, even when it can't be made
    return GEOSGeom_createCollection_r(ctx(), type, raw.data(), static_cast<unsigned>(raw.size()));
}

std::uint32_t begin_of(const std::vector<std::uint32_t>& ends, std::size_t i) {
    return i == 0 ? 0 : ends[i - 1];
}

Shape to_line(const Geometry& g, std::uint32_t begin, std::uint32_t end) {
    return made(GEOSGeom_createLineString_r(ctx(), sequence(g, begin, end)));
}

Shape to_ring(const Geometry& g, std::size_t ring) {
    return made(GEOSGeom_createLinearRing_r(ctx(), sequence(g, begin_of(g.part_ends, ring), g.part_ends[ring])));
}

Shape to_polygon(const Geometry& g, std::uint32_t begin, std::uint32_t end) {
    if (begin == end) return made(GEOSGeom_createEmptyPolygon_r(ctx()));
    Shape shell = to_ring(g, begin);
    std::vector<Shape> holes;
    for (std::uint32_t ring = begin + 1; ring < end; ++ring) holes.push_back(to_ring(g, ring));
    std::vector<GEOSGeometry*> raw;
    for (Shape& hole : holes) raw.push_back(hole.release());
    return made(GEOSGeom_createPolygon_r(ctx(), shell.release(), raw.data(), static_cast<unsigned>(raw.size())));
}

Shape to_geos(const Geometry& g) {
    std::vector<Shape> parts;
    switch (g.type) {
    case GeometryType::none:
        return made(GEOSGeom_createEmptyCollection_r(ctx(), GEOS_GEOMETRYCOLLECTION));
    case GeometryType::point:
        if (g.points.empty()) return made(GEOSGeom_createEmptyPoint_r(ctx()));
        return made(GEOSGeom_createPoint_r(ctx(), sequence(g, 0, 1)));
    case GeometryType::line_string:
        return to_line(g, 0, static_cast<std::uint32_t>(g.points.size()));
    case GeometryType::polygon:
        return to_polygon(g, 0, static_cast<std::uint32_t>(g.part_ends.size()));
    case GeometryType::multi_point:
        for (std::uint32_t i = 0; i < g.points.size(); ++i) {
            parts.push_back(made(GEOSGeom_createPoint_r(ctx(), sequence(g, i, i + 1))));
        }
        return made(release_all(parts, GEOS_MULTIPOINT));
    case GeometryType::multi_line_string:
        for (std::size_t i = 0; i < g.part_ends.size(); ++i) {
            parts.push_back(to_line(g, begin_of(g.part_ends, i), g.part_ends[i]));
        }
        return made(release_all(parts, GEOS_MULTILINESTRING));
    case GeometryType::multi_polygon:
        for (std::size_t i = 0; i < g.polygon_ends.size(); ++i) {
            parts.push_back(to_polygon(g, begin_of(g.polygon_ends, i), g.polygon_ends[i]));
        }
        return made(release_all(parts, GEOS_MULTIPOLYGON));
    case GeometryType::collection:
        for (const Geometry& member : g.members) parts.push_back(to_geos(member));
        return made(release_all(parts, GEOS_GEOMETRYCOLLECTION));
    }
    return {};
}

// ---- from GEOS ---------------------------------------------------------------------------------------------------

void append_points(Geometry& g, const GEOSGeometry* simple) {
    const GEOSCoordSequence* from = GEOSGeom_getCoordSeq_r(ctx(), simple);
    unsigned int size = 0;
    if (!from || !GEOSCoordSeq_getSize_r(ctx(), from, &size)) context().fail();
    if (size == 0) return;
    const std::size_t before = g.points.size();
    g.points.resize(before + size);
    if (!GEOSCoordSeq_copyToBuffer_r(ctx(), from, &g.points[before].x, 0, 0)) context().fail();
}

void append_part(Geometry& g, const GEOSGeometry* line) {
    const std::size_t before = g.points.size();
    append_points(g, line);
    if (g.points.size() > before) g.part_ends.push_back(static_cast<std::uint32_t>(g.points.size()));
}

void append_polygon(Geometry& g, const GEOSGeometry* polygon) {
    const std::size_t before = g.part_ends.size();
    append_part(g, GEOSGetExteriorRing_r(ctx(), polygon));
    const int holes = GEOSGetNumInteriorRings_r(ctx(), polygon);
    for (int i = 0; i < holes; ++i) append_part(g, GEOSGetInteriorRingN_r(ctx(), polygon, i));
    if (g.part_ends.size() > before) g.polygon_ends.push_back(static_cast<std::uint32_t>(g.part_ends.size()));
}

Geometry from_geos(const GEOSGeometry* shape) {
    Geometry g;
    const auto for_each = [&](auto append) {
        const int members = GEOSGetNumGeometries_r(ctx(), shape);
        for (int i = 0; i < members; ++i) append(g, GEOSGetGeometryN_r(ctx(), shape, i));
    };
    switch (GEOSGeomTypeId_r(ctx(), shape)) {
    case GEOS_POINT:
        g.type = GeometryType::point;
        append_points(g, shape);
        break;
    case GEOS_LINESTRING:
    case GEOS_LINEARRING:
        g.type = GeometryType::line_string;
        append_part(g, shape);
        break;
    case GEOS_POLYGON:
        g.type = GeometryType::polygon;
        append_polygon(g, shape);
        break;
    case GEOS_MULTIPOINT:
        g.type = GeometryType::multi_point;
        for_each(append_points);
        break;
    case GEOS_MULTILINESTRING:
        g.type = GeometryType::multi_line_string;
        for_each(append_part);
        break;
    case GEOS_MULTIPOLYGON:
        g.type = GeometryType::multi_polygon;
        for_each(append_polygon);
        break;
    case GEOS_GEOMETRYCOLLECTION:
        g.type = GeometryType::collection;
        for_each([](Geometry& all, const GEOSGeometry* member) { all.members.push_back(from_geos(member)); });
        break;
    default:
        context().fail();
    }
    return g;
}

// ---- predicates --------------------------------------------------------------------------------------------------

// A shape that came in two calls running is worth preparing. Compared whole, so a hit is never another shape.
class PreparedCache {
public:
    struct Entry {
        Geometry key;
        Shape shape;
        Prepared prepared;
    };

    const Entry* find_or_promote(const Geometry& g) {
        if (g.points.size() < 4) return nullptr;
        for (const Entry& entry : entries_) {
            if (entry.prepared && same(entry.key, g)) return &entry;
        }
        const Print print = print_of(g);
        const bool seen = print == seen_[0] || print == seen_[1];
        seen_[next_seen_++ % seen_.size()] = print;
        if (!seen) return nullptr;
        Entry fresh{g, to_geos(g), nullptr};
        fresh.prepared.reset(GEOSPrepare_r(ctx(), fresh.shape.get()));
        if (!fresh.prepared) context().fail();
        Entry& slot = entries_[next_entry_++ % entries_.size()];
        slot.prepared.reset(); // before the shape it points into
        slot = std::move(fresh);
        return &slot;
    }

private:
    // Bit by bit: quicker than comparing numbers, and never more forgiving.
    static bool same(const Geometry& a, const Geometry& b) {
        return a.type == b.type && a.points.size() == b.points.size() && a.part_ends == b.part_ends &&
               a.polygon_ends == b.polygon_ends &&
               std::memcmp(a.points.data(), b.points.data(), a.points.size() * sizeof(Point)) == 0;
    }

    struct Print {
        std::size_t size = 0;
        Point first, middle;
        friend bool operator==(const Print&, const Print&) = default;
    };
    static Print print_of(const Geometry& g) {
        return {g.points.size(), g.points.front(), g.points[g.points.size() / 2]};
    }

    std::array<Entry, 4> entries_;
    std::array<Print, 4> seen_; // of the last two calls, two shapes each
    std::size_t next_entry_ = 0;
    std::size_t next_seen_ = 0;
};

PreparedCache& cache() {
    context(); // made first, so that it outlives what it made
    static thread_local PreparedCache instance;
    return instance;
}

Predicate converse(Predicate predicate) {
    if (predicate == Predicate::within) return Predicate::contains;
    if (predicate == Predicate::contains) return Predicate::within;
    return predicate; // the others are symmetric
}

char ask_prepared(Predicate predicate, const PreparedCache::Entry& a, const GEOSGeometry* b) {
    const GEOSPreparedGeometry* p = a.prepared.get();
    switch (predicate) {
    case Predicate::intersects:
        return GEOSPreparedIntersects_r(ctx(), p, b);
    case Predicate::equals:
        return GEOSEquals_r(ctx(), a.shape.get(), b);
    case Predicate::disjoint:
        return GEOSPreparedDisjoint_r(ctx(), p, b);
    case Predicate::touches:
        return GEOSPreparedTouches_r(ctx(), p, b);
    case Predicate::within:
        return GEOSPreparedWithin_r(ctx(), p, b);
    case Predicate::overlaps:
        return GEOSPreparedOverlaps_r(ctx(), p, b);
    case Predicate::crosses:
        return GEOSPreparedCrosses_r(ctx(), p, b);
    case Predicate::contains:
        return GEOSPreparedContains_r(ctx(), p, b);
    }
    return 2;
}

char ask(Predicate predicate, const GEOSGeometry* a, const GEOSGeometry* b) {
    switch (predicate) {
    case Predicate::intersects:
        return GEOSIntersects_r(ctx(), a, b);
    case Predicate::equals:
        return GEOSEquals_r(ctx(), a, b);
    case Predicate::disjoint:
        return GEOSDisjoint_r(ctx(), a, b);
    case Predicate::touches:
        return GEOSTouches_r(ctx(), a, b);
    case Predicate::within:
        return GEOSWithin_r(ctx(), a, b);
    case Predicate::overlaps:
        return GEOSOverlaps_r(ctx(), a, b);
    case Predicate::crosses:
        return GEOSCrosses_r(ctx(), a, b);
    case Predicate::contains:
        return GEOSContains_r(ctx(), a, b);
    }
    return 2;
}

// GEOS 3.11 relates no collections; the union of the members covers the same points and is none where it can be.
Shape plain(const Geometry& g) {
    Shape shape = to_geos(g);
    if (g.type != GeometryType::collection) return shape;
    return made(GEOSUnaryUnion_r(ctx(), shape.get()));
}

} // namespace

bool geos_holds(Predicate predicate, const Geometry& a, const Geometry& b) {
    if (a.type == GeometryType::collection || b.type == GeometryType::collection) {
        return truth(ask(predicate, plain(a).get(), plain(b).get()));
    }
    if (const auto* prepared = cache().find_or_promote(b)) {
        return truth(ask_prepared(converse(predicate), *prepared, to_geos(a).get()));
    }
    if (const auto* prepared = cache().find_or_promote(a)) {
        return truth(ask_prepared(predicate, *prepared, to_geos(b).get()));
    }
    return truth(ask(predicate, to_geos(a).get(), to_geos(b).get()));
}

std::optional<std::string> geos_invalid_reason(const Geometry& geometry) {
    const Shape shape = to_geos(geometry);
    char* reason = nullptr;
    GEOSGeometry* place = nullptr;
    const bool valid = truth(GEOSisValidDetail_r(ctx(), shape.get(), 0, &reason, &place));
    const std::unique_ptr<char, void (*)(char*)> reason_owner{reason, [](char* p) { GEOSFree_r(ctx(), p); }};
    const Shape place_owner{place};
    if (valid) return {};
    std::string text = reason ? reason : "not valid";
    if (place) {
        double x = 0, y = 0;
        if (GEOSGeomGetX_r(ctx(), place, &x) == 1 && GEOSGeomGetY_r(ctx(), place, &y) == 1) {
            std::array<char, 64> buffer{};
            std::snprintf(buffer.data(), buffer.size(), " at (%.10g %.10g)", x, y);
            text += buffer.data();
        }
    }
    return text;
}

Geometry geos_make_valid(const Geometry& geometry) {
    const std::unique_ptr<GEOSMakeValidParams, void (*)(GEOSMakeValidParams*)> params{
        GEOSMakeValidParams_create_r(ctx()), [](GEOSMakeValidParams* p) { GEOSMakeValidParams_destroy_r(ctx(), p); }};
    if (!params) context().fail();
    GEOSMakeValidParams_setMethod_r(ctx(), params.get(), GEOS_MAKE_VALID_STRUCTURE);
    GEOSMakeValidParams_setKeepCollapsed_r(ctx(), params.get(), 0);
    const Shape shape = to_geos(geometry);
    return from_geos(made(GEOSMakeValidWithParams_r(ctx(), shape.get(), params.get())).get());
}

Geometry geos_intersection(const Geometry& a, const Geometry& b) {
    const Shape left = to_geos(a), right = to_geos(b);
    return from_geos(made(GEOSIntersection_r(ctx(), left.get(), right.get())).get());
}

Geometry geos_union(const Geometry& geometry) {
    const Shape shape = to_geos(geometry);
    return from_geos(made(GEOSUnaryUnion_r(ctx(), shape.get())).get());
}

} // namespace geo::wrap
