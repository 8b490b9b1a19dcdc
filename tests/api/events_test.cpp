// /events and /changes: everybody hears of what is theirs, once, in order, and goes on where they left off.
#include "tests/api/event_stream.hpp"
#include "tests/api/program.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <memory>
#include <thread>

namespace {

using nlohmann::json;
using test::Answer;
using test::EventStream;
using test::if_match;
using test::path_of;

constexpr const char* kFeature = "Content-Type: application/geo+json\r\n";

json hazard(const std::string& remarks, double lon = 66.45, double lat = 30.92) {
    return {{"type", "Feature"},
            {"geometry", {{"type", "Point"}, {"coordinates", {lon, lat}}}},
            {"properties", {{"kind", "heat"}, {"remarks", remarks}}}};
}

std::string id_of(const Answer& created) {
    const auto path = path_of(created);
    return path.substr(path.rfind('/') + 1);
}

// By value: a loop over a member of a parsed document would outlive the document.
json told_in(const test::Event& event) {
    return json::parse(event.data)["changes"];
}

// Reads change events until `count` changes (single ones) are there.
std::vector<json> changes(EventStream& stream, std::size_t count, std::string* last_id = nullptr) {
    std::vector<json> all;
    while (all.size() < count) {
        const auto event = stream.next("change");
        if (!event) break;
        if (last_id) *last_id = event->id;
        for (auto& change : told_in(*event)) all.push_back(std::move(change));
    }
    return all;
}

class Events : public testing::Test {
protected:
    test::TemporaryFolder folder;
    test::Server server{folder.path("data")};

    Answer create(const json& feature, const std::string& headers = {}) const {
        return server.ask("POST", "/collections/hazards/items", headers + kFeature, feature.dump());
    }
};

TEST_F(Events, an_edit_is_told_to_every_stream_with_its_old_and_new_place) {
    EventStream one{server.port(), "/events"};
    EventStream two{server.port(), "/events"};
    ASSERT_EQ(one.status(), 200);
    ASSERT_EQ(one.next()->name, "open");
    ASSERT_EQ(two.next()->name, "open");
    const auto created = create(hazard("first"));
    const auto moved =
        server.ask("PUT", path_of(created), kFeature + if_match(created), hazard("moved", 71.09, 34.12).dump());
    ASSERT_EQ(moved.status, 200) << moved.body;
    ASSERT_EQ(server.ask("DELETE", path_of(created), if_match(moved)).status, 204);
    for (auto* stream : {&one, &two}) {
        const auto told = changes(*stream, 3);
        ASSERT_EQ(told.size(), 3u);
        EXPECT_EQ(told[0]["happened"], "created");
        EXPECT_EQ(told[0]["collection"], "hazards");
        EXPECT_EQ(told[0]["id"], id_of(created));
        EXPECT_EQ(told[0]["boxes"], json::parse("[[66.45,30.92,66.45,30.92]]"));
        EXPECT_EQ(told[1]["happened"], "updated");
        EXPECT_EQ(told[1]["boxes"], json::parse("[[66.45,30.92,66.45,30.92],[71.09,34.12,71.09,34.12]]"));
        EXPECT_EQ(told[2]["happened"], "removed");
        EXPECT_EQ(told[2]["boxes"], json::parse("[[71.09,34.12,71.09,34.12]]"));
    }
}

// What was told as there is there: a client that reads when it hears never sees the state before.
TEST_F(Events, whoever_hears_of_a_change_reads_it) {
    EventStream stream{server.port(), "/events"};
    stream.next("open");
    for (int i = 0; i < 20; ++i) {
        const auto created = create(hazard("row " + std::to_string(i)));
        const auto told = changes(stream, 1);
        ASSERT_EQ(told.size(), 1u);
        const auto item = server.get("/collections/hazards/items/" + told[0]["id"].get<std::string>());
        ASSERT_EQ(item.status, 200);
        EXPECT_EQ(item.header("etag"), created.header("etag"));
    }
}

TEST_F(Events, a_consumer_cut_off_anywhere_resumes_without_a_gap_or_a_repeat) {
    std::vector<std::string> written, heard;
    std::string cursor;
    {
        EventStream stream{server.port(), "/events"};
        cursor = stream.next("open")->id;
    }
    for (int round = 0; round < 12; ++round) {
        for (int i = 0; i < 7; ++i) written.push_back(id_of(create(hazard("row"))));
        if (round == 6) { // also across a restart of the server, killed
            server.signal(SIGKILL);
            server.wait();
            break;
        }
        EventStream stream{server.port(), "/events", "Last-Event-ID: " + cursor + "\r\n"};
        // Cut off after one event, whatever else is on its way.
        const auto event = stream.next("change");
        ASSERT_TRUE(event);
        cursor = event->id;
        for (const auto& change : told_in(*event)) heard.push_back(change["id"]);
    }
    const test::Server again{folder.path("data")};
    EventStream stream{again.port(), "/events?cursor=" + cursor};
    while (heard.size() < written.size()) {
        const auto event = stream.next("change");
        ASSERT_TRUE(event) << heard.size() << " of " << written.size();
        for (const auto& change : told_in(*event)) heard.push_back(change["id"]);
    }
    EXPECT_EQ(heard, written);
}

TEST_F(Events, pages_of_changes_tell_the_same_as_the_stream) {
    std::vector<std::string> written;
    for (int i = 0; i < 25; ++i) written.push_back(id_of(create(hazard("row " + std::to_string(i)))));
    std::vector<std::string> read;
    std::string target = "/changes?limit=10";
    for (int page = 0; page < 3; ++page) {
        const auto answer = json::parse(server.get(target).body);
        for (const auto& change : answer["changes"]) read.push_back(change["id"]);
        EXPECT_EQ(answer["more"], page < 2);
        const auto next = answer["links"][0]["href"].get<std::string>();
        target = next.substr(next.find("/changes"));
    }
    EXPECT_EQ(read, written);
    EXPECT_TRUE(json::parse(server.get(target).body)["changes"].empty());
    const auto later = id_of(create(hazard("later")));
    EXPECT_EQ(json::parse(server.get(target).body)["changes"][0]["id"], later);
    const auto now = json::parse(server.get("/changes?cursor=now").body);
    EXPECT_TRUE(now["changes"].empty());
    EXPECT_EQ(server.get("/changes?collection=nothing").status, 404);
    EXPECT_TRUE(json::parse(server.get("/changes?collection=reports").body)["changes"].empty());
}

TEST_F(Events, an_unknown_cursor_is_refused_by_pages_and_resets_a_stream) {
    EXPECT_EQ(server.get("/changes?cursor=AAAA").status, 400);
    EventStream stream{server.port(), "/events", "Last-Event-ID: nonsense\r\n"};
    const auto first = stream.next();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->name, "reset");
    create(hazard("after"));
    EXPECT_EQ(changes(stream, 1).size(), 1u);
}

TEST_F(Events, a_large_import_is_told_as_counts_and_boxes) {
    json features = json::array();
    for (int i = 0; i < 1500; ++i) features.push_back(hazard("row " + std::to_string(i), 60 + i * 0.01, 25));
    const auto file = folder.write("many.geojson", json{{"type", "FeatureCollection"}, {"features", features}}.dump());
    EventStream stream{server.port(), "/events"};
    stream.next("open");
    const auto ran =
        test::run({"import", "--data-dir", folder.path("data"), "--layer", "hazards", "--agency", "levies", file});
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    std::int64_t count = 0;
    while (count < 1500) {
        const auto event = stream.next("change");
        ASSERT_TRUE(event) << count;
        const auto data = json::parse(event->data);
        count += static_cast<std::int64_t>(data["changes"].size());
        for (const auto& bulk : data["bulk"]) {
            EXPECT_EQ(bulk["collection"], "hazards");
            EXPECT_GT(bulk["count"], 200);
            EXPECT_EQ(bulk["boxes"].size(), 1u);
            count += bulk["count"].get<std::int64_t>();
        }
    }
    EXPECT_EQ(count, 1500);
}

TEST(EventsOfOthers, are_not_told_not_even_as_a_gap) {
    const test::TemporaryFolder folder;
    const auto own = test::token_header(folder.path("data"), "analyst", "levies");
    const auto other = test::token_header(folder.path("data"), "analyst", "fc_kp");
    const test::Server server{folder.path("data"), {}};
    EventStream stream{server.port(), "/events", own};
    ASSERT_EQ(stream.next()->name, "open");
    const auto write = [&](const std::string& who, json feature) {
        return server.ask("POST", "/collections/hazards/items", who + kFeature, feature.dump());
    };
    const auto hidden = write(other, hazard("theirs"));
    ASSERT_EQ(hidden.status, 201) << hidden.body;
    const auto mine = write(own, hazard("ours"));
    auto told = changes(stream, 1);
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0]["id"], id_of(mine)) << "and nothing of the hidden row before it";

    // Released, it comes into sight; taken back, it leaves.
    auto released = hazard("theirs");
    released["properties"]["releasable_to"] = json::array({"levies"});
    const auto shown = server.ask("PUT", path_of(hidden), other + kFeature + if_match(hidden), released.dump());
    ASSERT_EQ(shown.status, 200) << shown.body;
    told = changes(stream, 1);
    EXPECT_EQ(told[0]["happened"], "created");
    EXPECT_EQ(told[0]["id"], id_of(hidden));
    const std::string while_shown = json::parse(server.get("/changes?cursor=now", own).body)["cursor"];
    const auto back =
        server.ask("PUT", path_of(hidden), other + kFeature + if_match(shown), hazard("theirs", 60, 25).dump());
    ASSERT_EQ(back.status, 200) << back.body;
    told = changes(stream, 1);
    EXPECT_EQ(told[0]["happened"], "removed");
    EXPECT_EQ(told[0]["boxes"], json::parse("[[66.45,30.92,66.45,30.92]]")) << "where it went is not theirs to know";

    // Who was there while it was shown hears that it is gone; who comes later and reads from the beginning hears
    // nothing.
    const auto since = json::parse(server.get("/changes?cursor=" + while_shown, own).body);
    ASSERT_EQ(since["changes"].size(), 1u) << since;
    EXPECT_EQ(since["changes"][0]["happened"], "removed");
    const auto page = json::parse(server.get("/changes", own).body);
    ASSERT_EQ(page["changes"].size(), 1u) << page;
    EXPECT_EQ(page["changes"][0]["id"], id_of(mine));
    // Also page by page: what was taken back between two pages is told to one who may have read it on the first.
    std::string paged = json::parse(server.get("/changes?limit=1", own).body)["cursor"];
    const auto again = server.ask("PUT", path_of(hidden), other + kFeature + if_match(back), released.dump());
    ASSERT_EQ(again.status, 200) << again.body;
    const auto gone = server.ask("PUT", path_of(hidden), other + kFeature + if_match(again), hazard("theirs").dump());
    ASSERT_EQ(gone.status, 200) << gone.body;
    const auto second = json::parse(server.get("/changes?cursor=" + paged, own).body);
    ASSERT_EQ(second["changes"].size(), 1u) << second;
    EXPECT_EQ(second["changes"][0]["happened"], "removed");

    // A cursor is its owner's.
    const std::string cursor = page["cursor"];
    EXPECT_EQ(server.get("/changes?cursor=" + cursor, own).status, 200);
    EXPECT_EQ(server.get("/changes?cursor=" + cursor, other).status, 400);
}

TEST(EventStreams, beyond_the_bound_are_refused_with_503_and_come_in_when_one_leaves) {
    const test::TemporaryFolder folder;
    const auto config = folder.write("sarhad.toml", "max_streams = 8\n");
    const test::Server server{folder.path("data"), {"--open", "--config", config}};
    std::vector<std::unique_ptr<EventStream>> open;
    for (int i = 0; i < 8; ++i) {
        open.push_back(std::make_unique<EventStream>(server.port(), "/events"));
        ASSERT_EQ(open.back()->status(), 200);
    }
    const auto refused = server.get("/events");
    EXPECT_EQ(refused.status, 503);
    EXPECT_FALSE(refused.header("Retry-After").empty());
    EXPECT_EQ(server.get("/health").status, 200);
    open.pop_back();
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    int status = 503;
    while (status != 200 && std::chrono::steady_clock::now() < until) {
        status = EventStream{server.port(), "/events"}.status();
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    EXPECT_EQ(status, 200);
}

TEST(EventStreams, a_slow_reader_is_cut_off_told_so_and_resumes_complete) {
    const test::TemporaryFolder folder;
    const auto config = folder.write("sarhad.toml", "events_kept = 20\n");
    const test::Server server{folder.path("data"), {"--open", "--config", config}};
    EventStream slow{server.port(), "/events", {}, 4096};
    ASSERT_EQ(slow.status(), 200);
    std::vector<std::string> written, heard;
    // More than the sockets between them hold.
    test::RawClient client{server.port()};
    const auto body = hazard("row").dump();
    for (int i = 0; i < 1500; ++i) {
        const auto answer =
            client.ask("POST /collections/hazards/items HTTP/1.1\r\nHost: localhost\r\n" + std::string{kFeature} +
                       "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        ASSERT_EQ(answer.status, 201);
        written.push_back(id_of(answer));
    }
    std::string cursor;
    std::string last;
    while (const auto event = slow.next()) {
        cursor = event->id;
        last = event->name;
        if (event->name == "change")
            for (const auto& change : told_in(*event)) heard.push_back(change["id"]);
    }
    EXPECT_EQ(last, "behind");
    EXPECT_TRUE(slow.ended());
    ASSERT_LT(heard.size(), written.size()) << "or nobody was slow";
    // By pages, since those name each one.
    std::string target = "/changes?limit=1000&cursor=" + cursor;
    for (bool more = true; more;) {
        const auto page = json::parse(server.get(target).body);
        for (const auto& change : page["changes"]) heard.push_back(change["id"]);
        more = page["more"];
        target = "/changes?limit=1000&cursor=" + page["cursor"].get<std::string>();
    }
    EXPECT_EQ(heard, written);
}

TEST(EventStreams, end_when_the_token_that_opened_them_is_revoked) {
    const test::TemporaryFolder folder;
    const auto ran = test::run(
        {"token", "create", "--data-dir", folder.path("data"), "--role", "analyst", "--agency", "levies", "--json"});
    const auto made = json::parse(ran.out);
    const auto own = "Authorization: Bearer " + made["token"].get<std::string>() + "\r\n";
    const auto boss = test::token_header(folder.path("data"), "administrator", "levies");
    const test::Server server{folder.path("data"), {}};
    EventStream stream{server.port(), "/events", own};
    ASSERT_EQ(stream.next()->name, "open");
    const auto gone = server.ask("DELETE", "/tokens/" + made["id"].get<std::string>(), boss);
    ASSERT_EQ(gone.status, 200) << gone.body;
    const auto last = stream.next(4000); // before the pulse of an idle stream
    ASSERT_TRUE(last);
    EXPECT_EQ(last->name, "end");
    EXPECT_FALSE(stream.next(4000));
    EXPECT_TRUE(stream.ended());
    EXPECT_EQ(server.get("/events", own).status, 401);
}

// Nobody listens any more, though the bytes of another request still wait to be read.
TEST(EventStreams, of_clients_that_left_are_let_go_whatever_they_sent_behind) {
    const test::TemporaryFolder folder;
    const test::Server server{folder.path("data")};
    const auto streams = [&] {
        const auto text = server.get("/metrics").body;
        const auto at = text.find("\nsarhad_event_streams ");
        return at == std::string::npos ? -1 : std::atoi(text.c_str() + at + 22);
    };
    for (int i = 0; i < 20; ++i) {
        EventStream stream{server.port(), "/events"};
        ASSERT_EQ(stream.next()->name, "open");
        stream.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{8}; // less than the next mark takes
    while (streams() != 0 && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    EXPECT_EQ(streams(), 0);
}

TEST(EventStreams, end_in_order_when_the_server_stops) {
    const test::TemporaryFolder folder;
    test::Server server{folder.path("data")};
    EventStream stream{server.port(), "/events"};
    ASSERT_EQ(stream.next()->name, "open");
    EXPECT_EQ(server.stop(), 0);
    EXPECT_FALSE(stream.next(5000));
    EXPECT_TRUE(stream.ended());
}

} // namespace
