#include "geo/crs.hpp"
#include "geo/error.hpp"
#include "geo/tile.hpp"

#include <gtest/gtest.h>

#include <GeographicLib/UTMUPS.hpp>

using namespace geo;

namespace {

bool refused(const std::string& crs) {
    try {
        Transformer{crs, "OGC:CRS84"};
        return false;
    } catch (const Error& error) {
        return error.code == ErrorCode::invalid_input;
    }
}

} // namespace

TEST(Crs, GeographicInputIsLonLatWhateverTheAuthoritySays) {
    const Transformer same{"EPSG:4326", "OGC:CRS84"};
    EXPECT_TRUE(same.identity());
    EXPECT_EQ(same.apply(Point{67.0, 30.2}), (Point{67.0, 30.2}));
    EXPECT_TRUE(axis_order_is_lat_lon("EPSG:4326"));
    EXPECT_FALSE(axis_order_is_lat_lon("OGC:CRS84"));
    EXPECT_FALSE(axis_order_is_lat_lon("EPSG:3857"));
    EXPECT_FALSE(axis_order_is_lat_lon("EPSG:32642"));
    EXPECT_TRUE(axis_order_is_lat_lon("EPSG:2393")); // a national grid that writes northing first
}

TEST(Crs, UtmAgreesWithGeographicLib) {
    const Transformer to_utm{"OGC:CRS84", "EPSG:32642"};
    const Transformer from_utm{"EPSG:32642", "EPSG:4326"};
    EXPECT_FALSE(to_utm.identity());
    for (double lon = 66.1; lon < 72; lon += 0.7) {
        for (double lat = 23.5; lat < 38; lat += 1.3) {
            int zone = 0;
            bool north = false;
            double x = 0, y = 0;
            GeographicLib::UTMUPS::Forward(lat, lon, zone, north, x, y, 42);
            const Point p = to_utm.apply(Point{lon, lat});
            ASSERT_NEAR(p.x, x, 0.001);
            ASSERT_NEAR(p.y, y, 0.001);
            const Point back = from_utm.apply(p);
            ASSERT_NEAR(back.x, lon, 1e-9);
            ASSERT_NEAR(back.y, lat, 1e-9);
        }
    }
}

TEST(Crs, WebMercatorAgreesWithTheTileMathematics) {
    const Transformer transformer{"EPSG:4326", "EPSG:3857"};
    for (double lon = -179; lon < 180; lon += 17) {
        for (double lat = -84; lat < 85; lat += 7) {
            const Point p = transformer.apply(Point{lon, lat});
            const MercatorPoint m = to_mercator({lon, lat});
            ASSERT_NEAR(p.x * 100, m.x, 0.51);
            ASSERT_NEAR(p.y * 100, m.y, 0.51);
        }
    }
}

TEST(Crs, EqualAreaGridOfHexagons) {
    // EPSG:6933: x = a·cos(30°)/sqrt(1 - e²·sin²(30°))·lon = 17 367 530.45 at 180° (EASE-Grid 2.0, Brodzik et al. 2012)
    const Point p = Transformer{"OGC:CRS84", "EPSG:6933"}.apply(Point{180, 0});
    EXPECT_NEAR(p.x, 17'367'530.445, 0.01);
    EXPECT_NEAR(p.y, 0, 1e-6);
}

TEST(Crs, ReadsWktAndProjJson) {
    const std::string esri =
        R"(PROJCS["WGS_1984_UTM_Zone_42N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],)"
        R"(PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],)"
        R"(PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",69.0],)"
        R"(PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]])";
    const Point p = Transformer{esri, "OGC:CRS84"}.apply(Point{500000, 3'318'785.35});
    EXPECT_NEAR(p.x, 69, 1e-9);
    EXPECT_NEAR(p.y, 30, 1e-6);
    EXPECT_EQ(Transformer("urn:ogc:def:crs:EPSG::4326", "OGC:CRS84").identity(), true);
    const std::string json =
        R"({"type":"GeographicCRS","name":"x","datum":{"type":"GeodeticReferenceFrame","name":"World Geodetic System 1984",)"
        R"("ellipsoid":{"name":"WGS 84","semi_major_axis":6378137,"inverse_flattening":298.257223563}},"coordinate_system":)"
        R"({"subtype":"ellipsoidal","axis":[{"name":"Latitude","abbreviation":"lat","direction":"north","unit":"degree"},)"
        R"({"name":"Longitude","abbreviation":"lon","direction":"east","unit":"degree"}]}})";
    EXPECT_EQ(Transformer(json, "OGC:CRS84").apply(Point{70, 30}), (Point{70, 30}));
}

TEST(Crs, FilesAddressesAndPipelinesAreNoReferenceSystems) {
    for (const char* text : {"",
                             "EPSG",
                             "EPSG:",
                             ":4326",
                             "EPSG:999999",
                             "NOPE:4326",
                             "/etc/passwd",
                             "file:/etc/passwd",
                             "http://127.0.0.1/crs",
                             "https://www.opengis.net/def/crs/EPSG/0/4326",
                             "+proj=longlat",
                             "+proj=pipeline +step +proj=hgridshift +grids=/etc/passwd",
                             "+init=epsg:4326",
                             "init=epsg:4326",
                             "proj=longlat",
                             "EPSG:4326 +x",
                             "GEOGCS[",
                             "{",
                             "{}",
                             "[]",
                             "EPSG:4978",
                             "EPSG:5773",
                             "urn:ogc:def:coordinateOperation:EPSG::1671",
                             "EPSG:1671",
                             "WGS 84",
                             "EPSG:4326/../x"}) {
        EXPECT_TRUE(refused(text)) << text;
    }
    EXPECT_TRUE(refused(std::string(100'000, 'A') + ":1"));
    EXPECT_TRUE(refused(std::string{"EPSG:4326\0x", 11}));
    std::string deep;
    for (int i = 0; i < 20'000; ++i) deep += "A[";
    EXPECT_TRUE(refused(deep));
}

TEST(Crs, AWholeShapeIsTransformedAndAnImpossiblePlaceIsAnError) {
    const Transformer transformer{"EPSG:32642", "OGC:CRS84"};
    Geometry g;
    g.type = GeometryType::collection;
    g.members = {make_point(500000, 0), make_line({{500000, 0}, {500000, 3'318'785.35}})};
    transformer.apply(g);
    EXPECT_NEAR(g.members[0].points[0].x, 69, 1e-9);
    EXPECT_NEAR(g.members[1].points[1].y, 30, 1e-6);
    try {
        transformer.apply(Point{1e300, 1e300});
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code, ErrorCode::invalid_geometry);
    }
}

TEST(Crs, AreaOfUse) {
    EXPECT_EQ(area_of_use("EPSG:32642"), (Box{66, 0, 72, 84}));
    EXPECT_EQ(area_of_use("EPSG:4326"), (Box{-180, -90, 180, 90}));
    EXPECT_EQ(area_of_use("EPSG:3832").min_x, -180); // Pacific: reaches across the antimeridian
}

TEST(Crs, UrisAndCodesAreTheSameThing) {
    EXPECT_EQ(crs_from_uri("http://www.opengis.net/def/crs/EPSG/0/32642"), "EPSG:32642");
    EXPECT_EQ(crs_from_uri("http://www.opengis.net/def/crs/OGC/1.3/CRS84"), "OGC:CRS84");
    EXPECT_EQ(crs_from_uri("[EPSG:32642]"), "EPSG:32642");
    EXPECT_EQ(crs_to_uri("EPSG:32642"), "http://www.opengis.net/def/crs/EPSG/0/32642");
    EXPECT_EQ(crs_from_uri(crs_to_uri("OGC:CRS84")), "OGC:CRS84");
    for (const char* text :
         {"", "EPSG:4326", "[]", "[EPSG]", "[EPSG:]", "[X:1]", "[EPSG:1", "http://www.opengis.net/def/crs/EPSG/0/",
          "http://www.opengis.net/def/crs/EPSG/4326", "http://www.opengis.net/def/crs/EPSG//4326",
          "http://www.opengis.net/def/crs/EPSG/0/4326/..", "http://evil/def/crs/EPSG/0/4326", "file:///etc/passwd",
          "http://www.opengis.net/def/crs/EPSG/0/43 26"}) {
        EXPECT_THROW(crs_from_uri(text), Error) << text;
    }
}
