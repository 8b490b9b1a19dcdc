#include "support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace ingest_test;
using testing::HasSubstr;

namespace {

std::string point(const std::string& coordinates, const std::string& properties = "{}") {
    return R"({"type":"Feature","properties":)" + properties + R"(,"geometry":{"type":"Point","coordinates":)" +
           coordinates + "}}";
}

std::string collection(const std::string& features, const std::string& members = "") {
    return R"({"type":"FeatureCollection",)" + members + "\"features\":[\n" + features + "\n]}";
}

} // namespace

TEST(geojson, a_bad_row_is_reported_with_its_line_and_the_rest_is_read) {
    const Folder folder;
    const std::vector<std::pair<std::string, std::string>> bad{
        {point("[1e308,34]"), "no place"},
        {point("[NaN,34]"), "NaN"},
        {point("[71]"), "two numbers"},
        {point("[\"71\",34]"), "no number"},
        {R"({"type":"Feature","geometry":{"type":"Blob","coordinates":[1,2]}})", "Blob"},
        {R"({"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}})", "not closed"},
        {R"({"type":"Feature","geometry":{"type":"LineString","coordinates":[[0,0]]}})", "1 positions"},
        {"17", "not a feature"},
        {point("[71,34]", "{\"name\":\"\xff\"}"), "UTF-8"},
        {R"({"type":"Feature" "geometry":null})", "not valid JSON"},
        {point("[1e999,34]"), "not valid JSON"},
    };
    std::string features;
    for (const auto& [text, why] : bad) features += text + ",\n";
    const auto got = read_file(folder.write("f.geojson", collection(features + point("[71,34]"))));
    ASSERT_FALSE(got.error) << got.message();
    EXPECT_EQ(got.rows.size(), 1u);
    ASSERT_EQ(got.faults.size(), bad.size());
    for (std::size_t i = 0; i < bad.size(); ++i) {
        EXPECT_EQ(got.faults[i].line, static_cast<std::int64_t>(i) + 2);
        EXPECT_THAT(got.faults[i].reason, HasSubstr(bad[i].second));
    }
    EXPECT_EQ(got.faults[0].field, "geometry");
}

TEST(geojson, the_crs_member_is_honoured_wherever_it_stands) {
    const Folder folder;
    const std::string crs = R"("crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32642"}})";
    EXPECT_EQ(read_file(folder.write("a.geojson", collection(point("[1,2]"), crs + ","))).schema->crs, "EPSG:32642");
    auto behind = collection(point("[1,2]"));
    behind.insert(behind.size() - 1, "," + crs);
    EXPECT_EQ(read_file(folder.write("b.geojson", behind)).schema->crs, "EPSG:32642");
    const std::string crs84 = R"("crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},)";
    EXPECT_EQ(read_file(folder.write("c.geojson", collection(point("[1,2]"), crs84))).schema->crs, "OGC:CRS84");
    const std::string link = R"("crs":{"type":"link","properties":{"href":"http://127.0.0.1/x"}},)";
    EXPECT_EQ(read_file(folder.write("d.geojson", collection(point("[1,2]"), link))).code(),
              geo::ErrorCode::invalid_input);
}

TEST(geojson, every_top_level_form_is_read) {
    const Folder folder;
    EXPECT_EQ(read_file(folder.write("one.geojson", point("[71,34]"))).rows.size(), 1u);
    EXPECT_EQ(read_file(folder.write("shape.json", R"( {"type":"Point","coordinates":[71,34]} )")).rows.size(), 1u);
    EXPECT_EQ(read_file(folder.write("none.geojson", collection(""))).result.rows, 0);
    EXPECT_EQ(read_file(folder.write("bom.geojson", "\xEF\xBB\xBF" + collection(point("[71,34]")))).rows.size(), 1u);
    EXPECT_EQ(
        read_file(folder.write("null.geojson", collection(R"({"type":"Feature","geometry":null,"properties":null})")))
            .rows.size(),
        1u);
    const auto seq = point("[71,34]") + "\n" + point("[72,35]") + "\n";
    for (const char* name : {"s.geojsonl", "s.geojson"}) { // by name, or by what follows the first value
        const auto got = read_file(folder.write(name, seq));
        EXPECT_EQ(got.schema->format, "geojsonseq");
        EXPECT_EQ(got.rows.size(), 2u);
    }
    EXPECT_EQ(read_file(folder.write("rs.geojsons", "\x1e" + point("[71,34]") +
                                                        "\n\x1e{\n\"type\":\"Point\",\n\"coordinates\":[1,2]}\n"))
                  .rows.size(),
              2u);
}

TEST(geojson, other_json_is_refused_by_name) {
    const Folder folder;
    for (const char* text : {R"({"type":"Topology","objects":{}})", R"({"a":1})", "{}", "[1,2]",
                             R"({"geometryType":"esriGeometryPoint","features":[{"attributes":{}}]})"}) {
        EXPECT_EQ(read_file(folder.write("x.geojson", text)).code(), geo::ErrorCode::unsupported_format) << text;
    }
}

TEST(geojson, a_broken_line_of_a_sequence_is_one_fault) {
    const Folder folder;
    const auto got = read_file(
        folder.write("s.geojsonl", point("[71,34]") + "\n{\"type\":\"Feature\",\n" + point("[72,35]") + "\n"));
    ASSERT_FALSE(got.error) << got.message();
    EXPECT_EQ(got.rows.size(), 2u);
    ASSERT_EQ(got.faults.size(), 1u);
    EXPECT_EQ(got.faults[0].line, 2);
}

TEST(geojson, features_on_one_line_are_numbered) {
    const Folder folder;
    const auto got =
        read_file(folder.write("x.geojson", R"({"type":"FeatureCollection","features":[)" + point("[1,2]") + "," +
                                                point("[1]") + "," + point("[1,2]") + "]}"));
    ASSERT_EQ(got.faults.size(), 1u);
    EXPECT_FALSE(got.schema->counts_lines);
    EXPECT_EQ(got.faults[0].line, 2);
}

TEST(geojson, values_keep_their_kind) {
    const Folder folder;
    const auto got =
        read_file(folder.write("x.geojson", collection(R"({"type":"Feature","id":7,"geometry":null,"properties":
{"t":true,"i":-3,"d":1.5,"s":"a","l":["x","y"],"j":{"a":[1]},"big":18446744073709551615,"n":null}})")));
    ASSERT_EQ(got.rows.size(), 1u) << got.message();
    EXPECT_EQ(*got.field(0, "t"), geo::Value{true});
    EXPECT_EQ(*got.field(0, "i"), geo::Value{std::int64_t{-3}});
    EXPECT_EQ(*got.field(0, "d"), geo::Value{1.5});
    EXPECT_EQ(*got.field(0, "l"), (geo::Value{geo::TextList{"x", "y"}}));
    EXPECT_EQ(*got.field(0, "j"), (geo::Value{geo::Json{R"({"a":[1]})"}}));
    EXPECT_EQ(*got.field(0, "big"), geo::Value{18446744073709551615.0});
    EXPECT_EQ(*got.field(0, "id"), geo::Value{std::int64_t{7}});
    EXPECT_EQ(got.field(0, "n"), nullptr);
}

TEST(csv, quoted_newlines_count_as_lines_and_stay_in_the_value) {
    const Folder folder;
    const auto got =
        read_file(folder.write("t.csv", "name,lon,lat\r\n\"a \"\"b\"\"\nc\",71,34\r\nd,72,x\r\n\"e,f\",73,35"));
    ASSERT_EQ(got.rows.size(), 2u) << got.message();
    EXPECT_EQ(std::get<std::string>(*got.field(0, "name")), "a \"b\"\nc");
    EXPECT_EQ(std::get<std::string>(*got.field(1, "name")), "e,f");
    ASSERT_EQ(got.faults.size(), 1u);
    EXPECT_EQ(got.faults[0].line, 4);
    EXPECT_EQ(got.faults[0].field, "lat");
    EXPECT_EQ(got.rows[1].line, 5);
}

TEST(csv, place_columns_are_found_by_name_or_given) {
    const Folder folder;
    const auto x = [&](const std::string& text, layers::ingest::ReadOptions options = {}) {
        const auto got = read_file(folder.write("t.csv", text), options);
        EXPECT_FALSE(got.error) << got.message();
        return got.rows.empty() || got.rows[0].geometry.points.empty() ? -999 : got.rows[0].geometry.points[0].x;
    };
    EXPECT_EQ(x("id;Longitude;Latitude\n1;71.5;34\n"), 71.5);
    EXPECT_EQ(x("lat\tlng\n34\t71.5\n"), 71.5);
    EXPECT_EQ(x("id,WKT\n1,\"POINT (71.5 34)\"\n"), 71.5);
    EXPECT_EQ(x("id,geom\n1,SRID=4326;POINT(71.5 34)\n"), 71.5);
    EXPECT_NEAR(x("id,mgrs\n1,42S XD 12345 67890\n"), 70.2, 1.5);
    layers::ingest::ReadOptions options;
    options.x_column = "Where E";
    options.y_column = "where n";
    EXPECT_EQ(x("where e,where n\n71.5,34\n", options), 71.5);
    options.x_column = "nowhere";
    EXPECT_EQ(read_file(folder.path("t.csv"), options).code(), geo::ErrorCode::invalid_input);
    EXPECT_EQ(x("id,name\n1,a\n"), -999) << "no place columns: rows without a place";
    EXPECT_EQ(read_file(folder.path("t.csv")).schema->geometry, "none");
}

TEST(csv, an_mgrs_reference_says_how_precise_it_is) {
    const Folder folder;
    const auto got = read_file(folder.write("t.csv", "id,mgrs\n1,42SXD1234\n2,not one\n"));
    ASSERT_EQ(got.rows.size(), 1u);
    EXPECT_EQ(*got.field(0, "geo_precision_m"), geo::Value{1000.0});
    EXPECT_EQ(*got.field(0, "geo_method"), geo::Value{std::string{"mgrs"}});
    ASSERT_EQ(got.faults.size(), 1u);
    EXPECT_EQ(got.faults[0].field, "mgrs");
}

TEST(csv, coordinates_that_are_none_are_faults) {
    const Folder folder;
    const auto got = read_file(folder.write("t.csv", "lon,lat\nnan,34\n1e308,34\n71,\n71,inf\n,\n71,34\n0x10,3\n"));
    EXPECT_EQ(got.faults.size(), 5u);
    ASSERT_EQ(got.rows.size(), 2u);
    EXPECT_EQ(got.rows[0].geometry.type, geo::GeometryType::none) << "both empty: no place";
}

TEST(csv, types_come_from_all_values_and_codes_stay_text) {
    const Folder folder;
    const auto got = read_file(folder.write(
        "t.csv",
        "a,b,c,d,e,f,g,h\n1,1.5,007,2026-01-01,true,x,,2026-01-01 10:00\n-2,3,1,2026-01-01T10:00:00+05:00,false,,,\n"));
    ASSERT_TRUE(got.schema) << got.message();
    std::vector<std::string> types;
    for (const auto& field : got.schema->fields) types.push_back(field.type);
    EXPECT_THAT(types, testing::ElementsAre("integer", "number", "text", "instant", "boolean", "text", "text", "text"));
}

TEST(csv, a_row_of_another_length_is_a_fault) {
    const Folder folder;
    const auto got = read_file(folder.write("t.csv", "lon,lat,name\n71,34\n71,34,a,b\n71,34,a,\n\n72,35,c\n"));
    EXPECT_EQ(got.faults.size(), 2u);
    EXPECT_EQ(got.rows.size(), 2u);
    EXPECT_EQ(got.rows[1].line, 6);
}

TEST(csv, the_delimiter_is_the_one_that_stands_equally_often_in_every_line) {
    const Folder folder;
    const auto got =
        read_file(folder.write("t.tsv", "name, also; known as, and so on\tlon\tlat\na,b,c,d\t71\t34\nb\t72\t35\n"));
    EXPECT_EQ(got.rows.size(), 2u) << got.message();
    EXPECT_EQ(std::get<std::string>(got.rows.at(0).fields.at(0).second), "a,b,c,d");
}

TEST(csv, bytes_that_are_no_text_are_faults_of_their_rows_and_reasons_stay_readable) {
    const Folder folder;
    const auto got = read_file(folder.write(
        "t.csv", "name,lon,lat\n\xe9t\xe9,71,34\nok,\xff\xfe\xd9,34\nok,چمن\xe9چمنچمنچمنچمنچمنچمنچمن,34\nok,71,34\n"));
    ASSERT_FALSE(got.error) << got.message();
    EXPECT_EQ(got.rows.size(), 1u);
    ASSERT_EQ(got.faults.size(), 3u);
    EXPECT_THAT(got.faults[0].reason, HasSubstr("UTF-8"));
    EXPECT_THAT(got.faults[1].reason, HasSubstr("\"???\""));
    EXPECT_THAT(got.faults[2].reason, HasSubstr("چمن?چمن"));
    EXPECT_EQ(read_file(folder.write("t.csv", "n\xe9,lon,lat\na,71,34\n")).code(), geo::ErrorCode::invalid_input);
}

TEST(csv, a_table_without_a_header_is_an_error) {
    const Folder folder;
    const auto got = read_file(folder.write("t.csv", "1,Torkham,71.09,34.12\n2,Chaman,66.44,30.92\n"));
    EXPECT_EQ(got.code(), geo::ErrorCode::invalid_input);
    EXPECT_THAT(got.message(), HasSubstr("names of its columns"));
}

TEST(csv, names_that_are_empty_or_twice_are_numbered) {
    const Folder folder;
    const auto got = read_file(folder.write("t.csv", "lon,lat,,a,a\n71,34,1,2,3\n"));
    ASSERT_EQ(got.schema->fields.size(), 3u);
    EXPECT_EQ(got.schema->fields[0].name, "column_3");
    EXPECT_EQ(got.schema->fields[2].name, "a_2");
}

TEST(csv, ucdp_events_are_read_whole) {
    const auto path = source("../shared/data/incidents/ucdp_ged_pakistan_1989_2018.csv");
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "shared data set is not here: " << path;
    const auto got = read_file(path);
    ASSERT_FALSE(got.error) << got.message();
    EXPECT_EQ(got.rows.size(), 5983u);
    EXPECT_TRUE(got.faults.empty());
    EXPECT_EQ(got.schema->geometry, "point");
}
