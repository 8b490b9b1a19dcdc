// Shapes in SpatiaLite's own form: every shape comes back, SpatiaLite reads the same one, damage is refused.
#include "layers/store/spatialite/geometry_blob.hpp"

#include "geo/error.hpp"
#include "geo/wkb.hpp"
#include "geo/wrap/sqlite.hpp"

#include <gtest/gtest.h>
#include <random>

namespace {

using layers::store::from_blob, layers::store::to_blob;

std::vector<geo::Geometry> shapes() {
    std::vector<geo::Geometry> all;
    for (const char* text :
         {"POINT (66.5 -30.25)", "LINESTRING (60 25, 61 26, 62.5 27)",
          "POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0), (2 2, 2 4, 4 4, 2 2))", "MULTIPOINT ((1 2), (3 4), (5 6))",
          "MULTILINESTRING ((0 0, 1 1), (5 5, 6 6, 7 7))",
          "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 9 5, 9 9, 5 5), (6 5.5, 7 6, 7 5.5, 6 5.5)))",
          "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 3 4), POLYGON ((0 0, 1 0, 1 1, 0 0)))"}) {
        all.push_back(geo::from_wkt(text));
    }
    return all;
}

TEST(GeometryBlob, EveryShapeComesBack) {
    for (const auto& shape : shapes()) EXPECT_EQ(from_blob(to_blob(shape, shape.box())), shape) << geo::to_wkt(shape);
    const auto nested =
        geo::from_wkt("GEOMETRYCOLLECTION (MULTIPOINT ((1 2), (3 4)), GEOMETRYCOLLECTION (POINT (5 6)))");
    EXPECT_EQ(from_blob(to_blob(nested, nested.box())), nested);
    EXPECT_EQ(to_blob({}, {}), "");
    EXPECT_EQ(from_blob("").type, geo::GeometryType::none);
}

TEST(GeometryBlob, SpatialiteReadsTheSameShape) {
    geo::wrap::Database db{":memory:", {.mode = geo::wrap::OpenMode::create, .spatialite = true}};
    for (const auto& shape : shapes()) {
        geo::wrap::Statement read{db, "SELECT AsBinary(?1), ST_Srid(?1), MbrMinX(?1), MbrMaxY(?1)"};
        read.bind_blob(1, to_blob(shape, shape.box()));
        ASSERT_TRUE(read.step());
        ASSERT_FALSE(read.is_null(0)) << geo::to_wkt(shape);
        EXPECT_EQ(geo::from_wkb(read.blob(0)), shape);
        EXPECT_EQ(read.integer(1), 4326);
        EXPECT_EQ(read.real(2), shape.box().min_x);
        EXPECT_EQ(read.real(3), shape.box().max_y);
        read.reset();
    }
}

TEST(GeometryBlob, DamagedBytesAreRefusedWithoutReadingBeyondThem) {
    std::mt19937 random{11};
    for (const auto& shape : shapes()) {
        const std::string whole = to_blob(shape, shape.box());
        for (std::size_t length = 1; length < whole.size(); ++length) {
            EXPECT_THROW(from_blob(whole.substr(0, length)), geo::Error);
        }
        for (int i = 0; i < 2000; ++i) {
            std::string damaged = whole;
            damaged[random() % damaged.size()] = static_cast<char>(random());
            try {
                from_blob(damaged);
            } catch (const geo::Error& error) {
                EXPECT_EQ(error.code, geo::ErrorCode::storage_failed);
            }
        }
    }
}

} // namespace
