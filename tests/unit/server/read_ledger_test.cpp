// Reads that must be accounted for are in the log before they are answered, and not answered when they can't be.
#include "../store/support.hpp"

#include "server/read_ledger.hpp"

#include <csignal>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

namespace store_test {
namespace {

using layers::access::Caller, layers::access::Role;
using nlohmann::json;
using testing::ElementsAre;

class Ledger : public ::testing::Test {
protected:
    static Caller analyst(std::string reason) {
        Caller caller;
        caller.account = "officer";
        caller.agency = "fia";
        caller.roles = {Role::analyst};
        caller.purpose = std::move(reason);
        return caller;
    }
    void ask(const std::string& target, const Caller& caller) {
        server::Request request;
        request.method = "GET";
        request.target = target;
        request.route = "getIt";
        ledger.before(request, caller);
    }
    std::vector<std::string> logged() {
        std::vector<std::string> lines;
        for (const auto& access : store->accesses(0, 100))
            lines.push_back(access.what + " " + access.subject + " " + access.reason);
        return lines;
    }

    TemporaryFolder folder;
    std::unique_ptr<Store> store = open_spatialite(folder.path);
    geo::Instant now{60'000'000};
    server::ReadLedger ledger{*store, [this] { return now; }};
};

TEST_F(Ledger, AReadWithAReasonIsLoggedWithItAndWhatWasRead) {
    ask("/collections/reports/items?filter=kind='death'", analyst("case 12"));
    ask("/collections/reports/items/0190a6f2-0000-7000-8000-000000000000", analyst("case 12"));
    ask("/collections/facilities/items", analyst("case 12")); // its shelters are not there without one
    EXPECT_THAT(logged(), ElementsAre("read reports case 12", "read reports case 12", "read facilities case 12"));
    const auto access = store->accesses(1, 1).front();
    EXPECT_EQ(access.account, "officer");
    EXPECT_EQ(access.agency, "fia");
    EXPECT_EQ(json::parse(access.detail)["item"], "0190a6f2-0000-7000-8000-000000000000");
    EXPECT_EQ(store->accesses(0, 1).front().detail.find("death"), std::string::npos) << "values are not kept";
    ask("/processes/silence/execution", analyst("case 12"));
    EXPECT_EQ(store->accesses(3, 1).front().subject, "processes");
    EXPECT_EQ(json::parse(store->accesses(3, 1).front().detail)["item"], "silence");
    store->check();
}

TEST_F(Ledger, WhatShowsNothingMoreForItsReasonIsNotLogged) {
    ask("/collections/reports/items", analyst(""));
    Caller viewer = analyst("curious");
    viewer.roles = {Role::viewer};
    ask("/collections/reports/items", viewer);
    Caller open = analyst("demo");
    open.open = true;
    ask("/collections/reports/items", open);
    ask("/collections/places/items", analyst("case"));
    ask("/collections/nowhere/items", analyst("case"));
    for (const char* path : {"/", "/me", "/health", "/styles/border", "/tokens"}) ask(path, analyst("case"));
    EXPECT_THAT(logged(), ElementsAre());
}

TEST_F(Ledger, APathThatNobodyHasThoughtAboutIsLogged) {
    ask("/figures?by=month", analyst("report"));
    EXPECT_THAT(logged(), ElementsAre("read figures report"));
}

TEST_F(Ledger, TilesAreLoggedOncePerAreaZoomAndMinute) {
    for (int x = 640; x < 656; ++x) // one area of 16 tiles
        ask("/tiles/places,reports/10/" + std::to_string(x) + "/400.mvt", analyst("case"));
    EXPECT_EQ(logged().size(), 1u);
    ask("/tiles/places,reports/10/656/400.mvt", analyst("case")); // the next area
    ask("/tiles/places,reports/11/1280/800.mvt", analyst("case"));
    ask("/tiles/places,reports/10/640/400.mvt", analyst("another case"));
    ask("/collections/reports/tiles/WebMercatorQuad/10/400/640", analyst("case")); // the same tile, the other way round
    EXPECT_THAT(logged(), ElementsAre("tiles reports case", "tiles reports case", "tiles reports case",
                                      "tiles reports another case"));
    EXPECT_EQ(json::parse(store->accesses(0, 1).front().detail)["area"], "zoom 10 in tile 6/40/25");
    now.us += 60'000'000;
    ask("/tiles/places,reports/10/640/400.mvt", analyst("case"));
    EXPECT_EQ(logged().size(), 5u);
    ask("/tiles/places/10/640/400.mvt", analyst("case"));
    EXPECT_EQ(logged().size(), 5u);
}

TEST_F(Ledger, WhatCannotBeLoggedIsNotAnswered) {
    ask("/tiles/reports/1/0/0.mvt", analyst("case"));
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit tight = before;
    tight.rlim_cur = 1000;
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &tight);
    EXPECT_THROW(ask("/collections/reports/items", analyst("case")), geo::Error);
    EXPECT_THROW(ask("/tiles/reports/5/0/0.mvt", analyst("case")), geo::Error);
    EXPECT_THROW(ask("/tiles/reports/5/0/0.mvt", analyst("case")), geo::Error) << "it does not count as logged";
    EXPECT_NO_THROW(ask("/collections/reports/items", analyst(""))); // the masked answer goes on
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
}

} // namespace
} // namespace store_test
