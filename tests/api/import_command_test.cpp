// `sarhad import` as an operator meets it: reports, exit codes, a running server.
#include "tests/api/program.hpp"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>

using namespace test;
using nlohmann::json;
using testing::HasSubstr;

namespace {

constexpr std::string_view kReports =
    "source_ref,agency,kind,lon,lat\nr1,fia,sighting,71.1,34.1\nr2,fia,dragon,71.1,34.1\n"
    "r3,fia,goods,66.4,30.9\n";

bool announces_itself(const std::string& data_dir) {
    std::ifstream file{data_dir + "/sarhad.lock"};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str().find("http://") != std::string::npos;
}

} // namespace

TEST(ImportCommand, ReportsWhatWentInAndWhatDidNot) {
    const TemporaryFolder folder;
    const auto file = folder.write("reports.csv", kReports);
    const auto first = run({"import", "--data-dir", folder.path("data"), "--layer", "reports", file});
    EXPECT_EQ(first.exit_code, 0) << first.err;
    EXPECT_THAT(first.out, HasSubstr("2 created"));
    EXPECT_THAT(first.out, HasSubstr("1 rejected"));
    EXPECT_THAT(first.out, HasSubstr("line 3: kind: wrong value 'dragon'"));
    const auto again = run({"import", "--data-dir", folder.path("data"), "--layer", "reports", "--json", file});
    EXPECT_EQ(again.exit_code, 0) << again.err;
    const auto report = json::parse(again.out);
    EXPECT_EQ(report["created"], 0);
    EXPECT_EQ(report["unchanged"], 2);
    EXPECT_EQ(report["rejected"], 1);
    EXPECT_EQ(report["notes"][0]["line"], 3);
    EXPECT_EQ(again.err, "") << "no progress beside JSON";
}

TEST(ImportCommand, StrictTakesNoneAndSaysSo) {
    const TemporaryFolder folder;
    const auto file = folder.write("reports.csv", kReports);
    const auto ran = run({"import", "--data-dir", folder.path("data"), "--layer", "reports", "--strict", file});
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.out, HasSubstr("none was taken"));
    const auto after = run({"import", "--data-dir", folder.path("data"), "--layer", "reports", "--json", file});
    EXPECT_EQ(json::parse(after.out)["created"], 2);
}

TEST(ImportCommand, AsksAboutAxesAndTakesTheAnswer) {
    const TemporaryFolder folder;
    const auto file = folder.write("t.csv", "agency,kind,lon,lat\nfia,sighting,34.1,71.1\n");
    const auto asked = run({"import", "--data-dir", folder.path("data"), "--layer", "reports", file});
    EXPECT_EQ(asked.exit_code, 2);
    EXPECT_THAT(asked.err, HasSubstr("--swap-axes"));
    const auto taken = run({"import", "--data-dir", folder.path("data"), "--layer", "reports", "--swap-axes", file});
    EXPECT_EQ(taken.exit_code, 0) << taken.err;
    EXPECT_THAT(taken.out, HasSubstr("1 created"));
}

TEST(ImportCommand, RefusesWhatItCannotRead) {
    const TemporaryFolder folder;
    const auto data = folder.path("data");
    const auto vrt = folder.write("x.geojson", "<OGRVRTDataset/>");
    EXPECT_EQ(run({"import", "--data-dir", data, "--layer", "reports", vrt}).exit_code, 1);
    EXPECT_EQ(run({"import", "--data-dir", data, "--layer", "reports", folder.path("none")}).exit_code, 1);
    EXPECT_EQ(run({"import", "--data-dir", data, vrt}).exit_code, 2);
    EXPECT_EQ(run({"import", "--data-dir", data, "--layer", "a", "--new-layer", "b", vrt}).exit_code, 2);
    EXPECT_EQ(run({"import", "--data-dir", data, "--layer", "reports", "--mapping", "nothing", vrt}).exit_code, 2);
    EXPECT_EQ(run({"import", "--help"}).exit_code, 0);
}

TEST(ImportCommand, MakesALayerOfAnyFileAndItIsServed) {
    const TemporaryFolder folder;
    const auto file = folder.write("d.csv", "District Name,pop,lon,lat\nKhyber,5,71.1,34.1\nChaman,6,66.4,30.9\n");
    const auto ran = run({"import", "--data-dir", folder.path("data"), "--new-layer", "districts", file});
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    const Server server{folder.path("data")};
    const auto items = server.get("/collections/districts/items?filter=" + encode("pop > 5") + "&f=json");
    ASSERT_EQ(items.status, 200);
    const auto document = json::parse(items.body);
    ASSERT_EQ(document["features"].size(), 1u);
    EXPECT_EQ(document["features"][0]["properties"]["district_name"], "Chaman");
}

TEST(ImportCommand, GoesThroughAServerThatRuns) {
    const TemporaryFolder folder;
    const auto file = folder.write("reports.csv", kReports);
    const Server server{folder.path("data")};
    const auto ran = run({"import", "--data-dir", folder.path("data"), "--layer", "reports", "--json", file});
    if (!announces_itself(folder.path("data"))) {
        EXPECT_EQ(ran.exit_code, 1);
        EXPECT_THAT(ran.err, HasSubstr("POST /import"));
        GTEST_SKIP() << "the server does not write its address into the lock file: nothing to go through";
    }
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const auto report = json::parse(ran.out);
    EXPECT_EQ(report["created"], 2);
    EXPECT_EQ(report["rejected"], 1);
    EXPECT_EQ(report["notes"][0]["line"], 3);
    EXPECT_TRUE(report["complete"]);
    const auto items = json::parse(server.get("/collections/reports/items?f=json").body);
    EXPECT_EQ(items["features"].size(), 2u);
    const auto bad = run({"import", "--data-dir", folder.path("data"), "--layer", "nowhere", file});
    EXPECT_NE(bad.exit_code, 0);
}
