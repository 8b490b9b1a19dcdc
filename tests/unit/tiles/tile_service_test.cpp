#include "layers/store/spatialite/spatialite.hpp"
#include "layers/tiles/tile_service.hpp"
#include "tests/unit/store/support.hpp"
#include "tests/unit/support/mvt_reader.hpp"

#include <gtest/gtest.h>
#include <latch>
#include <thread>

namespace {

using namespace layers;
using namespace layers::tiles;
using store_test::TemporaryFolder;

struct World {
    TemporaryFolder folder;
    std::unique_ptr<store::Store> store = store::open_spatialite(folder.path);
    index::ReadModel model{*store, ""};
    layers::index::Sources sources{model, *store};
    TileService service{sources, *store, {}};

    void put(int number, double lon, double lat, store::Op op = store::Op::create, const char* agency = "fia") {
        auto record = store_test::row(store_test::id_of(number), "text", lon, lat);
        record.values[common::agency] = std::string{agency};
        record.values[common::releasable_to] = geo::Null{};
        record.values[*store_test::layer()->find("kind")] = std::string{"heat"};
        store::Write write;
        write.op = op;
        write.layer = "hazards";
        write.record = record;
        ASSERT_TRUE(store->write({write}).get()[0].result);
    }
};

access::Caller open_caller() {
    access::Caller caller;
    caller.open = true;
    return caller;
}

Question question(geo::TileId tile, const std::string& filter = "") {
    Question q;
    q.layers = {"hazards"};
    q.tile = tile;
    q.filter = filter;
    return q;
}

std::size_t features(const TilePtr& tile) {
    return mvt::read(*tile->bytes())["hazards"].features.size();
}

const geo::Point kChaman{66.45, 30.92}, kTorkham{71.09, 34.12};

TEST(TileService, an_edit_rebuilds_the_tiles_it_touches_and_no_other) {
    World world;
    world.put(1, kChaman.x, kChaman.y);
    world.put(2, kTorkham.x, kTorkham.y);
    const auto chaman = geo::tile_at(kChaman, 8), torkham = geo::tile_at(kTorkham, 8);
    const auto get = [&](geo::TileId tile) { return world.service.get(open_caller(), question(tile), {}); };
    const auto before = get(torkham);
    EXPECT_EQ(features(get(chaman)), 1u);
    const auto built = world.service.built();
    world.put(3, kChaman.x + 0.01, kChaman.y);
    EXPECT_EQ(features(get(chaman)), 2u) << "a tile asked for after the write shows it";
    EXPECT_EQ(get(torkham), before) << "untouched: the very same bytes";
    EXPECT_EQ(world.service.built(), built + 1);
}

TEST(TileService, callers_of_other_agencies_never_get_each_others_tiles) {
    World world;
    world.put(1, kChaman.x, kChaman.y, store::Op::create, "fia");
    world.put(2, kChaman.x, kChaman.y, store::Op::create, "anf");
    const auto tile = geo::tile_at(kChaman, 8);
    access::Caller fia, anf;
    fia.agency = "fia";
    anf.agency = "anf";
    fia.roles = anf.roles = {access::Role::viewer};
    for (int round = 0; round < 2; ++round) { // the second time from the cache
        EXPECT_EQ(features(world.service.get(open_caller(), question(tile), {})), 2u);
        EXPECT_EQ(
            mvt::read(*world.service.get(fia, question(tile), {})->bytes())["hazards"].features.at(0).text("agency"),
            "fia");
        EXPECT_EQ(
            mvt::read(*world.service.get(anf, question(tile), {})->bytes())["hazards"].features.at(0).text("agency"),
            "anf");
    }
}

TEST(TileService, a_hidden_layer_and_one_that_is_not_there_are_refused_in_the_same_words) {
    World world;
    access::Caller nobody;
    const auto refusal = [&](const char* layer) -> std::string {
        Question q = question({0, 0, 0});
        q.layers = {layer};
        try {
            world.service.get(nobody, q, {});
        } catch (const geo::Error& e) {
            return std::to_string(static_cast<int>(e.code)) + e.what() + e.pointer;
        }
        return "answered";
    };
    EXPECT_EQ(refusal("hazards"), refusal("no_such_layer"));
    EXPECT_NE(refusal("hazards"), "answered");
}

TEST(TileService, shows_the_past_as_it_was_stored) {
    World world;
    world.put(1, kChaman.x, kChaman.y);
    const auto then = geo::now();
    while (geo::now().us == then.us) {}
    world.put(1, kTorkham.x, kTorkham.y, store::Op::replace);
    Question q = question(geo::tile_at(kChaman, 8));
    EXPECT_TRUE(mvt::read(*world.service.get(open_caller(), q, {})->bytes()).empty());
    q.at = then;
    EXPECT_EQ(features(world.service.get(open_caller(), q, {})), 1u);
}

TEST(TileService, the_past_is_shown_by_todays_release) {
    World world;
    auto record = store_test::row(store_test::id_of(1), "text", kChaman.x, kChaman.y);
    record.values[common::agency] = std::string{"fia"};
    record.values[common::handling] = std::string{"H0"};
    record.values[common::releasable_to] = geo::TextList{"anf"};
    record.values[*store_test::layer()->find("kind")] = std::string{"heat"};
    const auto write = [&](store::Op op) {
        store::Write w;
        w.op = op;
        w.layer = "hazards";
        w.record = record;
        ASSERT_TRUE(world.store->write({w}).get()[0].result);
    };
    write(store::Op::create);
    Question then = question(geo::tile_at(kChaman, 8));
    then.at = geo::now();
    while (geo::now().us == then.at->us) {}
    access::Caller anf;
    anf.agency = "anf";
    anf.roles = {access::Role::viewer};
    EXPECT_EQ(features(world.service.get(anf, then, {})), 1u);
    record.values[common::releasable_to] = geo::Null{};
    write(store::Op::replace);
    EXPECT_TRUE(mvt::read(*world.service.get(anf, then, {})->bytes()).empty()) << "taken back";
    EXPECT_EQ(features(world.service.get(open_caller(), then, {})), 1u);
    write(store::Op::remove);
    EXPECT_TRUE(mvt::read(*world.service.get(anf, then, {})->bytes()).empty()) << "taken back, then removed";
    EXPECT_EQ(features(world.service.get(open_caller(), then, {})), 1u);
}

TEST(TileService, a_reader_of_the_past_who_leaves_spoils_nothing_for_the_next) {
    World world;
    for (int i = 0; i < 20; ++i) world.put(i, kChaman.x, kChaman.y);
    Question then = question({0, 0, 0});
    then.at = geo::now();
    while (geo::now().us == then.at->us) {}
    world.put(50, kChaman.x, kChaman.y);
    std::stop_source gone;
    gone.request_stop();
    EXPECT_THROW(world.service.get(open_caller(), then, gone.get_token()), geo::Error);
    EXPECT_EQ(features(world.service.get(open_caller(), then, {})), 20u);
}

TEST(TileService, a_filter_narrows_and_is_part_of_what_is_kept) {
    World world;
    world.put(1, kChaman.x, kChaman.y);
    const auto tile = geo::tile_at(kChaman, 8);
    EXPECT_EQ(features(world.service.get(open_caller(), question(tile, "kind = 'heat'"), {})), 1u);
    EXPECT_TRUE(mvt::read(*world.service.get(open_caller(), question(tile, "kind = 'cold'"), {})->bytes()).empty());
    EXPECT_THROW(world.service.get(open_caller(), question(tile, "no_such = 1"), {}), geo::Error);
}

TEST(TileCache, builds_a_tile_once_for_all_who_wait_and_an_error_for_nobody_twice) {
    TileCache cache{1 << 20};
    std::atomic<int> builds{0};
    std::latch all_in{8};
    std::vector<std::jthread> threads;
    std::vector<TilePtr> got(8);
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            all_in.arrive_and_wait();
            got[static_cast<std::size_t>(i)] = cache.get("key", true, [&] {
                ++builds;
                return std::make_shared<const Tile>(BuiltTile{"bytes", {}});
            });
        });
    threads.clear();
    EXPECT_EQ(builds, 1);
    for (const auto& tile : got) EXPECT_EQ(tile, got[0]);
    const auto fail = [&]() -> TilePtr { throw geo::Error{geo::ErrorCode::internal, "no"}; };
    EXPECT_THROW(cache.get("other", true, fail), geo::Error);
    EXPECT_EQ(*cache.get("other", true,
                         [] {
                             return std::make_shared<const Tile>(BuiltTile{"good", {}});
                         })
                   ->bytes(),
              "good");
}

TEST(TileCache, who_waits_for_a_builder_that_gave_up_builds_it_himself) {
    TileCache cache{1 << 20};
    std::latch building{1};
    std::jthread gives_up{[&] {
        EXPECT_THROW(cache.get("key", true,
                               [&]() -> TilePtr {
                                   building.count_down();
                                   // Until the other one waits, or has come too late to: both are right.
                                   std::this_thread::yield();
                                   throw geo::Error{geo::ErrorCode::cancelled, "gone"};
                               }),
                     geo::Error);
    }};
    building.wait();
    EXPECT_EQ(*cache.get("key", true,
                         [] {
                             return std::make_shared<const Tile>(BuiltTile{"mine", {}});
                         })
                   ->bytes(),
              "mine");
}

TEST(TileCache, stays_within_its_bytes_and_forgets_what_was_used_longest_ago) {
    TileCache cache{20'000};
    const auto fill = [&](const std::string& key) {
        return cache.get(key, true, [] { return std::make_shared<const Tile>(BuiltTile{std::string(1000, 'x'), {}}); });
    };
    const auto first = fill("0");
    for (int i = 1; i < 100; ++i) {
        fill(std::to_string(i));
        EXPECT_LE(cache.bytes(), 20'000u);
        EXPECT_EQ(fill("0"), first) << "used all the time, so kept";
    }
    bool rebuilt = false;
    cache.get("1", true, [&] {
        rebuilt = true;
        return std::make_shared<const Tile>(BuiltTile{"x", {}});
    });
    EXPECT_TRUE(rebuilt);
}

TEST(Tile, compressed_forms_give_the_same_bytes_back_quick_and_tight) {
    std::string bytes;
    for (std::uint32_t i = 0, x = 1; i < 8000; ++i, x = x * 1664525 + 1013904223)
        bytes += "row " + std::to_string(x >> 18) + (i % 3 ? ";" : "; place of the second kind");
    const Tile tile{BuiltTile{bytes, {}}};
    for (const auto coding : {geo::wrap::Coding::gzip, geo::wrap::Coding::brotli, geo::wrap::Coding::zstd}) {
        const auto quick = tile.compressed(coding);
        EXPECT_TRUE(quick.fresh);
        EXPECT_EQ(geo::wrap::decompress(coding, *quick.bytes, 1'000'000), *tile.bytes());
        EXPECT_FALSE(tile.compressed(coding).fresh) << "made once";
        EXPECT_EQ(tile.compressed(coding).bytes, quick.bytes);
        const auto revision = tile.revision();
        tile.tighten(coding);
        EXPECT_LT(tile.compressed(coding).bytes->size(), quick.bytes->size());
        EXPECT_NE(tile.revision(), revision) << "who keeps the quick form hears of it";
        EXPECT_EQ(geo::wrap::decompress(coding, *tile.compressed(coding).bytes, 1'000'000), *tile.bytes());
    }
}

TEST(Recompressor, tightens_what_is_kept_and_lets_go_of_what_is_not) {
    Recompressor recompressor;
    auto kept = std::make_shared<const Tile>(BuiltTile{std::string(50'000, 'a') + std::string(50'000, 'b'), {}});
    auto dropped = std::make_shared<const Tile>(BuiltTile{std::string(50'000, 'c'), {}});
    const auto quick = kept->compressed(geo::wrap::Coding::gzip).bytes->size();
    recompressor.want(kept, geo::wrap::Coding::gzip);
    recompressor.want(dropped, geo::wrap::Coding::gzip);
    const std::weak_ptr<const Tile> gone = dropped;
    dropped.reset();
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!recompressor.idle() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    EXPECT_LT(kept->compressed(geo::wrap::Coding::gzip).bytes->size(), quick);
    EXPECT_TRUE(gone.expired());
}

// What was answered may be answered again exactly until an edit touches the tile.
TEST(TileService, an_answer_holds_until_an_edit_touches_its_tile) {
    World world;
    world.put(1, kChaman.x, kChaman.y);
    const auto ask = [&](geo::Point p, int z) {
        return world.service.answer(open_caller(), question(geo::tile_at(p, z)), {});
    };
    for (const int z : {3, 8, 12, 17}) {
        const auto chaman = ask(kChaman, z), gwadar = ask({62.32, 25.12}, z);
        ASSERT_TRUE(chaman.holds && gwadar.holds);
        EXPECT_TRUE(chaman.holds() && gwadar.holds());
        world.put(100 + z, kTorkham.x, kTorkham.y);
        EXPECT_EQ(chaman.holds(), z >= 8) << "an edit at Torkham, zoom " << z;
        const auto again = ask(kChaman, z);
        world.put(200 + z, kChaman.x, kChaman.y);
        EXPECT_FALSE(again.holds()) << z;
        EXPECT_FALSE(again.holds()) << "and never again";
        EXPECT_EQ(features(ask(kChaman, z).tile) > features(again.tile), true);
    }
}

} // namespace
