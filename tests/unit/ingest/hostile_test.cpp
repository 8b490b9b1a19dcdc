// Files that are broken or made to harm: each ends in a named error, never in a crash of the parent.
#include "support.hpp"

#include <chrono>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

using namespace ingest_test;
using geo::ErrorCode;
using testing::HasSubstr;

namespace {

const std::string kPoint =
    R"({"type":"Feature","properties":{"name":"a"},"geometry":{"type":"Point","coordinates":[71,34]}})";

double seconds_of(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::string small_gpkg(const Folder& folder) {
    const auto json = folder.write("p.geojson", R"({"type":"FeatureCollection","features":[)" + kPoint + "]}");
    return run("ogr2ogr -f GPKG -nln posts " + folder.path("p.gpkg") + " " + json) ? folder.path("p.gpkg") : "";
}

bool sql(const std::string& path, const std::string& statements) {
    return run("python3 -c \"import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); "
               "c.commit()\" '" +
               path + "' '" + statements + "'");
}

} // namespace

TEST(hostile, missing_empty_and_no_file) {
    const Folder folder;
    EXPECT_EQ(read_file(folder.path("none.csv")).code(), ErrorCode::unreadable_file);
    EXPECT_EQ(read_file(folder.write("empty.geojson", "")).code(), ErrorCode::unreadable_file);
    EXPECT_EQ(read_file(folder.write("blank.csv", " \n\n")).code(), ErrorCode::unsupported_format);
    EXPECT_EQ(read_file("/dev/zero").code(), ErrorCode::unreadable_file);
    EXPECT_EQ(read_file("/tmp").code(), ErrorCode::unreadable_file);
    ASSERT_EQ(mkfifo(folder.path("fifo.csv").c_str(), 0600), 0);
    EXPECT_EQ(read_file(folder.path("fifo.csv")).code(), ErrorCode::unreadable_file);
}

TEST(hostile, a_vrt_under_any_name_is_refused) {
    const Folder folder;
    const std::string vrt =
        "<OGRVRTDataset><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataset>";
    for (const char* name : {"x.vrt", "x.geojson", "x.csv", "x.gpkg", "x.kml", "x.gpx", "x", "x.shp"}) {
        EXPECT_EQ(read_file(folder.write(name, vrt)).code(), ErrorCode::unsupported_format) << name;
    }
    EXPECT_EQ(read_file(folder.write("x.zip", make_zip({{"doc.kml", vrt}}))).code(), ErrorCode::unsupported_format);
}

TEST(hostile, content_decides_not_the_name) {
    const Folder folder;
    EXPECT_EQ(read_file(folder.write("x.gpkg", "lon,lat\n1,2\n")).code(), ErrorCode::unsupported_format);
    EXPECT_EQ(read_file(folder.write("x.csv", "PAR1xxxxPAR1")).code(), ErrorCode::unsupported_format);
    EXPECT_THAT(read_file(folder.write("x.parquet", "PAR1xxxxPAR1")).message(), HasSubstr("not in this build"));
    EXPECT_EQ(read_file(folder.write("x.csv", std::string("a,b\n\0\1", 6))).code(), ErrorCode::unsupported_format);
    EXPECT_EQ(read_file(folder.write("x.csv", R"({"type":"FeatureCollection","features":[]})")).schema->format,
              "geojson");
}

TEST(hostile, deep_nesting_is_an_error_and_quick) {
    const Folder folder;
    for (const char* open : {"[", "{\"a\":"}) {
        std::string deep;
        for (int i = 0; i < 5000; ++i) deep += open;
        const auto got = read_file(folder.write(
            "d.geojson",
            R"({"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":)" + deep));
        EXPECT_EQ(got.code(), ErrorCode::invalid_input);
        EXPECT_THAT(got.message(), HasSubstr("nested"));
    }
    std::string shapes = R"({"type":"GeometryCollection","geometries":[)", tail = "]}";
    std::string nested = R"({"type":"Point","coordinates":[1,2]})";
    for (int i = 0; i < 30; ++i) nested = shapes + nested + tail;
    EXPECT_EQ(read_file(folder.write("c.geojson", nested)).faults.size(), 1u);
}

TEST(hostile, a_document_type_in_xml_is_refused) {
    const Folder folder;
    const std::string bomb = R"(<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>)";
    for (const auto& [name, root] : {std::pair{"x.kml", "kml"}, {"x.gpx", "gpx"}}) {
        const std::string body = std::string{"<"} + root + ">&b;</" + root + ">";
        for (const auto& head : {std::string{}, std::string{"<?xml version=\"1.0\"?>\n"}, std::string{"<!-- > -->"},
                                 std::string{"\xEF\xBB\xBF"}}) {
            EXPECT_EQ(read_file(folder.write(name, head + bomb + body)).code(), ErrorCode::invalid_input)
                << name << head;
        }
    }
    EXPECT_EQ(read_file(folder.write("x.kml", std::string("\xFF\xFE<\0k\0m\0l\0", 10))).code(),
              ErrorCode::invalid_input);
    EXPECT_EQ(read_file(folder.write("x.kmz", make_zip({{"doc.kml", bomb + "<kml/>"}}))).code(),
              ErrorCode::invalid_input);
    EXPECT_EQ(read_file(folder.write("x.kml", "<!--" + std::string(70000, 'a') + "-->" + bomb + "<kml/>")).code(),
              ErrorCode::unsupported_format);
}

TEST(hostile, a_zip_that_leaves_its_folder_links_or_nests_is_refused) {
    const Folder folder;
    const std::string kml = "<kml/>";
    const auto code = [&](std::vector<ZipPart> parts) {
        parts.push_back({"doc.kml", kml});
        return read_file(folder.write("x.kmz", make_zip(parts))).code();
    };
    EXPECT_EQ(code({{"../evil.shp", "x"}}), ErrorCode::invalid_input);
    EXPECT_EQ(code({{"a/../../evil", "x"}}), ErrorCode::invalid_input);
    EXPECT_EQ(code({{"/etc/evil", "x"}}), ErrorCode::invalid_input);
    EXPECT_EQ(code({{"C:evil", "x"}}), ErrorCode::invalid_input);
    EXPECT_EQ(code({{"a\\..\\evil", "x"}}), ErrorCode::invalid_input);
    EXPECT_EQ(code({{"link", "/etc/passwd", 0120777}}), ErrorCode::invalid_input);
    EXPECT_EQ(code({{"inner.zip", "PK"}}), ErrorCode::invalid_input);
    EXPECT_EQ(code({{"INNER.KMZ", "PK"}}), ErrorCode::invalid_input);
    EXPECT_EQ(read_file(folder.write("x.zip", make_zip({{"readme.txt", "x"}}))).code(), ErrorCode::unsupported_format);
}

TEST(hostile, a_zip_bomb_is_too_large) {
    const Folder folder;
    EXPECT_EQ(read_file(folder.write("b.zip", make_zip({{"a.shp", "x", 0100644, 4000000000u}}))).code(),
              ErrorCode::too_large);
    EXPECT_EQ(read_file(folder.write("r.zip", make_zip({{"a.shp", "x", 0100644, 20000000u}}))).code(),
              ErrorCode::too_large);
    std::vector<ZipPart> many(2500, ZipPart{"a", ""});
    EXPECT_EQ(read_file(folder.write("m.zip", make_zip(many))).code(), ErrorCode::too_large);
}

TEST(hostile, a_geopackage_with_an_endless_view_ends_within_5_s) {
    SARHAD_NEEDS("ogr2ogr");
    SARHAD_NEEDS("python3");
    const std::string endless =
        "WITH RECURSIVE r(fid) AS (SELECT 1 UNION ALL SELECT fid+1 FROM r) SELECT fid, NULL AS geom FROM r";
    const std::vector<std::string> attacks{
        "CREATE VIEW v AS " + endless +
            "; INSERT INTO gpkg_contents(table_name,data_type,identifier,srs_id) VALUES "
            "(\"v\",\"attributes\",\"v\",4326)",
        "DROP TABLE gpkg_contents; CREATE VIEW gpkg_contents AS " + endless,
        "DROP TABLE gpkg_geometry_columns; CREATE VIEW gpkg_geometry_columns AS SELECT * FROM gpkg_contents",
        "CREATE VIEW v AS SELECT a.fid FROM posts a, posts b, posts c",
        "CREATE VIEW v AS SELECT a.fid FROM posts a JOIN posts b",
        "CREATE VIEW v AS SELECT randomblob(1000000000) FROM posts",
        "CREATE TRIGGER t AFTER INSERT ON posts BEGIN INSERT INTO posts SELECT NULL, NULL, NULL FROM posts; END",
    };
    for (const auto& attack : attacks) {
        const Folder folder;
        const auto path = small_gpkg(folder);
        ASSERT_TRUE(sql(path, attack)) << attack;
        Got got;
        const auto took = seconds_of([&] { got = read_file(path); });
        EXPECT_EQ(got.code(), ErrorCode::invalid_input) << attack << got.message();
        EXPECT_LT(took, 5) << attack;
    }
}

TEST(hostile, a_geopackage_with_a_plain_view_is_read) {
    SARHAD_NEEDS("ogr2ogr");
    SARHAD_NEEDS("python3");
    const Folder folder;
    const auto path = small_gpkg(folder);
    ASSERT_TRUE(sql(path, "CREATE VIEW seen AS SELECT fid, name FROM posts WHERE name > 1"));
    const auto got = read_file(path);
    EXPECT_EQ(got.rows.size(), 1u) << got.message();
}

TEST(hostile, a_file_that_takes_too_long_is_ended) {
    const Folder folder;
    const auto path = folder.path("big.geojsonl");
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
    constexpr int kMegabytes = 700;
#else
    constexpr int kMegabytes = 70;
#endif
    {
        std::ofstream out{path, std::ios::binary};
        std::string block;
        while (block.size() < 1 << 20) block += kPoint + "\n";
        for (int i = 0; i < kMegabytes; ++i) out << block;
    }
    layers::ingest::ReadOptions options;
    options.limits.cpu_s = 1;
    options.limits.cpu_s_per_mb = 0;
    std::optional<geo::Error> error;
    try {
        layers::ingest::read(
            path, options, [](const auto&) {}, [](auto) {}, [](const auto&) {});
    } catch (const geo::Error& e) {
        error = e;
    }
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::too_large);
    EXPECT_THAT(error->what(), HasSubstr("processor time"));
}

TEST(hostile, half_a_gigabyte_of_geojson_is_streamed_in_little_memory) {
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
    constexpr int kMegabytes = 500;
#else
    constexpr int kMegabytes = 50; // the same code, a tenth of the wait
#endif
    const Folder folder;
    const auto path = folder.path("big.geojson");
    std::int64_t features = 0;
    {
        std::ofstream out{path, std::ios::binary};
        std::string block;
        std::int64_t in_block = 0;
        for (; block.size() < 1 << 20; ++in_block) block += kPoint + ",\n";
        out << R"({"type":"FeatureCollection","features":[)" << '\n';
        for (int i = 0; i < kMegabytes; ++i) out << block;
        out << kPoint << "]}";
        features = in_block * kMegabytes + 1;
    }
    layers::ingest::ReadOptions options;
    options.limits.memory_bytes = 700u << 20; // GDAL's libraries alone map half of it
    options.skip_rows = features - 1000;      // how many rows cross the pipe does not matter here
    std::int64_t rows = 0;
    const auto result = layers::ingest::read(
        path, options, [&](const auto& schema) { EXPECT_EQ(schema.feature_count, features); },
        [&](auto batch) { rows += static_cast<std::int64_t>(batch.size()); }, [](const auto&) {});
    EXPECT_EQ(rows, 1000);
    EXPECT_EQ(result.faults, 0);
}

TEST(hostile, a_row_that_never_ends_is_too_large) {
    const Folder folder;
    const auto path = folder.path("row.csv");
    {
        std::ofstream out{path, std::ios::binary};
        out << "lon,lat,name\n71,34,\"";
        const std::string block(1 << 20, 'a');
        for (int i = 0; i < 20; ++i) out << block;
    }
    EXPECT_EQ(read_file(path).code(), ErrorCode::too_large);
}

TEST(hostile, a_file_cut_off_anywhere_is_an_error_or_fewer_rows_never_a_crash) {
    SARHAD_NEEDS("ogr2ogr");
    const Folder folder;
    std::string features;
    for (int i = 0; i < 200; ++i) features += (i == 0 ? "" : ",\n") + kPoint;
    const auto json = folder.write("all.geojson", R"({"type":"FeatureCollection","features":[)" + features + "]}");
    std::vector<std::string> paths{json};
    for (const auto& [driver, name] : {std::pair{"GPKG", "t.gpkg"},
                                       {"FlatGeobuf", "t.fgb"},
                                       {"KML", "t.kml"},
                                       {"GPX", "t.gpx"},
                                       {"CSV", "t.csv"},
                                       {"GeoJSONSeq", "t.geojsonl"},
                                       {"ESRI Shapefile", "t.shp"}}) {
        const std::string more = std::string{driver} == "CSV"   ? " -lco GEOMETRY=AS_XY"
                                 : std::string{driver} == "GPX" ? " -nln waypoints"
                                                                : "";
        ASSERT_TRUE(run(std::string{"ogr2ogr -f '"} + driver + "'" + more + " " + folder.path(name) + " " + json))
            << name;
        if (std::string{name} != "t.shp") paths.push_back(folder.path(name));
    }
    std::vector<ZipPart> parts;
    for (const char* end : {"shp", "shx", "dbf", "prj"})
        parts.push_back({std::string{"t."} + end, bytes_of(folder.path(std::string{"t."} + end))});
    paths.push_back(folder.write("t.zip", make_zip(parts)));
    for (const auto& path : paths) {
        ASSERT_EQ(read_file(path).rows.size(), 200u) << path << read_file(path).message();
        const auto bytes = bytes_of(path);
        const auto end = path.substr(path.rfind('.'));
        for (int step = 1; step < 12; ++step) {
            const auto cut =
                folder.write("cut" + end, bytes.substr(0, bytes.size() * static_cast<std::size_t>(step) / 12));
            const auto got = read_file(cut);
            EXPECT_TRUE(got.error || got.rows.size() < 200) << end << " cut at " << step << "/12";
            if (end == ".geojson") {
                EXPECT_TRUE(got.error && got.rows.empty()) << "a cut collection gives nothing at all";
            }
        }
        for (std::size_t i = 0; i < 12; ++i) { // and damaged anywhere
            auto flipped = bytes;
            for (std::size_t at = i * 37 + 11; at < flipped.size(); at += 499)
                flipped[at] = static_cast<char>(flipped[at] ^ 0x55);
            read_file(folder.write("flip" + end, flipped));
        }
    }
}
