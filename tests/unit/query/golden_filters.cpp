// The project's own vectors (tests/golden/cql2), so that a clone alone tests the whole language.
#include "tests/unit/query/support.hpp"

namespace layers::query {
namespace {

using Cells = std::vector<std::string>;

std::vector<Cells> read_tsv(const char* name) {
    std::ifstream in{golden() / name};
    EXPECT_TRUE(in) << name;
    std::vector<Cells> lines;
    std::string line;
    while (std::getline(in, line)) {
        if (line.starts_with("# ")) continue;
        Cells cells{""};
        for (const char c : line) {
            if (c == '\t') {
                cells.emplace_back();
            } else {
                cells.back() += c;
            }
        }
        lines.push_back(std::move(cells));
    }
    return lines;
}

TEST(GoldenFilters, TextAndJsonMeanTheSameTree) {
    for (const auto& pair : read_tsv("pairs.tsv")) {
        const auto text = parse_cql2_text(pair.at(0));
        const auto json = parse_cql2_json(pair.at(1));
        EXPECT_TRUE(*text == *json) << pair[0] << "\n" << to_cql2_text(*json);
        EXPECT_TRUE(*parse_cql2_text(to_cql2_text(*json)) == *json) << to_cql2_text(*json);
    }
}

TEST(GoldenFilters, WhatIsNoFilterIsRefusedWithItsPlaceAndReason) {
    for (const auto& line : read_tsv("refused.tsv")) {
        const auto parse = line.at(0) == "text" ? parse_cql2_text : parse_cql2_json;
        const std::string message = refusal([&] { parse(line.at(1)); });
        EXPECT_NE(message, "") << line[1];
        EXPECT_NE(message.find(line.at(2)), std::string::npos) << line[1] << "\n" << message;
    }
}

// ---- five rows ---------------------------------------------------------------------------------------------------

Layer layer() {
    return layer_of(
        {field("name", FieldType::text), field("kind", FieldType::enumeration), field("count", FieldType::integer),
         field("depth", FieldType::number), field("open", FieldType::boolean), field("seen", FieldType::instant),
         field("until", FieldType::instant), field("tags", FieldType::text_list), field("doc", FieldType::json)});
}

geo::Value at(const char* text) {
    return *geo::from_rfc3339(text);
}

Row row(int number, std::vector<geo::Value> values, geo::Geometry shape) {
    Row r;
    r.values = std::move(values);
    r.shape = std::move(shape);
    r.id = "row-" + std::to_string(number);
    r.version = std::int64_t{number};
    return r;
}

std::vector<Row> rows() {
    using List = geo::TextList;
    const geo::Value null;
    return {
        row(1,
            {"Straße 7", "gate", std::int64_t{1}, 1.0, true, at("2026-03-01T12:00:00Z"), at("2026-03-05T00:00:00Z"),
             List{"fia"}, geo::Json{"{}"}},
            geo::make_point(71, 34)),
        row(2,
            {"over 50% fenced", "fence", std::int64_t{2}, 1.5, false, at("2026-03-01T23:59:59.999999Z"),
             at("2026-03-05T00:00:00Z"), List{"anf", "fia"}, null},
            geo::make_line({{71, 34}, {75, 34}})),
        row(3,
            {"Torkham crossing", "fence", std::int64_t{3}, 3.25, null, at("2026-03-02T00:00:00Z"), null, List{}, null},
            geo::make_polygon({{{72, 33}, {73, 33}, {73, 34}, {72, 34}, {72, 33}}})),
        row(4, {"x'y", "gate", null, null, null, null, null, null, null}, geo::make_point(-179.5, 0.5)),
        row(5, {"'; DROP TABLE reports; --", null, null, null, null, null, null, null, null}, geo::Geometry{}),
    };
}

TEST(GoldenFilters, EveryFilterSelectsItsRowsAndNoOther) {
    const auto all = rows();
    const auto filters = read_tsv("filters.tsv");
    EXPECT_GE(filters.size(), 80U);
    for (const auto& line : filters) {
        ExpressionPtr bound;
        ASSERT_NO_THROW(bound = filter(line.at(0), layer())) << line[0];
        const auto bounds = bounding_box(*bound);
        std::string selected;
        for (const Row& r : all) {
            if (evaluate(*bound, r) != Truth::yes) continue;
            selected += (selected.empty() ? "" : " ") + std::to_string(std::get<std::int64_t>(r.version));
            EXPECT_TRUE(!bounds || bounds->intersects(r.box())) << line[0];
        }
        EXPECT_EQ(selected, line.at(1)) << line[0];
    }
}

} // namespace
} // namespace layers::query
