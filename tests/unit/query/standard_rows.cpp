// The conformance data of OGC 21-065r2 (annex A, test data ne110m4cql2.gpkg): 216 filters with the count of features
// that each must select, when they lie beside the project.
#include "geo/wkb.hpp"
#include "geo/wrap/sqlite.hpp"
#include "tests/unit/query/support.hpp"

#include <map>

namespace layers::query {
namespace {

struct Table {
    Layer layer;
    std::vector<Row> rows;
};

// GeoPackage 1.3, 2.1.3: "GP", version, flags (bits 1-3: size of the envelope), srs_id, envelope, WKB.
geo::Geometry from_geopackage(std::string_view blob) {
    constexpr std::size_t kEnvelopeBytes[] = {0, 32, 48, 48, 64};
    return geo::from_wkb(blob.substr(8 + kEnvelopeBytes[(static_cast<unsigned char>(blob[3]) >> 1) & 7]));
}

FieldType field_type(const std::string& declared) {
    if (declared == "BOOLEAN") return FieldType::boolean;
    if (declared == "INTEGER") return FieldType::integer;
    if (declared == "REAL") return FieldType::number;
    if (declared == "DATE" || declared == "DATETIME") return FieldType::instant;
    return FieldType::text;
}

geo::Value read_value(const geo::wrap::Statement& row, int column, FieldType type) {
    if (row.is_null(column)) return {};
    switch (type) {
    case FieldType::boolean:
        return row.integer(column) != 0;
    case FieldType::integer:
        return row.integer(column);
    case FieldType::number:
        return row.real(column);
    case FieldType::instant:
        return *geo::from_naive_utc(row.text(column));
    default:
        return std::string{row.text(column)};
    }
}

Table read_table(geo::wrap::Database& database, const std::string& name) {
    Table table;
    std::string columns = "geom";
    geo::wrap::Statement info{database, "SELECT name, type FROM pragma_table_info('" + name + "') WHERE cid > 1"};
    while (info.step()) {
        table.layer.fields.push_back(field(std::string{info.text(0)}, field_type(std::string{info.text(1)})));
        columns += ", \"" + table.layer.fields.back().name + '"';
    }
    geo::wrap::Statement select{database, "SELECT " + columns + " FROM " + name};
    while (select.step()) {
        Row row;
        row.shape = from_geopackage(select.blob(0));
        for (std::size_t i = 0; i < table.layer.fields.size(); ++i)
            row.values.push_back(read_value(select, static_cast<int>(i) + 1, table.layer.fields[i].type));
        table.rows.push_back(std::move(row));
    }
    return table;
}

TEST(StandardRows, EveryFilterSelectsTheExpectedCount) {
    const auto folder = shared_vectors();
    if (!std::filesystem::exists(folder / "rows.tsv"))
        GTEST_SKIP() << "the standard's test data is not here: " << folder;

    geo::wrap::Database database{folder / "ne110m4cql2.gpkg", {.mode = geo::wrap::OpenMode::read_only}};
    std::map<std::string, Table> tables;
    std::ifstream in{folder / "rows.tsv"};
    std::string line;
    std::getline(in, line); // the heading
    std::size_t filters = 0;
    while (std::getline(in, line)) {
        std::istringstream cells{line};
        std::string conformance_class, collection, text, expected;
        std::getline(cells, conformance_class, '\t');
        std::getline(cells, collection, '\t');
        std::getline(cells, text, '\t');
        std::getline(cells, expected, '\t');
        if (!tables.contains(collection)) tables[collection] = read_table(database, collection);
        const Table& table = tables[collection];

        const auto bound = filter(text, table.layer);
        const auto bounds = bounding_box(*bound);
        std::size_t matched = 0;
        for (const Row& row : table.rows) {
            if (evaluate(*bound, row) != Truth::yes) continue;
            ++matched;
            EXPECT_TRUE(!bounds || bounds->intersects(row.box())) << text;
        }
        EXPECT_EQ(matched, std::stoul(expected)) << text;
        ++filters;
    }
    EXPECT_EQ(filters, 216U);
}

} // namespace
} // namespace layers::query
