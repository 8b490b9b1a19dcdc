#include "layers/normalise/normalise.hpp"

#include "geo/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace layers;
using namespace layers::normalise;
using testing::HasSubstr;

namespace {

std::shared_ptr<const Layer> layer(const std::string& id) {
    return Catalogue{}.find(id);
}

ingest::SourceSchema schema_of(const geo::RawFeature& row) {
    ingest::SourceSchema schema;
    schema.format = "csv";
    for (const auto& [name, value] : row.fields) schema.fields.push_back({name, "text"});
    return schema;
}

struct Result {
    std::optional<Record> record;
    std::vector<Note> notes;
    const Layer* of = nullptr;

    geo::Value operator[](const std::string& field) const { return record->values.at(*of->find(field)); }
    std::string why() const {
        std::string all;
        for (const auto& note : notes) all += note.field + ": " + note.reason + "\n";
        return all;
    }
};

Result normalised(const geo::RawFeature& row, Options options = {}) {
    if (!options.layer) options.layer = layer("reports");
    static std::shared_ptr<const Layer> kept; // outlives the result
    kept = options.layer;
    Result result;
    result.of = kept.get();
    Normaliser normaliser{options, schema_of(row)};
    result.record = normaliser.row(row, result.notes);
    return result;
}

geo::RawFeature report(std::vector<std::pair<std::string, geo::Value>> fields = {}) {
    geo::RawFeature row;
    row.line = 7;
    row.geometry = geo::make_point(71.1, 34.1);
    row.fields = {{"kind", std::string{"sighting"}}, {"agency", std::string{"fia"}}};
    for (auto& field : fields) row.fields.push_back(std::move(field));
    return row;
}

geo::Value text(const char* t) {
    return std::string{t};
}

} // namespace

TEST(normaliser, columns_go_to_fields_of_the_same_name_in_any_case) {
    const auto got = normalised(report({{"Valid From", text("2026-03-01T10:00:00+05:00")},
                                        {"PLACE", text("Torkham")},
                                        {"countMin", text("3")},
                                        {"jurisdictions", text("Khyber; Nangarhar")},
                                        {"Transport", text("Pickup")},
                                        {"unknown column", text("x")}}));
    ASSERT_TRUE(got.record) << got.why();
    EXPECT_EQ(geo::to_rfc3339(std::get<geo::Instant>(got["valid_from"])), "2026-03-01T05:00:00Z");
    EXPECT_EQ(got["place"], text("Torkham"));
    EXPECT_EQ(got["count_min"], geo::Value{std::int64_t{3}});
    EXPECT_EQ(got["jurisdictions"], (geo::Value{geo::TextList{"Khyber", "Nangarhar"}}));
    EXPECT_EQ(got["transport"], text("pickup"));
    EXPECT_TRUE(got.notes.empty());
}

TEST(normaliser, every_fault_of_a_row_is_named_with_its_line_and_field) {
    const auto got = normalised(report({{"transport", text("submarine")},
                                        {"count_min", text("many")},
                                        {"valid_from", text("2026-03-01 10:00:00")},
                                        {"valid_to", text("soon")},
                                        {"persons", text("{broken")},
                                        {"time_precision_s", text("1e999")}}));
    EXPECT_FALSE(got.record);
    ASSERT_EQ(got.notes.size(), 6u) << got.why();
    for (const auto& note : got.notes) {
        EXPECT_EQ(note.line, 7);
        EXPECT_TRUE(note.rejected);
    }
    EXPECT_THAT(got.why(), HasSubstr("transport: wrong value 'submarine', allowed: foot, animal"));
    EXPECT_THAT(got.why(), HasSubstr("count_min: 'many' is no whole number"));
    EXPECT_THAT(got.why(), HasSubstr("has no zone"));
    EXPECT_THAT(got.why(), HasSubstr("valid_to: 'soon' is no time"));
    EXPECT_THAT(got.why(), HasSubstr("persons: '{broken' is no JSON"));
}

TEST(normaliser, a_required_field_that_is_missing_is_named) {
    geo::RawFeature row = report();
    row.fields = {{"agency", text("fia")}};
    const auto got = normalised(row);
    EXPECT_FALSE(got.record);
    EXPECT_THAT(got.why(), HasSubstr("kind: is required"));
}

TEST(normaliser, a_naive_time_is_utc_only_where_a_mapping_says_so) {
    Options options;
    options.mapping = mapping_from_json(R"({"naive_times_are":"UTC","columns":{"valid_from":"when"}})");
    const auto got = normalised(report({{"when", text("2026-03-01 10:00:00")}}), options);
    ASSERT_TRUE(got.record) << got.why();
    EXPECT_EQ(geo::to_rfc3339(std::get<geo::Instant>(got["valid_from"])), "2026-03-01T10:00:00Z");
}

TEST(normaliser, values_of_any_type_are_taken_where_they_fit) {
    const auto got = normalised(report({{"count_min", 3.0},
                                        {"count_max", std::int64_t{9}},
                                        {"info_credibility", std::int64_t{2}},
                                        {"geo_precision_m", std::int64_t{50}},
                                        {"place", std::int64_t{12}},
                                        {"valid_from", geo::Instant{1'000'000}},
                                        {"persons", geo::Json{"[]"}},
                                        {"commodities", geo::TextList{"fuel"}},
                                        {"jurisdictions", text("[\"a\",\"b\"]")}}));
    ASSERT_TRUE(got.record) << got.why();
    EXPECT_EQ(got["count_min"], geo::Value{std::int64_t{3}});
    EXPECT_EQ(got["info_credibility"], text("2"));
    EXPECT_EQ(got["geo_precision_m"], geo::Value{50.0});
    EXPECT_EQ(got["place"], text("12"));
    EXPECT_EQ(got["commodities"], geo::Value{geo::Json{"[\"fuel\"]"}});
    EXPECT_EQ(got["jurisdictions"], (geo::Value{geo::TextList{"a", "b"}}));
    EXPECT_FALSE(normalised(report({{"count_min", 3.5}})).record);
    EXPECT_FALSE(normalised(report({{"count_min", 1e300}})).record);
}

TEST(normaliser, what_the_server_computes_is_not_taken_from_files) {
    const auto got =
        normalised(report({{"section_id", text("forged")}, {"offset_m", 5.0}, {"recorded_at", text("2020-01-01")}}));
    ASSERT_TRUE(got.record);
    EXPECT_TRUE(geo::is_null(got["section_id"]));
    EXPECT_TRUE(geo::is_null(got["recorded_at"]));
}

TEST(normaliser, the_owner_is_the_rows_then_the_given_then_the_mappings) {
    geo::RawFeature bare = report();
    bare.fields = {{"kind", text("goods")}};
    Options options;
    options.agency = "anf";
    EXPECT_EQ(normalised(bare, options)["agency"], text("anf"));
    EXPECT_EQ(normalised(report(), options)["agency"], text("fia"));
    options.mapping = mapping_from_json(R"({"constants":{"agency":"ucdp"}})");
    EXPECT_EQ(normalised(bare, options)["agency"], text("anf"));
    options.agency.clear();
    EXPECT_EQ(normalised(bare, options)["agency"], text("ucdp"));
    options.agency = "anf";
    options.agency_forced = true;
    EXPECT_FALSE(normalised(report(), options).record) << "another agency as owner";
}

TEST(normaliser, an_item_is_its_owners_reference_and_keeps_its_id_when_its_content_changes) {
    const auto a = normalised(report({{"source_ref", text("X-1")}, {"place", text("a")}}));
    const auto b = normalised(report({{"source_ref", text("X-1")}, {"place", text("b")}}));
    EXPECT_EQ(a.record->id, b.record->id);
    EXPECT_NE(a.record->id, normalised(report({{"source_ref", text("X-2")}})).record->id);
    Options other;
    other.scenario_id = "exercise";
    EXPECT_NE(a.record->id, normalised(report({{"source_ref", text("X-1")}}), other).record->id);
    const auto c = normalised(report({{"place", text("a")}}));
    EXPECT_EQ(c.record->id, normalised(report({{"place", text("a")}})).record->id);
    EXPECT_NE(c.record->id, normalised(report({{"place", text("b")}})).record->id);
    auto moved = report({{"place", text("a")}});
    moved.geometry = geo::make_point(71.2, 34.1);
    EXPECT_NE(c.record->id, normalised(moved).record->id);
}

TEST(normaliser, shapes_come_from_their_own_reference_system) {
    Options options;
    options.source_crs = "EPSG:32642";
    auto row = report();
    row.geometry = geo::make_point(500000, 3763000); // on zone 42's central meridian, 69 E
    const auto got = normalised(row, options);
    ASSERT_TRUE(got.record) << got.why();
    EXPECT_NEAR(got.record->geometry.points[0].x, 69.0, 1e-9);
    EXPECT_NEAR(got.record->geometry.points[0].y, 34.0, 0.02);
    EXPECT_THAT(normalised(row).why(), HasSubstr("off the earth"));
    options.source_crs = "EPSG:999999";
    EXPECT_THROW(normalised(row, options), geo::Error);
    options.source_crs = "/etc/passwd";
    EXPECT_THROW(normalised(row, options), geo::Error);
}

TEST(normaliser, axes_are_exchanged_on_request) {
    Options options;
    options.swap_axes = true;
    auto row = report();
    row.geometry = geo::make_point(34.1, 71.1);
    EXPECT_EQ(normalised(row, options).record->geometry, geo::make_point(71.1, 34.1));
}

TEST(normaliser, a_self_crossing_polygon_is_repaired_and_said_or_refused_when_strict) {
    Options options;
    options.layer = layer("hazards");
    geo::RawFeature row = report();
    row.fields = {{"kind", text("water")}, {"agency", text("fia")}};
    row.geometry = geo::make_polygon({{{60, 30}, {61, 31}, {61, 30}, {60, 31}, {60, 30}}});
    const auto got = normalised(row, options);
    ASSERT_TRUE(got.record) << got.why();
    EXPECT_EQ(got.record->geometry.type, geo::GeometryType::multi_polygon);
    ASSERT_EQ(got.notes.size(), 1u);
    EXPECT_FALSE(got.notes[0].rejected);
    EXPECT_THAT(got.notes[0].reason, HasSubstr("repaired"));
    options.strict = true;
    const auto refused = normalised(row, options);
    EXPECT_FALSE(refused.record);
    EXPECT_THAT(refused.why(), HasSubstr("not valid"));
}

TEST(normaliser, a_shape_of_another_kind_is_refused_and_a_multi_of_one_is_taken) {
    auto row = report();
    row.geometry = geo::make_line({{71, 34}, {72, 35}});
    EXPECT_THAT(normalised(row).why(), HasSubstr("LineString where the layer holds point"));
    row.geometry = geo::make_point(71, 34);
    row.geometry.type = geo::GeometryType::multi_point;
    EXPECT_EQ(normalised(row).record->geometry.type, geo::GeometryType::point);
    row.geometry = {};
    EXPECT_TRUE(normalised(row).record) << "not located is an honest answer";
}

TEST(normaliser, chainage_is_that_of_the_nearest_section_within_100_km) {
    const std::vector<Section> sections{{"north", geo::Chain{geo::make_line({{71, 35}, {72, 35}})}},
                                        {"south", geo::Chain{geo::make_line({{71, 34}, {72, 34}})}}};
    Options options;
    options.sections = &sections;
    const auto got = normalised(report(), options); // 71.1 34.1
    EXPECT_EQ(got["section_id"], text("south"));
    EXPECT_NEAR(std::get<double>(got["distance_along_m"]), 9230, 100);
    EXPECT_NEAR(std::get<double>(got["offset_m"]), -11090, 100) << "left of a line that runs east";
    auto far = report();
    far.geometry = geo::make_point(60, 25);
    EXPECT_TRUE(geo::is_null(normalised(far, options)["section_id"]));
}

TEST(normaliser, numbers_of_people_are_refused_but_for_rescue) {
    for (const char* remarks :
         {"call 0300-1234567", "call +92 300 1234567", "CNIC 12345-1234567-1", "id 1234512345671.", "0092 300 1234567",
          "نمبر ۰۳۰۰۱۲۳۴۵۶۷", "+447911123456", "03001234567"}) {
        const auto got = normalised(report({{"remarks", text(remarks)}}));
        EXPECT_FALSE(got.record) << remarks;
        ASSERT_FALSE(got.notes.empty());
        EXPECT_EQ(got.notes[0].field, "remarks");
        EXPECT_EQ(got.notes[0].reason.find("1234567"), std::string::npos) << "the reason does not repeat the number";
        for (const char* kind : {"distress", "death", "missing"}) {
            auto rescue = report({{"remarks", text(remarks)}});
            rescue.fields[0].second = text(kind);
            EXPECT_TRUE(normalised(rescue).record) << kind;
        }
    }
    for (const char* remarks : {"42S XD 12345 67890", "2026-03-01 10:00", "15,000 a day", "N5 km 120",
                                "report 2018-00123456", "lon 71.0973 lat 34.1224", "03 trucks", "712345 3778901"}) {
        EXPECT_TRUE(normalised(report({{"remarks", text(remarks)}})).record) << remarks;
    }
}
