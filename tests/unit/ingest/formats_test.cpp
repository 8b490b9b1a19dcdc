#include "support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace ingest_test;
using testing::HasSubstr;

namespace {

constexpr const char* kPosts = R"({"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"name":"Torkham","staff":12,"share":0.5,"seen":"2026-03-01T10:00:00Z"},
 "geometry":{"type":"Point","coordinates":[71.0973,34.1224]}},
{"type":"Feature","properties":{"name":"چمن","staff":null,"share":2.25,"seen":"2026-03-02T00:00:00Z"},
 "geometry":{"type":"Point","coordinates":[66.4454,30.9222]}}]})";

constexpr const char* kArea = R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"a"},
"geometry":{"type":"MultiPolygon","coordinates":[[[[60,24],[61,24],[61,25],[60,25],[60,24]],
[[60.2,24.2],[60.2,24.4],[60.4,24.4],[60.4,24.2],[60.2,24.2]]],[[[62,24],[63,24],[63,25],[62,24]]]]}}]})";

// Made by ogr2ogr from kPosts, as users make them.
std::string converted(const Folder& folder, const std::string& driver, const std::string& name,
                      const std::string& more = "") {
    const auto from = folder.write("posts.geojson", kPosts);
    const auto to = folder.path(name);
    if (!run("ogr2ogr -f '" + driver + "' " + more + " '" + to + "' '" + from + "'")) return {};
    return to;
}

void expect_posts(const Got& got, const std::string& format) {
    ASSERT_FALSE(got.error) << got.message();
    ASSERT_TRUE(got.schema);
    EXPECT_EQ(got.schema->format, format);
    EXPECT_EQ(got.schema->geometry, "point");
    EXPECT_EQ(got.schema->feature_count, 2);
    ASSERT_EQ(got.rows.size(), 2u);
    EXPECT_TRUE(got.faults.empty());
    EXPECT_EQ(got.rows[0].geometry.type, geo::GeometryType::point);
    EXPECT_NEAR(got.rows[0].geometry.points.at(0).x, 71.0973, 1e-9);
    EXPECT_NEAR(got.rows[1].geometry.points.at(0).y, 30.9222, 1e-9);
    ASSERT_NE(got.field(1, "name"), nullptr);
    EXPECT_EQ(std::get<std::string>(*got.field(1, "name")), "چمن");
    EXPECT_EQ(got.field(1, "staff"), nullptr) << "null is not kept as a value";
}

std::string type_of(const Got& got, const std::string& field) {
    for (const auto& f : got.schema->fields) {
        if (f.name == field) return f.type;
    }
    return "(none)";
}

} // namespace

TEST(formats, geojson_keeps_places_types_and_text) {
    const Folder folder;
    const auto got = read_file(folder.write("posts.geojson", kPosts));
    expect_posts(got, "geojson");
    EXPECT_EQ(got.schema->crs, "OGC:CRS84");
    EXPECT_EQ(type_of(got, "staff"), "integer");
    EXPECT_EQ(type_of(got, "share"), "number");
    EXPECT_EQ(type_of(got, "seen"), "instant");
    EXPECT_EQ(type_of(got, "name"), "text");
    EXPECT_EQ(std::get<std::int64_t>(*got.field(0, "staff")), 12);
    EXPECT_EQ(got.rows[0].line, 2);
    EXPECT_EQ(got.rows[1].line, 4);
}

TEST(formats, geopackage) {
    SARHAD_NEEDS("ogr2ogr");
    const Folder folder;
    const auto got = read_file(converted(folder, "GPKG", "posts.gpkg"));
    expect_posts(got, "gpkg");
    EXPECT_EQ(got.schema->crs, "EPSG:4326");
    EXPECT_EQ(type_of(got, "seen"), "instant");
    EXPECT_EQ(geo::to_rfc3339(std::get<geo::Instant>(*got.field(0, "seen"))), "2026-03-01T10:00:00Z");
}

TEST(formats, flatgeobuf) {
    SARHAD_NEEDS("ogr2ogr");
    const Folder folder;
    auto got = read_file(converted(folder, "FlatGeobuf", "posts.fgb", "-lco SPATIAL_INDEX=NO"));
    expect_posts(got, "flatgeobuf");
}

TEST(formats, zipped_shapefile_in_its_own_crs) {
    SARHAD_NEEDS("ogr2ogr");
    const Folder folder;
    ASSERT_FALSE(converted(folder, "ESRI Shapefile", "posts.shp", "-t_srs EPSG:32642 -lco ENCODING=UTF-8").empty());
    std::vector<ZipPart> parts;
    for (const char* end : {"shp", "shx", "dbf", "prj", "cpg"}) {
        const auto name = std::string{"posts."} + end;
        parts.push_back({"folder/" + name, bytes_of(folder.path(name))});
    }
    const auto got = read_file(folder.write("posts.zip", make_zip(parts)));
    ASSERT_FALSE(got.error) << got.message();
    EXPECT_EQ(got.schema->format, "shapefile");
    EXPECT_EQ(got.schema->crs, "EPSG:32642");
    ASSERT_EQ(got.rows.size(), 2u);
    EXPECT_GT(got.rows[0].geometry.points.at(0).x, 100000) << "easting first";
    EXPECT_EQ(std::get<std::string>(*got.field(1, "name")), "چمن");
}

TEST(formats, gpx_reads_the_layer_that_has_rows) {
    SARHAD_NEEDS("ogr2ogr");
    const Folder folder;
    const auto got = read_file(folder.write("walk.gpx", R"(<?xml version="1.0"?>
<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>night</name><trkseg>
<trkpt lat="34.1" lon="71.1"><ele>900</ele><time>2026-03-01T10:00:00Z</time></trkpt>
<trkpt lat="34.2" lon="71.2"><time>2026-03-01T10:05:00Z</time></trkpt></trkseg></trk></gpx>)"));
    ASSERT_FALSE(got.error) << got.message();
    EXPECT_EQ(got.schema->format, "gpx");
    EXPECT_EQ(got.schema->layer, "tracks");
    EXPECT_THAT(got.schema->other_layers, testing::ElementsAre("track_points"));
    ASSERT_EQ(got.rows.size(), 1u);
    EXPECT_EQ(got.rows[0].geometry.points.size(), 2u);
    layers::ingest::ReadOptions options;
    options.source_layer = "track_points";
    const auto points = read_file(folder.path("walk.gpx"), options);
    ASSERT_EQ(points.rows.size(), 2u);
    EXPECT_EQ(geo::to_rfc3339(std::get<geo::Instant>(*points.field(1, "time"))), "2026-03-01T10:05:00Z");
}

TEST(formats, kml_and_kmz_with_extended_data) {
    const Folder folder;
    const std::string kml =
        R"(<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Folder><name>posts</name><Placemark><name>Torkham</name><ExtendedData><Data name="staff"><value>12</value></Data></ExtendedData>
<Point><coordinates>71.0973,34.1224,900</coordinates></Point></Placemark></Folder></Document></kml>)";
    for (const auto& path : {folder.write("p.kml", kml), folder.write("p.kmz", make_zip({{"doc.kml", kml}}))}) {
        const auto got = read_file(path);
        ASSERT_FALSE(got.error) << got.message();
        EXPECT_EQ(got.schema->format, "kml");
        ASSERT_EQ(got.rows.size(), 1u);
        EXPECT_NEAR(got.rows[0].geometry.points.at(0).y, 34.1224, 1e-12);
        ASSERT_NE(got.field(0, "staff"), nullptr);
        EXPECT_EQ(type_of(got, "extrude"), "(none)") << "columns that no row uses are not shown";
    }
}

TEST(formats, polygons_with_holes_and_parts_are_the_same_from_every_format) {
    SARHAD_NEEDS("ogr2ogr");
    const Folder folder;
    const auto json = folder.write("area.geojson", kArea);
    const auto expected = read_file(json).rows.at(0).geometry;
    EXPECT_EQ(expected.polygon_ends, (std::vector<std::uint32_t>{2, 3}));
    for (const auto& [driver, name] :
         {std::pair{"GPKG", "a.gpkg"}, {"FlatGeobuf", "a.fgb"}, {"GeoJSONSeq", "a.geojsonl"}, {"KML", "a.kml"}}) {
        ASSERT_TRUE(run(std::string{"ogr2ogr -f "} + driver + " " + folder.path(name) + " " + json));
        const auto got = read_file(folder.path(name));
        ASSERT_EQ(got.rows.size(), 1u) << name << got.message();
        EXPECT_EQ(got.rows[0].geometry, expected) << name;
    }
    ASSERT_TRUE(run("ogr2ogr -f CSV -lco GEOMETRY=AS_WKT " + folder.path("a.csv") + " " + json));
    EXPECT_EQ(read_file(folder.path("a.csv")).rows.at(0).geometry, expected);
}

TEST(formats, a_layer_that_is_not_there_is_named) {
    SARHAD_NEEDS("ogr2ogr");
    const Folder folder;
    layers::ingest::ReadOptions options;
    options.source_layer = "nowhere";
    const auto got = read_file(converted(folder, "GPKG", "posts.gpkg"), options);
    EXPECT_EQ(got.code(), geo::ErrorCode::invalid_input);
    EXPECT_THAT(got.message(), HasSubstr("nowhere"));
}

TEST(formats, a_stopped_import_goes_on_where_it_was) {
    const Folder folder;
    std::string lines = "name,lon,lat\n";
    for (int i = 0; i < 2500; ++i) lines += "p" + std::to_string(i) + (i % 10 == 3 ? ",x,34\n" : ",71,34\n");
    const auto path = folder.write("p.csv", lines);
    const auto all = read_file(path);
    EXPECT_EQ(all.result.rows, 2250);
    EXPECT_EQ(all.result.faults, 250);
    layers::ingest::ReadOptions options;
    options.skip_rows = 1234;
    const auto rest = read_file(path, options);
    EXPECT_EQ(rest.result.rows + rest.result.faults, 2500 - 1234);
    EXPECT_EQ(std::get<std::string>(*rest.field(0, "name")), "p1234");
}

TEST(formats, rows_and_faults_so_far_are_a_position_after_every_batch) {
    const Folder folder;
    std::string lines = "name,lon,lat\n";
    for (int i = 0; i < 5000; ++i) lines += std::to_string(i) + (i % 7 == 3 ? ",x,34\n" : ",71,34\n");
    std::int64_t seen = 0;
    bool checked = false;
    layers::ingest::read(
        folder.write("p.csv", lines), {}, [](const auto&) {},
        [&](std::vector<geo::RawFeature> rows) {
            EXPECT_LE(rows.size(), 1000u);
            seen += static_cast<std::int64_t>(rows.size());
            EXPECT_EQ(rows.back().line, seen + 1) << "the header is line 1";
            checked = true;
        },
        [&](const layers::ingest::RowFault&) { ++seen; });
    EXPECT_TRUE(checked);
    EXPECT_EQ(seen, 5000);
}

TEST(formats, what_a_callback_throws_ends_the_reading) {
    const Folder folder;
    struct Stop {};
    EXPECT_THROW(layers::ingest::read(
                     folder.write("posts.geojson", kPosts), {}, [](const auto&) { throw Stop{}; }, [](auto) {},
                     [](const auto&) {}),
                 Stop);
}
