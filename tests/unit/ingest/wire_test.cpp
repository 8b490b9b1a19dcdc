#include "layers/ingest/wire.hpp"

#include <gtest/gtest.h>
#include <random>

using namespace layers::ingest;

namespace {

SourceSchema schema() {
    SourceSchema s;
    s.format = "geojson";
    s.layer = "l";
    s.other_layers = {"a", "b"};
    s.crs = "EPSG:4326";
    s.geometry = "any";
    s.feature_count = 3;
    s.counts_lines = true;
    s.fields = {{"name", "text"}, {"n", "integer"}, {"when", "instant"}};
    return s;
}

std::vector<geo::RawFeature> rows() {
    std::vector<geo::RawFeature> out(3);
    out[0].line = 5;
    out[0].geometry = geo::make_point(71, 34);
    out[0].fields = {{"name", std::string{"x"}}, {"n", std::int64_t{-4}}, {"late", true}};
    out[1].geometry = geo::make_polygon({{{0, 0}, {1, 0}, {1, 1}, {0, 0}}});
    out[1].fields = {{"when", geo::Instant{12345}}, {"n", 2.5}, {"name", geo::Json{"{}"}}};
    out[2].geometry.type = geo::GeometryType::collection;
    out[2].geometry.members = {geo::make_line({{0, 0}, {1, 1}}), geo::make_point(1, 2)};
    out[2].fields = {{"list", geo::TextList{"a", "b"}}, {"nothing", geo::Null{}}};
    return out;
}

std::string payload() {
    wire::RowEncoder encoder{schema()};
    for (const auto& row : rows()) encoder.add(row);
    return encoder.take();
}

} // namespace

TEST(wire, rows_and_schema_come_through_unchanged) {
    const auto s = wire::decode_schema(wire::encode(schema()));
    EXPECT_EQ(s.crs, "EPSG:4326");
    EXPECT_EQ(s.other_layers, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(s.fields.size(), 3u);
    EXPECT_EQ(s.feature_count, 3);
    const auto got = wire::decode_rows(payload(), schema());
    const auto sent = rows();
    ASSERT_EQ(got.size(), sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
        EXPECT_EQ(got[i].line, sent[i].line);
        EXPECT_EQ(got[i].geometry, sent[i].geometry);
        EXPECT_EQ(got[i].fields, sent[i].fields);
    }
}

TEST(wire, a_cut_or_changed_frame_is_refused_or_harmless) {
    const auto whole = payload();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_THROW(wire::decode_rows(whole.substr(0, size), schema()), geo::Error) << size;
    }
    EXPECT_THROW(wire::decode_rows(whole + "x", schema()), geo::Error);
    std::mt19937 random{7};
    for (int i = 0; i < 20000; ++i) {
        auto bytes = whole;
        for (int n = 0; n < 3; ++n) bytes[random() % bytes.size()] = static_cast<char>(random());
        try {
            wire::decode_rows(bytes, schema());
        } catch (const geo::Error&) {}
    }
}

TEST(wire, a_count_beyond_what_is_there_takes_no_memory) {
    std::string lie(8, '\xff'); // 4 billion rows
    EXPECT_THROW(wire::decode_rows(lie, schema()), geo::Error);
    EXPECT_THROW(wire::decode_schema(lie), geo::Error);
    EXPECT_THROW(wire::parse_header(std::string{"\xff\xff\xff\xff\x03"}), geo::Error);
    EXPECT_THROW(wire::parse_header(std::string{"\x01\x00\x00\x00\x09", 5}), geo::Error);
}

TEST(wire, an_error_keeps_its_code_only_when_a_file_can_cause_it) {
    const auto same = wire::decode_error(wire::encode(geo::Error{geo::ErrorCode::too_large, "big\n\x1b[2J", "p"}));
    EXPECT_EQ(same.code, geo::ErrorCode::too_large);
    EXPECT_STREQ(same.what(), "big  [2J") << "nothing that a terminal would obey";
    EXPECT_EQ(wire::decode_error(wire::encode(geo::Error{geo::ErrorCode::forbidden, "x"})).code,
              geo::ErrorCode::unreadable_file);
}
