// Appending is a fold: whatever is said in whatever order, the row is the original and over it what its owner said, and
// the original can be read back out of the row.
#include "geo/error.hpp"
#include "layers/model/statements.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <random>

using namespace layers;
using nlohmann::json;

namespace {

const Layer& reports() {
    static const auto layer = *Catalogue{}.find("reports");
    return layer;
}
const Layer& fences() {
    static const auto layer = *Catalogue{}.find("fence_segments");
    return layer;
}
std::size_t at(const char* field) {
    return *reports().find(field);
}

Record report() {
    Record row;
    row.id = geo::make_uuid7();
    row.values.resize(reports().fields.size());
    row.values[common::agency] = std::string{"fia"};
    row.values[common::recorded_at] = geo::Instant{1'772'000'000'000'000};
    row.values[at("kind")] = std::string{"som"};
    row.values[at("count_min")] = std::int64_t{3};
    row.values[at("withdrawn")] = false;
    row.geometry = geo::make_point(61.5, 28.5);
    return row;
}

json document(const Record& row, std::size_t ordinal) {
    const auto* text = std::get_if<geo::Json>(&row.values[ordinal]);
    return text ? json::parse(text->text) : json{};
}

std::string entry(const char* type, const geo::Uuid& id, const char* agency = "fia") {
    return json{{"id", geo::to_string(id)}, {"type", type}, {"agency", agency}, {"reason", "said"}}.dump();
}

// A statement as an endpoint makes it.
Statement random_statement(std::mt19937& random) {
    const auto id = geo::make_uuid7();
    Statement said;
    switch (random() % 4) {
    case 0: {
        said.entry = entry("grading", id);
        said.consequences.push_back(
            {common::source_reliability, std::string(1, static_cast<char>('A' + random() % 6))});
        break;
    }
    case 1:
        said.entry = entry("withdrawal", id);
        said.consequences.push_back({at("withdrawn"), true});
        break;
    default:
        said.entry = entry("correction", id);
        if (random() % 2) said.changes.push_back({at("count_min"), static_cast<std::int64_t>(random() % 9)});
        if (random() % 2)
            said.changes.push_back(
                {common::valid_from, geo::Instant{1'700'000'000'000'000 + static_cast<std::int64_t>(random() % 9)}});
        if (random() % 2) said.changes.push_back({common::geo_precision_m, 0.1 * static_cast<double>(random() % 9)});
        if (random() % 2) said.changes.push_back({at("jurisdictions"), geo::TextList{"a", "b\"c"}});
        if (random() % 2) said.changes.push_back({at("persons"), geo::Json{R"([{"sex":"f"}])"}});
        if (random() % 2) said.changes.push_back({common::remarks, geo::Null{}});
        if (random() % 3 == 0) said.place = geo::make_point(61 + 0.01 * static_cast<double>(random() % 90), 28.5);
    }
    return said;
}

TEST(Statements, told_again_after_anything_was_said_the_original_changes_nothing) {
    std::mt19937 random{11};
    for (int round = 0; round < 200; ++round) {
        const Record original = report();
        Record row = original;
        for (int i = static_cast<int>(random() % 12); i >= 0; --i)
            row = with_statement(reports(), row, random_statement(random));
        for (const bool correct : {false, true}) {
            const auto again = told_again(reports(), row, original, correct);
            EXPECT_EQ(again.values, row.values);
            EXPECT_EQ(again.geometry, row.geometry);
        }
    }
}

TEST(Statements, what_is_said_twice_under_one_id_is_said_once_and_its_id_is_taken) {
    std::mt19937 random{12};
    for (int round = 0; round < 100; ++round) {
        auto said = random_statement(random);
        const auto once = with_statement(reports(), report(), said);
        const auto later = with_statement(reports(), once, random_statement(random));
        EXPECT_EQ(with_statement(reports(), later, said).values, later.values);
        said.changes = {{at("count_min"), std::int64_t{77}}};
        said.entry = entry("correction", *geo::parse_uuid(json::parse(said.entry)["id"].get<std::string>()));
        EXPECT_THROW(with_statement(reports(), later, said), geo::Error);
    }
}

TEST(Statements, need_to_know_changes_stand_apart_from_those_that_others_read) {
    Statement said;
    said.entry = entry("correction", geo::make_uuid7());
    said.changes = {{at("persons"), geo::Json{R"([{"sex":"f"}])"}}, {at("count_min"), std::int64_t{9}}};
    const auto row = with_statement(reports(), report(), said);
    EXPECT_FALSE(document(row, at("statements"))[0]["changes"].contains("persons"));
    EXPECT_TRUE(document(row, at("statements"))[0]["changes"].contains("count_min"));
    EXPECT_TRUE(document(row, at("statement_details")).begin()->contains("persons"));
}

TEST(Statements, a_clock_set_back_puts_no_statement_before_what_it_was_said_about) {
    auto row = report();
    row.values[common::recorded_at] = geo::Instant{4'000'000'000'000'000}; // of a clock that has been put right since
    std::mt19937 random{13};
    row = with_statement(reports(), row, random_statement(random));
    EXPECT_EQ(document(row, at("statements"))[0]["at"], geo::to_rfc3339({4'000'000'000'000'000}));
}

TEST(Statements, a_list_that_is_full_or_damaged_refuses_this_row_alone) {
    std::mt19937 random{14};
    auto row = report();
    json many = json::array();
    for (std::size_t i = 0; i < kMostStatements; ++i)
        many.push_back({{"id", std::to_string(i)}, {"type", "validation"}});
    row.values[at("statements")] = geo::Json{many.dump()};
    const auto code = [&] {
        try {
            with_statement(reports(), row, random_statement(random));
        } catch (const geo::Error& error) {
            return error.code;
        }
        return geo::ErrorCode::internal;
    };
    EXPECT_EQ(code(), geo::ErrorCode::too_large);
    for (const char* damaged : {"{", "{}", "[7]", R"([{"id":7}])"}) {
        row.values[at("statements")] = geo::Json{damaged};
        EXPECT_EQ(code(), geo::ErrorCode::conflict) << damaged;
    }
}

TEST(Statements, states_give_the_same_current_one_in_whatever_order_they_arrive) {
    const std::vector<std::string> said{R"({"state":"intact","observed_at":"2026-01-01T00:00:00Z"})",
                                        R"({"state":"breached","observed_at":"2026-03-01T00:00:00Z"})",
                                        R"({"state":"damaged","observed_at":"2026-02-01T05:00:00+05:00"})"};
    auto order = std::vector<std::size_t>{0, 1, 2};
    do {
        Record row;
        row.values.resize(fences().fields.size());
        for (const auto i : order) row = with_state(fences(), row, said[i]);
        const auto twice = with_state(fences(), row, said[0]);
        EXPECT_EQ(twice.values, row.values);
        EXPECT_EQ(row.values[*fences().find("state")], geo::Value{std::string{"breached"}});
    } while (std::ranges::next_permutation(order).found);
}

} // namespace
