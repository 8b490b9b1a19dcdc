#include "geo/chainage.hpp"
#include "geo/error.hpp"
#include "geo/geodesic.hpp"
#include "geo/wkb.hpp"

#include <geodesic.h> // PROJ's geodesics: everything here is checked against them
#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace geo;

namespace {

const geod_geodesic& proj() {
    static const geod_geodesic g = [] {
        geod_geodesic made;
        geod_init(&made, 6378137, 1 / 298.257223563);
        return made;
    }();
    return g;
}

double proj_distance(Point a, Point b) {
    double s = 0;
    geod_inverse(&proj(), a.y, a.x, b.y, b.x, &s, nullptr, nullptr);
    return s;
}

struct Nearest {
    double along_m = 0;
    double distance_m = 1e99;
};

// Every segment, its foot by halving on the sign of "the point lies ahead": slow and simple.
Nearest brute_force(const Geometry& line, Point p) {
    Nearest best;
    double start = 0;
    std::uint32_t begin = 0;
    for (auto end : line.part_ends) {
        for (auto i = begin; i + 1 < end; ++i) {
            geod_geodesicline segment;
            geod_inverseline(&segment, &proj(), line.points[i].y, line.points[i].x, line.points[i + 1].y,
                             line.points[i + 1].x, 0);
            const double length = segment.s13;
            const auto ahead = [&](double s) {
                double lat = 0, lon = 0, azimuth = 0, towards = 0;
                geod_position(&segment, s, &lat, &lon, &azimuth);
                geod_inverse(&proj(), lat, lon, p.y, p.x, nullptr, &towards, nullptr);
                return std::cos((towards - azimuth) * M_PI / 180) > 0;
            };
            double low = 0, high = length;
            if (!ahead(low))
                high = low;
            else if (ahead(high))
                low = high;
            while (high - low > 1e-7) {
                const double middle = (low + high) / 2;
                (ahead(middle) ? low : high) = middle;
            }
            double lat = 0, lon = 0;
            geod_position(&segment, low, &lat, &lon, nullptr);
            const double distance = proj_distance({lon, lat}, p);
            if (distance < best.distance_m - 1e-6) best = {start + low, distance};
            start += length;
        }
        begin = end;
    }
    return best;
}

// A wandering line from (lon, lat), steps of about `step` degrees.
Geometry wander(std::mt19937& random, int vertices, Point at, double step) {
    std::normal_distribution<double> turn{0, 0.5};
    double heading = 0.7;
    std::vector<Point> points;
    for (int i = 0; i < vertices; ++i) {
        points.push_back(at);
        heading += turn(random);
        at = {at.x + step * std::cos(heading), at.y + step * std::sin(heading)};
        if (at.x > 180) at.x -= 360;
        if (at.x < -180) at.x += 360;
        at.y = std::clamp(at.y, -89.0, 89.0);
    }
    return make_line(points);
}

} // namespace

TEST(Chainage, LengthIsTheSumOfGeodesics) {
    const Geometry line = from_wkt("LINESTRING(66 25,67 26,67.5 30,70 33)");
    double sum = 0;
    for (std::size_t i = 1; i < 4; ++i) sum += proj_distance(line.points[i - 1], line.points[i]);
    EXPECT_NEAR(Chain{line}.length_m(), sum, 1e-6);
}

TEST(Chainage, OneCentimetreOnAHundredKilometres) {
    std::mt19937 random{1};
    std::uniform_real_distribution<double> lon{60, 78}, lat{23, 38}, azimuth{-180, 180}, along{0, 100'000},
        offset{-100'000, 100'000};
    for (int i = 0; i < 500; ++i) {
        const Point from{lon(random), lat(random)};
        const double azi = azimuth(random), s = along(random), d = offset(random);
        Point to, foot, p;
        double at_foot = 0;
        geod_direct(&proj(), from.y, from.x, azi, 100'000, &to.y, &to.x, nullptr);
        geod_direct(&proj(), from.y, from.x, azi, s, &foot.y, &foot.x, &at_foot);
        geod_direct(&proj(), foot.y, foot.x, at_foot + 90, d, &p.y, &p.x, nullptr);
        const auto found = Chain{make_line({from, to})}.locate(p);
        ASSERT_TRUE(found || std::abs(d) > 99'999.99);
        if (!found) continue;
        ASSERT_NEAR(found->distance_along_m, s, 0.01);
        ASSERT_NEAR(found->offset_m, d, 0.01);
    }
}

TEST(Chainage, RightOfTheDirectionIsPositive) {
    const Chain north{from_wkt("LINESTRING(70 30,70 31)")};
    EXPECT_GT(north.locate({70.1, 30.5})->offset_m, 0);
    EXPECT_LT(north.locate({69.9, 30.5})->offset_m, 0);
    const Chain south{from_wkt("LINESTRING(70 31,70 30)")};
    EXPECT_LT(south.locate({70.1, 30.5})->offset_m, 0);
    EXPECT_EQ(north.locate({70, 30.5})->offset_m, north.locate({70, 30.5})->offset_m);
    EXPECT_NEAR(north.locate({70, 30.5})->offset_m, 0, 1e-6);
}

TEST(Chainage, AtABendTheOuterSideKeepsItsSign) {
    // sharp bends to either side, points all round the outer side of the vertex
    for (double back : {170.0, 120.0, 60.0, 10.0}) {
        for (double turn : {-1.0, 1.0}) { // to the left, to the right
            const Point vertex{70, 30};
            const Geometry line =
                make_line({direct(vertex, 270, 20'000), vertex, direct(vertex, 90 + turn * back, 20'000)});
            const Chain chain{line};
            for (double towards = 0; towards < 360; towards += 5) {
                const Point p = direct(vertex, towards, 500);
                const auto found = chain.locate(p);
                ASSERT_TRUE(found);
                if (std::abs(found->distance_along_m - 20'000) > 0.01) continue; // not at the vertex
                EXPECT_LT(found->offset_m * turn, 0) << back << ' ' << turn << ' ' << towards;
            }
        }
    }
}

TEST(Chainage, FindsTheNearestSegmentAsBruteForceDoes) {
    std::mt19937 random{2};
    struct Case {
        Point start;
        double step_deg;
        double spread_deg;
    };
    for (const Case& c : {Case{{67, 30}, 0.01, 0.8}, Case{{70, 34}, 0.2, 1.5}, Case{{179.5, -17}, 0.02, 0.7},
                          Case{{20, 85}, 0.05, 2.0}, Case{{61, 25}, 1.5, 3.0}, Case{{-70, 0}, 0.001, 0.05}}) {
        Geometry line = wander(random, 250, c.start, c.step_deg);
        if (c.step_deg == 0.02) { // in two parts
            line.type = GeometryType::multi_line_string;
            line.part_ends = {100, 250};
        }
        const Chain chain{line};
        std::uniform_int_distribution<std::size_t> vertex{0, line.points.size() - 1};
        std::uniform_real_distribution<double> spread{-c.spread_deg, c.spread_deg};
        for (int i = 0; i < 60; ++i) {
            const Point v = line.points[vertex(random)];
            Point p{std::remainder(v.x + spread(random), 360), std::clamp(v.y + spread(random), -90.0, 90.0)};
            const Nearest expected = brute_force(line, p);
            const auto found = chain.locate(p, 400'000);
            ASSERT_EQ(found.has_value(), expected.distance_m <= 400'000);
            if (!found) continue;
            ASSERT_NEAR(std::abs(found->offset_m), expected.distance_m, 1e-4);
            ASSERT_NEAR(found->distance_along_m, expected.along_m, 0.01);
        }
    }
}

TEST(Chainage, ALongLineOfThirtyThousandVerticesAgreesToo) {
    std::mt19937 random{3};
    const Geometry line = wander(random, 30'000, {61, 25}, 0.001);
    const Chain chain{line};
    std::uniform_int_distribution<std::size_t> vertex{0, line.points.size() - 1};
    std::uniform_real_distribution<double> spread{-1, 1};
    for (int i = 0; i < 8; ++i) {
        const Point v = line.points[vertex(random)];
        const Point p{v.x + spread(random), v.y + spread(random)};
        const Nearest expected = brute_force(line, p);
        const auto found = chain.locate(p, 1e6);
        ASSERT_TRUE(found);
        ASSERT_NEAR(std::abs(found->offset_m), expected.distance_m, 1e-4);
        ASSERT_NEAR(found->distance_along_m, expected.along_m, 0.01);
    }
}

// A long segment runs far below the ground between its ends, seen from the straight line that joins them.
TEST(Chainage, TheMiddleOfALongSegmentIsNotPassedOverForAShortOneNearby) {
    const Point from{60, 30}, to{72, 30};
    const Inverse whole = inverse(from, to);
    const Point middle = direct(from, whole.azimuth_deg, whole.distance_m / 2);
    std::vector<Point> points{from, to};
    for (double along = 20'000; along >= -20'000; along -= 1000)
        points.push_back(direct(direct(middle, 0, 10'000), 90, along));
    const auto found = Chain{make_line(points)}.locate(direct(middle, 180, 5));
    ASSERT_TRUE(found);
    EXPECT_NEAR(found->offset_m, 5, 0.001);
    EXPECT_NEAR(found->distance_along_m, whole.distance_m / 2, 0.01);
}

TEST(Chainage, FartherThanAskedForIsNothing) {
    const Chain chain{from_wkt("LINESTRING(70 30,70 31)")};
    const double away = proj_distance({70, 31}, {70, 31.5});
    EXPECT_TRUE(chain.locate({70, 31.5}, away + 0.001));
    EXPECT_FALSE(chain.locate({70, 31.5}, away - 0.001));
    EXPECT_FALSE(chain.locate({75, 30}));
    EXPECT_FALSE(chain.locate({std::nan(""), 30}));
}

TEST(Chainage, PointAtIsTheInverseOfLocate) {
    std::mt19937 random{4};
    const Chain chain{from_wkt("LINESTRING(66 25,66.5 26,66.4 27,67 28)")};
    std::uniform_real_distribution<double> along{100, chain.length_m() - 100}, offset{-50, 50};
    int same = 0;
    for (int i = 0; i < 300; ++i) {
        const Chainage c{along(random), offset(random)};
        const auto back = chain.locate(chain.point_at(c));
        ASSERT_TRUE(back);
        ASSERT_LE(std::abs(back->offset_m), std::abs(c.offset_m) + 1e-6); // round a bend another place may be nearer
        if (std::abs(back->distance_along_m - c.distance_along_m) < 0.001 &&
            std::abs(back->offset_m - c.offset_m) < 0.001)
            ++same;
    }
    EXPECT_GT(same, 295);
    EXPECT_EQ(chain.point_at({-5, 0}), (Point{66, 25}));
    EXPECT_NEAR(proj_distance(chain.point_at({1e9, 0}), {67, 28}), 0, 1e-6);
}

TEST(Chainage, APieceHasTheLengthAskedForAndTheVerticesBetween) {
    const Geometry line = from_wkt("LINESTRING(66 25,66.5 26,66.4 27,67 28)");
    const Chain chain{line};
    const double second = proj_distance(line.points[0], line.points[1]);
    const Geometry piece = chain.piece(1000, second + 5000);
    EXPECT_EQ(piece.type, GeometryType::line_string);
    ASSERT_EQ(piece.points.size(), 3u);
    EXPECT_EQ(piece.points[1], line.points[1]);
    EXPECT_NEAR(length_m(piece), second + 4000, 1e-3);
    EXPECT_EQ(chain.piece(-5, 1e9), line);
    EXPECT_TRUE(chain.piece(5, 5).empty());
    EXPECT_TRUE(chain.piece(7, 5).empty());
    EXPECT_TRUE(chain.piece(1e9, 2e9).empty());
}

TEST(Chainage, AGapBetweenPartsCountsNoLength) {
    const Geometry line = from_wkt("MULTILINESTRING((70 30,70 31),(72 31,72 32))");
    const Chain chain{line};
    const double first = proj_distance({70, 30}, {70, 31});
    EXPECT_NEAR(chain.length_m(), first + proj_distance({72, 31}, {72, 32}), 1e-6);
    EXPECT_NEAR(chain.locate({72.1, 31})->distance_along_m, first, 20);
    const Geometry across = chain.piece(first - 1000, first + 1000);
    EXPECT_EQ(across.type, GeometryType::multi_line_string);
    EXPECT_EQ(across.part_ends, (std::vector<std::uint32_t>{2, 4}));
    EXPECT_EQ(across.points[1], (Point{70, 31}));
    EXPECT_EQ(across.points[2], (Point{72, 31}));
}

TEST(Chainage, RepeatedVerticesAndEmptyLinesAreHarmless) {
    const Chain repeated{from_wkt("LINESTRING(70 30,70 30,70 31,70 31)")};
    EXPECT_NEAR(repeated.locate({70.1, 30.5})->distance_along_m,
                Chain{from_wkt("LINESTRING(70 30,70 31)")}.locate({70.1, 30.5})->distance_along_m, 1e-9);
    for (const Chain& empty :
         {Chain{}, Chain{from_wkt("LINESTRING EMPTY")}, Chain{from_wkt("LINESTRING(70 30,70 30)")}}) {
        EXPECT_EQ(empty.length_m(), 0);
        EXPECT_FALSE(empty.locate({70, 30}));
        EXPECT_TRUE(empty.piece(0, 1).empty());
        EXPECT_THROW(empty.point_at({0, 0}), Error);
    }
    EXPECT_THROW(Chain{from_wkt("POINT(1 2)")}, Error);
    EXPECT_THROW(Chain{make_line({{0, 0}, {500, 0}})}, Error);
}
