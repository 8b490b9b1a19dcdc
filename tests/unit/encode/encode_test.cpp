#include "layers/encode/feature_json.hpp"
#include "layers/encode/mvt.hpp"
#include "tests/unit/support/mvt_reader.hpp"
#include "tests/unit/support/rows.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using namespace layers;
using nlohmann::json;

TEST(Json, any_bytes_become_valid_json_text_that_reads_back) {
    std::mt19937 random{1};
    for (int i = 0; i < 2000; ++i) {
        std::string bytes;
        for (std::size_t n = random() % 20; n > 0; --n) bytes += static_cast<char>(random() % 256);
        std::string out;
        encode::append_quoted(out, bytes);
        EXPECT_NO_THROW(json::parse(out)) << out;
    }
    std::string out;
    encode::append_quoted(out, "\"\\\n\x01 گوادر \xF0\x9F\x8F\x94");
    EXPECT_EQ(json::parse(out).get<std::string>(), "\"\\\n\x01 گوادر \xF0\x9F\x8F\x94");
}

TEST(Json, numbers_read_back_as_the_same_double) {
    std::mt19937_64 random{2};
    for (int i = 0; i < 5000; ++i) {
        const auto bits = random();
        double value = 0;
        std::memcpy(&value, &bits, 8);
        std::string out;
        encode::append_number(out, value);
        if (std::isfinite(value))
            EXPECT_EQ(std::strtod(out.c_str(), nullptr), value);
        else
            EXPECT_EQ(out, "null");
    }
}

TEST(FeatureWriter, writes_what_the_row_holds_and_only_what_is_visible) {
    const auto layer = rows::mixed_layer();
    std::mt19937 random{3};
    std::vector<bool> visible(layer->fields.size(), true);
    visible[*layer->find("name")] = false;
    for (int i = 0; i < 200; ++i) {
        const auto record = rows::random_row(*layer, random, i);
        const auto view = index::make_view(layer, {record}, 1);
        encode::FeatureWriter writer{*layer, visible, {}, {}};
        std::string out;
        writer.append(out, *view->pieces[0].segment, 0);
        const json feature = json::parse(out);
        EXPECT_EQ(feature["id"], geo::to_string(record.id));
        EXPECT_FALSE(feature["properties"].contains("name"));
        for (std::size_t f = 0; f < layer->fields.size(); ++f) {
            if (!visible[f]) continue;
            std::string expected;
            encode::append_value(expected, record.values[f]);
            EXPECT_EQ(feature["properties"].at(layer->fields[f].name), json::parse(expected));
        }
        std::string geometry;
        encode::append_geometry(geometry, record.geometry);
        EXPECT_EQ(feature["geometry"], json::parse(geometry));
        if (record.geometry.type == geo::GeometryType::point) {
            EXPECT_EQ(feature["geometry"]["coordinates"],
                      json({record.geometry.points[0].x, record.geometry.points[0].y}));
        }
    }
}

TEST(FeatureWriter, an_unknown_or_masked_property_is_the_same_error) {
    const auto layer = rows::mixed_layer();
    std::vector<bool> visible(layer->fields.size(), true);
    visible[*layer->find("name")] = false;
    const auto refusal = [&](const char* property) -> std::string {
        try {
            encode::FeatureWriter{*layer, visible, {property}, {}};
        } catch (const geo::Error& e) {
            std::string text = e.what();
            return text.replace(text.find(property), std::strlen(property), "X");
        }
        return "taken";
    };
    EXPECT_EQ(refusal("name"), refusal("nonsense"));
    EXPECT_EQ(refusal("impact"), "taken");
}

TEST(Mvt, reads_back_with_another_reader) {
    encode::TileLayer layer{"demo"};
    layer.begin(encode::MvtGeometry::line_string);
    layer.tag(layer.key("name"), layer.text("x"));
    layer.tag(layer.key("count"), layer.integer(-7));
    layer.tag(layer.key("share"), layer.number(0.25));
    layer.tag(layer.key("open"), layer.boolean(true));
    const encode::TilePoint line[] = {{-64, 0}, {0, 4160}, {4095, 5}};
    layer.line(line);
    layer.commit();
    layer.begin(encode::MvtGeometry::polygon);
    layer.tag(layer.key("name"), layer.text("x"));
    const encode::TilePoint ring[] = {{0, 0}, {10, 0}, {10, 10}};
    layer.ring(ring);
    layer.commit();
    layer.begin(encode::MvtGeometry::point); // begun, never committed
    layer.points({line, 1});
    const auto read = mvt::read(layer.finish()).at("demo");
    EXPECT_EQ(read.version, 2u);
    EXPECT_EQ(read.extent, 4096u);
    ASSERT_EQ(read.features.size(), 2u);
    EXPECT_EQ(read.features[0].parts[0], (std::vector<geo::Point>{{-64, 0}, {0, 4160}, {4095, 5}}));
    EXPECT_EQ(read.features[0].integer("count"), -7);
    EXPECT_EQ(std::get<double>(read.features[0].properties.at("share")), 0.25);
    EXPECT_TRUE(std::get<bool>(read.features[0].properties.at("open")));
    EXPECT_EQ(read.features[1].text("name"), "x");
    EXPECT_EQ(read.keys.size(), 4u) << "each key once";
}

} // namespace
