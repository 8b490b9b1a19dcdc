#include "geo/wkb.hpp"

#include "geo/error.hpp"

#include <bit>
#include <cmath>
#include <cstring>

namespace geo {
namespace {

constexpr int kMaxDepth = 32;

// ---- writing -----------------------------------------------------------------------------------------------------

template <typename T>
void put(std::string& out, T value) {
    static_assert(std::endian::native == std::endian::little, "WKB is written in the machine's order");
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    out.append(bytes, sizeof(T));
}

void put_header(std::string& out, GeometryType type) {
    out += '\1';
    put(out, static_cast<std::uint32_t>(type));
}

void put_points(std::string& out, const Geometry& g, std::uint32_t begin, std::uint32_t end) {
    static_assert(sizeof(Point) == 16);
    put(out, end - begin);
    out.append(reinterpret_cast<const char*>(g.points.data() + begin), (end - begin) * sizeof(Point));
}

void put_rings(std::string& out, const Geometry& g, std::uint32_t begin, std::uint32_t end) {
    put(out, end - begin);
    for (std::uint32_t ring = begin; ring < end; ++ring) {
        put_points(out, g, ring == 0 ? 0 : g.part_ends[ring - 1], g.part_ends[ring]);
    }
}

// The count of a WKB element must fit 32 bits; so must every array here, since ends are 32 bits wide.
std::uint32_t count_of(std::size_t size) {
    return static_cast<std::uint32_t>(size);
}

void put_geometry(std::string& out, const Geometry& g) {
    put_header(out, g.type);
    switch (g.type) {
    case GeometryType::none:
        return;
    case GeometryType::point: {
        const Point p = g.points.empty() ? Point{std::nan(""), std::nan("")} : g.points.front();
        put(out, p.x);
        put(out, p.y);
        return;
    }
    case GeometryType::line_string:
        return put_points(out, g, 0, count_of(g.points.size()));
    case GeometryType::polygon:
        return put_rings(out, g, 0, count_of(g.part_ends.size()));
    case GeometryType::multi_point:
        put(out, count_of(g.points.size()));
        for (const Point& p : g.points) {
            put_header(out, GeometryType::point);
            put(out, p.x);
            put(out, p.y);
        }
        return;
    case GeometryType::multi_line_string: {
        put(out, count_of(g.part_ends.size()));
        std::uint32_t begin = 0;
        for (std::uint32_t end : g.part_ends) {
            put_header(out, GeometryType::line_string);
            put_points(out, g, begin, end);
            begin = end;
        }
        return;
    }
    case GeometryType::multi_polygon: {
        put(out, count_of(g.polygon_ends.size()));
        std::uint32_t begin = 0;
        for (std::uint32_t end : g.polygon_ends) {
            put_header(out, GeometryType::polygon);
            put_rings(out, g, begin, end);
            begin = end;
        }
        return;
    }
    case GeometryType::collection:
        put(out, count_of(g.members.size()));
        for (const Geometry& member : g.members) put_geometry(out, member);
        return;
    }
}

// ---- reading -----------------------------------------------------------------------------------------------------

[[noreturn]] void fail(const char* what) {
    throw Error{ErrorCode::invalid_geometry, std::string{"WKB: "} + what};
}

class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_{bytes} {}

    Geometry whole() {
        Geometry g = geometry(0);
        if (!rest_.empty()) fail("bytes behind the end");
        return g;
    }

private:
    struct Header {
        GeometryType type = GeometryType::none;
        std::size_t dimensions = 2;
    };

    template <typename T>
    T take() {
        if (rest_.size() < sizeof(T)) fail("truncated");
        char bytes[sizeof(T)];
        std::memcpy(bytes, rest_.data(), sizeof(T));
        rest_.remove_prefix(sizeof(T));
        if (swap_) {
            for (std::size_t i = 0; i < sizeof(T) / 2; ++i) std::swap(bytes[i], bytes[sizeof(T) - 1 - i]);
        }
        T value;
        std::memcpy(&value, bytes, sizeof(T));
        return value;
    }

    Header header() {
        const auto order = take<std::uint8_t>();
        if (order > 1) fail("unknown byte order");
        swap_ = order == 0;
        auto code = take<std::uint32_t>();
        Header h;
        const bool ewkb_z = code & 0x80000000u, ewkb_m = code & 0x40000000u;
        if (code & 0x20000000u) take<std::uint32_t>(); // the SRID of EWKB
        code &= 0x1fffffffu;
        const std::uint32_t iso = code / 1000; // 1: Z, 2: M, 3: ZM
        if (iso > 3 || (iso != 0 && (ewkb_z || ewkb_m))) fail("unknown geometry type");
        h.dimensions += (ewkb_z ? 1u : 0u) + (ewkb_m ? 1u : 0u) + (iso == 3 ? 2u : iso == 0 ? 0u : 1u);
        code %= 1000;
        if (code < 1 || code > 7) fail("unknown geometry type");
        h.type = static_cast<GeometryType>(code);
        return h;
    }

    // A count is believed only if that many of the smallest possible elements are still there: a short input never
    // makes a big allocation.
    std::uint32_t count(std::size_t smallest_element) {
        const auto n = take<std::uint32_t>();
        if (n > rest_.size() / smallest_element) fail("truncated");
        return n;
    }

    Point point(const Header& h) {
        Point p;
        p.x = take<double>();
        p.y = take<double>();
        for (std::size_t i = 2; i < h.dimensions; ++i) take<double>();
        return p;
    }

    void single_point(Geometry& g, const Header& h) {
        const Point p = point(h);
        if (std::isnan(p.x) && std::isnan(p.y)) return; // how WKB writes POINT EMPTY
        g.points.push_back(p);
    }

    void line(Geometry& g, const Header& h) {
        const std::uint32_t n = count(h.dimensions * sizeof(double));
        if (n == 0) return;
        g.points.reserve(g.points.size() + n);
        for (std::uint32_t i = 0; i < n; ++i) g.points.push_back(point(h));
        end_part(g);
    }

    void polygon(Geometry& g, const Header& h) {
        const std::size_t rings_before = g.part_ends.size();
        const std::uint32_t rings = count(sizeof(std::uint32_t));
        for (std::uint32_t i = 0; i < rings; ++i) line(g, h);
        if (g.part_ends.size() > rings_before) g.polygon_ends.push_back(static_cast<std::uint32_t>(g.part_ends.size()));
    }

    static void end_part(Geometry& g) {
        if (g.points.size() > UINT32_MAX) fail("too many points");
        g.part_ends.push_back(static_cast<std::uint32_t>(g.points.size()));
    }

    template <typename ReadMember>
    void members(GeometryType expected, ReadMember read) {
        constexpr std::size_t kSmallestMember = 5 + sizeof(std::uint32_t);
        const std::uint32_t n = count(kSmallestMember);
        for (std::uint32_t i = 0; i < n; ++i) {
            const Header member = header();
            if (member.type != expected) fail("a member of another type");
            read(member);
        }
    }

    Geometry geometry(int depth) {
        if (depth > kMaxDepth) fail("nested too deep");
        const Header h = header();
        Geometry g;
        g.type = h.type;
        switch (h.type) {
        case GeometryType::none:
            break;
        case GeometryType::point:
            single_point(g, h);
            break;
        case GeometryType::line_string:
            line(g, h);
            break;
        case GeometryType::polygon:
            polygon(g, h);
            break;
        case GeometryType::multi_point:
            members(GeometryType::point, [&](const Header& member) { single_point(g, member); });
            break;
        case GeometryType::multi_line_string:
            members(GeometryType::line_string, [&](const Header& member) { line(g, member); });
            break;
        case GeometryType::multi_polygon:
            members(GeometryType::polygon, [&](const Header& member) { polygon(g, member); });
            break;
        case GeometryType::collection: {
            const std::uint32_t n = count(5 + sizeof(std::uint32_t));
            for (std::uint32_t i = 0; i < n; ++i) g.members.push_back(geometry(depth + 1));
            break;
        }
        }
        return g;
    }

    std::string_view rest_;
    bool swap_ = false;
};

} // namespace

std::string to_wkb(const Geometry& geometry) {
    std::string out;
    if (geometry.type == GeometryType::none) return out;
    out.reserve(64 + geometry.points.size() * sizeof(Point) + geometry.part_ends.size() * 9);
    put_geometry(out, geometry);
    return out;
}

Geometry from_wkb(std::string_view bytes) {
    return Reader{bytes}.whole();
}

} // namespace geo
