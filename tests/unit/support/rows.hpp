// Rows for tests of the read model and of tiles: a layer with every field type, and seeded random rows of it.
#pragma once

#include "layers/index/read_model.hpp"
#include "layers/model/fields.hpp"

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace rows {

using namespace layers;

inline std::shared_ptr<const Layer> mixed_layer() {
    using namespace fields;
    static const auto layer = std::make_shared<const Layer>(
        make_layer("mixed", "Mixed", GeometryKind::any,
                   {text("name", "Name"), choice("impact", "Impact", {"low", "medium", "high", "critical"}),
                    choice("kind", "Kind", {"attack", "distress", "som"}), integer("count_min", "Count"),
                    number("effort_km", "Effort", "km"), boolean("staffed", "Staffed"), text_list("aliases", "Aliases"),
                    json("states", "States")}));
    return layer;
}

inline Record empty_row(const Layer& layer, int number) {
    Record record;
    record.id = geo::uuid_from_hash("row " + std::to_string(number));
    record.version = 1;
    record.seq = 1;
    record.values.resize(layer.fields.size());
    return record;
}

inline Record point_row(const Layer& layer, int number, double lon, double lat) {
    Record record = empty_row(layer, number);
    record.geometry = geo::make_point(lon, lat);
    return record;
}

inline void set(Record& record, const Layer& layer, const char* field, geo::Value value) {
    record.values[*layer.find(field)] = std::move(value);
}

inline geo::Geometry random_shape(std::mt19937& random, double size_deg) {
    std::uniform_real_distribution<double> lon{60, 78}, lat{23, 38}, step{-size_deg, size_deg};
    const double x = lon(random), y = lat(random);
    switch (random() % 5) {
    case 0:
        return {};
    case 1: {
        std::vector<geo::Point> line;
        double px = x, py = y;
        for (std::size_t n = 2 + random() % 60; n > 0; --n) {
            line.push_back({px, py});
            px = std::clamp(px + step(random) / 8, 55.0, 80.0);
            py = std::clamp(py + step(random) / 8, 20.0, 40.0);
        }
        return geo::make_line(std::move(line));
    }
    case 2: {
        // A star around its middle never crosses itself.
        std::uniform_real_distribution<double> reach{0.2 * size_deg, size_deg};
        std::vector<geo::Point> ring;
        const int corners = 5 + static_cast<int>(random() % 20);
        for (int i = 0; i < corners; ++i) {
            const double angle = 2 * 3.14159265358979 * i / corners, r = reach(random);
            ring.push_back({x + r * std::cos(angle), y + r * std::sin(angle)});
        }
        ring.push_back(ring.front());
        return geo::make_polygon({ring});
    }
    default:
        return geo::make_point(x, y);
    }
}

inline Record random_row(const Layer& layer, std::mt19937& random, int number, double size_deg = 1) {
    Record record = empty_row(layer, number);
    record.geometry = random_shape(random, size_deg);
    const auto maybe = [&] { return random() % 4 != 0; };
    const char* agencies[] = {"fia", "anf", "customs"};
    const char* impacts[] = {"low", "medium", "high", "critical"};
    const char* kinds[] = {"attack", "distress", "som"};
    if (maybe()) record.values[common::agency] = std::string{agencies[random() % 3]};
    if (maybe()) record.values[common::releasable_to] = geo::TextList{agencies[random() % 3], agencies[random() % 3]};
    if (maybe()) record.values[common::handling] = std::string{"H"} + std::to_string(random() % 4);
    if (maybe()) record.values[common::scenario_id] = std::string{"demo"};
    const std::int64_t day_us = 86'400'000'000;
    const auto from = static_cast<std::int64_t>(random() % 400) * day_us;
    if (maybe()) record.values[common::valid_from] = geo::Instant{from};
    if (maybe())
        record.values[common::valid_to] = geo::Instant{from + static_cast<std::int64_t>(random() % 30) * day_us};
    if (maybe()) set(record, layer, "name", "name " + std::to_string(random() % 50));
    if (maybe()) set(record, layer, "impact", std::string{impacts[random() % 4]});
    if (maybe()) set(record, layer, "kind", std::string{kinds[random() % 3]});
    if (maybe()) set(record, layer, "count_min", static_cast<std::int64_t>(random() % 100));
    if (maybe()) set(record, layer, "effort_km", static_cast<double>(random() % 1000) / 7);
    if (maybe()) set(record, layer, "staffed", random() % 2 == 0);
    return record;
}

// The evaluator's own view of a record, straight from its values: what an index must agree with.
class RecordRow final : public query::RowView {
public:
    explicit RecordRow(const Record& record)
        : record_{record}, id_{geo::to_string(record.id)}, version_{record.version} {}
    const geo::Value& value(std::size_t ordinal) const override {
        if (ordinal == query::kIdOrdinal) return id_;
        if (ordinal == query::kVersionOrdinal) return version_;
        return record_.values[ordinal];
    }
    const geo::Geometry& geometry() const override { return record_.geometry; }
    geo::Box box() const override { return record_.geometry.box(); }

private:
    const Record& record_;
    geo::Value id_, version_;
};

} // namespace rows
