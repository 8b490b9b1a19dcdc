#include "geo/ops.hpp"
#include "layers/tiles/points.hpp"
#include "layers/tiles/tile_builder.hpp"
#include "tests/unit/support/mvt_reader.hpp"
#include "tests/unit/support/rows.hpp"

#include <gtest/gtest.h>
#include <set>

namespace {

using namespace layers;
using namespace layers::tiles;
using index::TimeWindow;

LayerSource source_of(const std::vector<Record>& records, std::shared_ptr<const Layer> layer = rows::mixed_layer()) {
    return {index::make_view(layer, records, 1), query::always(), std::vector<bool>(layer->fields.size(), true), {}};
}

BuiltTile build(const LayerSource& source, geo::TileId tile, std::size_t budget) {
    return build_tile({source}, tile, {}, {}, budget, {});
}

// All tiles of a zoom that meet the area of the test rows.
std::vector<geo::TileId> tiles_over_area(int z) {
    const auto low = geo::tile_at({54, 41}, z), high = geo::tile_at({82, 19}, z);
    std::vector<geo::TileId> tiles;
    for (auto y = low.y; y <= high.y; ++y)
        for (auto x = low.x; x <= high.x; ++x) tiles.push_back({z, x, y});
    return tiles;
}

std::vector<Record> random_points(unsigned seed, int count) {
    std::mt19937 random{seed};
    std::normal_distribution<double> lon{69, 3}, lat{30, 3};
    std::vector<Record> records;
    for (int i = 0; i < count; ++i) {
        records.push_back(rows::random_row(*rows::mixed_layer(), random, i));
        records.back().geometry = geo::make_point(std::clamp(lon(random), 55., 81.), std::clamp(lat(random), 20., 40.));
    }
    return records;
}

const std::vector<std::string> kImpacts{"low", "medium", "high", "critical"};

TEST(Clusters, counts_add_up_to_every_point_exactly_once_at_every_zoom) {
    const auto records = random_points(1, 20'000);
    const auto source = source_of(records);
    for (int z = 0; z <= 7; ++z) {
        std::int64_t counted = 0, clusters = 0;
        for (const auto tile : tiles_over_area(z)) {
            const auto built = build(source, tile, 20'000);
            auto layers = mvt::read(built.mvt);
            for (const auto& feature : layers["mixed"].features) {
                counted += feature.has("count") ? feature.integer("count") : 1;
                clusters += feature.has("count");
            }
        }
        EXPECT_EQ(counted, 20'000) << "zoom " << z;
        if (z <= 4) {
            EXPECT_GT(clusters, 0) << "zoom " << z;
        }
    }
}

TEST(Clusters, keep_the_worst_impact_and_the_newest_time_of_their_members) {
    const auto records = random_points(2, 5'000);
    const auto built = build(source_of(records), {0, 0, 0}, 3'000);
    auto layers = mvt::read(built.mvt);
    std::size_t worst = 0;
    std::string newest;
    for (const auto& feature : layers["mixed"].features) {
        const auto it = std::ranges::find(kImpacts, feature.text("impact"));
        if (it != kImpacts.end()) worst = std::max<std::size_t>(worst, it - kImpacts.begin());
        newest = std::max(newest, feature.text("valid_from"));
    }
    std::int64_t expected = 0;
    for (const auto& record : records)
        if (const auto* t = std::get_if<geo::Instant>(&record.values[common::valid_from]))
            expected = std::max(expected, t->us);
    EXPECT_EQ(worst, 3u);
    EXPECT_EQ(newest, geo::to_rfc3339({expected}));
}

TEST(Clusters, never_swallow_distress) {
    auto records = random_points(3, 8'000);
    std::set<std::string> distress;
    for (const auto& record : records) {
        const auto* kind = std::get_if<std::string>(&record.values[*rows::mixed_layer()->find("kind")]);
        if (kind && *kind == "distress" && distress.size() < 2'500)
            distress.insert(geo::to_string(record.id));
        else if (kind && *kind == "distress")
            break;
    }
    auto layers = mvt::read(build(source_of(records), {0, 0, 0}, 3'000).mvt);
    for (const auto& feature : layers["mixed"].features) distress.erase(feature.text("id"));
    EXPECT_TRUE(distress.empty()) << distress.size() << " distress rows are not on the map";
}

TEST(Budget, is_kept_by_points_and_by_shapes_and_what_was_left_out_is_in_the_tile) {
    std::mt19937 random{4};
    std::vector<Record> records;
    for (int i = 0; i < 6'000; ++i) {
        records.push_back(rows::random_row(*rows::mixed_layer(), random, i, 2));
        // Distress is above any budget, so none here.
        rows::set(records.back(), *rows::mixed_layer(), "kind", geo::Null{});
    }
    for (const std::size_t budget : {5'000u, 50'000u, 200'000u}) {
        const auto built = build(source_of(records), {3, 5, 3}, budget);
        EXPECT_LE(built.mvt.size(), budget);
        EXPECT_GT(built.mvt.size(), budget / 4) << "a budget is there to be used";
        auto layers = mvt::read(built.mvt);
        ASSERT_EQ(layers["_meta"].features.size(), 1u);
        const auto& meta = layers["_meta"].features[0];
        std::int64_t single = 0, clustered = 0;
        for (const auto& feature : layers["mixed"].features) {
            if (feature.has("count"))
                clustered += feature.integer("count");
            else
                ++single;
        }
        EXPECT_EQ(meta.text("layer"), "mixed");
        EXPECT_EQ(meta.integer("clustered"), clustered);
        EXPECT_EQ(meta.integer("source"), single + clustered + meta.integer("dropped"));
        EXPECT_EQ(built.statistics[0].dropped, meta.integer("dropped"));
    }
}

TEST(Budget, zero_switches_thinning_and_its_report_off) {
    const auto records = random_points(5, 3'000);
    auto layers = mvt::read(build(source_of(records), {0, 0, 0}, 0).mvt);
    EXPECT_EQ(layers["mixed"].features.size(), 3'000u);
    EXPECT_FALSE(layers.contains("_meta"));
}

TEST(Tile, the_same_rows_give_the_same_bytes_however_they_are_stored) {
    std::mt19937 random{6};
    std::vector<Record> records;
    for (int i = 0; i < 800; ++i) records.push_back(rows::random_row(*rows::mixed_layer(), random, i));
    auto whole = source_of(records);
    auto parts = whole;
    auto view = std::make_shared<index::View>(*whole.view);
    view->pieces.clear();
    for (std::size_t i = 0; i < records.size(); i += 130) {
        const std::vector<Record> some{records.begin() + static_cast<long>(i),
                                       records.begin() + static_cast<long>(std::min(records.size(), i + 130))};
        view->pieces.push_back(index::make_view(rows::mixed_layer(), some, 1)->pieces[0]);
    }
    parts.view = view;
    for (const auto tile : tiles_over_area(5))
        for (const std::size_t budget : {4'000u, 500'000u})
            EXPECT_EQ(build(whole, tile, budget).mvt, build(parts, tile, budget).mvt) << tile.x << "/" << tile.y;
}

TEST(Points, on_a_tile_edge_belong_to_one_tile) {
    // The corner of four tiles at zoom 10, hit to the centimetre, and its neighbours a centimetre away.
    const auto corner = geo::tile_box({10, 700, 400});
    std::vector<Record> records;
    int number = 0;
    for (const int dx : {-1, 0, 1})
        for (const int dy : {-1, 0, 1}) {
            auto record = rows::empty_row(*rows::mixed_layer(), number++);
            const auto p = geo::to_lon_lat({corner.min_x + dx, corner.max_y + dy});
            record.geometry = geo::make_point(p.x, p.y);
            records.push_back(record);
        }
    const auto source = source_of(records);
    std::size_t total = 0;
    for (const int x : {699, 700})
        for (const int y : {399, 400}) {
            auto layers = mvt::read(build(source, {10, x, y}, 500'000).mvt);
            total += layers["mixed"].features.size();
            for (const auto& f : layers["mixed"].features) {
                EXPECT_GE(f.parts[0][0].x, 0);
                EXPECT_LT(f.parts[0][0].x, kExtent);
            }
        }
    EXPECT_EQ(total, records.size());
}

// Distance from a point to a polyline, both in tile units.
double distance_to(geo::Point p, const std::vector<geo::Point>& line) {
    double best = 1e18;
    for (std::size_t i = 1; i < line.size(); ++i) {
        const auto a = line[i - 1], b = line[i];
        const double dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
        const double t = length2 > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length2, 0., 1.) : 0;
        best = std::min(best, std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy));
    }
    return best;
}

std::vector<geo::Point> in_tile_units(const geo::Geometry& line, geo::TileId tile) {
    const double width = 2 * geo::kMercatorHalfWorld_m * 100 / std::ldexp(1.0, tile.z);
    std::vector<geo::Point> out;
    for (const auto& p : line.points) {
        const auto m = geo::to_mercator(p);
        out.push_back({((m.x + geo::kMercatorHalfWorld_m * 100) / width - static_cast<double>(tile.x)) * kExtent,
                       ((geo::kMercatorHalfWorld_m * 100 - m.y) / width - static_cast<double>(tile.y)) * kExtent});
    }
    return out;
}

TEST(Lines, drawn_lie_on_their_source_within_half_a_pixel_and_inside_the_buffer) {
    std::mt19937 random{7};
    std::vector<Record> records;
    for (int i = 0; i < 300; ++i) {
        auto record = rows::random_row(*rows::mixed_layer(), random, i, 3);
        if (record.geometry.type == geo::GeometryType::line_string) records.push_back(record);
    }
    const auto source = source_of(records);
    constexpr double kPixel = kExtent / 256.0;
    int drawn = 0;
    for (const int z : {4, 6, 9}) {
        for (const auto tile : tiles_over_area(z == 9 ? 4 : z)) {
            const geo::TileId id = z == 9 ? geo::TileId{9, tile.x * 32 + 7, tile.y * 32 + 11} : tile;
            auto layers = mvt::read(build(source, id, 0).mvt);
            for (const auto& feature : layers["mixed"].features) {
                const auto record = std::ranges::find_if(
                    records, [&](const Record& r) { return geo::to_string(r.id) == feature.text("id"); });
                ASSERT_NE(record, records.end());
                const auto line = in_tile_units(record->geometry, id);
                for (const auto& part : feature.parts)
                    for (const auto& p : part) {
                        EXPECT_LE(std::abs(p.x - kExtent / 2.0), kExtent / 2.0 + kBuffer + 1);
                        EXPECT_LE(std::abs(p.y - kExtent / 2.0), kExtent / 2.0 + kBuffer + 1);
                        EXPECT_LE(distance_to(p, line), kPixel / 2);
                        ++drawn;
                    }
            }
        }
    }
    EXPECT_GT(drawn, 1000);
}

TEST(Polygons, drawn_are_valid_and_wound_as_the_specification_asks) {
    std::mt19937 random{8};
    std::vector<Record> records;
    for (int i = 0; i < 400; ++i) {
        auto record = rows::random_row(*rows::mixed_layer(), random, i, 2);
        if (record.geometry.type == geo::GeometryType::polygon) records.push_back(record);
    }
    // One with a hole, and one that the tile's edge cuts into a comb.
    auto holed = rows::empty_row(*rows::mixed_layer(), 1001);
    holed.geometry = geo::make_polygon(
        {{{60, 24}, {76, 24}, {76, 37}, {60, 37}, {60, 24}}, {{64, 28}, {64, 32}, {70, 32}, {70, 28}, {64, 28}}});
    records.push_back(holed);
    auto comb = rows::empty_row(*rows::mixed_layer(), 1002);
    std::vector<geo::Point> ring{{60, 30}};
    for (int i = 0; i < 40; ++i) {
        ring.push_back({60 + i * 0.4 + 0.1, i % 2 == 0 ? 34.0 : 30.5});
        ring.push_back({60 + i * 0.4 + 0.3, i % 2 == 0 ? 34.0 : 30.5});
    }
    ring.push_back({76.5, 30});
    ring.push_back({60, 30});
    comb.geometry = geo::make_polygon({ring});
    records.push_back(comb);
    const auto source = source_of(records);
    int polygons = 0;
    for (const int z : {2, 4, 5, 7}) {
        for (const auto tile : tiles_over_area(z)) {
            auto layers = mvt::read(build(source, tile, 0).mvt);
            for (const auto& feature : layers["mixed"].features) {
                ASSERT_EQ(feature.type, 3u);
                std::vector<std::vector<geo::Point>> rings;
                const auto check = [&] {
                    if (rings.empty()) return;
                    EXPECT_FALSE(geo::invalid_reason(geo::make_polygon(rings)))
                        << *geo::invalid_reason(geo::make_polygon(rings)) << " in " << tile.z << "/" << tile.x << "/"
                        << tile.y;
                    rings.clear();
                    ++polygons;
                };
                for (const auto& part : feature.parts) {
                    double area = 0; // positive in tile coordinates: an outer ring (4.3.3.3)
                    for (std::size_t i = 1; i < part.size(); ++i)
                        area += part[i - 1].x * part[i].y - part[i].x * part[i - 1].y;
                    EXPECT_NE(area, 0);
                    if (area > 0) check();
                    EXPECT_TRUE(area > 0 || !rings.empty()) << "a hole without a polygon around it";
                    rings.push_back(part);
                }
                check();
            }
        }
    }
    EXPECT_GT(polygons, 200);
}

TEST(Properties, a_masked_field_leaves_no_trace_in_the_tile) {
    auto record = rows::point_row(*rows::mixed_layer(), 1, 66, 30);
    rows::set(record, *rows::mixed_layer(), "name", std::string{"secret"});
    rows::set(record, *rows::mixed_layer(), "count_min", std::int64_t{7});
    auto source = source_of({record});
    EXPECT_NE(build(source, {0, 0, 0}, 500'000).mvt.find("secret"), std::string::npos);
    source.visible[*rows::mixed_layer()->find("name")] = false;
    const auto mvt = build(source, {0, 0, 0}, 500'000).mvt;
    EXPECT_EQ(mvt.find("secret"), std::string::npos);
    EXPECT_EQ(mvt.find("name"), std::string::npos);
    EXPECT_EQ(mvt::read(mvt)["mixed"].features[0].integer("count_min"), 7);
}

TEST(States, are_drawn_as_they_were_at_the_time_asked_for) {
    const auto layer = Catalogue{}.find("fence_segments");
    Record fence = rows::empty_row(*layer, 1);
    fence.geometry = geo::make_line({{61, 28}, {61.5, 28.5}});
    rows::set(fence, *layer, "state", std::string{"breached"});
    rows::set(fence, *layer, "states", geo::Json{R"([{"state":"breached","observed_at":"2026-06-01T00:00:00Z"},
                            {"state":"intact","observed_at":"2026-01-01T00:00:00Z"}])"});
    const auto source = source_of({fence}, layer);
    const auto state_at = [&](std::optional<geo::Instant> t) {
        auto layers = mvt::read(build_tile({source}, {0, 0, 0}, {}, t, 500'000, {}).mvt);
        return layers["fence_segments"].features.at(0).text("state");
    };
    EXPECT_EQ(state_at({}), "breached");
    EXPECT_EQ(state_at(geo::from_rfc3339("2026-03-01T00:00:00Z")), "intact");
    EXPECT_EQ(state_at(geo::from_rfc3339("2026-06-01T00:00:00Z")), "breached");
    EXPECT_EQ(state_at(geo::from_rfc3339("2025-12-31T00:00:00Z")), "");
}

TEST(Tile, every_zoom_and_odd_shapes_give_a_readable_tile) {
    std::vector<Record> records;
    const auto add = [&](geo::Geometry g) {
        auto record = rows::empty_row(*rows::mixed_layer(), static_cast<int>(records.size()));
        record.geometry = std::move(g);
        records.push_back(record);
    };
    add({});
    add(geo::make_point(180, 90));
    add(geo::make_point(-180, -90));
    add(geo::make_line({{-180, -85}, {180, 85}}));
    add(geo::make_line({{66, 30}, {66.0000001, 30}}));
    add(geo::make_polygon({{{-180, -90}, {180, -90}, {180, 90}, {-180, 90}, {-180, -90}}}));
    add(geo::make_polygon({{{66, 30}, {66.0000002, 30}, {66.0000002, 30.0000002}, {66, 30}}}));
    geo::Geometry many;
    many.type = geo::GeometryType::multi_point;
    many.points = {{66, 30}, {-66, -30}};
    add(many);
    const auto source = source_of(records);
    for (int z = 0; z <= geo::kMaxZoom; ++z)
        for (const geo::Point p : {geo::Point{66, 30}, {179.9999, 84.9}, {-179.9999, -84.9}, {0, 0}})
            EXPECT_NO_THROW(mvt::read(build(source, geo::tile_at(p, z), 500'000).mvt)) << z;
}

} // namespace
