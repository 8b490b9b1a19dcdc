#include "geo/error.hpp"
#include "geo/geometry.hpp"
#include "geo/wkb.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace geo;

namespace {

class Shapes {
public:
    explicit Shapes(unsigned seed) : random_{seed} {}

    Geometry any(int depth = 0) {
        const int kinds = depth < 3 ? 7 : 6;
        Geometry g;
        g.type = static_cast<GeometryType>(1 + below(kinds));
        switch (g.type) {
        case GeometryType::point:
            g.points = points(below(8) == 0 ? 0 : 1);
            break;
        case GeometryType::multi_point:
            g.points = points(below(6));
            break;
        case GeometryType::line_string:
            add_parts(g, below(8) == 0 ? 0 : 1);
            break;
        case GeometryType::multi_line_string:
            add_parts(g, below(4));
            break;
        case GeometryType::polygon:
            add_polygons(g, below(8) == 0 ? 0 : 1);
            break;
        case GeometryType::multi_polygon:
            add_polygons(g, below(4));
            break;
        default:
            for (int i = below(4); i > 0; --i) g.members.push_back(any(depth + 1));
        }
        return g;
    }

private:
    int below(int n) { return std::uniform_int_distribution<int>{0, n - 1}(random_); }
    std::vector<Point> points(int n) {
        std::uniform_real_distribution<double> x{-180, 180}, y{-90, 90};
        std::vector<Point> made;
        for (int i = 0; i < n; ++i) made.push_back({x(random_), y(random_)});
        return made;
    }
    void add_parts(Geometry& g, int n) {
        for (int i = 0; i < n; ++i) {
            for (const Point& p : points(2 + below(5))) g.points.push_back(p);
            g.part_ends.push_back(static_cast<std::uint32_t>(g.points.size()));
        }
    }
    void add_polygons(Geometry& g, int n) {
        for (int i = 0; i < n; ++i) {
            add_parts(g, 1 + below(3));
            g.polygon_ends.push_back(static_cast<std::uint32_t>(g.part_ends.size()));
        }
    }
    std::mt19937 random_;
};

std::string from_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16));
    }
    return bytes;
}

bool refused_wkt(std::string_view text) {
    try {
        from_wkt(text);
        return false;
    } catch (const Error& error) {
        return error.code == ErrorCode::invalid_geometry;
    }
}

bool refused_wkb(std::string_view bytes) {
    try {
        from_wkb(bytes);
        return false;
    } catch (const Error& error) {
        return error.code == ErrorCode::invalid_geometry;
    }
}

} // namespace

TEST(Wkb, EveryShapeComesBackAsItWas) {
    Shapes shapes{20260301};
    for (int i = 0; i < 5000; ++i) {
        const Geometry g = shapes.any();
        ASSERT_EQ(from_wkb(to_wkb(g)), g) << to_wkt(g);
    }
}

TEST(Wkb, TruncatedAnywhereOrFollowedByBytesIsRefused) {
    Shapes shapes{7};
    for (int i = 0; i < 300; ++i) {
        const std::string bytes = to_wkb(shapes.any());
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            ASSERT_TRUE(refused_wkb(std::string_view{bytes}.substr(0, length)));
        }
        ASSERT_TRUE(refused_wkb(bytes + '\0'));
    }
}

TEST(Wkb, AnyByteChangedGivesAShapeOrAnErrorNeverACrash) {
    Shapes shapes{11};
    std::mt19937 random{12};
    for (int i = 0; i < 3000; ++i) {
        std::string bytes = to_wkb(shapes.any());
        for (int n = 0; n < 3; ++n) bytes[random() % bytes.size()] = static_cast<char>(random());
        try {
            const Geometry g = from_wkb(bytes);
            g.box();
            to_wkb(g);
        } catch (const Error& error) {
            ASSERT_EQ(error.code, ErrorCode::invalid_geometry);
        }
    }
}

TEST(Wkb, ReadsBothByteOrdersAndDropsHeightsAndMeasures) {
    const Geometry expected = make_point(1, 2);
    EXPECT_EQ(from_wkb(from_hex("0101000000000000000000F03F0000000000000040")), expected);
    EXPECT_EQ(from_wkb(from_hex("00000000013FF00000000000004000000000000000")), expected);
    // ISO: 1001 Z, 2001 M, 3001 ZM
    EXPECT_EQ(from_wkb(from_hex("01E9030000000000000000F03F00000000000000400000000000000840")), expected);
    EXPECT_EQ(from_wkb(from_hex("01D1070000000000000000F03F00000000000000400000000000000840")), expected);
    EXPECT_EQ(from_wkb(from_hex("01B90B0000000000000000F03F000000000000004000000000000008400000000000000840")),
              expected);
    // EWKB: SRID 4326; Z with SRID
    EXPECT_EQ(from_wkb(from_hex("0101000020E6100000000000000000F03F0000000000000040")), expected);
    EXPECT_EQ(from_wkb(from_hex("01010000A0E6100000000000000000F03F00000000000000400000000000000840")), expected);
}

TEST(Wkb, MixedByteOrdersInOneShapeAreRead) {
    EXPECT_EQ(from_wkb(from_hex("000000000400000002"
                                "0101000000000000000000F03F0000000000000040"
                                "00000000013FF00000000000004000000000000000"))
                  .points,
              (std::vector<Point>{{1, 2}, {1, 2}}));
}

TEST(Wkb, AHugeCountInAFewBytesIsRefusedWithoutAllocating) {
    EXPECT_TRUE(refused_wkb(from_hex("0102000000FFFFFFFF")));
    EXPECT_TRUE(refused_wkb(from_hex("0107000000FFFFFFFF")));
    EXPECT_TRUE(refused_wkb(from_hex("0103000000FFFFFFFF00000000")));
}

TEST(Wkb, UnknownTypesAndMembersOfAnotherTypeAreRefused) {
    EXPECT_TRUE(refused_wkb(from_hex("010800000000000000")));                     // circular string
    EXPECT_TRUE(refused_wkb(from_hex("010000000000000000")));                     // type 0
    EXPECT_TRUE(refused_wkb(from_hex("02010000000000000000")));                   // byte order 2
    EXPECT_TRUE(refused_wkb(from_hex("01050000000100000001030000000000000000"))); // a polygon among lines
}

TEST(Wkb, NestingIsBounded) {
    Geometry g = make_point(1, 2);
    for (int i = 0; i < 32; ++i) {
        Geometry outer;
        outer.type = GeometryType::collection;
        outer.members.push_back(std::move(g));
        g = std::move(outer);
    }
    EXPECT_EQ(from_wkb(to_wkb(g)), g);
    EXPECT_EQ(from_wkt(to_wkt(g)), g);
    Geometry outer;
    outer.type = GeometryType::collection;
    outer.members.push_back(g);
    EXPECT_TRUE(refused_wkb(to_wkb(outer)));
    EXPECT_TRUE(refused_wkt(to_wkt(outer)));
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "GEOMETRYCOLLECTION(";
    EXPECT_TRUE(refused_wkt(deep));
}

TEST(Wkt, EveryShapeComesBackWithAllDigits) {
    Shapes shapes{3};
    for (int i = 0; i < 2000; ++i) {
        const Geometry g = shapes.any();
        const Geometry back = from_wkt(to_wkt(g, 20));
        ASSERT_EQ(back, g) << to_wkt(g, 20);
    }
}

TEST(Wkt, IsWrittenAsTheStandardDoes) {
    EXPECT_EQ(to_wkt(make_point(70.5, -0.0)), "POINT (70.5 0)");
    EXPECT_EQ(to_wkt(make_point(1.123456789, 2), 3), "POINT (1.123 2)");
    EXPECT_EQ(to_wkt(make_point(100, 20), 0), "POINT (100 20)");
    EXPECT_EQ(to_wkt(make_box_polygon({0, 0, 1, 1})), "POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))");
    Geometry empty;
    empty.type = GeometryType::multi_line_string;
    EXPECT_EQ(to_wkt(empty), "MULTILINESTRING EMPTY");
}

TEST(Wkt, ReadsTheSpellingsPeopleUse) {
    EXPECT_EQ(from_wkt("point(1 2)"), make_point(1, 2));
    EXPECT_EQ(from_wkt("  POINT Z ( 1e0  +2.0 -3 ) "), make_point(1, 2));
    EXPECT_EQ(from_wkt("POINTZM(1 2 3 4)"), make_point(1, 2));
    EXPECT_EQ(from_wkt("POINT M (1 2 3)"), make_point(1, 2));
    EXPECT_EQ(from_wkt("POINT(1 2 3)"), make_point(1, 2));
    EXPECT_EQ(from_wkt("MULTIPOINT(1 2, 3 4)"), from_wkt("MULTIPOINT((1 2),(3 4))"));
    EXPECT_EQ(from_wkt("LINESTRING EMPTY").type, GeometryType::line_string);
    EXPECT_EQ(from_wkt("GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(0 0,1 1))").members.size(), 2u);
    EXPECT_EQ(from_wkt("MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))").polygon_ends.size(), 2u);
}

TEST(Wkt, WhatIsWrongIsNamedWithItsColumn) {
    for (const char* text :
         {"", "POINT", "POINT(", "POINT(1)", "POINT(1 2", "POINT(1 2) x", "POINT(1 2,3 4)", "CIRCLE(1 2)",
          "POINT(nan 2)", "POINT(inf 2)", "POINT(1e999 2)", "LINESTRING(1 2,)", "POLYGON(0 0,1 1)", "POINT Z (1 2)",
          "POINT(1 2 3 4 5)", "POLYGON((0 0,1 1)", "POINT(0x1 2)"}) {
        EXPECT_TRUE(refused_wkt(text)) << text;
    }
    try {
        from_wkt("POINT(1 x)");
        FAIL();
    } catch (const Error& error) {
        EXPECT_NE(std::string{error.what()}.find("column 9"), std::string::npos) << error.what();
        EXPECT_TRUE(error.pointer.empty());
    }
}

TEST(Wkt, RandomTextNeverCrashes) {
    const std::string alphabet = "POINTLINESTRINGPOLYGONMULTIEMPTYZM(), .-+e0123456789";
    std::mt19937 random{99};
    for (int i = 0; i < 20'000; ++i) {
        std::string text = i % 2 ? "MULTIPOLYGON(((" : "POINT ";
        for (int n = 0; n < 30; ++n) text += alphabet[random() % alphabet.size()];
        try {
            from_wkt(text);
        } catch (const Error&) {}
    }
}

TEST(Geometry, OnlyFiniteDegreesAreOnEarth) {
    EXPECT_TRUE(on_earth(make_point(180, -90)));
    EXPECT_FALSE(on_earth(make_point(180.0001, 0)));
    EXPECT_FALSE(on_earth(make_point(0, 1e308)));
    EXPECT_FALSE(on_earth(make_point(std::nan(""), 0)));
    EXPECT_FALSE(on_earth(make_point(0, INFINITY)));
    Geometry nested;
    nested.type = GeometryType::collection;
    nested.members.push_back(make_point(0, 91));
    EXPECT_FALSE(on_earth(nested));
}

TEST(Geometry, TheBoxHoldsAllMembers) {
    Geometry g;
    g.type = GeometryType::collection;
    EXPECT_TRUE(g.box().empty());
    g.members = {make_point(1, 2), make_line({{-3, 0}, {0, 9}})};
    EXPECT_EQ(g.box(), (Box{-3, 0, 1, 9}));
}
