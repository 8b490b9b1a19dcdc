#include "geo/error.hpp"
#include "layers/normalise/names.hpp"
#include "layers/normalise/normalise.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace layers;
using namespace layers::normalise;

namespace {

ingest::SourceSchema schema(std::vector<ingest::SourceField> fields, std::string geometry = "polygon") {
    ingest::SourceSchema s;
    s.geometry = std::move(geometry);
    s.fields = std::move(fields);
    return s;
}

} // namespace

TEST(new_layer, every_column_is_a_field_of_its_type) {
    const auto layer = layer_for("districts", schema({{"ADM2_EN", "text"},
                                                      {"shapeArea", "number"},
                                                      {"pop 2017", "integer"},
                                                      {"Open", "boolean"},
                                                      {"seen", "instant"},
                                                      {"tags", "text_list"},
                                                      {"extra", "json"},
                                                      {"نام", "text"},
                                                      {"2nd", "text"}}));
    EXPECT_EQ(layer.geometry, GeometryKind::polygon);
    EXPECT_FALSE(layer.built_in);
    const auto type = [&](const char* name) { return layer.fields.at(layer.find(name).value()).type; };
    EXPECT_EQ(type("adm2_en"), FieldType::text);
    EXPECT_EQ(type("shape_area"), FieldType::number);
    EXPECT_EQ(type("pop_2017"), FieldType::integer);
    EXPECT_EQ(type("open"), FieldType::boolean);
    EXPECT_EQ(type("seen"), FieldType::instant);
    EXPECT_EQ(type("tags"), FieldType::text_list);
    EXPECT_EQ(type("extra"), FieldType::json);
    EXPECT_EQ(type("field_8"), FieldType::text);
    EXPECT_EQ(layer.fields.at(*layer.find("field_8")).title, "نام");
    EXPECT_TRUE(layer.find("f_2nd"));
}

TEST(new_layer, names_that_clash_are_numbered_and_reserved_ones_renamed) {
    EXPECT_THAT(field_names(schema({{"Name", "text"},
                                    {"NAME", "text"},
                                    {"id", "integer"},
                                    {"geom", "text"},
                                    {"nature", "text"},
                                    {"section_id", "text"},
                                    {"agency", "text"},
                                    {"Agency", "text"},
                                    {"valid_from", "text"},
                                    {"geo_precision_m", "number"}})),
                testing::ElementsAre("name", "name_2", "source_id", "source_geom", "nature_2", "section_id_2", "agency",
                                     "agency_2", "valid_from_2", "geo_precision_m"));
    EXPECT_NO_THROW(layer_for("x", schema({{"id", "text"}, {"ID", "text"}, {"", "text"}})));
    EXPECT_THROW(layer_for("Bad Id", schema({})), geo::Error);
}

TEST(new_layer, rows_of_the_same_file_fit_it) {
    const auto s = schema({{"Name", "text"}, {"NAME", "text"}, {"id", "integer"}, {"nature", "text"}}, "point");
    Options options;
    options.layer = std::make_shared<const Layer>(layer_for("things", s));
    Normaliser normaliser{options, s};
    geo::RawFeature row;
    row.geometry = geo::make_point(1, 2);
    row.fields = {{"Name", std::string{"a"}},
                  {"NAME", std::string{"b"}},
                  {"id", std::int64_t{5}},
                  {"nature", std::string{"wild"}}};
    std::vector<Note> notes;
    const auto record = normaliser.row(row, notes);
    ASSERT_TRUE(record) << notes[0].reason;
    const auto value = [&](const char* name) { return record->values.at(*options.layer->find(name)); };
    EXPECT_EQ(value("name"), geo::Value{std::string{"a"}});
    EXPECT_EQ(value("name_2"), geo::Value{std::string{"b"}});
    EXPECT_EQ(value("source_id"), geo::Value{std::int64_t{5}});
    EXPECT_EQ(value("nature_2"), geo::Value{std::string{"wild"}});
}

TEST(axes, swapped_when_only_the_exchanged_box_fits) {
    const geo::Box pakistan{60, 23, 78, 38};
    EXPECT_TRUE(looks_swapped(geo::Box{24, 61, 37, 77}, pakistan));
    EXPECT_FALSE(looks_swapped(geo::Box{61, 24, 77, 37}, pakistan));
    EXPECT_FALSE(looks_swapped(geo::Box{-10, 40, 10, 60}, pakistan)) << "elsewhere either way";
    EXPECT_FALSE(looks_swapped(geo::Box{24, 61, 37, 77}, std::nullopt)) << "a place like another without a region";
    EXPECT_TRUE(looks_swapped(geo::Box{24, 61, 37, 120}, std::nullopt)) << "no latitude of 120";
    EXPECT_FALSE(looks_swapped(geo::Box{}, pakistan));
    EXPECT_FALSE(looks_swapped(geo::Box{1e6, 1e6, 2e6, 2e6}, std::nullopt))
        << "another reference system, not other axes";
}

TEST(axes, swapped_eastings_are_seen_through_their_reference_system) {
    std::vector<geo::RawFeature> rows(1);
    rows[0].geometry = geo::make_point(3763000, 500000);
    const geo::Box pakistan{60, 23, 78, 38};
    EXPECT_TRUE(looks_swapped(rows, "EPSG:32642", pakistan));
    rows[0].geometry = geo::make_point(500000, 3763000);
    EXPECT_FALSE(looks_swapped(rows, "EPSG:32642", pakistan));
}
