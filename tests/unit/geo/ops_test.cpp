#include "geo/error.hpp"
#include "geo/ops.hpp"
#include "geo/wkb.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <thread>

using namespace geo;

namespace {

bool is(Predicate predicate, const char* a, const char* b) {
    return holds(predicate, from_wkt(a), from_wkt(b));
}

double signed_area(const Geometry& g, std::uint32_t begin, std::uint32_t end) {
    double sum = 0;
    for (auto i = begin; i + 1 < end; ++i) sum += g.points[i].x * g.points[i + 1].y - g.points[i + 1].x * g.points[i].y;
    return sum / 2;
}

double area(const Geometry& g) {
    double sum = 0;
    std::uint32_t begin = 0;
    for (auto end : g.part_ends) {
        sum += signed_area(g, begin, end);
        begin = end;
    }
    return sum;
}

constexpr const char* kSquare = "POLYGON((0 0,4 0,4 4,0 4,0 0))";

} // namespace

// The definitions of OGC 06-103r4 6.1.15.3, each once true and once false.
TEST(Ops, PredicatesAreThoseOfSimpleFeatures) {
    EXPECT_TRUE(is(Predicate::intersects, kSquare, "POINT(4 4)"));
    EXPECT_FALSE(is(Predicate::intersects, kSquare, "POINT(4 4.1)"));
    EXPECT_TRUE(is(Predicate::disjoint, kSquare, "POINT(5 5)"));
    EXPECT_FALSE(is(Predicate::disjoint, kSquare, "POINT(2 2)"));
    EXPECT_TRUE(is(Predicate::equals, kSquare, "POLYGON((4 0,4 4,0 4,0 0,2 0,4 0))"));
    EXPECT_FALSE(is(Predicate::equals, kSquare, "POLYGON((0 0,4 0,4 4,0 0))"));
    EXPECT_TRUE(is(Predicate::touches, kSquare, "LINESTRING(4 2,8 2)"));
    EXPECT_FALSE(is(Predicate::touches, kSquare, "LINESTRING(3 2,8 2)"));
    EXPECT_TRUE(is(Predicate::within, "POINT(2 2)", kSquare));
    EXPECT_FALSE(is(Predicate::within, "POINT(0 0)", kSquare));
    EXPECT_TRUE(is(Predicate::contains, kSquare, "LINESTRING(1 1,3 3)"));
    EXPECT_FALSE(is(Predicate::contains, "LINESTRING(1 1,3 3)", kSquare));
    EXPECT_TRUE(is(Predicate::overlaps, kSquare, "POLYGON((2 2,6 2,6 6,2 6,2 2))"));
    EXPECT_FALSE(is(Predicate::overlaps, kSquare, "POLYGON((1 1,2 1,2 2,1 1))"));
    EXPECT_TRUE(is(Predicate::crosses, "LINESTRING(-1 2,6 2)", kSquare));
    EXPECT_FALSE(is(Predicate::crosses, "LINESTRING(1 2,3 2)", kSquare));
    EXPECT_FALSE(is(Predicate::intersects, "LINESTRING EMPTY", kSquare));
}

TEST(Ops, CollectionsArePlacesLikeOthers) {
    EXPECT_TRUE(is(Predicate::within, "GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(1 1,2 2))", kSquare));
    EXPECT_FALSE(is(Predicate::within, "GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(1 1,9 2))", kSquare));
    EXPECT_TRUE(is(Predicate::intersects, kSquare, "GEOMETRYCOLLECTION(POINT(9 9),POLYGON((3 3,9 3,9 9,3 3)))"));
}

// A shape that comes again is answered from a prepared copy; the answers must be those of the first time.
TEST(Ops, RepeatedShapesGetTheSameAnswers) {
    std::mt19937 random{8};
    std::uniform_real_distribution<double> place{-1, 6}, size{0.1, 3};
    const Geometry fixed = from_wkt("POLYGON((0 0,4 1,5 4,2 3,1 5,0 0))");
    for (auto predicate : {Predicate::intersects, Predicate::equals, Predicate::disjoint, Predicate::touches,
                           Predicate::within, Predicate::overlaps, Predicate::crosses, Predicate::contains}) {
        for (int i = 0; i < 300; ++i) {
            const double x = place(random), y = place(random), s = size(random);
            const Geometry row = i % 3 == 0   ? make_point(x, y)
                                 : i % 3 == 1 ? make_line({{x, y}, {x + s, y + s}, {x + s, y}})
                                              : make_polygon({{{x, y}, {x + s, y}, {x, y + s}, {x, y}}});
            bool alone = false, alone_turned = false;
            std::jthread{[&] { // a new thread has seen no shape before
                alone = holds(predicate, row, fixed);
            }}
                .join();
            std::jthread{[&] { alone_turned = holds(predicate, fixed, row); }}.join();
            ASSERT_EQ(holds(predicate, row, fixed), alone) << to_wkt(row);
            ASSERT_EQ(holds(predicate, fixed, row), alone_turned) << to_wkt(row);
        }
    }
}

TEST(Ops, ThreadsDoNotDisturbEachOther) {
    std::vector<std::jthread> threads;
    std::atomic<int> wrong = 0;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            const Geometry shape = make_polygon({{{0.0, 0.0}, {10.0 + t, 0.0}, {10.0, 10.0}, {5.0, 12.0}, {0.0, 0.0}}});
            for (int i = 0; i < 500; ++i) {
                if (!holds(Predicate::contains, shape, make_point(6, 1 + 0.001 * i))) ++wrong;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(wrong, 0);
}

TEST(Ops, WhatIsNotValidIsNamedWithItsPlace) {
    EXPECT_FALSE(invalid_reason(from_wkt(kSquare)));
    EXPECT_EQ(invalid_reason(from_wkt("POLYGON((0 0,2 2,2 0,0 2,0 0))")), "Self-intersection at (1 1)");
    EXPECT_EQ(invalid_reason(from_wkt("POLYGON((0 0,2 0,2 2,0 2))")), "a ring is not closed at (0 0)");
    EXPECT_EQ(invalid_reason(from_wkt("POLYGON((5 5,2 0,5 5))")), "a ring of fewer than 4 points at (5 5)");
    EXPECT_EQ(invalid_reason(from_wkt("LINESTRING(1 2)")), "a line of fewer than 2 points at (1 2)");
    EXPECT_TRUE(invalid_reason(from_wkt("LINESTRING(1 2,1 2)")));
    EXPECT_TRUE(invalid_reason(make_point(std::nan(""), 1)));
    EXPECT_TRUE(invalid_reason(make_point(1, INFINITY)));
    EXPECT_TRUE(invalid_reason(from_wkt("GEOMETRYCOLLECTION(POLYGON((0 0,2 2,2 0,0 2,0 0)))")));
}

TEST(Ops, AskingAboutABrokenRingIsAnErrorNotACrash) {
    const Geometry open_ring = from_wkt("POLYGON((0 0,2 0,2 2,0 2))");
    for (const auto& action : std::vector<std::function<void()>>{
             [&] { holds(Predicate::within, from_wkt("POINT(1 1)"), open_ring); }, [&] { make_valid(open_ring); },
             [&] { make_valid(make_point(std::nan(""), 0)); }}) {
        try {
            action();
            FAIL();
        } catch (const Error& error) {
            EXPECT_EQ(error.code, ErrorCode::invalid_geometry);
            EXPECT_EQ(std::string{error.what()}.find("Exception"), std::string::npos) << error.what();
        }
    }
}

TEST(Ops, RepairKeepsTheAreaAndTurnsRings) {
    const Geometry bow_tie = make_valid(from_wkt("POLYGON((0 0,2 2,2 0,0 2,0 0))"));
    EXPECT_EQ(bow_tie.type, GeometryType::multi_polygon);
    EXPECT_DOUBLE_EQ(area(bow_tie), 2);
    EXPECT_FALSE(invalid_reason(bow_tie));

    const Geometry clockwise = make_valid(from_wkt("POLYGON((0 0,0 4,4 4,4 0,0 0),(1 1,2 1,2 2,1 2,1 1))"));
    EXPECT_EQ(clockwise.type, GeometryType::polygon);
    EXPECT_DOUBLE_EQ(signed_area(clockwise, 0, clockwise.part_ends[0]), 16);
    EXPECT_DOUBLE_EQ(signed_area(clockwise, clockwise.part_ends[0], clockwise.part_ends[1]), -1);

    const Geometry spike = make_valid(from_wkt("POLYGON((0 0,4 0,4 4,9 4,4 4,0 4,0 0))"));
    EXPECT_EQ(spike.type, GeometryType::polygon);
    EXPECT_DOUBLE_EQ(area(spike), 16);

    EXPECT_TRUE(make_valid(from_wkt("POLYGON((0 0,1 1,2 2,0 0))")).empty()); // no area at all
    EXPECT_EQ(make_valid(from_wkt("LINESTRING(0 0,1 1)")), from_wkt("LINESTRING(0 0,1 1)"));
    EXPECT_EQ(make_valid(from_wkt("POINT(1 2)")), from_wkt("POINT(1 2)"));
    const Geometry multi = from_wkt("MULTIPOLYGON(((0 0,1 0,1 1,0 0)))");
    EXPECT_EQ(make_valid(multi).type, GeometryType::multi_polygon);
}

TEST(Ops, RepairedShapesAreValidAndRepairOfThemChangesNothing) {
    std::mt19937 random{4};
    std::uniform_real_distribution<double> place{0, 10};
    for (int i = 0; i < 300; ++i) {
        std::vector<Point> ring;
        for (int n = 0; n < 4 + i % 12; ++n) ring.push_back({place(random), place(random)});
        ring.push_back(ring.front());
        const Geometry repaired = make_valid(make_polygon({ring}));
        ASSERT_FALSE(invalid_reason(repaired)) << *invalid_reason(repaired);
        ASSERT_NEAR(area(make_valid(repaired)), area(repaired), 1e-9);
    }
}

// ---- antimeridian ------------------------------------------------------------------------------------------------

TEST(Antimeridian, WhatDoesNotCrossIsLeftAlone) {
    for (const char* wkt :
         {"LINESTRING(-170 0,10 0)", "POLYGON((170 0,180 0,180 10,170 0))", "MULTIPOINT((-179 0),(179 0))"}) {
        EXPECT_EQ(split_at_antimeridian(from_wkt(wkt)), from_wkt(wkt));
    }
}

TEST(Antimeridian, ALineIsCutWhereItCrosses) {
    EXPECT_EQ(to_wkt(split_at_antimeridian(from_wkt("LINESTRING(170 0,-170 10)"))),
              "MULTILINESTRING ((170 0, 180 5), (-180 5, -170 10))");
    EXPECT_EQ(to_wkt(split_at_antimeridian(from_wkt("LINESTRING(-170 0,170 10,170 20)"))),
              "MULTILINESTRING ((-170 0, -180 5), (180 5, 170 10, 170 20))");
    EXPECT_EQ(to_wkt(split_at_antimeridian(from_wkt("LINESTRING(180 0,-170 10)"))),
              "MULTILINESTRING ((-180 0, -170 10))");
}

TEST(Antimeridian, APolygonIsCutInTwoOfTheSameArea) {
    const Geometry split = split_at_antimeridian(
        from_wkt("POLYGON((170 -10,-160 -10,-160 10,170 10,170 -10),(175 -5,175 5,-175 5,-175 -5,175 -5))"));
    EXPECT_EQ(split.type, GeometryType::multi_polygon);
    EXPECT_EQ(split.polygon_ends.size(), 2u);
    EXPECT_TRUE(on_earth(split));
    EXPECT_FALSE(invalid_reason(split));
    EXPECT_NEAR(area(split), 30 * 20 - 10 * 10, 1e-9);
    EXPECT_TRUE(holds(Predicate::intersects, split, make_point(-165, 0)));
    EXPECT_FALSE(holds(Predicate::intersects, split, make_point(178, 0)));
}

TEST(Antimeridian, ARingRoundThePoleReachesThePole) {
    const Geometry cap = split_at_antimeridian(from_wkt("POLYGON((-150 60,-30 60,90 60,-150 60))"));
    EXPECT_FALSE(invalid_reason(cap));
    EXPECT_NEAR(area(cap), 360 * 30, 1e-9);
}
