#include "layers/access/caller.hpp"
#include "tests/unit/support/rows.hpp"

#include <gtest/gtest.h>

namespace {

using namespace layers;
using namespace layers::access;

std::shared_ptr<const Layer> reports() {
    return Catalogue{}.find("reports");
}

Caller caller_of(const std::string& agency, std::vector<Role> roles, const std::string& purpose = "") {
    Caller caller;
    caller.account = "test";
    caller.agency = agency;
    caller.roles = std::move(roles);
    caller.purpose = purpose;
    return caller;
}

Record report(const char* agency, const char* handling = nullptr, geo::TextList releasable = {}) {
    Record record = rows::empty_row(*reports(), 1);
    if (agency) record.values[common::agency] = std::string{agency};
    if (handling) record.values[common::handling] = std::string{handling};
    if (!releasable.empty()) record.values[common::releasable_to] = std::move(releasable);
    rows::set(record, *reports(), "kind", std::string{"som"});
    return record;
}

bool sees(const Caller& caller, const Record& record, const Layer& layer) {
    const auto policy = compile(caller, layer);
    return policy.may_read && query::evaluate(*policy.filter, rows::RecordRow{record}) == query::Truth::yes;
}
bool sees(const Caller& caller, const Record& record) {
    return sees(caller, record, *reports());
}

bool knows(const Caller& caller, const char* field) {
    return compile(caller, *reports()).visible[*reports()->find(field)];
}

TEST(Policy, an_agency_sees_its_own_rows_and_those_released_to_it_and_no_others) {
    const auto analyst = caller_of("fia", {Role::analyst});
    EXPECT_TRUE(sees(analyst, report("fia")));
    EXPECT_TRUE(sees(analyst, report("fia", "H3")));
    EXPECT_FALSE(sees(analyst, report("anf")));
    EXPECT_TRUE(sees(analyst, report("anf", "H0", {"customs", "fia"})));
    EXPECT_TRUE(sees(analyst, report("anf", nullptr, {"fia"})));
    EXPECT_FALSE(sees(analyst, report("anf", "H0", {"customs"})));
    EXPECT_TRUE(sees(analyst, report(nullptr))) << "rows without an owner are the operator's base data";
}

TEST(Policy, the_owner_decides_each_release_of_H3_himself) {
    EXPECT_TRUE(sees(caller_of("fia", {Role::analyst}), report("anf", "H2", {"fia"})));
    EXPECT_FALSE(sees(caller_of("fia", {Role::analyst}), report("anf", "H3", {"fia"})));
}

TEST(Policy, roles_that_read_no_rows_see_no_layer_of_them) {
    for (const Role role :
         {Role::administrator, Role::agency_head, Role::auditor, Role::partner, Role::public_reader}) {
        const auto caller = caller_of("fia", {role});
        EXPECT_FALSE(compile(caller, *reports()).may_read) << name(role);
        EXPECT_FALSE(sees(caller, report("fia"))) << name(role);
        EXPECT_TRUE(compile(caller, *Catalogue{}.find("places")).may_read) << "base data is for all";
    }
    EXPECT_FALSE(compile(Caller{}, *reports()).may_read) << "a caller without any role";
}

TEST(Policy, need_to_know_takes_a_role_and_a_stated_reason) {
    for (const char* field : {"persons", "casualties", "referral"}) {
        EXPECT_FALSE(knows(caller_of("fia", {Role::analyst}), field));
        EXPECT_TRUE(knows(caller_of("fia", {Role::analyst}, "case 7"), field));
        EXPECT_FALSE(knows(caller_of("fia", {Role::viewer}, "case 7"), field));
        EXPECT_FALSE(knows(caller_of("fia", {Role::planner}, "case 7"), field));
    }
    EXPECT_TRUE(knows(caller_of("fia", {Role::viewer}), "kind"));
}

TEST(Policy, callers_who_see_different_things_never_share_a_group) {
    // Equal groups share cached tiles: each of these must have one of its own.
    const std::vector<Caller> callers{caller_of("fia", {Role::analyst}),
                                      caller_of("anf", {Role::analyst}),
                                      caller_of("fia", {Role::analyst}, "case 7"),
                                      caller_of("fia", {Role::rescue}),
                                      caller_of("fia", {Role::rescue}, "case 7"),
                                      [] {
                                          auto c = caller_of("fia", {Role::analyst});
                                          c.scenario = "demo";
                                          return c;
                                      }(),
                                      [] {
                                          Caller c;
                                          c.open = true;
                                          return c;
                                      }()};
    for (std::size_t i = 0; i < callers.size(); ++i)
        for (std::size_t j = i + 1; j < callers.size(); ++j)
            EXPECT_NE(compile(callers[i], *reports()).group, compile(callers[j], *reports()).group) << i << " " << j;
    EXPECT_EQ(compile(caller_of("fia", {Role::viewer}), *reports()).group,
              compile(caller_of("fia", {Role::planner}), *reports()).group);
}

TEST(Policy, rescue_sees_every_agencys_distress_and_nobody_else_does) {
    auto distress = report("anf");
    rows::set(distress, *reports(), "kind", std::string{"distress"});
    auto phase = report("anf");
    rows::set(phase, *reports(), "sar_phase", std::string{"alert"});
    auto calm = report("anf");
    rows::set(calm, *reports(), "sar_phase", std::string{"none"});
    const auto rescue = caller_of("pmsa", {Role::rescue});
    EXPECT_TRUE(sees(rescue, distress));
    EXPECT_TRUE(sees(rescue, phase));
    EXPECT_FALSE(sees(rescue, calm));
    EXPECT_FALSE(sees(caller_of("pmsa", {Role::analyst}), distress));
}

TEST(Policy, a_scenario_is_seen_only_by_who_asks_for_it) {
    auto real = report("fia");
    auto demo = report("fia");
    demo.values[common::scenario_id] = std::string{"demo"};
    auto caller = caller_of("fia", {Role::analyst});
    EXPECT_TRUE(sees(caller, real));
    EXPECT_FALSE(sees(caller, demo));
    caller.scenario = "demo";
    EXPECT_FALSE(sees(caller, real));
    EXPECT_TRUE(sees(caller, demo));
}

TEST(Policy, a_layer_made_from_a_file_lies_under_every_scenario) {
    Layer districts = *reports();
    districts.built_in = false;
    auto demo = report("fia");
    demo.values[common::scenario_id] = std::string{"demo"};
    auto caller = caller_of("fia", {Role::analyst});
    EXPECT_FALSE(sees(caller, demo, districts));
    caller.scenario = "demo";
    EXPECT_TRUE(sees(caller, report("fia"), districts));
    EXPECT_TRUE(sees(caller, demo, districts));
    caller.scenario = "exercise";
    EXPECT_FALSE(sees(caller, demo, districts));
}

TEST(Policy, a_sealed_number_is_for_the_rescue_role_with_a_reason_alone) {
    using enum Role;
    EXPECT_TRUE(knows(caller_of("pmsa", {rescue}, "boat 12"), "sealed"));
    EXPECT_FALSE(knows(caller_of("pmsa", {rescue}), "sealed"));
    for (const auto role : {administrator, agency_head, agency_admin, analyst, planner, field_unit, viewer, auditor,
                            protection, partner, public_reader})
        EXPECT_FALSE(knows(caller_of("pmsa", {role}, "boat 12"), "sealed")) << name(role);
    Caller open;
    open.open = true;
    EXPECT_FALSE(knows(open, "sealed"));
    const auto closed_group = compile(open, *reports()).group;
    open.purpose = "boat 12";
    EXPECT_TRUE(knows(open, "sealed"));
    EXPECT_NE(compile(open, *reports()).group, closed_group) << "no cache may mix them";
}

TEST(Policy, a_shelter_is_not_there_for_who_has_no_need_to_know_it) {
    const auto facilities = Catalogue{}.find("facilities");
    Record shelter = rows::empty_row(*facilities, 1);
    shelter.values[common::agency] = std::string{"fia"};
    rows::set(shelter, *facilities, "kind", std::string{"shelter"});
    Record clinic = shelter;
    rows::set(clinic, *facilities, "kind", std::string{"clinic"});
    EXPECT_FALSE(sees(caller_of("fia", {Role::viewer}), shelter, *facilities));
    EXPECT_TRUE(sees(caller_of("fia", {Role::viewer}), clinic, *facilities));
    EXPECT_TRUE(sees(caller_of("fia", {Role::protection}, "visit"), shelter, *facilities));
}

TEST(Label, is_the_strictest_of_the_inputs) {
    Label label;
    label.add(report("fia", "H1", {"anf", "customs"}));
    EXPECT_EQ(label.handling, 1);
    EXPECT_EQ(label.releasable_to, (std::vector<std::string>{"anf", "customs", "fia"}));
    label.add(report("anf", "H0", {"fia"}));
    EXPECT_EQ(label.handling, 1);
    EXPECT_EQ(label.releasable_to, (std::vector<std::string>{"anf", "fia"}));
    label.add(report("asf", "H3"));
    EXPECT_EQ(label.handling, 3);
    EXPECT_TRUE(label.releasable_to.empty());
}

} // namespace
