// Rules, causes, steps and the dry run over a real store: what raises an alert, what is the same cause told again, and
// what a desk may do with it.
#include "../store/support.hpp"

#include "layers/alert/raise.hpp"
#include "layers/alert/trial.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace {

using namespace layers;
using namespace layers::alert;
using store_test::must;

constexpr std::int64_t kHour_us = 3'600'000'000;
const geo::Instant kNow = *geo::from_rfc3339("2026-03-18T12:00:00Z"); // a Wednesday

using Values = std::vector<std::pair<const char*, geo::Value>>;

class Desk { // a store, its index, and the rules
public:
    Desk() : store{store::open_spatialite(folder.path, {.clock = [] { return kNow; }})}, model{*store, ""} {}

    geo::Uuid put(const char* layer, int number, const Values& values, store::Op op = store::Op::create) {
        const auto schema = Catalogue{}.find(layer);
        store::Write write;
        write.op = op;
        write.layer = layer;
        write.account = "tester";
        const auto id = geo::uuid_from_hash(layer + std::to_string(number));
        if (op == store::Op::replace) {
            write.record = *store->get(layer, id);
        } else {
            write.record.id = id;
            write.record.values.resize(schema->fields.size());
            write.record.values[common::agency] = std::string{"fia"};
            write.record.geometry = geo::make_point(61.5, 29.0);
        }
        for (const auto& [field, value] : values) write.record.values[*schema->find(field)] = value;
        must(*store, std::move(write));
        return id;
    }

    // As the follower would; what an earlier one has seen comes again.
    void follow() { write(raised(rules, *store, store->changes(0, 10'000))); }
    void look(geo::Instant now) {
        write(raised_by_clock(rules, model, now));
        write(escalated_by_clock(model, now));
    }

    std::vector<Alert> alerts() const {
        std::vector<Alert> all;
        store->scan("alerts", store->last_seq(), {}, {}, [&](const Record& row) {
            all.push_back(alert_of(row));
            return true;
        });
        std::ranges::sort(all, before);
        return all;
    }

    store_test::TemporaryFolder folder;
    std::unique_ptr<store::Store> store;
    index::ReadModel model;
    Rules rules;

private:
    void write(std::vector<store::Write> writes) {
        if (writes.empty()) return;
        for (const auto& item : store->write(std::move(writes)).get())
            if (item.error) throw *item.error;
    }
};

geo::Value hours_before(int hours) {
    return geo::Instant{kNow.us - hours * kHour_us};
}

Step step(const char* name, const char* outcome = "") {
    Step one;
    one.name = name;
    one.at = kNow;
    one.account = "desk";
    one.outcome = outcome;
    one.to = std::string_view{name} == "assign" ? "boat 2" : "";
    return one;
}

TEST(AlertRules, EveryBuiltInRuleIsWellFormedAndDistressStandsFirst) {
    const Rules rules;
    ASSERT_EQ(rules.all().size(), built_in_rules().size());
    EXPECT_TRUE(built_in_rules().front().distress);
    std::vector<std::string> ids;
    for (const auto& rule : built_in_rules()) {
        ids.push_back(rule.id);
        EXPECT_FALSE(rule.title.empty() || rule.said.empty()) << rule.id;
        EXPECT_TRUE(!rule.distress || rule.acknowledge_min) << "distress has a clock";
    }
    std::ranges::sort(ids);
    EXPECT_TRUE(std::ranges::adjacent_find(ids) == ids.end());
}

TEST(AlertRules, NoSentenceTellsWhatIsNotOpen) {
    Rule rule = built_in_rules().front();
    rule.said = "Distress: {casualties}";
    EXPECT_THROW(Rules{{rule}}, geo::Error) << "need to know";
    rule.said = "Distress: {nothing}";
    EXPECT_THROW(Rules{{rule}}, geo::Error);
    rule.said = "Distress";
    rule.filter = "no_such_field = 1";
    EXPECT_THROW(Rules{{rule}}, geo::Error);
}

TEST(AlertRules, ASentenceLeavesOutWhatIsNotKnown) {
    Desk desk;
    desk.put("facilities", 1,
             {{"name", std::string{"Torkham"}},
              {"kind", std::string{"legal_aid"}},
              {"capacity", std::int64_t{40}},
              {"occupancy", std::int64_t{500}}});
    desk.put("reports", 1, {{"kind", std::string{"distress"}}});
    desk.follow();
    const auto alerts = desk.alerts();
    ASSERT_EQ(alerts.size(), 2u);
    EXPECT_EQ(alerts[0].said, "Distress.");
    EXPECT_EQ(alerts[1].said, "Torkham (legal aid): 500 persons where there is room for 40.");
}

TEST(AlertCauses, TheSameLogReadAgainRaisesNothingNewAndWritesNothing) {
    Desk desk;
    desk.put("reports", 1, {{"kind", std::string{"distress"}}, {"impact", std::string{"critical"}}});
    desk.follow();
    EXPECT_EQ(desk.alerts().size(), 2u) << "two rules";
    const auto seq = desk.store->last_seq();
    for (int i = 0; i < 3; ++i) desk.follow();
    EXPECT_EQ(desk.store->last_seq(), seq);
}

TEST(AlertCauses, WhatMatchedForAMomentIsNotMissedAndWithdrawnOnesRaiseNone) {
    Desk desk;
    desk.put("reports", 1, {{"kind", std::string{"distress"}}});
    desk.put("reports", 1, {{"kind", std::string{"sighting"}}}, store::Op::replace);
    desk.put("reports", 2, {{"kind", std::string{"distress"}}, {"withdrawn", true}});
    desk.follow();
    ASSERT_EQ(desk.alerts().size(), 1u);
}

TEST(AlertCauses, AFacilityFilledAgainIsANewCauseAndStayingFullIsNone) {
    Desk desk;
    desk.put("facilities", 1,
             {{"name", std::string{"H"}},
              {"kind", std::string{"holding"}},
              {"capacity", std::int64_t{10}},
              {"occupancy", std::int64_t{4}}});
    const auto holds = [&](std::int64_t persons) {
        desk.put("facilities", 1, {{"occupancy", persons}}, store::Op::replace);
    };
    holds(11);
    holds(15);
    desk.follow();
    ASSERT_EQ(desk.alerts().size(), 1u);
    EXPECT_EQ(desk.alerts()[0].said, "H (holding): 15 persons where there is room for 10.") << "as it stands now";
    holds(9);
    holds(12);
    desk.follow();
    EXPECT_EQ(desk.alerts().size(), 2u);
}

TEST(AlertCauses, WhatIsLateIsSeenByTheClockOncePerDueTime) {
    Desk desk;
    const auto due = [](const char* at) {
        return geo::Json{std::string{R"([{"state":"breached","observed_at":"2026-03-17T00:00:00Z","repair_due":")"} +
                         at + R"("}])"};
    };
    desk.put(
        "fence_segments", 1,
        {{"name", std::string{"F7"}}, {"state", std::string{"breached"}}, {"states", due("2026-03-18T11:00:00Z")}});
    desk.put("patrol_tracks", 1, {{"status", std::string{"planned"}}, {"valid_to", hours_before(1)}});
    desk.put("patrol_tracks", 2, {{"status", std::string{"planned"}}, {"valid_to", hours_before(-1)}});
    desk.put("patrol_tracks", 3, {{"status", std::string{"done"}}, {"valid_to", hours_before(1)}});
    desk.put("patrol_tracks", 4, {{"status", std::string{"planned"}}, {"valid_to", hours_before(80)}}); // an old plan
    const auto of = [&](const char* rule) {
        const auto all = desk.alerts();
        return std::ranges::count(all, rule, &Alert::rule);
    };
    desk.look({kNow.us - 2 * kHour_us});
    EXPECT_EQ(of("fence_repair_overdue"), 0);
    for (int i = 0; i < 3; ++i) desk.look(kNow);
    EXPECT_EQ(of("fence_repair_overdue"), 1);
    EXPECT_EQ(of("patrol_overdue"), 1);
    desk.put("fence_segments", 1, {{"states", due("2026-03-18T11:30:00Z")}}, store::Op::replace);
    desk.look(kNow);
    EXPECT_EQ(of("fence_repair_overdue"), 2) << "another due time is another cause";
}

TEST(AlertSteps, AnAlertThatNobodyAcknowledgesIsEscalatedAndOneThatSomebodyDidIsNot) {
    Desk desk;
    for (int i = 1; i <= 2; ++i) desk.put("reports", i, {{"kind", std::string{"distress"}}});
    desk.follow();
    const auto first = desk.alerts()[0].id;
    store::Write write;
    write.op = store::Op::replace;
    write.layer = "alerts";
    write.record.id = first;
    write.amend = [](const Record& current, Record& next) { next = with_step(current, step("acknowledge")); };
    must(*desk.store, std::move(write));
    desk.look({kNow.us + kHour_us / 60 * 4});
    EXPECT_EQ(desk.alerts()[1].state, "open") << "its time is not over";
    for (int i = 0; i < 2; ++i) desk.look({kNow.us + kHour_us / 60 * 6});
    EXPECT_EQ(desk.alerts()[0].state, "acknowledged");
    EXPECT_EQ(desk.alerts()[1].state, "escalated");
    EXPECT_EQ(nlohmann::json::parse(desk.alerts()[1].log).size(), 1u);
}

TEST(AlertSteps, EachStepIsPossibleFromItsStatesAlone) {
    const auto alert_in = [](const char* state, bool distress) {
        Alert alert;
        alert.state = state;
        alert.distress = distress;
        return row_of(alert);
    };
    const auto possible = [](const Record& row, const Step& one) {
        try {
            with_step(row, one);
            return true;
        } catch (const geo::Error& error) {
            EXPECT_EQ(error.code, geo::ErrorCode::conflict);
            return false;
        }
    };
    const std::vector<std::pair<const char*, std::string>> table{
        {"open", "acknowledge assign escalate"},
        {"acknowledged", "assign escalate close"},
        {"assigned", "assign escalate close"},
        {"escalated", "acknowledge assign close"},
        {"closed", ""},
    };
    for (const auto& [state, steps] : table)
        for (const char* name : {"acknowledge", "assign", "escalate", "close"})
            EXPECT_EQ(possible(alert_in(state, false), step(name, "handled")), steps.find(name) != std::string::npos)
                << state << " " << name;
    for (const char* outcome : {"", "handled", "no_action"})
        EXPECT_THROW(with_step(alert_in("assigned", true), step("close", outcome)), geo::Error) << outcome;
    for (const auto& outcome : outcomes(true))
        EXPECT_NO_THROW(with_step(alert_in("assigned", true), step("close", outcome.c_str())));
}

TEST(AlertTrials, CountByWeekWhatTheCallerSeesAndRaiseNothing) {
    Desk desk;
    for (int i = 0; i < 5; ++i)
        desk.put("reports", i, {{"kind", std::string{"distress"}}, {"valid_from", hours_before(i * 24 * 3)}});
    desk.put("reports", 9, {{"kind", std::string{"distress"}}, {"valid_from", hours_before(24 * 400)}});
    desk.put("facilities", 1,
             {{"name", std::string{"H"}},
              {"kind", std::string{"holding"}},
              {"capacity", std::int64_t{10}},
              {"occupancy", std::int64_t{14}}});
    desk.put("facilities", 1, {{"occupancy", std::int64_t{4}}}, store::Op::replace);
    const auto as = [](const char* agency) {
        return access::Caller{.account = "desk",
                              .agency = agency,
                              .roles = {access::Role::analyst},
                              .purpose = {},
                              .scenario = {},
                              .open = false};
    };
    const auto run = [&](const char* rule, const char* agency) {
        return trial(desk.rules.find(rule)->rule(), desk.model, *desk.store, as(agency),
                     {kNow.us - 365 * 24 * kHour_us}, kNow, {});
    };
    const auto found = run("distress", "fia");
    EXPECT_EQ(found.alerts, 5);
    EXPECT_EQ(found.weeks.at("2026-03-16"), 1) << "the Monday of the week of the 18th";
    EXPECT_EQ(found.weeks.at("2026-03-09"), 3) << "the 9th, the 12th and the 15th";
    EXPECT_EQ(found.weeks.at("2026-03-02"), 1);
    EXPECT_EQ(found.weeks.size(), 53u);
    EXPECT_EQ(run("distress", "anf").alerts, 0);
    EXPECT_EQ(run("facility_full", "fia").alerts, 1) << "over since";
    EXPECT_TRUE(desk.alerts().empty());
}

} // namespace
