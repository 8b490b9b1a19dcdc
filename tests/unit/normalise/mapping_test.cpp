#include "layers/normalise/normalise.hpp"

#include "geo/error.hpp"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace layers;
using namespace layers::normalise;
using testing::HasSubstr;

namespace {

std::string pointer_of(const std::string& json, const char* layer = "reports") {
    try {
        check_mapping(mapping_from_json(json), *Catalogue{}.find(layer));
    } catch (const geo::Error& error) {
        EXPECT_EQ(error.code, geo::ErrorCode::invalid_input);
        return error.pointer.empty() ? "(document)" : error.pointer;
    }
    return "(fits)";
}

} // namespace

TEST(mapping, a_mistake_is_named_by_its_place) {
    EXPECT_EQ(pointer_of("{"), "(document)");
    EXPECT_EQ(pointer_of("[]"), "(document)");
    EXPECT_EQ(pointer_of(R"({"colums":{}})"), "/colums");
    EXPECT_EQ(pointer_of(R"({"columns":{"place":3}})"), "/columns/place");
    EXPECT_EQ(pointer_of(R"({"columns":{"no_field":"a"}})"), "/columns/no_field");
    EXPECT_EQ(pointer_of(R"({"columns":{"section_id":"a"}})"), "/columns/section_id");
    EXPECT_EQ(pointer_of(R"({"constants":{"kind":"dragon"}})"), "/constants/kind");
    EXPECT_EQ(pointer_of(R"({"columns":{"kind":"a"},"lookups":{"kind":{"x/y":"dragon"}}})"), "/lookups/kind/x~1y");
    EXPECT_EQ(pointer_of(R"({"lookups":{"kind":{"x":"goods"}}})"), "/lookups/kind");
    EXPECT_EQ(pointer_of(R"({"objects":{"place":{"a":"b"}}})"), "/objects/place");
    EXPECT_EQ(pointer_of(R"({"objects":{"casualties":{"a":{"b":1}}}})"), "/objects/casualties/a");
    EXPECT_EQ(pointer_of(R"({"naive_times_are":"PKT"})"), "/naive_times_are");
    EXPECT_EQ(pointer_of(R"({"whole_days":["place"]})"), "/whole_days");
    EXPECT_EQ(pointer_of(R"({"layer":"reports"})", "places"), "/layer");
}

TEST(mapping, the_built_in_ones_fit_their_layer_and_say_what_they_assume) {
    EXPECT_THAT(built_in_mapping_names(), testing::ElementsAre("ucdp-ged", "acled"));
    for (const auto& name : built_in_mapping_names()) {
        const auto mapping = built_in_mapping(name);
        ASSERT_TRUE(mapping);
        EXPECT_EQ(mapping->name, name);
        EXPECT_NO_THROW(check_mapping(*mapping, *Catalogue{}.find(mapping->layer)));
        EXPECT_THAT(mapping->note, HasSubstr("UTC"));
    }
    EXPECT_FALSE(built_in_mapping("nothing"));
}

TEST(mapping, one_written_as_json_reads_back_the_same) {
    for (const auto& name : built_in_mapping_names()) {
        const auto text = to_json(*built_in_mapping(name));
        EXPECT_EQ(to_json(mapping_from_json(text)), text);
        EXPECT_THAT(text, HasSubstr("\"lookups\""));
    }
}

TEST(mapping, ucdp_codes_become_precisions_and_days_become_intervals) {
    geo::RawFeature row;
    row.geometry = geo::make_point(71, 34);
    const auto add = [&](const char* name, const char* value) { row.fields.emplace_back(name, std::string{value}); };
    add("id", "59553"), add("where_prec", "2"), add("date_prec", "2"), add("date_start", "2014-12-16 00:00:00.000");
    add("date_end", "2014-12-18 00:00:00.000"), add("where_coordinates", "Peshawar town"),
        add("adm_2", "Peshawar district");
    add("best", "148"), add("high", "157"), add("low", "141");
    ingest::SourceSchema schema;
    for (const auto& [name, value] : row.fields) schema.fields.push_back({name, "text"});
    Options options;
    options.layer = Catalogue{}.find("reports");
    options.mapping = built_in_mapping("ucdp-ged");
    Normaliser normaliser{options, schema};
    std::vector<Note> notes;
    const auto record = normaliser.row(row, notes);
    ASSERT_TRUE(record) << notes[0].field << notes[0].reason;
    const auto value = [&](const char* field) { return record->values[*options.layer->find(field)]; };
    EXPECT_EQ(geo::to_rfc3339(std::get<geo::Instant>(value("valid_from"))), "2014-12-16T00:00:00Z");
    EXPECT_EQ(geo::to_rfc3339(std::get<geo::Instant>(value("valid_to"))), "2014-12-19T00:00:00Z")
        << "the end of the last day";
    EXPECT_EQ(value("time_precision_s"), geo::Value{259200.0});
    EXPECT_EQ(value("geo_precision_m"), geo::Value{25000.0});
    EXPECT_EQ(value("geo_method"), geo::Value{std::string{"place"}});
    EXPECT_EQ(value("kind"), geo::Value{std::string{"attack"}});
    EXPECT_EQ(value("agency"), geo::Value{std::string{"ucdp"}});
    EXPECT_EQ(value("source_ref"), geo::Value{std::string{"59553"}});
    EXPECT_EQ(std::get<geo::Json>(value("casualties")).text,
              R"({"cause":"violence","dead":148,"dead_max":157,"dead_min":141})");
}

TEST(mapping, the_ucdp_data_set_goes_in_whole) {
    const auto path = std::string{SARHAD_SOURCE_DIR} + "/../shared/data/incidents/ucdp_ged_pakistan_1989_2018.csv";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "shared data set is not here: " << path;
    std::optional<Normaliser> normaliser;
    std::vector<Note> notes;
    std::size_t taken = 0;
    const auto result = ingest::read(
        path, {},
        [&](const ingest::SourceSchema& schema) {
            Options options;
            options.layer = Catalogue{}.find("reports");
            options.mapping = built_in_mapping("ucdp-ged");
            options.source_crs = schema.crs;
            normaliser.emplace(options, schema);
        },
        [&](std::vector<geo::RawFeature> rows) {
            for (const auto& row : rows) taken += normaliser->row(row, notes) ? 1 : 0;
        },
        [](const ingest::RowFault& fault) { ADD_FAILURE() << fault.line << fault.reason; });
    EXPECT_EQ(result.rows, 5983);
    EXPECT_EQ(taken, 5983u);
    for (const auto& note : notes) ADD_FAILURE() << note.line << " " << note.field << ": " << note.reason;
}

TEST(mapping, acled_rows_without_a_kind_of_report_are_refused_with_the_reason) {
    Options options;
    options.layer = Catalogue{}.find("reports");
    options.mapping = built_in_mapping("acled");
    geo::RawFeature row;
    row.geometry = geo::make_point(71, 34);
    row.fields = {{"event_id_cnty", std::string{"PAK1"}},
                  {"event_date", std::string{"12 March 2019"}},
                  {"time_precision", std::string{"1"}},
                  {"geo_precision", std::string{"1"}},
                  {"sub_event_type", std::string{"Remote explosive/landmine/IED"}},
                  {"fatalities", std::string{"2"}}};
    ingest::SourceSchema schema;
    for (const auto& [name, value] : row.fields) schema.fields.push_back({name, "text"});
    Normaliser normaliser{options, schema};
    std::vector<Note> notes;
    const auto record = normaliser.row(row, notes);
    ASSERT_TRUE(record) << notes[0].reason;
    EXPECT_EQ(record->values[*options.layer->find("kind")], geo::Value{std::string{"ied"}});
    EXPECT_EQ(geo::to_rfc3339(std::get<geo::Instant>(record->values[common::valid_from])), "2019-03-12T00:00:00Z");
    row.fields[4].second = std::string{"Peaceful protest"};
    EXPECT_FALSE(normaliser.row(row, notes));
    EXPECT_THAT(notes.back().reason, HasSubstr("no meaning for 'Peaceful protest'"));
}
