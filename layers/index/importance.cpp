#include "layers/index/importance.hpp"

#include "geo/simplify.hpp"

namespace layers::index {

void append_importance(std::span<const geo::MercatorPoint> vertices, std::span<const std::uint32_t> part_ends,
                       geo::GeometryType type, std::vector<float>& out) {
    using geo::GeometryType;
    if (type == GeometryType::point || type == GeometryType::multi_point || type == GeometryType::none) {
        out.resize(out.size() + vertices.size(), 0.f);
        return;
    }
    const bool rings = type == GeometryType::polygon || type == GeometryType::multi_polygon;
    std::size_t begin = 0;
    for (const std::size_t end : part_ends) {
        const auto kept = geo::vertex_importance({vertices.data() + begin, end - begin}, rings);
        out.insert(out.end(), kept.begin(), kept.end());
        begin = end;
    }
}

} // namespace layers::index
