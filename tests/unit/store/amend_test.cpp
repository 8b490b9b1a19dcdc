// A write that makes its row from the one that is there: what commutes is never refused for coming second. And the one
// thing that no write changes: whose row it is.
#include "support.hpp"

#include <thread>

namespace store_test {
namespace {

class Amending : public ::testing::Test {
protected:
    TemporaryFolder folder;
    std::unique_ptr<Store> store = open_spatialite(folder.path);

    static Write adding(const std::string& text) {
        Write write = replace({});
        write.record.id = id_of(1);
        write.amend = [text](const Record& current, Record& record) {
            record = current;
            record.values[common::remarks] = remarks(current) + text;
        };
        return write;
    }
};

TEST_F(Amending, writers_who_append_at_once_all_find_what_the_others_left) {
    must(*store, create(row(id_of(1), "")));
    {
        std::vector<std::jthread> writers;
        for (int i = 0; i < 8; ++i)
            writers.emplace_back([&] {
                for (int n = 0; n < 25; ++n) must(*store, adding("x"));
            });
    }
    const auto now = store->get(kLayer, id_of(1));
    EXPECT_EQ(remarks(*now), std::string(200, 'x'));
    EXPECT_EQ(now->version, 201);
    EXPECT_EQ(store->check().changes, 201);
}

TEST_F(Amending, what_comes_out_the_same_is_left_alone) {
    const auto made = must(*store, create(row(id_of(1), "a")));
    const auto again = must(*store, adding(""));
    EXPECT_EQ(again.outcome, Outcome::unchanged);
    EXPECT_EQ(again.seq, made.seq);
    EXPECT_EQ(store->last_seq(), made.seq);
}

TEST_F(Amending, what_it_refuses_concerns_this_write_alone) {
    must(*store, create(row(id_of(1), "a")));
    auto refused = adding("b");
    refused.amend = [](const Record&, Record&) { throw geo::Error{geo::ErrorCode::conflict, "said already"}; };
    auto malformed = adding("b");
    malformed.amend = [](const Record&, Record& record) { record.values.clear(); };
    std::vector<Write> batch{refused, malformed, adding("c")};
    const auto items = store->write(std::move(batch)).get();
    EXPECT_ERROR(items[0], conflict);
    EXPECT_ERROR(items[1], invalid_input);
    ASSERT_TRUE(items[2].result);
    EXPECT_EQ(remarks(*store->get(kLayer, id_of(1))), "ac");
    Write missing = adding("d");
    missing.record.id = id_of(2);
    EXPECT_ERROR(put(*store, missing), not_found);
}

TEST_F(Amending, an_import_of_a_row_that_is_there_is_made_from_it_and_of_a_new_one_is_as_it_came) {
    const auto import = [&](int number, const char* text) {
        Write write = adding("+import");
        write.op = Op::create;
        write.record = row(id_of(number), text);
        write.replace_if_exists = true;
        return must(*store, write);
    };
    EXPECT_EQ(import(1, "a").outcome, Outcome::created);
    EXPECT_EQ(remarks(*store->get(kLayer, id_of(1))), "a");
    EXPECT_EQ(import(1, "b").outcome, Outcome::replaced);
    EXPECT_EQ(remarks(*store->get(kLayer, id_of(1))), "a+import");
}

TEST_F(Amending, a_row_never_changes_its_owner_agency) {
    must(*store, create(row(id_of(1), "a")));
    auto taken = row(id_of(1), "b");
    taken.values[common::agency] = std::string{"anf"};
    EXPECT_ERROR(put(*store, replace(taken)), forbidden);
    Write imported = create(taken);
    imported.replace_if_exists = true;
    EXPECT_ERROR(put(*store, imported), forbidden);
    taken.values[common::agency] = geo::Null{};
    EXPECT_ERROR(put(*store, replace(taken)), forbidden);
    EXPECT_EQ(store->last_seq(), 1);
    EXPECT_EQ(remarks(*store->get(kLayer, id_of(1))), "a");
}

} // namespace
} // namespace store_test
