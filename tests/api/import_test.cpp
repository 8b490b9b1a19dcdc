// POST /import over the wire: a file becomes rows that can be read back, and bad files get the status they deserve.
#include "tests/api/stations.hpp"

#include <chrono>
#include <thread>

using namespace test;
using nlohmann::json;

namespace {

class ImportApi : public StationsTest {
protected:
    static Answer upload(const std::string& query, const std::string& bytes,
                         const std::string& type = "application/octet-stream") {
        return server->ask("POST", "/import?" + query, "Content-Type: " + type + "\r\n", bytes);
    }
    // Follows the job to its end.
    static json finished(const Answer& started) {
        EXPECT_EQ(started.status, 202) << started.body;
        if (started.status != 202) return {};
        const auto at = local(started.header("Location"));
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
        while (std::chrono::steady_clock::now() < until) {
            const auto job = get(at);
            if (job["status"] != "running" && job["status"] != "accepted") return job;
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
        }
        return {};
    }
    static const std::string& query() {
        static const std::string text = "agency=fc_kp&filename=a.geojson&new-layer=";
        return text;
    }
};

} // namespace

TEST_F(ImportApi, AFileBecomesACollection) {
    const auto job = finished(upload(query() + "uploaded", stations_geojson()));
    EXPECT_EQ(job["status"], "successful") << job;
    EXPECT_EQ(get("/collections/uploaded/items?limit=1")["numberMatched"], kStations);
    EXPECT_TRUE(get(local(href(job, "http://www.opengis.net/def/rel/ogc/1.0/results"))).is_object());
    EXPECT_EQ(status("/tiles/uploaded/5/21/13.mvt"), 200);
}

TEST_F(ImportApi, TheSameFileTwiceAddsNothing) {
    EXPECT_EQ(finished(upload(query() + "twice", stations_geojson()))["status"], "successful");
    EXPECT_EQ(finished(upload("agency=fc_kp&filename=a.geojson&collection=twice", stations_geojson()))["status"],
              "successful");
    EXPECT_EQ(get("/collections/twice/items?limit=1")["numberMatched"], kStations);
}

TEST_F(ImportApi, AChunkedUploadWorksToo) {
    RawClient client{server->port()};
    const auto bytes = stations_geojson();
    client.send("POST /import?" + query() + "chunked HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server->port()) +
                "\r\nContent-Type: application/geo+json\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (std::size_t at = 0; at < bytes.size(); at += 1000) {
        const auto piece = bytes.substr(at, 1000);
        char line[16];
        std::snprintf(line, sizeof line, "%zx\r\n", piece.size());
        client.send(line + piece + "\r\n");
    }
    client.send("0\r\n\r\n");
    EXPECT_EQ(finished(client.read())["status"], "successful");
}

TEST_F(ImportApi, BadFilesGetTheStatusTheyDeserve) {
    const auto refused = [](const Answer& answer) { return answer.status; };
    EXPECT_EQ(refused(upload(query() + "bad", "")), 422) << "empty";
    EXPECT_EQ(refused(upload(query() + "bad", "hello, this is a letter")), 415);
    // Hard case 36: a VRT would have GDAL open another file.
    EXPECT_EQ(refused(upload(query() + "bad",
                             "<OGRVRTDataSource><OGRVRTLayer name=\"a\"><SrcDataSource>/etc/passwd</SrcDataSource>"
                             "</OGRVRTLayer></OGRVRTDataSource>")),
              415);
    // Hard case 38: a DOCTYPE may name entities, and these may name files.
    EXPECT_EQ(
        refused(upload("agency=fc_kp&filename=a.kml&new-layer=bad",
                       "<?xml version=\"1.0\"?><!DOCTYPE kml [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
                       "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><name>&x;</name></Document></kml>")),
        422);
    EXPECT_EQ(refused(upload("agency=fc_kp&collection=no_such_layer", stations_geojson())), 404);
    EXPECT_EQ(refused(upload("agency=fc_kp", stations_geojson())), 400);
    EXPECT_EQ(refused(upload(query() + "bad&x=1", stations_geojson())), 400);
    EXPECT_EQ(status("/collections/bad"), 404) << "a refused file leaves nothing";
}

// Hard case 35.
TEST_F(ImportApi, DeeplyNestedJsonIsRefused) {
    const std::string deep = std::string(5000, '[') + std::string(5000, ']');
    const auto answer = upload(query() + "deep", "{\"type\":\"FeatureCollection\",\"features\":" + deep + "}");
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(server->get("/health").status, 200);
}

TEST_F(ImportApi, ARunThatChangesNothingChangesNothing) {
    const auto job = finished(upload(query() + "dry&dry-run=true", stations_geojson()));
    EXPECT_EQ(job["status"], "successful") << job;
    EXPECT_EQ(status("/collections/dry"), 404);
}

TEST_F(ImportApi, WithoutATokenNothingIsTaken) {
    const Server plain{folder->path("plain"), {}};
    RawClient client{plain.port()};
    // The answer comes before the body was sent: gigabytes are not read from whoever may not send them.
    client.send("POST /import?collection=reports HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nContent-Length: "
                "1000\r\n\r\n");
    const auto answer = client.read(false, 3000);
    EXPECT_TRUE(answer.status == 401 || answer.status == 403 || answer.status == 404) << answer.status;
}

TEST_F(ImportApi, JobsBelongToTheirAccount) {
    const auto id = finished(upload(query() + "owned", stations_geojson()))["jobID"].get<std::string>();
    EXPECT_EQ(status("/jobs/" + id), 200);
    EXPECT_EQ(status("/jobs/no-such-job"), 404);
    EXPECT_EQ(server->ask("DELETE", "/jobs/" + id).status, 200);
    EXPECT_EQ(status("/jobs/" + id), 404) << "forgotten when asked";
    const Server plain{folder->path("plain2"), {}};
    EXPECT_EQ(plain.get("/jobs").status, 401);
}
