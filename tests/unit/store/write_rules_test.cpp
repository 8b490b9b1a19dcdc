// What a write may do and what it answers.
#include "support.hpp"

#include <cmath>
#include <thread>

namespace store_test {
namespace {

class WriteRules : public ::testing::Test {
protected:
    TemporaryFolder folder;
    std::unique_ptr<Store> store = open_spatialite(folder.path);
};

TEST_F(WriteRules, CreateReplaceRemoveCountVersionsAndSeqUpByOne) {
    const auto created = must(*store, create(row(id_of(1), "a")));
    EXPECT_EQ(created.outcome, Outcome::created);
    EXPECT_EQ(created.version, 1);
    EXPECT_EQ(created.seq, 1);
    const auto replaced = must(*store, replace(row(id_of(1), "b")));
    EXPECT_EQ(replaced.outcome, Outcome::replaced);
    EXPECT_EQ(replaced.version, 2);
    EXPECT_EQ(replaced.seq, 2);
    const auto removed = must(*store, removal(id_of(1)));
    EXPECT_EQ(removed.outcome, Outcome::removed);
    EXPECT_EQ(removed.version, 3);
    EXPECT_EQ(removed.seq, 3);
    EXPECT_EQ(store->last_seq(), 3);
    EXPECT_FALSE(store->get(kLayer, id_of(1)));
    EXPECT_EQ(store->count(kLayer), 0);
}

TEST_F(WriteRules, RemovedItemCanBeCreatedAnewAndItsVersionsGoOn) {
    must(*store, create(row(id_of(1), "a")));
    must(*store, removal(id_of(1)));
    EXPECT_ERROR(put(*store, replace(row(id_of(1), "b"))), not_found);
    EXPECT_ERROR(put(*store, removal(id_of(1))), not_found);
    const auto again = must(*store, create(row(id_of(1), "c")));
    EXPECT_EQ(again.outcome, Outcome::created);
    EXPECT_EQ(again.version, 3);
    EXPECT_EQ(store->count(kLayer), 1);
}

TEST_F(WriteRules, CreateOfATakenIdIsAConflict) {
    must(*store, create(row(id_of(1), "a")));
    EXPECT_ERROR(put(*store, create(row(id_of(1), "a"))), conflict);
    EXPECT_EQ(store->last_seq(), 1);
}

TEST_F(WriteRules, RepeatedUploadOfTheSameContentIsUnchanged) {
    const auto first = must(*store, create(row(id_of(1), "a")));
    Write again = create(row(id_of(1), "a"));
    again.skip_if_same = true;
    const auto second = must(*store, again);
    EXPECT_EQ(second.outcome, Outcome::unchanged);
    EXPECT_EQ(second.seq, first.seq);
    EXPECT_EQ(second.version, 1);
    EXPECT_EQ(second.recorded_at, first.recorded_at);
    Write other = create(row(id_of(1), "b"));
    other.skip_if_same = true;
    EXPECT_ERROR(put(*store, other), conflict);
    EXPECT_EQ(store->last_seq(), 1);
}

TEST_F(WriteRules, ImportOfOtherContentIsANewVersionOfTheSameContentNone) {
    must(*store, create(row(id_of(1), "a")));
    Write same = create(row(id_of(1), "a"));
    same.replace_if_exists = true;
    same.record.values[common::recorded_at] = geo::Instant{5}; // the server's business, no content
    EXPECT_EQ(must(*store, same).outcome, Outcome::unchanged);
    Write other = create(row(id_of(1), "b"));
    other.replace_if_exists = true;
    const auto replaced = must(*store, other);
    EXPECT_EQ(replaced.outcome, Outcome::replaced);
    EXPECT_EQ(replaced.version, 2);
    Write moved = create(row(id_of(1), "b", 67));
    moved.replace_if_exists = true;
    EXPECT_EQ(must(*store, moved).version, 3);
}

TEST_F(WriteRules, StaleIfVersionIsRefusedAndTheRightOneTaken) {
    must(*store, create(row(id_of(1), "a")));
    must(*store, replace(row(id_of(1), "b")));
    Write stale = replace(row(id_of(1), "c"));
    stale.if_version = 1;
    EXPECT_ERROR(put(*store, stale), precondition_failed);
    Write stale_removal = removal(id_of(1));
    stale_removal.if_version = 3;
    EXPECT_ERROR(put(*store, stale_removal), precondition_failed);
    stale.if_version = 2;
    EXPECT_EQ(must(*store, stale).version, 3);
    EXPECT_EQ(remarks(*store->get(kLayer, id_of(1))), "c");
}

TEST_F(WriteRules, OfConcurrentWritersWithOneIfVersionExactlyOneWins) {
    must(*store, create(row(id_of(1), "a")));
    std::atomic<int> won = 0, lost = 0;
    std::vector<std::thread> writers;
    for (int i = 0; i < 8; ++i) {
        writers.emplace_back([&, i] {
            Write write = replace(row(id_of(1), "writer " + std::to_string(i)));
            write.if_version = 1;
            const auto item = put(*store, std::move(write));
            if (item.result)
                ++won;
            else if (item.error->code == geo::ErrorCode::precondition_failed)
                ++lost;
        });
    }
    for (auto& writer : writers) writer.join();
    EXPECT_EQ(won, 1);
    EXPECT_EQ(lost, 7);
}

TEST_F(WriteRules, EachWriteOfABatchFailsAlone) {
    must(*store, create(row(id_of(1), "there")));
    Write unknown_layer = create(row(id_of(2), "x"));
    unknown_layer.layer = "no_such_layer";
    Write too_few = create(row(id_of(3), "x"));
    too_few.record.values.pop_back();
    Write wrong_type = create(row(id_of(4), "x"));
    wrong_type.record.values[common::valid_from] = std::string{"yesterday"};
    Write not_a_number = create(row(id_of(5), "x"));
    not_a_number.record.values[common::geo_precision_m] = std::nan("");
    Write no_shape = create(row(id_of(6), "x", std::nan("")));
    std::vector<Write> batch{create(row(id_of(1), "x")),
                             unknown_layer,
                             too_few,
                             wrong_type,
                             not_a_number,
                             no_shape,
                             replace(row(id_of(9), "x")),
                             create(row(id_of(7), "in")),
                             removal(id_of(7))};
    const auto items = store->write(batch).get();
    ASSERT_EQ(items.size(), batch.size());
    EXPECT_ERROR(items[0], conflict);
    EXPECT_ERROR(items[1], not_found);
    EXPECT_ERROR(items[2], invalid_input);
    EXPECT_ERROR(items[3], invalid_input);
    EXPECT_EQ(items[3].error->pointer, "valid_from");
    EXPECT_ERROR(items[4], invalid_input);
    EXPECT_ERROR(items[5], invalid_geometry);
    EXPECT_ERROR(items[6], not_found);
    EXPECT_TRUE(items[7].result);
    EXPECT_TRUE(items[8].result); // later writes of a batch see the earlier ones
    EXPECT_EQ(store->last_seq(), 3);
    EXPECT_EQ(store->check().changes, 3);
}

TEST_F(WriteRules, AFullQueueAnswersBusyInsteadOfGrowing) {
    TemporaryFolder small;
    const auto bounded = open_spatialite(small.path, {.queue_limit = 10});
    // The listener holds the writer until told, so that what comes meanwhile must wait.
    std::promise<void> entered, go_on;
    auto told = go_on.get_future().share();
    std::atomic<bool> first = true;
    bounded->on_commit([&](const auto&) {
        if (first.exchange(false)) {
            entered.set_value();
            told.wait();
        }
    });
    auto held = bounded->write({create(row(id_of(0), "holds"))});
    entered.get_future().wait();
    std::vector<std::future<std::vector<Store::Item>>> answers;
    for (int i = 1; i <= 15; ++i) answers.push_back(bounded->write({create(row(id_of(i), "x"))}));
    go_on.set_value();
    int busy = 0;
    for (auto& answer : answers) {
        const auto items = answer.get();
        if (items.at(0).error && items.at(0).error->code == geo::ErrorCode::busy) ++busy;
    }
    EXPECT_EQ(busy, 5);
    bounded->on_commit({});
}

TEST_F(WriteRules, TheListenerHasSeenAChangeBeforeItsWriterIsTold) {
    std::atomic<Seq> seen = 0;
    store->on_commit([&](const std::vector<Store::Applied>& applied) {
        for (const auto& one : applied) {
            EXPECT_EQ(one.change.seq, seen + 1); // in order, without a gap
            EXPECT_EQ(one.record == nullptr, one.change.op == Op::remove);
            EXPECT_TRUE(!one.record || one.record->seq == one.change.seq);
            seen = one.change.seq;
        }
    });
    std::vector<std::thread> writers;
    for (int t = 0; t < 4; ++t) {
        writers.emplace_back([&, t] {
            for (int i = 0; i < 25; ++i) {
                EXPECT_GE(seen, must(*store, create(row(id_of(t * 100 + i), "x"))).seq);
                EXPECT_GE(seen, must(*store, removal(id_of(t * 100 + i))).seq);
            }
        });
    }
    for (auto& writer : writers) writer.join();
    store->on_commit({});
    EXPECT_EQ(seen, 200);
}

TEST_F(WriteRules, WhoDoesNotWaitIsToldOnceAfterTheListenerHasSeenTheChange) {
    std::atomic<Seq> seen = 0;
    store->on_commit([&](const std::vector<Store::Applied>& applied) { seen = applied.back().change.seq; });
    std::promise<Seq> told;
    store->write({create(row(id_of(1), "x"))}, [&](const std::vector<Store::Item>& items) {
        EXPECT_GE(seen, items.at(0).result->seq);
        told.set_value(items[0].result->seq); // a second time would throw
    });
    EXPECT_EQ(told.get_future().get(), 1);
    std::promise<geo::ErrorCode> refused;
    store->write({create(row(id_of(1), "another"))},
                 [&](const std::vector<Store::Item>& items) { refused.set_value(items.at(0).error->code); });
    EXPECT_EQ(refused.get_future().get(), geo::ErrorCode::conflict);
    store->on_commit({});
}

TEST_F(WriteRules, WhatIsQueuedWhenTheStoreClosesIsStillWritten) {
    std::vector<std::future<std::vector<Store::Item>>> answers;
    for (int i = 0; i < 50; ++i) answers.push_back(store->write({create(row(id_of(i), "x"))}));
    store.reset();
    for (auto& answer : answers) EXPECT_TRUE(answer.get().at(0).result);
    store = open_spatialite(folder.path);
    EXPECT_EQ(store->count(kLayer), 50);
}

} // namespace
} // namespace store_test
