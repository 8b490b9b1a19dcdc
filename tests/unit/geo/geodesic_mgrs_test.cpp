#include "geo/error.hpp"
#include "geo/geodesic.hpp"
#include "geo/mgrs.hpp"
#include "geo/wkb.hpp"

#include <geodesic.h> // PROJ's own port of Karney's algorithms: the second opinion
#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace geo;

namespace {

geod_geodesic wgs84() {
    geod_geodesic g;
    geod_init(&g, 6378137, 1 / 298.257223563);
    return g;
}

} // namespace

TEST(Geodesic, AgreesWithProj) {
    const geod_geodesic g = wgs84();
    std::mt19937 random{1};
    std::uniform_real_distribution<double> lon{-180, 180}, lat{-90, 90};
    for (int i = 0; i < 2000; ++i) {
        const Point a{lon(random), lat(random)}, b{lon(random), lat(random)};
        double s = 0, azimuth = 0, azimuth_to = 0;
        geod_inverse(&g, a.y, a.x, b.y, b.x, &s, &azimuth, &azimuth_to);
        const Inverse result = inverse(a, b);
        ASSERT_NEAR(result.distance_m, s, 1e-6);
        ASSERT_NEAR(std::remainder(result.azimuth_deg - azimuth, 360), 0, 1e-7);
        ASSERT_NEAR(std::remainder(result.azimuth_to_deg - azimuth_to, 360), 0, 1e-7);
        const Point there = direct(a, result.azimuth_deg, result.distance_m);
        ASSERT_NEAR(inverse(there, b).distance_m, 0, 1e-6);
    }
}

TEST(Geodesic, KnownDistance) {
    // GeographicLib's documentation: JFK 40.6N 73.8W to LHR 51.6N 0.5W, 5551.76 km, azimuth 51.1989
    const Inverse result = inverse({-73.8, 40.6}, {-0.5, 51.6});
    EXPECT_NEAR(result.distance_m, 5'551'759.4, 0.1);
    EXPECT_NEAR(result.azimuth_deg, 51.19888, 1e-5);
}

TEST(Geodesic, LengthsAndAreasOfAllParts) {
    const geod_geodesic g = wgs84();
    const double lats[] = {30, 30, 31, 31}, lons[] = {70, 71, 71, 70};
    double m2 = 0, m = 0;
    geod_polygonarea(const_cast<geod_geodesic*>(&g), const_cast<double*>(lats), const_cast<double*>(lons), 4, &m2, &m);
    const Geometry square = from_wkt("POLYGON((70 30,71 30,71 31,70 31,70 30))");
    EXPECT_NEAR(area_m2(square), m2, 1e-3);
    EXPECT_NEAR(length_m(square), m, 1e-6);
    const Geometry holed =
        from_wkt("POLYGON((70 30,70 31,71 31,71 30,70 30),(70.2 30.2,70.4 30.2,70.4 30.4,70.2 30.2))");
    EXPECT_NEAR(area_m2(holed), m2 - area_m2(from_wkt("POLYGON((70.2 30.2,70.4 30.2,70.4 30.4,70.2 30.2))")), 1e-3);
    const Geometry two = from_wkt("MULTILINESTRING((70 30,71 30),(71 31,70 31))");
    EXPECT_NEAR(length_m(two), inverse({70, 30}, {71, 30}).distance_m + inverse({71, 31}, {70, 31}).distance_m, 1e-6);
    EXPECT_NEAR(length_m(from_wkt("GEOMETRYCOLLECTION(LINESTRING(70 30,71 30),POINT(1 2))")),
                inverse({70, 30}, {71, 30}).distance_m, 1e-6);
    EXPECT_EQ(area_m2(two), 0);
}

TEST(Mgrs, KnownReferences) {
    // GeoConvert(1) of GeographicLib, manual page: 33.3N 44.4E = 38SMB4488 at precision 2 digits, 38SMB44148470 at 4
    EXPECT_EQ(to_mgrs({44.4, 33.3}, 2), "38S MB 44 84");
    EXPECT_EQ(to_mgrs({44.4, 33.3}, 0), "38S MB");
    // NGA.STND.0037 5.1: the equator and Greenwich lie in 31N AA 66021 00000
    EXPECT_EQ(to_mgrs({0, 0}, 5), "31N AA 66021 00000");
    EXPECT_EQ(to_mgrs({0, 90}, 5), "Z AH 00000 00000"); // the north pole, in UPS
}

TEST(Mgrs, ReadsTheCentreOfTheSquareAndItsSize) {
    const MgrsPosition position = from_mgrs("31NAA6602100000");
    EXPECT_EQ(position.precision_m, 1);
    EXPECT_NEAR(inverse(position.lon_lat, {0, 0}).distance_m, 0.5, 0.5);
    EXPECT_EQ(from_mgrs("38S MB 44 84").precision_m, 1000);
    EXPECT_EQ(from_mgrs("38smb").precision_m, 100'000);
    EXPECT_EQ(from_mgrs("38smb4484").lon_lat, from_mgrs("38S MB 44 84").lon_lat);
}

TEST(Mgrs, EveryPlaceComesBackWithinItsSquare) {
    std::mt19937 random{2};
    std::uniform_real_distribution<double> lon{-180, 180}, lat{-90, 90};
    for (int i = 0; i < 5000; ++i) {
        const Point p{lon(random), lat(random)};
        for (int digits = 0; digits <= 5; ++digits) {
            const std::string text = to_mgrs(p, digits);
            const MgrsPosition back = from_mgrs(text);
            ASSERT_EQ(back.precision_m, std::pow(10, 5 - digits));
            // half a diagonal, and the scale of UTM and UPS within 0.7 %; a square cut by its zone's edge keeps its
            // centre
            ASSERT_LT(inverse(p, back.lon_lat).distance_m, back.precision_m * 0.7072 * 1.007 + 0.01) << text;
        }
    }
}

TEST(Mgrs, WhatIsNoReferenceIsRefused) {
    for (const char* text :
         {"", "42", "42S", "INV", "INVALID", "61SMB4484", "38SMB448", "38SIB4484", "38SMB44844", "38SMB4484x", "38S-MB",
          "\xd9\xa4", "38SMBAAAA", "00SMB4484", "38SMB444444444444444444444444444444444444"}) {
        try {
            from_mgrs(text);
            ADD_FAILURE() << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.code, ErrorCode::invalid_geometry);
        }
    }
    EXPECT_THROW(to_mgrs({0, 91}), Error);
    EXPECT_THROW(to_mgrs({std::nan(""), 0}), Error);
    EXPECT_THROW(to_mgrs({0, 0}, 6), Error);
}
