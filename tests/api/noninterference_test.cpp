// Promise: what a caller may not see changes nothing of what it is shown: status, body, ETag, counts, pages.
// The same random requests before and after another agency's rows arrive, 0 differences.
#include "tests/api/stations.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

using namespace test;
using nlohmann::json;

namespace {

std::string token(const TemporaryFolder& folder, const std::string& role, const std::string& agency) {
    return token_header(folder.path("data"), role, agency);
}

// Rows of the kind that the hidden ones have too, in other places, with other values.
std::string hidden_geojson() {
    json features = json::array();
    std::mt19937 random{5};
    for (int i = 0; i < 200; ++i)
        features.push_back(
            {{"type", "Feature"},
             {"properties",
              {{"name", "Hidden " + std::to_string(i)},
               {"height", 1000 + i},
               {"kind", i % 2 ? "a" : "c"},
               {"seen", "2026-03-15T12:00:00Z"}}},
             {"geometry",
              {{"type", "Point"},
               {"coordinates",
                {55 + static_cast<double>(random() % 3000) / 100, 20 + static_cast<double>(random() % 2000) / 100}}}}});
    return json{{"type", "FeatureCollection"}, {"features", features}}.dump();
}

std::vector<std::string> random_requests(int count, const std::vector<std::string>& ids) {
    std::mt19937 random{20260301};
    const auto pick = [&](const std::vector<std::string>& words) { return words[random() % words.size()]; };
    const std::string items = "/collections/stations/items?";
    std::vector<std::string> out{"/collections",
                                 "/collections/stations",
                                 "/collections/stations/queryables",
                                 "/collections/stations/schema",
                                 "/tiles/stations.json",
                                 "/collections/stations/tiles"};
    while (static_cast<int>(out.size()) < count) {
        const auto number = [&](int most) { return std::to_string(random() % static_cast<unsigned>(most)); };
        switch (random() % 8) {
        case 0: {
            const int z = static_cast<int>(random() % 9);
            const unsigned n = 1u << z;
            out.push_back("/tiles/stations/" + std::to_string(z) + "/" +
                          std::to_string(n / 2 + random() % (n / 4 + 1)) + "/" +
                          std::to_string(n / 4 + random() % (n / 4 + 1)) + ".mvt");
            break;
        }
        case 1:
            out.push_back("/collections/stations/items/" + pick(ids));
            break;
        case 2:
            out.push_back("/collections/stations/items/" + pick(ids) + "/history");
            break;
        case 3:
            out.push_back(items + "limit=" + std::to_string(1 + random() % 50) + "&offset=" + number(60));
            break;
        case 4:
            out.push_back(items + "bbox=" + std::to_string(55 + random() % 10) + ",20," +
                          std::to_string(66 + random() % 20) + ",45");
            break;
        case 5:
            out.push_back(items + "filter=" + encode(pick({"height > ", "height < ", "height <> "}) + number(1300)) +
                          "&sortby=" + pick({"height", "-height", "name", "-seen"}));
            break;
        case 6:
            out.push_back(items + "kind=" + pick({"a", "b", "c"}) + "&limit=" + std::to_string(1 + random() % 9));
            break;
        default:
            out.push_back(items + "datetime=2026-03-" + pick({"10", "15", "20"}) + "/..&f=" + pick({"json", "html"}));
        }
    }
    return out;
}

} // namespace

TEST(Noninterference, HiddenRowsChangeNothing) {
    const TemporaryFolder folder;
    const auto file = folder.write("stations.geojson", stations_geojson());
    ASSERT_EQ(run({"import", "--data-dir", folder.path("data"), "--new-layer", "stations", "--agency", "levies", file})
                  .exit_code,
              0);
    const auto analyst = token(folder, "analyst", "levies");
    const auto other = token(folder, "agency_admin", "fc_kp");
    const Server server{folder.path("data"), {}};

    std::vector<std::string> ids;
    const auto all = json::parse(server.get("/collections/stations/items?limit=100", analyst).body);
    ASSERT_EQ(all["numberMatched"], kStations);
    for (const auto& feature : all["features"]) ids.push_back(feature["id"]);

    const auto requests = random_requests(500, ids);
    std::vector<Answer> before;
    for (const auto& target : requests) before.push_back(server.get(target, analyst));
    const auto good = std::ranges::count_if(before, [](const Answer& a) { return a.status == 200 || a.status == 204; });
    ASSERT_GT(good, 450) << "or nothing is tested";

    const auto started = server.ask("POST", "/import?collection=stations&filename=a.geojson",
                                    other + "Content-Type: application/geo+json\r\n", hidden_geojson());
    ASSERT_EQ(started.status, 202) << started.body;
    const auto location = started.header("Location");
    const auto job = location.substr(location.find("/jobs/"));
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (json::parse(server.get(job, other).body).value("status", "") == "running" &&
           std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    ASSERT_EQ(json::parse(server.get("/collections/stations/items?limit=1", other).body)["numberMatched"], 200)
        << "the other agency sees its own rows and no others";

    int differences = 0;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const auto after = server.get(requests[i], analyst);
        const bool same = after.status == before[i].status && after.body == before[i].body &&
                          after.header("ETag") == before[i].header("ETag") &&
                          after.header("sarhad-tile") == before[i].header("sarhad-tile") &&
                          after.header("Content-Length") == before[i].header("Content-Length");
        if (!same && ++differences <= 5)
            ADD_FAILURE() << requests[i] << "\nbefore: " << before[i].head << before[i].body.substr(0, 600)
                          << "\nafter: " << after.head << after.body.substr(0, 600);
    }
    EXPECT_EQ(differences, 0);
}
