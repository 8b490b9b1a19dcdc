// Versions are never lost, and the past reads as it was.
#include "support.hpp"

#include <map>

namespace store_test {
namespace {

class History : public ::testing::Test {
protected:
    TemporaryFolder folder;
    std::unique_ptr<Store> store = open_spatialite(folder.path);
};

TEST_F(History, ListsEveryVersionWithWhoAndWhenAndTheRemovalWithoutPayload) {
    must(*store, create(row(id_of(1), "a")));
    must(*store, create(row(id_of(2), "other")));
    Write second = replace(row(id_of(1), "b"));
    second.account = "somebody else";
    must(*store, second);
    must(*store, removal(id_of(1)));
    const auto versions = store->history(kLayer, id_of(1));
    ASSERT_EQ(versions.size(), 3u);
    EXPECT_EQ(remarks(versions[0].record), "a");
    EXPECT_EQ(versions[0].seq_from, 1);
    EXPECT_EQ(versions[0].seq_to, 3);
    EXPECT_EQ(versions[0].account, "tester");
    EXPECT_EQ(remarks(versions[1].record), "b");
    EXPECT_EQ(versions[1].seq_to, 4);
    EXPECT_EQ(versions[1].account, "somebody else");
    EXPECT_TRUE(versions[2].removed);
    EXPECT_FALSE(versions[2].seq_to);
    EXPECT_EQ(versions[2].record.geometry.type, geo::GeometryType::none);
    for (std::size_t i = 0; i < versions[2].record.values.size(); ++i) {
        EXPECT_EQ(geo::is_null(versions[2].record.values[i]), i != common::recorded_at);
    }
    EXPECT_TRUE(store->history(kLayer, id_of(3)).empty());
}

TEST_F(History, ARemovalKeepsTheLabelOfWhatItRemovedInTheLog) {
    must(*store, create(row(id_of(1), "a", 61.5, 29)));
    must(*store, removal(id_of(1)));
    const auto changes = store->changes(0, 10);
    ASSERT_EQ(changes.size(), 2u);
    EXPECT_EQ(changes[1].op, Op::remove);
    EXPECT_EQ(changes[1].agency, "fia");
    EXPECT_EQ(changes[1].handling, "H1");
    EXPECT_EQ(changes[1].releasable_to, (std::vector<std::string>{"customs", "anf"}));
    EXPECT_EQ(changes[1].old_box, (geo::Box{61.5, 29, 61.5, 29}));
    EXPECT_TRUE(changes[1].new_box.empty());
    EXPECT_TRUE(changes[0].old_box.empty());
}

// The store against a model kept in memory: thousands of random operations, then the whole past compared.
TEST_F(History, AsOfReadsEqualAModelOverRandomOperations) {
    using State = std::map<geo::Uuid, Record>;
    std::map<Seq, State> past{{0, {}}};
    std::map<Seq, geo::Instant> recorded;
    std::mt19937 random{20260301};
    const auto upto = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    constexpr int kItems = 12;
    for (int i = 0; i < 400; ++i) {
        State now = past.rbegin()->second;
        const geo::Uuid id = id_of(upto(kItems));
        const bool there = now.contains(id);
        Record record = row(id, "step " + std::to_string(i), 60 + upto(18), 24 + upto(13));
        if (upto(4) == 0) record.geometry = geo::make_line({{60.0 + upto(5), 25}, {70, 30.0 + upto(5)}});
        if (upto(10) == 0) record.geometry = {};
        Store::Item item;
        switch (upto(3)) {
        case 0:
            item = put(*store, create(record));
            ASSERT_EQ(item.result.has_value(), !there);
            break;
        case 1:
            item = put(*store, replace(record));
            ASSERT_EQ(item.result.has_value(), there);
            break;
        default:
            item = put(*store, removal(id));
            ASSERT_EQ(item.result.has_value(), there);
            if (item.result) now.erase(id);
            break;
        }
        if (!item.result) continue;
        if (item.result->outcome != Outcome::removed) {
            record.version = item.result->version;
            record.seq = item.result->seq;
            record.values[common::recorded_at] = item.result->recorded_at;
            now[id] = record;
        }
        ASSERT_EQ(item.result->seq, past.rbegin()->first + 1);
        recorded[item.result->seq] = item.result->recorded_at;
        past[item.result->seq] = std::move(now);
    }
    ASSERT_GT(past.size(), 150u);
    const geo::Box box{62, 25, 68, 31};
    for (const auto& [seq, state] : past) {
        const auto rows = scan_all(*store, seq);
        ASSERT_EQ(rows.size(), state.size()) << "at " << seq;
        auto expected = state.begin();
        for (const Record& found : rows) ASSERT_TRUE(same(found, (expected++)->second)) << "at " << seq;

        std::size_t in_box = 0;
        for (const auto& [id, record] : state) {
            if (record.geometry.box().intersects(box)) ++in_box;
            const auto one = store->get_at(kLayer, id, seq);
            ASSERT_TRUE(one && same(*one, record));
        }
        ASSERT_EQ(scan_all(*store, seq, box).size(), in_box) << "at " << seq;
        for (int i = 0; i < kItems; ++i) {
            ASSERT_EQ(store->get_at(kLayer, id_of(i), seq).has_value(), state.contains(id_of(i)));
        }
        if (!state.empty()) { // going on after any item
            const auto middle = std::next(state.begin(), static_cast<long>(state.size() / 2));
            ASSERT_EQ(scan_all(*store, seq, {}, middle->first).size(), state.size() - state.size() / 2 - 1);
        }
    }
    for (const auto& [seq, at] : recorded) {
        const Seq found = store->seq_at(at);
        EXPECT_GE(found, seq);
        EXPECT_EQ(recorded[found], at);
        EXPECT_LT(store->seq_at({at.us - 1}), seq);
    }
    EXPECT_EQ(store->count(kLayer), static_cast<std::int64_t>(past.rbegin()->second.size()));
    EXPECT_EQ(store->check().changes, store->last_seq());
}

TEST_F(History, ChangesArePagedWithoutGapOrRepeat) {
    for (int i = 0; i < 25; ++i) must(*store, create(row(id_of(i), "x")));
    Seq expected = 0;
    for (Seq after = 0;;) {
        const auto page = store->changes(after, 7);
        if (page.empty()) break;
        EXPECT_LE(page.size(), 7u);
        for (const auto& change : page) EXPECT_EQ(change.seq, ++expected);
        after = page.back().seq;
    }
    EXPECT_EQ(expected, 25);
}

TEST_F(History, RecordedAtNeverFallsWhateverTheClockDoes) {
    TemporaryFolder other;
    std::int64_t us = 1'000'000;
    int ticks = 0;
    const auto clock = [&] { return geo::Instant{++ticks % 3 == 0 ? us -= 5'000'000 : us += 1'000'000}; };
    geo::Instant last{INT64_MIN};
    for (int session = 0; session < 3; ++session) {
        const auto odd = open_spatialite(other.path, {.clock = clock});
        for (int i = 0; i < 20; ++i) {
            const auto result = must(*odd, create(row(geo::make_uuid7(), "x")));
            EXPECT_GE(result.recorded_at, last);
            last = result.recorded_at;
        }
    }
}

TEST_F(History, AScanSeesOneMomentHoweverMuchIsWrittenMeanwhile) {
    for (int i = 0; i < 20; ++i) must(*store, create(row(id_of(i), "before")));
    const Seq at = store->last_seq();
    int visited = 0;
    store->scan(kLayer, at, {}, {}, [&](const Record& record) {
        EXPECT_EQ(remarks(record), "before");
        if (visited++ == 0) { // a visitor may use the store
            for (int i = 0; i < 20; ++i) must(*store, i % 2 ? replace(row(id_of(i), "after")) : removal(id_of(i)));
        }
        return true;
    });
    EXPECT_EQ(visited, 20);
    EXPECT_EQ(scan_all(*store, at).size(), 20u);
    EXPECT_EQ(scan_all(*store, store->last_seq()).size(), 10u);
}

} // namespace
} // namespace store_test
