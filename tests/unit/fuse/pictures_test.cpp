// The events of each group of callers, over a real store: kept up as if made anew, undone without a trace, and the
// same whatever lies hidden or behind the purpose wall.
#include "../store/support.hpp"

#include "layers/feed/journal.hpp"
#include "layers/fuse/pictures.hpp"
#include "layers/store/spatialite/spatialite.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <thread>

namespace {

using namespace layers;
using namespace layers::fuse;
using store_test::must;

access::Caller analyst_of(const std::string& agency, std::vector<access::Role> roles = {access::Role::analyst}) {
    return {.account = agency + "-desk",
            .agency = agency,
            .roles = std::move(roles),
            .purpose = {},
            .scenario = {},
            .open = false};
}

geo::Uuid report_id(int number) {
    return geo::uuid_from_hash("report " + std::to_string(number));
}

struct Told { // what a report says, as far as these tests care
    int number = 0;
    std::string agency = "fia";
    std::vector<std::string> released{"anf", "customs", "fia"};
    std::string kind = "crossing";
    double lon = 61.5, lat = 29.0;
    std::string reliability = "B", credibility = "2";
    std::optional<std::int64_t> count_min = {}, count_max = {};
    std::string tip_status = {}, source_ref = {};
};

class Room { // a store with everything that follows it
public:
    Room()
        : store{store::open_spatialite(folder.path)}, model{*store, ""}, journal{*store, model}, pictures{*store, model,
                                                                                                          journal} {
        sources.emplace(model, *store);
        sources->add(pictures.derived());
    }

    void report(const Told& told) {
        const auto layer = Catalogue{}.find("reports");
        Record row;
        row.id = report_id(told.number);
        row.values.resize(layer->fields.size());
        const auto set = [&](const char* field, geo::Value value) {
            row.values[*layer->find(field)] = std::move(value);
        };
        set("agency", told.agency);
        set("releasable_to", geo::TextList(told.released));
        set("handling", std::string{"H1"});
        set("kind", told.kind);
        set("valid_from", geo::Instant{1'770'000'000'000'000 + told.number * 60'000'000LL});
        set("geo_precision_m", 500.0);
        set("source_reliability", told.reliability);
        set("info_credibility", told.credibility);
        if (told.count_min) set("count_min", *told.count_min);
        if (told.count_max) set("count_max", *told.count_max);
        if (!told.tip_status.empty()) set("tip_status", told.tip_status);
        if (!told.source_ref.empty()) set("source_ref", told.source_ref);
        row.geometry = geo::make_point(told.lon, told.lat);
        put("reports", std::move(row), store::Op::create);
    }

    // A new version of a report with one field changed: what statements do to it.
    void change(int number, const char* field, geo::Value value) {
        auto row = *store->get("reports", report_id(number));
        row.values[*Catalogue{}.find("reports")->find(field)] = std::move(value);
        put("reports", std::move(row), store::Op::replace);
    }

    void judge(int a, int b, Verdict verdict, const std::string& agency = "fia") {
        Judgement judgement;
        judgement.id = geo::make_uuid7();
        judgement.pair = pair_of(report_id(a), report_id(b));
        judgement.verdict = verdict;
        judgement.agency = agency;
        judgement.account = agency + "-desk";
        put("judgements", row_of(*Catalogue{}.find("judgements"), judgement, ""), store::Op::create);
    }

    void say(int event, const std::string& state) {
        EventStatement statement;
        statement.id = geo::make_uuid7();
        statement.event = report_id(event);
        statement.state = state;
        statement.agency = "fia";
        put("event_statements", row_of(*Catalogue{}.find("event_statements"), statement, ""), store::Op::create);
    }

    std::map<geo::Uuid, Record> events(const access::Caller& caller) {
        return rows(*sources->find(caller, "events")->view);
    }

    std::map<geo::Uuid, Record> events_anew(const access::Caller& caller) {
        Pictures fresh{*store, model, journal};
        return rows(*fresh.derived().now(caller));
    }

    std::map<geo::Uuid, Record> events_at(const access::Caller& caller, store::Seq at) {
        return rows(*pictures.derived().past(caller, at, {}));
    }

    store_test::TemporaryFolder folder;
    std::unique_ptr<store::Store> store;
    index::ReadModel model;
    feed::Journal journal;
    Pictures pictures;
    std::optional<index::Sources> sources;

private:
    static std::map<geo::Uuid, Record> rows(const index::View& view) {
        std::map<geo::Uuid, Record> out;
        view.each({}, query::always(), {}, [&](const index::Piece& piece, index::Row row) {
            auto record = index::to_record(*piece.segment, row);
            out.emplace(record.id, std::move(record));
        });
        return out;
    }
    void put(const char* layer, Record row, store::Op op) {
        store::Write write;
        write.op = op;
        write.layer = layer;
        write.record = std::move(row);
        write.account = "tester";
        must(*store, std::move(write));
    }
};

const Layer& events_layer() {
    return *std::ranges::find(derived_layers(), "events", &Layer::id);
}

geo::Value value(const Record& event, const char* field) {
    return event.values[*events_layer().find(field)];
}

geo::TextList texts(std::initializer_list<int> numbers) {
    geo::TextList out;
    for (const int number : numbers) out.push_back(geo::to_string(report_id(number)));
    return out;
}

// All but what may differ after an undo.
std::string told(std::map<geo::Uuid, Record> events) {
    std::string out;
    for (auto& [id, event] : events) {
        event.values[common::recorded_at] = geo::Null{};
        out += geo::to_string(id);
        for (std::size_t i = 0; i < event.values.size(); ++i) {
            out += "\n" + events_layer().fields[i].name + "=";
            if (const auto* text = std::get_if<std::string>(&event.values[i])) out += *text;
            if (const auto* whole = std::get_if<std::int64_t>(&event.values[i])) out += std::to_string(*whole);
            if (const auto* number = std::get_if<double>(&event.values[i])) out += std::to_string(*number);
            if (const auto* flag = std::get_if<bool>(&event.values[i])) out += *flag ? "true" : "false";
            if (const auto* at = std::get_if<geo::Instant>(&event.values[i])) out += geo::to_rfc3339(*at);
            if (const auto* list = std::get_if<geo::TextList>(&event.values[i]))
                for (const auto& member : *list) out += member + ",";
        }
        for (const auto& p : event.geometry.points) out += " " + std::to_string(p.x) + " " + std::to_string(p.y);
        out += "\n\n";
    }
    return out;
}

TEST(Pictures, EveryReportIsAnEventUntilSomebodyJudgesThemTheSame) {
    Room room;
    room.report({.number = 1, .count_min = 3, .count_max = 5});
    room.report({.number = 2,
                 .agency = "anf",
                 .lon = 61.51,
                 .reliability = "A",
                 .credibility = "1",
                 .count_min = 4,
                 .count_max = 8});
    const auto caller = analyst_of("fia");
    EXPECT_EQ(room.events(caller).size(), 2u);
    room.judge(1, 2, Verdict::same);
    const auto events = room.events(caller);
    ASSERT_EQ(events.size(), 1u);
    const auto& event = events.at(report_id(1));
    EXPECT_EQ(std::get<geo::TextList>(value(event, "members")), texts({1, 2}));
    EXPECT_EQ(std::get<std::int64_t>(value(event, "corroboration")), 2);
    EXPECT_EQ(std::get<std::int64_t>(value(event, "count_min")), 3) << "a range over both, never an average";
    EXPECT_EQ(std::get<std::int64_t>(value(event, "count_max")), 8);
    EXPECT_EQ(event.geometry.points[0].x, 61.51) << "the better graded report's place";
    EXPECT_EQ(std::get<std::string>(value(event, "place_from")), geo::to_string(report_id(2)));
    EXPECT_EQ(std::get<std::string>(value(event, "place_reason")), "best graded: A1");
}

TEST(Pictures, TheEventKeepsItsIdWhileItGrowsAndTheOldPartKeepsItInASplit) {
    Room room;
    for (int i = 1; i <= 3; ++i) room.report({.number = i});
    const auto caller = analyst_of("fia");
    room.judge(2, 3, Verdict::same);
    EXPECT_TRUE(room.events(caller).contains(report_id(2)));
    room.judge(3, 1, Verdict::same);
    ASSERT_EQ(room.events(caller).size(), 1u);
    EXPECT_TRUE(room.events(caller).contains(report_id(1))) << "now the oldest member";
    room.judge(3, 1, Verdict::different);
    const auto events = room.events(caller);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_TRUE(geo::is_null(value(events.at(report_id(1)), "split_from")));
    EXPECT_EQ(std::get<std::string>(value(events.at(report_id(2)), "split_from")), geo::to_string(report_id(1)));
}

TEST(Pictures, OnlyTheSameReferenceOfOneAgencyMergesUnattended) {
    Room room;
    room.report({.number = 1, .source_ref = "case 7"});
    room.report({.number = 2, .source_ref = "case 7"});
    room.report({.number = 3, .agency = "anf", .source_ref = "case 7"});
    room.report({.number = 4, .source_ref = "case 8"});
    const auto events = room.events(analyst_of("fia"));
    EXPECT_EQ(events.size(), 3u);
    EXPECT_EQ(std::get<geo::TextList>(value(events.at(report_id(1)), "members")), texts({1, 2}));
    room.judge(1, 2, Verdict::different);
    EXPECT_EQ(room.events(analyst_of("fia")).size(), 4u) << "a person's word stands above it";
}

TEST(Pictures, ARescueReportOfTheSameReferencePartsNoEventOfEnforcement) {
    Room room;
    std::vector<int> by_id{1, 2, 3}; // the rescue report lies between the others in the order of ids
    std::ranges::sort(by_id, {}, report_id);
    room.report({.number = by_id[0], .source_ref = "case 7"});
    room.report({.number = by_id[2], .source_ref = "case 7"});
    room.report({.number = by_id[1], .kind = "distress", .source_ref = "case 7"});
    const auto events = room.events(analyst_of("fia"));
    EXPECT_EQ(events.size(), 2u);
    EXPECT_EQ(std::get<geo::TextList>(value(events.at(report_id(by_id[0])), "members")), texts({by_id[0], by_id[2]}));
}

TEST(Pictures, CallersHaveTheEventsOfWhatTheySeeAndNothingElse) {
    Room room;
    room.report({.number = 1, .released = {}, .count_min = 90, .count_max = 90});
    room.report({.number = 2, .count_min = 3, .count_max = 3});
    room.report({.number = 3, .count_min = 4, .count_max = 4});
    room.judge(1, 2, Verdict::same);
    room.judge(1, 3, Verdict::same);
    EXPECT_EQ(room.events(analyst_of("fia")).size(), 1u);
    const auto others = room.events(analyst_of("anf"));
    ASSERT_EQ(others.size(), 2u) << "what ties the two is hidden";
    EXPECT_EQ(std::get<std::int64_t>(value(others.at(report_id(2)), "count_max")), 3);
    EXPECT_EQ(std::get<std::int64_t>(value(others.at(report_id(2)), "corroboration")), 1);
    EXPECT_EQ(others.at(report_id(2)).version, 1) << "nor does a judgement that they may not see count";
}

TEST(Pictures, ATakenBackReportStaysAMemberAndCountsForNothing) {
    Room room;
    room.report({.number = 1, .count_min = 3, .count_max = 3});
    room.report({.number = 2, .agency = "anf", .count_min = 50, .count_max = 50});
    room.judge(1, 2, Verdict::same);
    room.change(2, "withdrawn", true);
    const auto event = room.events(analyst_of("fia")).at(report_id(1));
    EXPECT_EQ(std::get<geo::TextList>(value(event, "members")), texts({1, 2}));
    EXPECT_EQ(std::get<std::int64_t>(value(event, "corroboration")), 1);
    EXPECT_EQ(std::get<std::int64_t>(value(event, "count_max")), 3);
    room.change(1, "withdrawn", true);
    EXPECT_TRUE(std::get<bool>(value(room.events(analyst_of("fia")).at(report_id(1)), "withdrawn")))
        << "still there, and marked";
}

TEST(Pictures, ContradictionsAreToldAndAVictimsStatusIsNeverLowered) {
    Room room;
    room.report({.number = 1, .count_min = 3, .count_max = 5, .tip_status = "confirmed"});
    room.report({.number = 2, .agency = "anf", .count_min = 40, .count_max = 50, .tip_status = "ruled_out"});
    room.judge(1, 2, Verdict::same);
    const auto event = room.events(analyst_of("fia")).at(report_id(1));
    EXPECT_EQ(std::get<geo::TextList>(value(event, "conflicts")), (geo::TextList{"count", "tip_status"}));
    EXPECT_EQ(std::get<std::string>(value(event, "tip_status")), "confirmed");
}

TEST(Pictures, TheNewestStateSaidOfAnyMemberIsTheEvents) {
    Room room;
    room.report({.number = 1});
    room.report({.number = 2});
    room.say(2, "assigned");
    EXPECT_EQ(std::get<std::string>(value(room.events(analyst_of("fia")).at(report_id(2)), "state")), "assigned");
    room.judge(1, 2, Verdict::same);
    EXPECT_EQ(std::get<std::string>(value(room.events(analyst_of("fia")).at(report_id(1)), "state")), "assigned");
    room.say(1, "closed");
    EXPECT_EQ(std::get<std::string>(value(room.events(analyst_of("fia")).at(report_id(1)), "state")), "closed");
}

TEST(Pictures, ShowThePastAsItStood) {
    Room room;
    room.report({.number = 1});
    room.report({.number = 2});
    const auto before = room.store->last_seq();
    const auto caller = analyst_of("fia");
    const auto then = told(room.events(caller));
    room.judge(1, 2, Verdict::same);
    room.change(1, "impact", std::string{"high"});
    EXPECT_EQ(told(room.events_at(caller, before)), then);
    EXPECT_EQ(told(room.events_at(caller, room.store->last_seq())), told(room.events(caller)));
}

TEST(Pictures, AJudgementThatContradictsIsToldWithThePathThatTiesThem) {
    Room room;
    for (int i = 1; i <= 4; ++i) room.report({.number = i});
    const auto caller = analyst_of("fia");
    room.judge(1, 2, Verdict::same);
    room.judge(3, 4, Verdict::same);
    room.judge(1, 4, Verdict::different);
    const auto joined = room.pictures.trial(caller, {{pair_of(report_id(2), report_id(3)), Verdict::same}})[0];
    auto path = joined.path;
    if (!path.empty() && path.front() != report_id(1)) std::ranges::reverse(path);
    EXPECT_EQ(path, (std::vector{report_id(1), report_id(2), report_id(3), report_id(4)}));
    ASSERT_TRUE(joined.against);
    EXPECT_EQ(joined.against->pair, pair_of(report_id(1), report_id(4)));
    EXPECT_TRUE(room.pictures.trial(caller, {{pair_of(report_id(1), report_id(4)), Verdict::same}})[0].path.empty())
        << "the pair itself may be judged anew";
    room.judge(2, 3, Verdict::same, "anf"); // somebody who sees less may have said so
    EXPECT_EQ(room.events(caller).size(), 2u) << "the contradiction joins nothing";
    EXPECT_TRUE(std::get<bool>(value(room.events(caller).at(report_id(1)), "conflicting")));
    room.judge(1, 4, Verdict::none);
    EXPECT_EQ(room.events(caller).size(), 1u);
    EXPECT_FALSE(
        room.pictures.trial(caller, {{pair_of(report_id(1), report_id(4)), Verdict::different}})[0].path.empty())
        << "they are tied by others now";
}

TEST(Pictures, AreWholeThoughOthersJudgeWhileTheyAreMade) {
    Room room;
    constexpr int kReports = 1500; // made in two turns
    for (int i = 0; i < kReports; ++i) room.report({.number = i});
    std::jthread others{[&](const std::stop_token& stop) {
        std::mt19937 random{7};
        for (int i = 0; i < 150 && !stop.stop_requested(); ++i) {
            const int a = static_cast<int>(random() % kReports), b = static_cast<int>(random() % kReports);
            if (a != b) room.judge(a, b, random() % 5 == 0 ? Verdict::none : Verdict::same);
        }
    }};
    for (const char* agency : {"fia", "anf", "customs"}) room.events(analyst_of(agency));
    others.join();
    for (const char* agency : {"fia", "anf", "customs"})
        ASSERT_EQ(told(room.events(analyst_of(agency))), told(room.events_anew(analyst_of(agency)))) << agency;
}

// Random work of people over some reports: what each sees is at every moment what a picture made from nothing shows.
class RandomWork : public ::testing::TestWithParam<unsigned> {
protected:
    std::mt19937 random{GetParam()};
    int pick(int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); }

    Told some_report(int number) {
        Told told{.number = number};
        told.agency = std::vector<std::string>{"fia", "anf", "customs"}[static_cast<std::size_t>(pick(3))];
        told.released = pick(3) == 0 ? std::vector<std::string>{} : std::vector<std::string>{"fia", "anf", "customs"};
        told.kind = pick(4) == 0 ? "distress" : "crossing";
        told.lon = 61 + pick(100) * 0.01;
        told.reliability = std::string(1, static_cast<char>('A' + pick(6)));
        if (pick(2)) told.count_min = pick(10), told.count_max = *told.count_min + pick(5);
        if (pick(4) == 0) told.source_ref = "case " + std::to_string(pick(4));
        return told;
    }
    void work(Room& room, int reports) {
        switch (pick(8)) {
        case 0:
            return room.change(pick(reports), "withdrawn", pick(2) == 0);
        case 1:
            return room.change(pick(reports), "info_credibility", std::to_string(1 + pick(6)));
        case 2:
            return room.change(pick(reports), "releasable_to", geo::TextList{pick(2) ? "anf" : "fia"});
        case 3:
            return room.change(pick(reports), "sar_phase", std::string{pick(2) ? "none" : "alert"});
        default:
            const int a = pick(reports), b = pick(reports);
            if (a != b)
                room.judge(a, b, pick(4) == 0 ? Verdict::different : pick(4) == 0 ? Verdict::none : Verdict::same);
        }
    }
    const std::vector<access::Caller> callers{analyst_of("fia"), analyst_of("anf"),
                                              analyst_of("customs", {access::Role::rescue})};
};

TEST_P(RandomWork, KeepsEveryPictureEqualToOneMadeFromNothing) {
    Room room;
    const int reports = 14;
    for (int i = 0; i < reports; ++i) room.report(some_report(i));
    for (int step = 0; step < 60; ++step) {
        work(room, reports);
        if (step % 3 != 0) continue; // several changes between two looks, too
        for (const auto& caller : callers) {
            const auto kept = room.events(caller), anew = room.events_anew(caller);
            ASSERT_EQ(told(kept), told(anew)) << caller.agency << " after step " << step;
            for (const auto& [id, event] : kept) ASSERT_EQ(event.version, anew.at(id).version);
        }
    }
}

TEST_P(RandomWork, UndoneJudgementsLeaveNoTrace) {
    Room room;
    const int reports = 12;
    for (int i = 0; i < reports; ++i) room.report(some_report(i));
    std::map<std::pair<int, int>, Verdict> stands; // by pair
    for (int i = 0; i < 8; ++i) {                  // something stands before
        const int a = pick(reports), b = pick(reports);
        if (a >= b) continue;
        stands[{a, b}] = pick(3) == 0 ? Verdict::different : Verdict::same;
        room.judge(a, b, stands[{a, b}]);
    }
    std::vector<std::string> before;
    for (const auto& caller : callers) before.push_back(told(room.events(caller)));
    std::vector<std::tuple<int, int, Verdict>> undo; // what stood before each
    for (int i = 0; i < 25; ++i) {
        const int a = pick(reports), b = pick(reports);
        if (a >= b) continue;
        const auto verdict = static_cast<Verdict>(pick(4));
        const auto stood = stands.contains({a, b}) ? stands[{a, b}] : Verdict::none;
        if (verdict == stood) continue;
        undo.emplace_back(a, b, stood);
        stands[{a, b}] = verdict;
        room.judge(a, b, verdict);
    }
    for (auto step = undo.rbegin(); step != undo.rend(); ++step)
        room.judge(std::get<0>(*step), std::get<1>(*step), std::get<2>(*step));
    for (std::size_t i = 0; i < callers.size(); ++i)
        ASSERT_EQ(told(room.events(callers[i])), before[i]) << callers[i].agency;
}

TEST_P(RandomWork, RescueReportsChangeNoEventOfEnforcement) {
    Room with, without;
    const int reports = 12;
    std::set<int> rescue;
    for (int i = 0; i < reports; ++i) {
        auto told = some_report(i);
        if (told.kind == "distress") rescue.insert(i);
        with.report(told);
        if (!rescue.contains(i)) without.report(told);
    }
    for (int step = 0; step < 40; ++step) {
        const int a = pick(reports), b = pick(reports);
        if (a == b) continue;
        const auto verdict = pick(4) == 0 ? Verdict::different : Verdict::same;
        with.judge(a, b, verdict);
        if (!rescue.contains(a) && !rescue.contains(b)) without.judge(a, b, verdict);
    }
    for (const auto& caller : callers) {
        auto events = with.events(caller);
        std::erase_if(events, [](const auto& entry) {
            return value(entry.second, "domain") == geo::Value{std::string{"rescue"}};
        });
        const auto bare = without.events(caller);
        ASSERT_EQ(told(events), told(bare)) << caller.agency;
        for (const auto& [id, event] : events)
            ASSERT_EQ(event.version, bare.at(id).version) << "not even a count of it";
    }
}

TEST_P(RandomWork, WhatIsHiddenFromACallerMovesNothingOfTheirs) {
    Room with, without;
    const int reports = 12;
    std::set<int> hidden; // from anf
    for (int i = 0; i < reports; ++i) {
        auto told = some_report(i);
        if (told.agency != "anf" && told.released.empty()) hidden.insert(i);
        with.report(told);
        if (!hidden.contains(i)) without.report(told);
    }
    for (int step = 0; step < 40; ++step) {
        const int a = pick(reports), b = pick(reports);
        if (a == b) continue;
        const auto verdict = pick(4) == 0 ? Verdict::different : Verdict::same;
        with.judge(a, b, verdict);
        if (!hidden.contains(a) && !hidden.contains(b)) without.judge(a, b, verdict);
    }
    const auto caller = analyst_of("anf");
    const auto one = with.events(caller), other = without.events(caller);
    ASSERT_EQ(told(one), told(other));
    for (const auto& [id, event] : one) ASSERT_EQ(event.version, other.at(id).version);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomWork, ::testing::Range(1u, 9u));

} // namespace
