// Hard cases 13 to 31: parameters that lie, flood or reach for what isn't theirs.
#include "tests/api/stations.hpp"

#include <chrono>

using namespace test;

namespace {

class HardCases : public StationsTest {
protected:
    static int items(const std::string& query) { return status("/collections/stations/items?" + query); }
    static std::string repeated(const std::string& text, int times, const std::string& between) {
        std::string out;
        for (int i = 0; i < times; ++i) out += (i ? between : "") + text;
        return out;
    }
};

} // namespace

TEST_F(HardCases, Case13TilesOffTheGridAre404) {
    for (const auto* tile : {"0/1/0", "0/0/1", "3/8/0", "3/0/8", "31/0/0", "22/4194304/0", "30/1/1"}) {
        EXPECT_EQ(status("/tiles/stations/" + std::string{tile} + ".mvt"), 404) << tile;
    }
    EXPECT_EQ(status("/collections/stations/tiles/WebMercatorQuad/3/8/0"), 404);
    EXPECT_EQ(status("/tiles/stations/5/21/13.mvt"), 200);
}

TEST_F(HardCases, Case14TileNumbersThatAreNoneAre400) {
    for (const auto* number : {"-1", "0x1", "1e3", "12345678901234567890", "+1", "1.0", "%201", "1%20"}) {
        EXPECT_EQ(status("/tiles/stations/" + std::string{number} + "/0/0.mvt"), 400) << number;
        EXPECT_EQ(status("/tiles/stations/3/" + std::string{number} + "/0.mvt"), 400) << number;
        EXPECT_EQ(status("/tiles/stations/3/0/" + std::string{number} + ".mvt"), 400) << number;
        EXPECT_EQ(status("/collections/stations/tiles/WebMercatorQuad/3/" + std::string{number} + "/0"), 400) << number;
    }
}

TEST_F(HardCases, Case15EscapesThatHideAPathAre400) {
    for (const auto* target : {"/..%2f", "/collections/%00", "/collections/%c0%af", "/map/%2e%2e/x", "/map/..%5cx",
                               "/collections/stations/items?filter=%00", "/fonts/..%2f..%2f/0-255.pbf"}) {
        EXPECT_EQ(status(target), 400) << target;
    }
}

TEST_F(HardCases, Case16OneLayerManyTimesIs400) {
    EXPECT_EQ(status("/tiles/" + repeated("stations", 500, ",") + "/0/0/0.mvt"), 400);
    EXPECT_EQ(status("/tiles/stations,stations/0/0/0.mvt"), 400);
    EXPECT_EQ(status("/tiles/stations,stations.json"), 400);
}

TEST_F(HardCases, Case18AHiddenLayerLooksLikeNone) {
    const Server plain{folder->path("other"), {}}; // the public, without a token
    for (const auto* rest : {"", "/items", "/queryables", "/schema", "/tiles"}) {
        const auto ask = [&](const std::string& id) {
            auto answer = plain.get("/collections/" + id + rest);
            for (auto at = answer.body.find(id); at != std::string::npos; at = answer.body.find(id))
                answer.body.replace(at, id.size(), "*");
            return answer;
        };
        const auto hidden = ask("patrol_tracks");
        const auto missing = ask("no_such_layer");
        EXPECT_EQ(hidden.status, 404) << rest;
        EXPECT_EQ(missing.status, 404) << rest;
        EXPECT_EQ(hidden.body, missing.body) << rest;
    }
    EXPECT_EQ(plain.get("/tiles/patrol_tracks/0/0/0.mvt").status, 404);
}

TEST_F(HardCases, Cases19To21Boxes) {
    for (const auto* bbox :
         {"1", "1,2", "1,2,3", "1,2,3,4,5", "1,2,3,4,5,6,7", "NaN,0,1,1", "0,2,1,1", "0,0,1e999,1", "a,b,c,d"}) {
        EXPECT_EQ(items("bbox=" + std::string{bbox}), 400) << bbox;
    }
    EXPECT_EQ(items("bbox=170,-10,-170,10"), 200);
    EXPECT_EQ(matched("bbox=75,25,-170,40"), 10) << "from 75 degrees east across the antimeridian";
    EXPECT_EQ(matched("bbox=60,25,61,26"), 3);
    EXPECT_EQ(matched("bbox=60,25,-5,61,26,5"), 3);
}

TEST_F(HardCases, Case22Limits) {
    for (const auto* limit : {"0", "-1", "abc", "", "1e2", "0x10"})
        EXPECT_EQ(items("limit=" + std::string{limit}), 400) << limit;
    EXPECT_EQ(get("/collections/stations/items?limit=999999999")["numberReturned"], kStations);
}

TEST_F(HardCases, Case23UnknownParametersAre400) {
    for (const auto* target :
         {"/?x=1", "/collections?x=1", "/collections/stations?x=1", "/collections/stations/items?x=1",
          "/tiles/stations/0/0/0.mvt?x=1", "/tiles/stations.json?x=1", "/conformance?limit=1",
          "/collections/stations/items?limit=1&limit=1"}) {
        const auto answer = server->get(target);
        EXPECT_EQ(answer.status, 400) << target;
        EXPECT_EQ(answer.header("Content-Type"), "application/problem+json") << target;
    }
}

TEST_F(HardCases, Case24DeepNestingIs400AndQuick) {
    const auto deep = encode(std::string(1600, '(') + "height=1" + std::string(1600, ')'));
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(items("filter=" + deep.substr(0, 7800)), 400);
    std::string json = "height=1";
    for (int i = 0; i < 400; ++i) json = "NOT (" + json + ")";
    EXPECT_EQ(items("filter=" + json.substr(0, 0) + encode(json).substr(0, 7800)), 400);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{2}) << "no sign of a blow-up";
}

TEST_F(HardCases, Case25ManyTermsAre400) {
    EXPECT_EQ(items("filter=" + repeated("height%3D1", 257, "%20OR%20")), 400);
    EXPECT_EQ(items("filter=height%20IN%20(" + repeated("1", 3500, ",") + ")"), 400);
}

TEST_F(HardCases, Case26APathologicalPatternIsAnswered) {
    const auto pattern = repeated("%25a", 40, "");
    const auto code = items("filter=" + encode("name LIKE '") + pattern + encode("%z'"));
    EXPECT_TRUE(code == 200 || code == 400 || code == 503) << code;
}

TEST_F(HardCases, Case27QuotesAreText) {
    EXPECT_EQ(matched("filter=" + encode("name = 'x''y'")), 1);
    EXPECT_EQ(matched("filter=" + encode("name = '''; DROP TABLE version; --'")), 1);
    EXPECT_EQ(matched("filter=" + encode("height >= 0")), kStations) << "nothing was dropped";
    EXPECT_EQ(items("filter=" + encode("load_extension('x') = 1")), 400);
    EXPECT_EQ(items("filter=" + encode("height = 1; DROP TABLE version")), 400);
}

TEST_F(HardCases, Case28AFilterOnWhatIsNotThereIs400) {
    const auto answer = server->get("/collections/stations/items?filter=" + encode("no_such_field = 1"));
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(status("/tiles/stations/0/0/0.mvt?filter=" + encode("no_such_field = 1")), 400);
    EXPECT_EQ(items("sortby=no_such_field"), 400);
    EXPECT_EQ(items("properties=no_such_field"), 400);
}

TEST_F(HardCases, Case29ACrsIsNeverOpened) {
    for (const auto* crs :
         {"file:///etc/passwd", "http://127.0.0.1:9/def", "EPSG:4326", "/etc/passwd", "+proj=pipeline"}) {
        EXPECT_EQ(items("crs=" + encode(crs)), 400) << crs;
        EXPECT_EQ(items("bbox=60,25,61,26&bbox-crs=" + encode(crs)), 400) << crs;
    }
    EXPECT_EQ(items("crs=" + encode("http://www.opengis.net/def/crs/EPSG/0/32642")), 200);
}

TEST_F(HardCases, Case30AnIdIsNeverAQuery) {
    for (const auto* id : {"1' OR '1'='1", "*", "0", "00000000-0000-0000-0000-000000000000", "'; --", "%"}) {
        EXPECT_EQ(status("/collections/stations/items/" + encode(id)), 404) << id;
    }
    EXPECT_EQ(status("/collections/" + encode("stations' OR '1'='1") + "/items"), 404);
}

TEST_F(HardCases, Case31ADatetimeThatRunsBackwardsIs400) {
    for (const auto* time :
         {"2026-03-02/2026-03-01", "2026-03-01T00:00:01Z/2026-03-01T00:00:00Z", "yesterday", "../..", ""}) {
        EXPECT_EQ(items("datetime=" + std::string{time}), 400) << time;
    }
}

TEST_F(HardCases, ProblemsSayNothingOfTheInside) {
    for (const auto* target : {"/collections/stations/items?filter=%27", "/collections/x/items", "/tiles/x/0/0/0.mvt",
                               "/collections/stations/items?crs=x", "/collections/stations/items/x"}) {
        const auto answer = server->get(target);
        for (const auto* word : {"SELECT", "sqlite", "/tmp", ".cpp", "exception", "sarhad-test"})
            EXPECT_EQ(answer.body.find(word), std::string::npos) << target << " " << answer.body;
        const auto problem = nlohmann::json::parse(answer.body);
        EXPECT_EQ(problem["status"], answer.status);
        for (const auto* member : {"type", "title", "detail", "instance"})
            EXPECT_TRUE(problem.contains(member)) << target;
    }
}
