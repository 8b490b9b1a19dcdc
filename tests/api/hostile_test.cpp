// Promise: 5,000 hostile requests, none answered with 5xx (but 503 and 507, which are answers by design), the server
// alive. The long run asks for more with SARHAD_HOSTILE_REQUESTS.
#include "tests/api/program.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

using namespace test;

namespace {

class Hostile {
public:
    explicit Hostile(unsigned seed) : random_{seed} {}

    std::string request() {
        std::string bytes = pick(kMethods) + " " + target() + " " + pick(kVersions) + "\r\n";
        if (random_() % 20) bytes += "Host: a\r\n";
        for (auto n = random_() % 4; n > 0; --n) bytes += pick(kFields);
        bytes += "\r\n";
        if (random_() % 4 == 0) bytes += noise(random_() % 200);
        if (random_() % 3 == 0) spoil(bytes);
        return bytes;
    }

private:
    using Words = std::vector<std::string>;

    std::string target() {
        auto out = pick(kPaths);
        for (auto at = out.find('@'); at != std::string::npos; at = out.find('@')) out.replace(at, 1, value());
        const auto parameters = random_() % 4;
        for (unsigned i = 0; i < parameters; ++i) out += (i ? "&" : "?") + pick(kParameters) + "=" + value();
        return out;
    }
    std::string value() {
        if (random_() % 5 == 0) return encode(noise(random_() % 30));
        return pick(kValues);
    }
    std::string noise(std::size_t size) {
        std::string out;
        while (out.size() < size) out += static_cast<char>(random_());
        return out;
    }
    void spoil(std::string& bytes) {
        for (auto n = 1 + random_() % 4; n > 0; --n) {
            const auto at = random_() % bytes.size();
            switch (random_() % 3) {
            case 0:
                bytes[at] = static_cast<char>(random_());
                break;
            case 1:
                bytes.erase(at, 1 + random_() % 8);
                break;
            default:
                bytes.insert(at, bytes.substr(random_() % bytes.size(), random_() % 16));
                break;
            }
            if (bytes.empty()) bytes = "x";
        }
    }
    const std::string& pick(const Words& words) { return words[random_() % words.size()]; }

    std::mt19937 random_;
    const Words kMethods{"GET", "GET",   "GET",    "GET",     "HEAD",  "POST",
                         "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get"};
    const Words kVersions{"HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/1.1 "};
    const Words kPaths{"/",
                       "/@",
                       "/api",
                       "/conformance",
                       "/collections",
                       "/collections/@",
                       "/collections/reports",
                       "/collections/reports/items",
                       "/collections/@/items",
                       "/collections/reports/items/@",
                       "/collections/reports/queryables",
                       "/collections/reports/schema",
                       "/collections/reports/items/@/history",
                       "/tiles/reports/@/@/@.mvt",
                       "/tiles/@/0/0/0.mvt",
                       "/tiles/reports,@/3/5/3.mvt",
                       "/tiles/reports/6/44/26.mvt",
                       "/tiles/@.json",
                       "/tileMatrixSets/@",
                       "/collections/reports/tiles/WebMercatorQuad/@/@/@",
                       "/styles/@",
                       "/styles/border",
                       "/map/@",
                       "/fonts/@/@.pbf",
                       "/sprites/@",
                       "/raster/hillshade/@/@/@.png",
                       "/raster/@/0/0/0.png",
                       "/jobs/@",
                       "/import",
                       "/health",
                       "/ready",
                       "/metrics",
                       "http://a/collections",
                       "//",
                       "/%2e%2e/@",
                       "*"};
    const Words kParameters{
        "f",    "bbox",   "bbox-crs",    "crs",    "limit",         "offset",       "cursor", "datetime",
        "at",   "filter", "filter-lang", "sortby", "properties",    "skipGeometry", "budget", "scenario",
        "kind", "id",     "collection",  "%00",    "numberMatched", "next",         "after"};
    const Words kValues{"0",
                        "-1",
                        "1",
                        "31",
                        "9999999999999999999",
                        "1e3",
                        "0x1",
                        "NaN",
                        "null",
                        "json",
                        "html",
                        "abc",
                        "",
                        "..",
                        "%2e%2e",
                        "..%2f..%2fetc%2fpasswd",
                        "%00",
                        "%c0%af",
                        "%ff",
                        "1'%20OR%20'1'='1",
                        "';%20DROP%20TABLE%20version;--",
                        "60,20,80,40",
                        "170,-10,-170,10",
                        "1,2,3",
                        "NaN,0,1,1",
                        "80,40,60,20",
                        "2026-03-01",
                        "2026-03-02/2026-03-01",
                        "../..",
                        "http://www.opengis.net/def/crs/EPSG/0/3857",
                        "file:///etc/passwd",
                        "http://127.0.0.1:1/",
                        "cql2-text",
                        "cql2-json",
                        "kind='som'",
                        "kind%20IN%20('som','tip')",
                        "NOT",
                        "((((((((((((((((((1=1))))))))))))))))))",
                        "a%20LIKE%20'%25%25%25'",
                        "S_INTERSECTS(geom,POLYGON((0%200,1%201,1%200,0%200)))",
                        "T_AFTER(recorded_at,TIMESTAMP('2026-03-01T00:00:00Z'))",
                        "CASEI(kind)=CASEI('SOM')",
                        "%7B%22op%22:%22=%22,%22args%22:%5B%5D%7D",
                        "no_such_field=1",
                        "evil(1)=1",
                        "-recorded_at",
                        "id,id",
                        "reports,reports",
                        "00000000-0000-0000-0000-000000000000",
                        std::string(5000, 'a')};
    const Words kFields{"Accept: text/html\r\n",
                        "Accept: */*;q=\r\n",
                        "Accept-Encoding: gzip;q=0,br\r\n",
                        "If-None-Match: *\r\n",
                        "If-None-Match: \"\r\n",
                        "Authorization: Bearer x\r\n",
                        "Content-Length: 5\r\n",
                        "Content-Length: -5\r\n",
                        "Transfer-Encoding: chunked\r\n",
                        "Transfer-Encoding: xchunked\r\n",
                        "Expect: 100-continue\r\n",
                        "Content-Type: application/json\r\n",
                        "Content-Type: application/geo+json\r\n",
                        "Connection: close\r\n",
                        "Range: bytes=0-\r\n",
                        "If-Match: \"1\"\r\n",
                        "Sarhad-Reason: \x01\r\n",
                        "Cookie: a=b\r\n",
                        "X: " + std::string(9000, 'y') + "\r\n",
                        " folded\r\n",
                        "Host: b\r\n",
                        "Upgrade: websocket\r\n"};
};

} // namespace

TEST(HostileRequests, NeverMakeTheServerFailOrFall) {
    const TemporaryFolder folder;
    Server server{folder.path("data")};
    const char* wish = std::getenv("SARHAD_HOSTILE_REQUESTS");
    const int rounds = wish ? std::atoi(wish) : 5000;
    Hostile hostile{20260301};
    for (int i = 0; i < rounds; ++i) {
        const auto bytes = hostile.request();
        RawClient client{server.port()};
        client.send(bytes);
        client.finish(); // no more will come: an unfinished request must not wait for its timeout
        const auto answer = client.read();
        ASSERT_TRUE(answer.status < 500 || answer.status == 501 || answer.status == 503 || answer.status == 505 ||
                    answer.status == 507)
            << "request " << i << ": " << answer.status << "\n"
            << bytes << "\n"
            << answer.body;
    }
    EXPECT_EQ(server.get("/health").status, 200);
    EXPECT_EQ(server.get("/ready").status, 200);
    EXPECT_EQ(server.stop(), 0);
}
