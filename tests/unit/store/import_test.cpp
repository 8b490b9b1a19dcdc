// Imports: rows and the note of how far they got are one; everyone else goes on meanwhile.
#include "geo/wrap/sqlite.hpp"
#include "support.hpp"

#include <atomic>

namespace store_test {
namespace {

class Imports : public ::testing::Test {
protected:
    static std::vector<Write> rows(int from, int to) {
        std::vector<Write> batch;
        for (int i = from; i < to; ++i) {
            batch.push_back(create(row(id_of(i), "imported")));
            batch.back().replace_if_exists = true;
        }
        return batch;
    }

    TemporaryFolder folder;
    std::unique_ptr<Store> store = open_spatialite(folder.path);
};

TEST_F(Imports, StateIsStoredWithItsRowsAndFoundAfterARestart) {
    EXPECT_FALSE(store->import_state("file"));
    const auto items = store->write_import(rows(0, 10), {"file", 10, R"({"rejected":0})", false}).get();
    EXPECT_EQ(items.size(), 10u);
    store.reset();
    store = open_spatialite(folder.path);
    const auto half = store->import_state("file");
    ASSERT_TRUE(half);
    EXPECT_EQ(half->rows_done, 10);
    EXPECT_EQ(half->report_json, R"({"rejected":0})");
    EXPECT_FALSE(half->finished);
    EXPECT_EQ(store->count(kLayer), 10);
    store->write_import(rows(10, 15), {"file", 15, "{}", true}).get();
    EXPECT_TRUE(store->import_state("file")->finished);
    EXPECT_EQ(store->import_state("file")->rows_done, 15);
}

TEST_F(Imports, StateOfABatchThatFailedIsNotKept) {
    store->write_import(rows(0, 5), {"file", 5, "{}", false}).get();
    {
        // Another program holds the file: nothing of this batch goes in, the state neither.
        geo::wrap::Database other{folder.database(), {.busy_timeout_ms = 5000}};
        const geo::wrap::Transaction held{other};
        const auto items = store->write_import(rows(5, 10), {"file", 10, "{}", false}).get();
        for (const auto& item : items) EXPECT_ERROR(item, busy);
    }
    EXPECT_EQ(store->import_state("file")->rows_done, 5);
    EXPECT_EQ(store->count(kLayer), 5);
}

TEST_F(Imports, TheSameFileTwiceAddsNothing) {
    store->write_import(rows(0, 50), {"file", 50, "{}", true}).get();
    const Seq before = store->last_seq();
    for (const auto& item : store->write_import(rows(0, 50), {"file", 50, "{}", true}).get()) {
        ASSERT_TRUE(item.result);
        EXPECT_EQ(item.result->outcome, Outcome::unchanged);
    }
    EXPECT_EQ(store->last_seq(), before);
}

TEST_F(Imports, ABadRowIsLeftOutAndTheRestGoesIn) {
    auto batch = rows(0, 3);
    batch[1].record.values[common::valid_from] = true;
    const auto items = store->write_import(batch, {"file", 3, "{}", true}).get();
    EXPECT_TRUE(items[0].result);
    EXPECT_ERROR(items[1], invalid_input);
    EXPECT_TRUE(items[2].result);
    EXPECT_EQ(store->check().changes, 2);
}

TEST_F(Imports, AnEditDoesNotWaitForTheImportBatchesQueuedBeforeIt) {
    // The listener holds the writer after the first batch until everything else is queued.
    std::promise<void> entered, go_on;
    std::atomic<bool> first = true;
    store->on_commit([&](const auto&) {
        if (!first.exchange(false)) return;
        entered.set_value();
        go_on.get_future().wait();
    });
    std::vector<std::future<std::vector<Store::Item>>> imports;
    imports.push_back(store->write_import(rows(0, 50), {"file", 50, "{}", false}));
    entered.get_future().wait();
    for (int i = 1; i < 8; ++i) {
        imports.push_back(store->write_import(rows(i * 50, i * 50 + 50), {"file", i * 50 + 50, "{}", false}));
    }
    auto edit = store->write({create(row(id_of(1'000'000), "edit"))});
    go_on.set_value();
    EXPECT_EQ(edit.get().at(0).result->seq, 51);
    for (auto& import : imports) import.get();
    EXPECT_EQ(store->last_seq(), 8 * 50 + 1);
    EXPECT_EQ(store->import_state("file")->rows_done, 8 * 50); // among themselves they keep their order
    store->on_commit({});
}

TEST_F(Imports, ALayerMadeByAnImportIsThereAfterARestart) {
    Field height;
    height.name = "height_m";
    height.type = FieldType::number;
    Field labels;
    labels.name = "rowid"; // a name that means something to SQLite
    labels.type = FieldType::text_list;
    const Layer roads = make_layer("order", "Roads", GeometryKind::line, {height, labels});
    store->add_layer(roads);
    EXPECT_THROW(store->add_layer(roads), geo::Error);
    Record record;
    record.id = id_of(1);
    record.values.resize(roads.fields.size());
    record.values[common::count] = std::int64_t{12}; // a number all the same
    record.values[common::count + 1] = geo::TextList{"a\"b", "", "\n\\", "\xd8\xb3"};
    record.geometry = geo::make_line({{60, 30}, {61, 31}, {62, 31}});
    Write write = create(record);
    write.layer = "order";
    must(*store, write);
    const auto check = [&] {
        const auto found = store->get("order", id_of(1));
        ASSERT_TRUE(found);
        EXPECT_EQ(found->geometry, record.geometry);
        EXPECT_EQ(found->values[common::count], geo::Value{12.0});
        EXPECT_EQ(found->values[common::count + 1], record.values[common::count + 1]);
        EXPECT_EQ(store->count("order"), 1);
        EXPECT_EQ(store->catalogue().find("order")->title, "Roads");
        EXPECT_EQ(store->check().changes, 1);
    };
    check();
    store.reset();
    store = open_spatialite(folder.path);
    check();
    EXPECT_FALSE(store->catalogue().find("order")->built_in);
}

TEST_F(Imports, AccountsAndFollowersKeepWhatTheyWereTold) {
    EXPECT_FALSE(store->find_account("hash"));
    store->put_account({"hash", "account", "fia", {"analyst", "rescue"}, false}, {});
    store->set_follower_position("cache", 41);
    store.reset();
    store = open_spatialite(folder.path);
    auto found = store->find_account("hash");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->roles, (std::vector<std::string>{"analyst", "rescue"}));
    EXPECT_EQ(store->follower_position("cache"), 41);
    EXPECT_EQ(store->follower_position("other"), 0);
    found->revoked = true;
    store->put_account(*found, {});
    EXPECT_TRUE(store->find_account("hash")->revoked);
}

} // namespace
} // namespace store_test
