#include "geo/clip.hpp"
#include "geo/simplify.hpp"
#include "geo/wrap/geos.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace geo;

namespace {

constexpr MercatorBox kBox{-1000, -1000, 1000, 1000};
using Points = std::vector<MercatorPoint>;

double length(const GridParts& parts) {
    double sum = 0;
    std::size_t begin = 0;
    for (auto end : parts.part_ends) {
        for (std::size_t i = begin + 1; i < end; ++i) {
            sum += std::hypot(parts.points[i].x - parts.points[i - 1].x, parts.points[i].y - parts.points[i - 1].y);
        }
        begin = end;
    }
    return sum;
}

double planar_length(const Geometry& g) {
    double sum = 0;
    std::size_t begin = 0;
    for (auto end : g.part_ends) {
        for (std::size_t i = begin + 1; i < end; ++i) {
            sum += std::hypot(g.points[i].x - g.points[i - 1].x, g.points[i].y - g.points[i - 1].y);
        }
        begin = end;
    }
    for (const auto& member : g.members) sum += planar_length(member);
    return sum;
}

double planar_area(const Geometry& g) {
    double sum = 0;
    std::size_t begin = 0;
    for (auto end : g.part_ends) {
        double ring = 0;
        for (std::size_t i = begin; i + 1 < end; ++i) {
            ring += g.points[i].x * g.points[i + 1].y - g.points[i + 1].x * g.points[i].y;
        }
        if (g.type == GeometryType::polygon || g.type == GeometryType::multi_polygon) sum += std::abs(ring) / 2;
        begin = end;
    }
    for (const auto& member : g.members) sum += planar_area(member);
    return sum;
}

std::vector<Point> doubles(const Points& points) {
    std::vector<Point> out;
    for (auto p : points) out.push_back({static_cast<double>(p.x), static_cast<double>(p.y)});
    return out;
}

// A star-shaped ring round (cx, cy): never crosses itself.
Points star(std::mt19937& random, int vertices, double cx, double cy, double size) {
    std::uniform_real_distribution<double> radius{size * 0.2, size};
    Points ring;
    for (int i = 0; i < vertices; ++i) {
        const double angle = 2 * M_PI * i / vertices, r = radius(random);
        ring.push_back(
            {static_cast<std::int32_t>(cx + r * std::cos(angle)), static_cast<std::int32_t>(cy + r * std::sin(angle))});
    }
    ring.push_back(ring.front());
    return ring;
}

Points walk(std::mt19937& random, int vertices, double step) {
    std::normal_distribution<double> move{0, step};
    double x = 0, y = 0;
    Points line;
    for (int i = 0; i < vertices; ++i) {
        line.push_back({static_cast<std::int32_t>(x), static_cast<std::int32_t>(y)});
        x += move(random);
        y += move(random);
    }
    return line;
}

double distance(MercatorPoint p, MercatorPoint a, MercatorPoint b) {
    const double dx = double(b.x) - a.x, dy = double(b.y) - a.y, square = dx * dx + dy * dy;
    const double t =
        square > 0 ? std::clamp(((double(p.x) - a.x) * dx + (double(p.y) - a.y) * dy) / square, 0.0, 1.0) : 0;
    return std::hypot(double(p.x) - a.x - t * dx, double(p.y) - a.y - t * dy);
}

std::vector<std::size_t> kept(const std::vector<float>& importance, double tolerance) {
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < importance.size(); ++i) {
        if (importance[i] >= tolerance) indices.push_back(i);
    }
    return indices;
}

void expect_within(const Points& line, const std::vector<float>& importance, double tolerance) {
    const auto indices = kept(importance, tolerance);
    for (std::size_t k = 0; k + 1 < indices.size(); ++k) {
        for (std::size_t i = indices[k]; i < indices[k + 1]; ++i) {
            ASSERT_LE(distance(line[i], line[indices[k]], line[indices[k + 1]]), tolerance);
        }
    }
}

} // namespace

TEST(Clip, ALineThroughTheBoxIsCutAtItsBorder) {
    GridParts out;
    clip_line(Points{{-3000, 0}, {3000, 0}}, kBox, out);
    EXPECT_EQ(out.points, (Points{{-1000, 0}, {1000, 0}}));
    EXPECT_EQ(out.part_ends, (std::vector<std::uint32_t>{2}));
}

TEST(Clip, ALineThatComesBackMakesTwoPieces) {
    GridParts out;
    clip_line(Points{{0, 0}, {2000, 0}, {2000, 500}, {0, 500}}, kBox, out);
    EXPECT_EQ(out.points, (Points{{0, 0}, {1000, 0}, {1000, 500}, {0, 500}}));
    EXPECT_EQ(out.part_ends, (std::vector<std::uint32_t>{2, 4}));
}

TEST(Clip, ATouchLeavesNothing) {
    GridParts out;
    clip_line(Points{{-2000, 0}, {0, 2000}, {5000, 5000}}, {-1000, -1000, 1000, 999}, out); // past the corner
    clip_line(Points{{0, 2000}, {2000, 0}}, kBox, out);                                     // only the corner
    clip_line(Points{{1000, 1000}, {3000, 1000}}, kBox, out);                               // leaves from the corner
    clip_line(Points{{5, 5}, {5, 5}}, kBox, out);
    clip_line(Points{}, kBox, out);
    EXPECT_TRUE(out.empty());
    EXPECT_TRUE(out.points.empty());
    EXPECT_FALSE(clip_ring(Points{{1000, -5}, {2000, -5}, {2000, 5}, {1000, 5}, {1000, -5}}, kBox, out));
    EXPECT_TRUE(out.empty());
}

TEST(Clip, ExtremeCoordinatesDoNotOverflow) {
    GridParts out;
    clip_line(Points{{INT32_MIN, INT32_MIN}, {INT32_MAX, INT32_MAX}}, kBox, out);
    EXPECT_EQ(out.points, (Points{{-1000, -1000}, {1000, 1000}}));
    out.clear();
    const Points world{{INT32_MIN, INT32_MIN},
                       {INT32_MAX, INT32_MIN},
                       {INT32_MAX, INT32_MAX},
                       {INT32_MIN, INT32_MAX},
                       {INT32_MIN, INT32_MIN}};
    ASSERT_TRUE(clip_ring(world, kBox, out));
    EXPECT_EQ(twice_area(out.points), 2.0 * 2000 * 2000);
}

TEST(Clip, LinesAgreeWithGeos) {
    std::mt19937 random{1};
    for (int i = 0; i < 500; ++i) {
        const Points line = walk(random, 60, 600);
        GridParts out;
        clip_line(line, kBox, out);
        const Geometry expected =
            wrap::geos_intersection(make_line(doubles(line)), make_box_polygon({-1000, -1000, 1000, 1000}));
        ASSERT_NEAR(length(out), planar_length(expected), 2.0 * static_cast<double>(out.part_ends.size()) + 1e-6);
        for (auto p : out.points) ASSERT_TRUE(std::abs(p.x) <= 1000 && std::abs(p.y) <= 1000);
    }
}

TEST(Clip, RingsKeepAreaAndDirectionAsGeosFindsThem) {
    std::mt19937 random{2};
    std::uniform_real_distribution<double> place{-2500, 2500};
    for (int i = 0; i < 1000; ++i) {
        Points ring = star(random, 5 + i % 60, place(random), place(random), 2500);
        const Geometry expected =
            wrap::geos_intersection(make_polygon({doubles(ring)}), make_box_polygon({-1000, -1000, 1000, 1000}));
        const double area = planar_area(expected);
        if (i % 2) std::reverse(ring.begin(), ring.end());
        GridParts out;
        const bool any = clip_ring(ring, kBox, out);
        ASSERT_EQ(any, !out.empty());
        // each cut point moves by at most a grid step along a border of 2000
        ASSERT_NEAR(any ? std::abs(twice_area(out.points)) / 2 : 0, area, 4000 + 0.002 * area);
        if (!any) continue;
        ASSERT_EQ(twice_area(out.points) < 0, i % 2 == 1);
        ASSERT_EQ(out.points.front(), out.points.back());
        ASSERT_GE(out.points.size(), 4u);
        for (auto p : out.points) ASSERT_TRUE(std::abs(p.x) <= 1000 && std::abs(p.y) <= 1000);
    }
}

TEST(Simplify, EveryDroppedVertexIsWithinTheTolerance) {
    std::mt19937 random{3};
    for (int i = 0; i < 50; ++i) {
        const Points line = walk(random, 400, 1000);
        const auto importance = vertex_importance(line, false);
        for (double tolerance : {1.0, 100.0, 1000.0, 5000.0, 1e9}) expect_within(line, importance, tolerance);
        EXPECT_EQ(kept(importance, 1e9).size(), 2u);
        EXPECT_EQ(kept(importance, 0).size(), line.size());
    }
}

TEST(Simplify, AVertexOnTheChordHasNoImportanceAndADetourAllItsWidth) {
    const auto importance = vertex_importance(Points{{0, 0}, {500, 0}, {1000, 300}, {2000, 0}}, false);
    EXPECT_FLOAT_EQ(importance[2], 300);
    EXPECT_NEAR(importance[1], 500 * 300 / std::hypot(1000, 300), 0.01);
    EXPECT_TRUE(std::isinf(importance[0]) && std::isinf(importance[3]));
    EXPECT_EQ(vertex_importance(Points{{0, 0}, {500, 0}, {1000, 0}}, false)[1], 0);
}

TEST(Simplify, ARingNeverHasFewerThanFourPoints) {
    std::mt19937 random{4};
    for (int i = 0; i < 100; ++i) {
        const Points ring = star(random, 4 + i, 0, 0, 10'000);
        const auto importance = vertex_importance(ring, true);
        ASSERT_EQ(kept(importance, 1e9).size(), 4u);
        for (double tolerance : {50.0, 1000.0, 4000.0}) expect_within(ring, importance, tolerance);
    }
    for (const Points& tiny :
         {Points{{0, 0}, {1, 0}, {1, 1}, {0, 0}}, Points{{0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}}}) {
        EXPECT_GE(kept(vertex_importance(tiny, true), 1e9).size(), 4u);
    }
}

TEST(Simplify, ShortInputsAreKeptWhole) {
    EXPECT_TRUE(vertex_importance({}, false).empty());
    EXPECT_TRUE(std::isinf(vertex_importance(Points{{0, 0}}, false)[0]));
    EXPECT_EQ(kept(vertex_importance(Points{{0, 0}, {0, 0}}, false), 1e9).size(), 2u);
}

// Halving spirals make the farthest vertex always the next one: without the bound this takes hours.
TEST(Simplify, AMillionHostileVerticesAreDoneAndStayWithinTheTolerance) {
    Points spiral;
    constexpr int kCount = 1'000'000;
    for (int i = 0; i < kCount; ++i) {
        const double r = 2e9 * (1 - static_cast<double>(i) / kCount);
        spiral.push_back({static_cast<std::int32_t>(r * (i % 2 ? 1 : -1)), static_cast<std::int32_t>(i)});
    }
    const auto importance = vertex_importance(spiral, false);
    expect_within(spiral, importance, 1e8);
}

TEST(Simplify, ToleranceHalvesWithEachZoom) {
    EXPECT_NEAR(tolerance_cm(0, 1), 15654303.4, 2);
    EXPECT_NEAR(tolerance_cm(10, 1) / tolerance_cm(11, 1), 2, 1e-6);
}
