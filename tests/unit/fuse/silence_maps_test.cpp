// The layer `silence` over a real store: made again when time or reports call for it, for each group its own, and
// every tile that changed says so.
#include "../store/support.hpp"

#include "layers/fuse/silence_maps.hpp"
#include "layers/store/spatialite/spatialite.hpp"

#include <algorithm>
#include <map>

namespace {

using namespace layers;
using namespace layers::fuse;
using store_test::must;

constexpr std::int64_t kMinute_us = 60'000'000;
constexpr std::int64_t kDay_us = 24 * 60 * kMinute_us;

access::Caller analyst_of(const std::string& agency) {
    access::Caller caller;
    caller.account = agency + "-desk";
    caller.agency = agency;
    caller.roles = {access::Role::analyst};
    return caller;
}

class Border {
public:
    Border() : store{store::open_spatialite(folder.path)}, model{*store, ""} {
        auto section =
            row("border_sections", "section", {{"source_ref", std::string{"IRN-1"}}, {"name", std::string{"Section"}}});
        section.geometry = geo::make_line({{61, 26}, {62, 26}, {63, 26}});
        put("border_sections", std::move(section));
        sources.add(maps->derived());
    }

    static Record row(const std::string& layer_id, const std::string& key,
                      std::vector<std::pair<const char*, geo::Value>> values) {
        const auto layer = Catalogue{}.find(layer_id);
        Record record;
        record.id = geo::uuid_from_hash(key);
        record.values.resize(layer->fields.size());
        for (auto& [name, value] : values) record.values[layer->find(name).value()] = std::move(value);
        return record;
    }
    void put(const std::string& layer, Record record) {
        store::Write write;
        write.layer = layer;
        write.record = std::move(record);
        must(*store, write);
    }
    void report(const std::string& agency, geo::Instant at, std::vector<std::pair<const char*, geo::Value>> more = {}) {
        std::vector<std::pair<const char*, geo::Value>> values{{"agency", agency},
                                                               {"kind", std::string{"crossing"}},
                                                               {"valid_from", at},
                                                               {"section_id", std::string{"IRN-1"}},
                                                               {"distance_along_m", 60'000.0}};
        values.insert(values.end(), more.begin(), more.end());
        auto record = row("reports", "report " + std::to_string(++reports), std::move(values));
        record.geometry = geo::make_point(61.6, 26);
        put("reports", std::move(record));
    }
    // A report every five days, the last `days_ago`.
    void habit(const std::string& agency, double days_ago) {
        for (int i = 0; i < 12; ++i)
            report(agency, {time->us - static_cast<std::int64_t>((days_ago + 5 * i) * static_cast<double>(kDay_us))});
    }

    std::shared_ptr<const index::View> view(const access::Caller& caller) const {
        return sources.find(caller, "silence")->view;
    }
    static std::map<std::string, std::string> statuses(const index::View& view) { // by agency
        std::map<std::string, std::string> found;
        const auto status = *view.layer->find("status");
        view.each({}, query::always(), {}, [&](const index::Piece& piece, index::Row row) {
            const auto record = index::to_record(*piece.segment, row);
            found[std::get<std::string>(record.values[common::agency])] = std::get<std::string>(record.values[status]);
        });
        return found;
    }
    std::map<std::string, std::string> statuses(const access::Caller& caller) const { return statuses(*view(caller)); }

    store_test::TemporaryFolder folder;
    std::unique_ptr<store::Store> store;
    index::ReadModel model;
    // Now, five minutes into its quarter of an hour.
    std::shared_ptr<geo::Instant> time = std::make_shared<geo::Instant>(
        geo::Instant{geo::now().us / (15 * kMinute_us) * (15 * kMinute_us) + 5 * kMinute_us});
    std::shared_ptr<SilenceMaps> maps = std::make_shared<SilenceMaps>(model, *store, [time = time] { return *time; });
    index::Sources sources{model, *store};
    int reports = 0;
};

using Statuses = std::map<std::string, std::string>;

TEST(SilenceMaps, FollowReportsWithinTenSecondsAndTimeByTheQuarterOfAnHour) {
    Border border;
    const auto levies = analyst_of("levies");
    border.habit("levies", 1);
    EXPECT_EQ(border.statuses(levies), (Statuses{{"levies", "reporting"}}));
    border.time->us += 60 * kDay_us;
    EXPECT_EQ(border.statuses(levies), (Statuses{{"levies", "silent"}})) << "time alone";
    const auto unchanged = border.sources.unchanged("silence");
    const auto silent = border.view(levies);
    border.report("levies", {border.time->us - kMinute_us});
    EXPECT_FALSE(unchanged());
    border.time->us += 10'000'000;
    EXPECT_EQ(border.statuses(levies), (Statuses{{"levies", "reporting"}})) << "the report of a minute ago";
    EXPECT_EQ(Border::statuses(*silent), (Statuses{{"levies", "silent"}})) << "a view never changes";
}

TEST(SilenceMaps, ATileIsMarkedWhenItsRowsChangeAndOnlyThen) {
    Border border;
    const auto levies = analyst_of("levies");
    border.habit("levies", 1);
    const geo::TileId here{4, 10, 6}; // 45..67.5 east, 22..41 north
    const auto touched = [&] { return border.view(levies)->touched->last(here); };
    const auto at_first = touched();
    border.time->us += kMinute_us;
    EXPECT_EQ(touched(), at_first) << "the same quarter of an hour";
    border.time->us += 15 * kMinute_us;
    const auto later = touched();
    EXPECT_GT(later, at_first) << "the row says for how many hours";
    border.put("hazards", Border::row("hazards", "heat", {{"kind", std::string{"heat"}}}));
    border.time->us += 10'000'000;
    EXPECT_EQ(touched(), later) << "a hazard is nothing that silence is made from";
}

TEST(SilenceMaps, ARowGoesWithTheLastOfItsReports) {
    Border border;
    const auto levies = analyst_of("levies");
    border.report("levies", {border.time->us - kDay_us});
    EXPECT_EQ(border.statuses(levies).size(), 1u);
    auto row = *border.store->get("reports", geo::uuid_from_hash("report 1"));
    row.values[*Catalogue{}.find("reports")->find("withdrawn")] = true;
    store::Write write;
    write.op = store::Op::replace;
    write.layer = "reports";
    write.record = std::move(row);
    must(*border.store, write);
    border.time->us += 10'000'000;
    EXPECT_TRUE(border.statuses(levies).empty());
}

TEST(SilenceMaps, EachGroupHasWhatItMaySeeAndNothingElseChangesIt) {
    Border border;
    border.habit("levies", 1);
    border.habit("customs", 1);
    EXPECT_EQ(border.statuses(analyst_of("levies")), (Statuses{{"levies", "reporting"}}));
    EXPECT_EQ(border.statuses(analyst_of("customs")), (Statuses{{"customs", "reporting"}}));
    access::Caller open;
    open.open = true;
    EXPECT_EQ(border.statuses(open).size(), 2u);
    auto with_reason = analyst_of("levies");
    with_reason.purpose = "case 12";
    EXPECT_EQ(border.view(with_reason), border.view(analyst_of("levies"))) << "a reason opens no row";
    const auto before = border.view(analyst_of("levies"));
    border.report("customs", {border.time->us - kMinute_us});
    border.report("levies", {border.time->us - kMinute_us}, {{"kind", std::string{"distress"}}});
    border.time->us += 10'000'000;
    EXPECT_EQ(border.view(analyst_of("levies")), before);
}

TEST(SilenceMaps, ThePastIsWhatWasKnownThen) {
    Border border;
    const auto levies = analyst_of("levies");
    border.habit("levies", 1);
    const auto then = border.store->last_seq();
    border.habit("levies", 40);
    const auto source = *border.sources.find(levies, "silence");
    const auto past = border.sources.past(levies, source, then, {}, {});
    std::int64_t habit = 0;
    past->each({}, query::always(), {}, [&](const index::Piece& piece, index::Row row) {
        habit = std::get<std::int64_t>(index::to_record(*piece.segment, row).values[*past->layer->find("reports")]);
    });
    EXPECT_EQ(habit, 12);
    EXPECT_TRUE(Border::statuses(*border.sources.past(levies, source, 0, {}, {})).empty());
}

} // namespace
