#include "layers/store/spatialite/geometry_blob.hpp"

#include "geo/error.hpp"

#include <bit>
#include <cstring>

namespace layers::store {
namespace {

static_assert(std::endian::native == std::endian::little, "coordinates are copied as they lie in memory");

using geo::Geometry, geo::GeometryType, geo::Point;

constexpr char kStart = '\0', kLittleEndian = '\1', kBoxEnd = '\x7c', kEntity = '\x69', kEnd = '\xfe';
constexpr std::size_t kHeader = 1 + 1 + 4 + 32 + 1;
constexpr int kMaxDepth = 32;

void put(std::string& out, std::uint32_t number) {
    out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void put_points(std::string& out, const Geometry& g, std::size_t from, std::size_t to) {
    out.append(reinterpret_cast<const char*>(g.points.data() + from), (to - from) * sizeof(Point));
}

// Points [from, to) of a line or a ring behind their number.
void put_part(std::string& out, const Geometry& g, std::size_t part) {
    const std::size_t from = part == 0 ? 0 : g.part_ends[part - 1];
    put(out, g.part_ends[part] - static_cast<std::uint32_t>(from));
    put_points(out, g, from, g.part_ends[part]);
}

void put_polygon(std::string& out, const Geometry& g, std::size_t first_ring, std::size_t end_ring) {
    put(out, static_cast<std::uint32_t>(end_ring - first_ring));
    for (std::size_t ring = first_ring; ring < end_ring; ++ring) put_part(out, g, ring);
}

void put_entity(std::string& out, GeometryType type) {
    out += kEntity;
    put(out, static_cast<std::uint32_t>(type));
}

void put_body(std::string& out, const Geometry& g) {
    switch (g.type) {
    case GeometryType::none:
        break;
    case GeometryType::point:
        put_points(out, g, 0, 1);
        break;
    case GeometryType::line_string:
        put_part(out, g, 0);
        break;
    case GeometryType::polygon:
        put_polygon(out, g, 0, g.part_ends.size());
        break;
    case GeometryType::multi_point:
        put(out, static_cast<std::uint32_t>(g.points.size()));
        for (std::size_t i = 0; i < g.points.size(); ++i) {
            put_entity(out, GeometryType::point);
            put_points(out, g, i, i + 1);
        }
        break;
    case GeometryType::multi_line_string:
        put(out, static_cast<std::uint32_t>(g.part_ends.size()));
        for (std::size_t i = 0; i < g.part_ends.size(); ++i) {
            put_entity(out, GeometryType::line_string);
            put_part(out, g, i);
        }
        break;
    case GeometryType::multi_polygon:
        put(out, static_cast<std::uint32_t>(g.polygon_ends.size()));
        for (std::size_t i = 0; i < g.polygon_ends.size(); ++i) {
            put_entity(out, GeometryType::polygon);
            put_polygon(out, g, i == 0 ? 0 : g.polygon_ends[i - 1], g.polygon_ends[i]);
        }
        break;
    case GeometryType::collection:
        put(out, static_cast<std::uint32_t>(g.members.size()));
        for (const Geometry& member : g.members) {
            put_entity(out, member.type);
            put_body(out, member);
        }
        break;
    }
}

[[noreturn]] void damaged() {
    throw geo::Error{geo::ErrorCode::storage_failed, "a stored shape is damaged"};
}

class Reader {
public:
    explicit Reader(std::string_view bytes) : bytes_{bytes} {}

    std::uint32_t number() {
        std::uint32_t n = 0;
        std::memcpy(&n, take(sizeof n), sizeof n);
        return n;
    }
    void points(Geometry& g, std::size_t count) {
        const char* from = take_each(count, sizeof(Point));
        const std::size_t old = g.points.size();
        g.points.resize(old + count);
        if (count > 0) std::memcpy(g.points.data() + old, from, count * sizeof(Point));
    }
    GeometryType type() {
        const std::uint32_t code = number();
        if (code == 0 || code > static_cast<std::uint32_t>(GeometryType::collection)) damaged();
        return static_cast<GeometryType>(code);
    }
    void entity(GeometryType expected) {
        if (*take(1) != kEntity || type() != expected) damaged();
    }
    GeometryType any_entity() {
        if (*take(1) != kEntity) damaged();
        return type();
    }
    std::size_t left() const { return bytes_.size(); }

private:
    const char* take_each(std::size_t count, std::size_t size) {
        if (count > bytes_.size() / size) damaged();
        return take(count * size);
    }
    const char* take(std::size_t count) {
        if (count > bytes_.size()) damaged();
        const char* from = bytes_.data();
        bytes_.remove_prefix(count);
        return from;
    }
    std::string_view bytes_;
};

void read_part(Reader& in, Geometry& g) {
    in.points(g, in.number());
    g.part_ends.push_back(static_cast<std::uint32_t>(g.points.size()));
}

void read_polygon(Reader& in, Geometry& g) {
    for (std::uint32_t rings = in.number(); rings > 0; --rings) read_part(in, g);
    g.polygon_ends.push_back(static_cast<std::uint32_t>(g.part_ends.size()));
}

Geometry read_body(Reader& in, GeometryType type, int depth) {
    if (depth > kMaxDepth) damaged();
    Geometry g;
    g.type = type;
    switch (type) {
    case GeometryType::none:
        break;
    case GeometryType::point:
        in.points(g, 1);
        break;
    case GeometryType::line_string:
        read_part(in, g);
        break;
    case GeometryType::polygon:
        read_polygon(in, g);
        break;
    case GeometryType::multi_point:
        for (std::uint32_t n = in.number(); n > 0; --n) {
            in.entity(GeometryType::point);
            in.points(g, 1);
        }
        break;
    case GeometryType::multi_line_string:
        for (std::uint32_t n = in.number(); n > 0; --n) {
            in.entity(GeometryType::line_string);
            read_part(in, g);
        }
        break;
    case GeometryType::multi_polygon:
        for (std::uint32_t n = in.number(); n > 0; --n) {
            in.entity(GeometryType::polygon);
            read_polygon(in, g);
        }
        break;
    case GeometryType::collection:
        for (std::uint32_t n = in.number(); n > 0; --n) {
            const GeometryType member = in.any_entity();
            g.members.push_back(read_body(in, member, depth + 1));
        }
        break;
    }
    return g;
}

} // namespace

std::string to_blob(const Geometry& geometry, const geo::Box& box) {
    std::string out;
    if (geometry.type == GeometryType::none || box.empty()) return out;
    out.reserve(kHeader + 16 + geometry.points.size() * sizeof(Point));
    out += kStart;
    out += kLittleEndian;
    put(out, kSrid);
    for (double side : {box.min_x, box.min_y, box.max_x, box.max_y}) {
        out.append(reinterpret_cast<const char*>(&side), sizeof side);
    }
    out += kBoxEnd;
    put(out, static_cast<std::uint32_t>(geometry.type));
    put_body(out, geometry);
    out += kEnd;
    return out;
}

Geometry from_blob(std::string_view blob) {
    if (blob.empty()) return {};
    if (blob.size() <= kHeader || blob.front() != kStart || blob[1] != kLittleEndian || blob[kHeader - 1] != kBoxEnd ||
        blob.back() != kEnd) {
        damaged();
    }
    Reader in{blob.substr(kHeader, blob.size() - kHeader - 1)};
    const GeometryType type = in.type();
    Geometry geometry = read_body(in, type, 0);
    if (in.left() != 0) damaged();
    return geometry;
}

} // namespace layers::store
