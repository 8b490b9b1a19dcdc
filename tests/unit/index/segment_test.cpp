#include "layers/index/few_rows.hpp"
#include "layers/index/merge.hpp"
#include "tests/unit/support/rows.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace {

using namespace layers;
using namespace layers::index;

std::shared_ptr<const Segment> segment_of(const std::vector<Record>& records) {
    SegmentBuilder builder{*rows::mixed_layer()};
    for (const auto& record : records) builder.add(record);
    return builder.finish();
}

std::vector<Record> random_rows(unsigned seed, int count) {
    std::mt19937 random{seed};
    std::vector<Record> records;
    for (int i = 0; i < count; ++i) records.push_back(rows::random_row(*rows::mixed_layer(), random, i));
    return records;
}

bool same(const Record& a, const Record& b) {
    return a.id == b.id && a.version == b.version && a.seq == b.seq && a.geometry == b.geometry && a.values == b.values;
}

TEST(Segment, gives_back_every_row_exactly_as_it_was_stored) {
    const auto records = random_rows(1, 500);
    const auto segment = segment_of(records);
    ASSERT_EQ(segment->size(), records.size());
    for (const auto& record : records) {
        const auto row = segment->find(record.id);
        ASSERT_TRUE(row);
        EXPECT_TRUE(same(to_record(*segment, *row), record));
    }
    EXPECT_FALSE(segment->find(geo::uuid_from_hash("no such row")));
}

TEST(Segment, of_few_rows_has_the_bytes_that_the_builder_makes) {
    const auto layer = rows::mixed_layer();
    std::size_t packed = 0;
    for (unsigned seed = 0; seed < 400; ++seed) {
        const auto records = random_rows(100 + seed, 1 + static_cast<int>(seed % (kFewRows + 4)));
        std::vector<const Record*> few;
        for (const auto& record : records) few.push_back(&record);
        const auto segment = pack_few(*layer, schema_hash(*layer), few);
        const bool collection = std::ranges::any_of(
            records, [](const Record& r) { return r.geometry.type == geo::GeometryType::collection; });
        ASSERT_EQ(segment == nullptr, collection || records.size() > kFewRows);
        if (!segment) continue;
        ++packed;
        const auto built = segment_of(records);
        ASSERT_TRUE(std::ranges::equal(segment->bytes(), built->bytes())) << seed;
    }
    EXPECT_GT(packed, 100u);
}

TEST(Segment, keeps_a_collection_whole) {
    Record record = rows::empty_row(*rows::mixed_layer(), 1);
    record.geometry.type = geo::GeometryType::collection;
    record.geometry.members = {geo::make_point(66, 30), geo::make_line({{66, 30}, {67, 31}})};
    const auto segment = segment_of({record});
    EXPECT_EQ(segment->geometry(0), record.geometry);
    EXPECT_EQ(segment->type(0), geo::GeometryType::multi_line_string); // what a tile draws of it
}

TEST(Segment, search_finds_what_a_scan_of_all_boxes_finds) {
    const auto segment = segment_of(random_rows(2, 3000));
    std::mt19937 random{3};
    std::uniform_real_distribution<double> lon{58, 80}, lat{21, 40}, size{0, 6};
    for (int i = 0; i < 200; ++i) {
        geo::MercatorBox box;
        const double x = lon(random), y = lat(random), w = i % 10 == 0 ? 0 : size(random);
        box.add(geo::to_mercator({x, y}));
        box.add(geo::to_mercator({x + w, y + w}));
        std::vector<Row> found, expected;
        segment->search(box, [&](Row row) { found.push_back(row); });
        for (Row row = 0; row < segment->size(); ++row)
            if (!segment->box(row).empty() && segment->box(row).intersects(box)) expected.push_back(row);
        EXPECT_EQ(found, expected);
    }
}

TEST(Segment, copied_from_segments_means_the_same) {
    const auto records = random_rows(4, 400);
    const auto first = segment_of({records.begin(), records.begin() + 150});
    const auto second = segment_of({records.begin() + 150, records.end()});
    SegmentBuilder builder{*rows::mixed_layer()};
    for (Row row = 0; row < first->size(); ++row) builder.add(*first, row);
    for (Row row = 0; row < second->size(); ++row) builder.add(*second, row);
    const auto built = builder.finish();
    std::vector<Part> parts{{first.get(), {}}, {second.get(), {}}};
    for (auto& part : parts)
        for (Row row = 0; row < part.segment->size(); ++row) part.rows.push_back(row);
    const auto merged = merge(*rows::mixed_layer(), schema_hash(*rows::mixed_layer()), parts);
    EXPECT_TRUE(std::ranges::equal(merged->bytes(), built->bytes()));
    for (const auto& record : records) {
        const auto row = merged->find(record.id);
        ASSERT_TRUE(row);
        EXPECT_TRUE(same(to_record(*merged, *row), record));
        EXPECT_EQ(merged->importance(*row).size(), merged->vertices(*row).size());
    }
}

// Of single rows nearly every column is one of nulls somewhere, which has no bytes.
TEST(Segment, merged_from_single_rows_has_the_bytes_that_the_builder_makes) {
    const auto layer = rows::mixed_layer();
    const auto schema = schema_hash(*layer);
    std::vector<std::shared_ptr<const Segment>> pieces;
    for (const auto& record : random_rows(9, 60)) {
        const Record* one = &record;
        auto piece = pack_few(*layer, schema, {&one, 1});
        pieces.push_back(piece ? piece : segment_of({record}));
    }
    SegmentBuilder builder{*layer};
    std::vector<Part> parts;
    for (const auto& piece : pieces) {
        parts.push_back({piece.get(), {0}});
        builder.add(*piece, 0);
    }
    const auto merged = merge(*layer, schema, parts);
    EXPECT_TRUE(std::ranges::equal(merged->bytes(), builder.finish()->bytes()));
    EXPECT_EQ(merge(*layer, schema, {{pieces[0].get(), {}}}), nullptr);
}

TEST(Segment, damaged_bytes_are_refused_or_read_without_a_fault) {
    const auto segment = segment_of(random_rows(5, 60));
    const std::vector<std::byte> good{segment->bytes().begin(), segment->bytes().end()};
    std::mt19937 random{6};
    int refused = 0;
    for (int i = 0; i < 3000; ++i) {
        auto bytes = std::make_shared<std::vector<std::byte>>(good);
        // The header and the tables are the first kilobytes: where a wrong offset would do harm.
        const std::size_t at = random() % (i % 2 == 0 ? std::min<std::size_t>(2000, good.size()) : good.size());
        (*bytes)[at] ^= std::byte{static_cast<unsigned char>(1u << random() % 8)};
        if (i % 7 == 0) bytes->resize(random() % good.size());
        try {
            const auto read = Segment::from_bytes(bytes, *bytes, *rows::mixed_layer());
            for (Row row = 0; row < read->size(); ++row) (void)read->column(common::agency).value(row);
        } catch (const geo::Error& e) {
            EXPECT_EQ(e.code, geo::ErrorCode::storage_failed);
            ++refused;
        }
    }
    EXPECT_GT(refused, 500);
}

TEST(Filter, says_of_every_row_what_the_evaluator_says_of_its_record) {
    const auto layer = rows::mixed_layer();
    const auto records = random_rows(7, 800);
    const auto segment = segment_of(records);
    const std::vector<bool> all(layer->fields.size(), true);
    const char* filters[] = {
        "agency = 'fia'",
        "NOT (agency = 'fia' OR kind IN ('distress','som'))",
        "agency IS NULL AND (name LIKE 'name 1%' OR count_min > 50)",
        "handling <> 'H3' OR A_CONTAINS(releasable_to, ('anf'))",
        "S_INTERSECTS(geom, POLYGON((64 26, 70 26, 70 32, 64 32, 64 26)))",
        "effort_km BETWEEN 20 AND 90 AND staffed = true",
        "valid_from >= TIMESTAMP('1970-06-01T00:00:00Z') AND NOT (impact = 'low')",
        "name = kind OR CASEI(name) = CASEI('NAME 7')",
    };
    for (const char* text : filters) {
        const auto filter = query::bind(query::parse_cql2_text(text), *layer, all);
        const SegmentFilter passes{*segment, *layer, filter, {}};
        int yes = 0;
        for (const auto& record : records) {
            const bool expected = query::evaluate(*filter, rows::RecordRow{record}) == query::Truth::yes;
            EXPECT_EQ(passes(*segment->find(record.id)), expected) << text;
            yes += expected;
        }
        EXPECT_GT(yes, 0) << text << " passes nothing: the test shows nothing";
        EXPECT_LT(yes, 800) << text << " passes all: the test shows nothing";
    }
}

TEST(TimeWindow, closed_at_both_ends_and_a_row_without_times_always_matches) {
    const Layer& layer = *rows::mixed_layer();
    constexpr auto no = kNullInteger;
    const TimeWindow window{geo::Instant{100}, geo::Instant{200}};
    EXPECT_TRUE(in_window(layer, no, no, window));
    EXPECT_TRUE(in_window(layer, 200, 300, window));
    EXPECT_TRUE(in_window(layer, 0, 100, window));
    EXPECT_FALSE(in_window(layer, 201, 300, window));
    EXPECT_FALSE(in_window(layer, 0, 99, window));
    EXPECT_TRUE(in_window(layer, 0, no, window)); // still so
    Layer reports = layer;
    reports.change = ChangeRule::statements;
    EXPECT_FALSE(in_window(reports, 0, no, window)); // a report is of its moment
    EXPECT_TRUE(in_window(reports, 150, no, window));
}

} // namespace
