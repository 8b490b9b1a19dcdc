// What OGC API – Features Part 1 (17-069r4) and Part 2 promise a client, requirement by requirement, and paging that
// loses and doubles nothing.
#include "tests/api/stations.hpp"

#include <set>

using namespace test;
using nlohmann::json;

class Features : public StationsTest {};

TEST_F(Features, TheLandingPageLeadsEverywhere) { // 7.2
    const auto landing = get("/");
    for (const auto* relation : {"self", "service-desc", "conformance", "data"}) {
        const auto address = href(landing, relation);
        ASSERT_FALSE(address.empty()) << relation;
        EXPECT_EQ(status(local(address)), 200) << address;
    }
    EXPECT_EQ(server->get("/api").header("Content-Type"), "application/vnd.oai.openapi+json;version=3.0");
}

TEST_F(Features, EveryLinkOfTheLandingPageIsAlive) {
    const auto landing = get("/");
    for (const auto& link : landing["links"]) {
        const std::string address = link["href"];
        if (address.ends_with("/map/")) continue; // not built into this server
        EXPECT_EQ(status(local(address)), 200) << address;
    }
}

TEST_F(Features, ConformanceNamesTheCoreClasses) { // 7.4
    const auto classes = get("/conformance")["conformsTo"].get<std::set<std::string>>();
    for (const auto* name : {"core", "oas30", "html", "geojson"})
        EXPECT_TRUE(classes.contains("http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/" + std::string{name}))
            << name;
}

TEST_F(Features, CollectionsDescribeThemselves) { // 7.13, 7.14
    const auto list = get("/collections");
    EXPECT_FALSE(href(list, "self").empty());
    const json* found = nullptr;
    for (const auto& one : list["collections"]) {
        EXPECT_FALSE(href(one, "items").empty()) << one["id"];
        EXPECT_TRUE(one.contains("title")) << one["id"];
        if (one["id"] == "stations") found = &one;
    }
    ASSERT_TRUE(found);
    const auto one = get("/collections/stations");
    EXPECT_EQ(one["id"], "stations");
    EXPECT_EQ(one["extent"], (*found)["extent"]);
    const auto bbox = one["extent"]["spatial"]["bbox"][0].get<std::vector<double>>();
    EXPECT_NEAR(bbox[0], 60, 1e-6);
    EXPECT_NEAR(bbox[1], 25, 1e-6);
    EXPECT_NEAR(bbox[2], 60 + (kStations - 1) * 0.5, 1e-6);
    EXPECT_NEAR(bbox[3], 25 + (kStations - 1) * 0.25, 1e-6);
    EXPECT_EQ(status("/collections/nothing"), 404);
}

TEST_F(Features, ItemsAreGeoJson) { // 7.15, 7.16
    const auto answer = server->get("/collections/stations/items?limit=3");
    EXPECT_EQ(answer.header("Content-Type"), "application/geo+json");
    const auto page = json::parse(answer.body);
    EXPECT_EQ(page["type"], "FeatureCollection");
    EXPECT_EQ(page["numberMatched"], kStations);
    EXPECT_EQ(page["numberReturned"], 3);
    ASSERT_EQ(page["features"].size(), 3u);
    EXPECT_FALSE(href(page, "self").empty());
    EXPECT_FALSE(href(page, "next").empty());
    const auto& feature = page["features"][0];
    EXPECT_EQ(feature["type"], "Feature");
    EXPECT_TRUE(feature.contains("id"));
    EXPECT_EQ(feature["geometry"]["type"], "Point");
}

TEST_F(Features, PagesHoldEveryFeatureOnce) {
    std::multiset<std::string> ids;
    std::string next = "/collections/stations/items?limit=7";
    int pages = 0;
    while (!next.empty()) {
        ASSERT_LT(++pages, 20);
        const auto page = get(next);
        for (const auto& feature : page["features"]) ids.insert(feature["id"].get<std::string>());
        const auto address = href(page, "next");
        next = address.empty() ? "" : local(address);
    }
    EXPECT_EQ(pages, 6);
    EXPECT_EQ(ids.size(), static_cast<std::size_t>(kStations));
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
}

TEST_F(Features, OneFeatureHasAnAddressOfItsOwn) { // 7.17
    const auto page = get("/collections/stations/items?limit=1");
    const auto id = page["features"][0]["id"].get<std::string>();
    const auto answer = server->get("/collections/stations/items/" + id);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Content-Type"), "application/geo+json");
    const auto feature = json::parse(answer.body);
    EXPECT_EQ(feature["properties"], page["features"][0]["properties"]);
    EXPECT_EQ(feature["geometry"], page["features"][0]["geometry"]);
    EXPECT_FALSE(href(feature, "self").empty());
    EXPECT_FALSE(href(feature, "collection").empty());
    const auto tag = answer.header("ETag");
    EXPECT_FALSE(tag.empty());
    EXPECT_EQ(server->get("/collections/stations/items/" + id, "If-None-Match: " + tag + "\r\n").status, 304);
}

TEST_F(Features, ParametersSelectExactly) {
    EXPECT_EQ(matched("bbox=60,25,61,26"), 3);
    EXPECT_EQ(matched("kind=a"), kStations / 2);
    EXPECT_EQ(matched("kind=a&bbox=60,25,61,26"), 1);
    EXPECT_EQ(matched("filter=" + encode("height > 100 AND height <= 120")), 2);
    EXPECT_EQ(matched("filter-lang=cql2-json&filter=" + encode(R"({"op":"=","args":[{"property":"height"},50]})")), 1);
    const auto sorted = get("/collections/stations/items?limit=2&sortby=-height");
    EXPECT_EQ(sorted["features"][0]["properties"]["height"], (kStations - 1) * 10);
    EXPECT_EQ(sorted["features"][1]["properties"]["height"], (kStations - 2) * 10);
    const auto few = get("/collections/stations/items?limit=1&properties=name");
    EXPECT_TRUE(few["features"][0]["properties"].contains("name"));
    EXPECT_FALSE(few["features"][0]["properties"].contains("height"));
}

TEST_F(Features, CoordinatesFollowTheCrsAskedFor) { // Part 2, 6.2
    const auto in = [&](const std::string& code) {
        const auto answer = server->get("/collections/stations/items?filter=height%3D0&crs=" +
                                        encode("http://www.opengis.net/def/crs/" + code));
        EXPECT_EQ(answer.header("Content-Crs"), "<http://www.opengis.net/def/crs/" + code + ">");
        return json::parse(answer.body)["features"][0]["geometry"]["coordinates"].get<std::vector<double>>();
    };
    EXPECT_EQ(in("OGC/1.3/CRS84"), (std::vector<double>{60, 25}));
    EXPECT_EQ(in("EPSG/0/4326"), (std::vector<double>{25, 60})) << "latitude first, as the authority says";
    const auto web = in("EPSG/0/3857");
    EXPECT_NEAR(web[0], 6679169.45, 0.02);
    EXPECT_NEAR(web[1], 2875744.62, 0.02);
    EXPECT_EQ(server->get("/collections/stations/items").header("Content-Crs"),
              "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>");
}

TEST_F(Features, QueryablesAndSchemaNameTheFieldsOfTheFile) {
    for (const auto* what : {"queryables", "schema"}) {
        const auto document = get("/collections/stations/" + std::string{what});
        for (const auto* field : {"name", "height", "kind", "seen"})
            EXPECT_TRUE(document["properties"].contains(field)) << what << " " << field;
    }
}

TEST_F(Features, PagesForPeopleNeedNoScript) { // html conformance class
    for (const auto* target :
         {"/", "/conformance", "/collections", "/collections/stations", "/collections/stations/items"}) {
        const auto answer = server->get(target, "Accept: text/html\r\n");
        EXPECT_EQ(answer.status, 200) << target;
        EXPECT_EQ(answer.header("Content-Type"), "text/html; charset=utf-8") << target;
        EXPECT_NE(answer.header("Content-Security-Policy").find("default-src 'none'"), std::string::npos) << target;
        EXPECT_EQ(answer.body.find("<script"), std::string::npos) << target;
    }
}

TEST_F(Features, HeadIsGetWithoutTheBody) {
    const auto get_answer = server->get("/collections/stations/items");
    const auto head_answer = server->ask("HEAD", "/collections/stations/items");
    EXPECT_EQ(head_answer.status, 200);
    EXPECT_EQ(head_answer.header("Content-Length"), get_answer.header("Content-Length"));
    EXPECT_EQ(head_answer.header("ETag"), get_answer.header("ETag"));
}

TEST_F(Features, TilesAreThereWithTheirJson) {
    const auto described = get("/tiles/stations.json");
    EXPECT_EQ(described["tilejson"], "3.0.0");
    EXPECT_EQ(described["vector_layers"][0]["id"], "stations");
    const auto tile = server->get("/tiles/stations/0/0/0.mvt");
    EXPECT_EQ(tile.status, 200);
    EXPECT_EQ(tile.header("Content-Type"), "application/vnd.mapbox-vector-tile");
    EXPECT_NE(tile.body.find("stations"), std::string::npos);
    const auto again = server->get("/tiles/stations/0/0/0.mvt", "If-None-Match: " + tile.header("ETag") + "\r\n");
    EXPECT_EQ(again.status, 304);
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(status("/tileMatrixSets/WebMercatorQuad"), 200);
    EXPECT_EQ(server->get("/collections/stations/tiles/WebMercatorQuad/0/0/0").body, tile.body);
}
