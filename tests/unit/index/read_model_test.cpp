#include "layers/index/facts.hpp"
#include "layers/store/spatialite/spatialite.hpp"
#include "tests/unit/store/support.hpp"
#include "tests/unit/support/rows.hpp"

#include <gtest/gtest.h>
#include <map>
#include <random>

namespace {

using namespace layers;
using namespace layers::index;
using store::Op;
using store::Write;
using store_test::TemporaryFolder;

const std::string kLayer = "hazards";

Record hazard(int number, double lon, double lat, const std::string& remarks) {
    auto record = store_test::row(store_test::id_of(number), remarks, lon, lat);
    record.values[*store_test::layer()->find("kind")] = std::string{"heat"};
    return record;
}

// What a reader of the model sees, by id: remarks.
std::map<std::string, std::string> seen(const View& view) {
    std::map<std::string, std::string> rows;
    view.each({}, query::always(), {}, [&](const Piece& piece, Row row) {
        const auto record = to_record(*piece.segment, row);
        rows[geo::to_string(record.id)] = std::get<std::string>(record.values[common::remarks]);
    });
    return rows;
}

std::map<std::string, std::string> stored(const store::Store& store) {
    std::map<std::string, std::string> rows;
    store.scan(kLayer, store.last_seq(), {}, {}, [&](const Record& record) {
        rows[geo::to_string(record.id)] = std::get<std::string>(record.values[common::remarks]);
        return true;
    });
    return rows;
}

void write(store::Store& store, Op op, Record record) {
    Write w;
    w.op = op;
    w.layer = kLayer;
    w.record = std::move(record);
    w.account = "test";
    const auto items = store.write({w}).get();
    ASSERT_TRUE(items[0].result) << items[0].error->what();
}

// Creates, replaces and removes at random, `count` commits.
void random_commits(store::Store& store, std::map<int, bool>& alive, std::mt19937& random, int count) {
    std::uniform_real_distribution<double> lon{60, 78}, lat{23, 38};
    for (int i = 0; i < count; ++i) {
        const int number = static_cast<int>(random() % 60);
        auto record = hazard(number, lon(random), lat(random), "text " + std::to_string(random() % 1000));
        if (!alive[number])
            write(store, Op::create, record);
        else
            write(store, random() % 3 == 0 ? Op::remove : Op::replace, record);
        alive[number] = !alive[number] || store.get(kLayer, record.id).has_value();
    }
}

TEST(ReadModel, equals_the_store_after_every_commit) {
    TemporaryFolder folder;
    const auto store = store::open_spatialite(folder.path);
    const ReadModel model{*store, ""};
    std::map<int, bool> alive;
    std::mt19937 random{1};
    for (int round = 0; round < 40; ++round) {
        random_commits(*store, alive, random, 10);
        ASSERT_EQ(seen(*model.view(kLayer)), stored(*store)) << "round " << round;
        ASSERT_EQ(model.view(kLayer)->live_rows(), static_cast<std::int64_t>(stored(*store).size()));
    }
}

TEST(ReadModel, shows_a_write_as_soon_as_it_is_acknowledged) {
    TemporaryFolder folder;
    const auto store = store::open_spatialite(folder.path);
    const ReadModel model{*store, ""};
    for (int i = 0; i < 50; ++i) {
        write(*store, Op::create, hazard(i, 66, 30, "x"));
        ASSERT_TRUE(model.view(kLayer)->find(store_test::id_of(i)));
    }
}

TEST(ReadModel, a_view_in_hand_never_changes) {
    TemporaryFolder folder;
    const auto store = store::open_spatialite(folder.path);
    const ReadModel model{*store, ""};
    std::map<int, bool> alive;
    std::mt19937 random{2};
    random_commits(*store, alive, random, 30);
    const auto view = model.view(kLayer);
    const auto before = seen(*view);
    random_commits(*store, alive, random, 200); // enough for several merges
    EXPECT_EQ(seen(*view), before);
    EXPECT_NE(seen(*model.view(kLayer)), before);
}

TEST(ReadModel, starts_from_a_snapshot_and_catches_up_on_what_it_missed) {
    TemporaryFolder folder;
    std::map<int, bool> alive;
    std::mt19937 random{3};
    {
        const auto store = store::open_spatialite(folder.path);
        const ReadModel model{*store, folder.path + "/index"};
        random_commits(*store, alive, random, 100);
    } // the snapshot is written here
    {
        const auto store = store::open_spatialite(folder.path);
        random_commits(*store, alive, random, 50); // no model follows
    }
    const auto store = store::open_spatialite(folder.path);
    const ReadModel model{*store, folder.path + "/index"};
    EXPECT_EQ(seen(*model.view(kLayer)), stored(*store));
    for (int i = 0; i < 50; ++i) {
        random_commits(*store, alive, random, 1);
        ASSERT_EQ(seen(*model.view(kLayer)), stored(*store)) << "after commit " << i;
    }
}

TEST(ReadModel, a_damaged_or_foreign_snapshot_is_rebuilt_from_the_store) {
    TemporaryFolder folder, other;
    std::map<int, bool> alive;
    std::mt19937 random{4};
    {
        const auto store = store::open_spatialite(folder.path);
        const ReadModel model{*store, folder.path + "/index"};
        random_commits(*store, alive, random, 60);
    }
    const std::string file = folder.path + "/index/" + kLayer + ".segment";
    ASSERT_TRUE(std::filesystem::exists(file));
    {
        // The snapshot of another database under this one's name.
        const auto store = store::open_spatialite(other.path);
        std::filesystem::create_directories(other.path + "/index");
        std::filesystem::copy_file(file, other.path + "/index/" + kLayer + ".segment");
        const ReadModel model{*store, other.path + "/index"};
        EXPECT_TRUE(seen(*model.view(kLayer)).empty());
    }
    std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
    const auto store = store::open_spatialite(folder.path);
    const ReadModel model{*store, folder.path + "/index"};
    EXPECT_EQ(seen(*model.view(kLayer)), stored(*store));
}

TEST(View, pages_by_id_meet_every_row_once_in_order) {
    TemporaryFolder folder;
    const auto store = store::open_spatialite(folder.path);
    const ReadModel model{*store, ""};
    std::map<int, bool> alive;
    std::mt19937 random{5};
    random_commits(*store, alive, random, 150);
    const auto view = model.view(kLayer);
    std::vector<std::string> ids;
    std::optional<geo::Uuid> after;
    for (bool more = true; more;) {
        std::size_t taken = 0;
        more = false;
        view->each_by_id(after, query::always(), {}, [&](const Piece& piece, Row row) {
            if (taken == 7) {
                more = true;
                return false;
            }
            ++taken;
            after = piece.segment->id(row);
            ids.push_back(geo::to_string(*after));
            return true;
        });
    }
    std::vector<std::string> expected;
    for (const auto& [id, remarks] : stored(*store)) expected.push_back(id);
    EXPECT_EQ(ids, expected);
}

TEST(TouchedTiles, an_edit_touches_the_tiles_of_its_old_and_new_place_and_no_others) {
    TemporaryFolder folder;
    const auto store = store::open_spatialite(folder.path);
    const ReadModel model{*store, ""};
    write(*store, Op::create, hazard(1, 66.45, 30.92, "chaman"));
    const auto before = store->last_seq();
    const auto view = model.view(kLayer);
    const auto last = [&](geo::Point p, int z) { return view->touched->last(geo::tile_at(p, z)); };
    const geo::Point chaman{66.45, 30.92}, torkham{71.09, 34.12}, gwadar{62.32, 25.12};
    EXPECT_EQ(last(chaman, 8), before);
    const auto gwadar_before = last(gwadar, 8);
    write(*store, Op::replace, hazard(1, 71.09, 34.12, "torkham"));
    const auto after = store->last_seq();
    EXPECT_EQ(last(chaman, 8), after);
    EXPECT_EQ(last(torkham, 8), after);
    EXPECT_EQ(last(torkham, 14), after);
    EXPECT_EQ(last(torkham, 0), after);
    EXPECT_EQ(last(gwadar, 8), gwadar_before);
    EXPECT_LT(gwadar_before, before);
}

// Below the dense zooms too: an edit in a town leaves the tiles of the next town alone.
TEST(TouchedTiles, are_exact_down_to_the_deepest_zoom_and_never_too_few) {
    TouchedTiles touched;
    geo::Box village;
    village.add(geo::Point{66.4500, 30.9200});
    village.add(geo::Point{66.4510, 30.9205});
    touched.touch(village, 7);
    for (int z = 0; z <= TouchedTiles::kDeepest; ++z) {
        const auto own = geo::tile_at({66.4505, 30.9202}, z);
        EXPECT_EQ(touched.last(own), 7) << z;
        if (z > 9) {
            EXPECT_EQ(touched.last({z, own.x + 2, own.y}), 0) << z;
        }
    }
    EXPECT_EQ(touched.last(geo::tile_at({66.4505, 30.9202}, 20)), 7); // with its ancestor
    // The buffer: a point just west of a tile's edge is drawn by the tile east of it.
    const auto tile = geo::tile_at({62.0, 26.0}, 14);
    const auto box = geo::tile_box(tile);
    const auto edge = geo::to_lon_lat({box.min_x - 100, (box.min_y + box.max_y) / 2});
    geo::Box beside;
    beside.add(edge);
    touched.touch(beside, 9);
    EXPECT_EQ(touched.last(tile), 9);
    EXPECT_EQ(touched.last({14, tile.x - 1, tile.y}), 9);
    EXPECT_EQ(touched.last({14, tile.x + 1, tile.y}), 0);
    // A box too large to name each tile touches all that lies below it.
    geo::Box province;
    province.add(geo::Point{61, 25});
    province.add(geo::Point{63, 27});
    touched.touch(province, 11);
    std::mt19937 random{5};
    std::uniform_real_distribution<double> lon{61, 63}, lat{25, 27};
    for (int i = 0; i < 200; ++i)
        for (const int z : {9, 11, 14, 19}) EXPECT_EQ(touched.last(geo::tile_at({lon(random), lat(random)}, z)), 11);
    EXPECT_EQ(touched.last(geo::tile_at({66.4505, 30.9202}, 14)), 7);
}

TEST(Facts, count_and_extent_are_of_what_the_caller_may_see) {
    TemporaryFolder folder;
    const auto store = store::open_spatialite(folder.path);
    const ReadModel model{*store, ""};
    auto own = hazard(1, 62, 25, "own");
    auto hidden = hazard(2, 75, 36, "another's");
    own.values[common::agency] = std::string{"anf"};
    hidden.values[common::agency] = std::string{"asf"};
    hidden.values[common::releasable_to] = geo::Null{};
    write(*store, Op::create, own);
    write(*store, Op::create, hidden);
    access::Caller caller;
    caller.agency = "anf";
    caller.roles = {access::Role::analyst};
    const auto view = model.view(kLayer);
    FactsCache cache;
    const auto facts = cache.get(*view, access::compile(caller, *view->layer));
    EXPECT_EQ(facts.rows, 1);
    EXPECT_LT(facts.extent.max_x, 63);
    caller.open = true;
    EXPECT_EQ(cache.get(*view, access::compile(caller, *view->layer)).rows, 2);
}

} // namespace
