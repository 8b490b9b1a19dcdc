#include "tests/faults/ledger.hpp"

#include "tests/faults/counts.hpp"

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

namespace faults {
namespace {

using nlohmann::json;
using test::Answer;

constexpr std::size_t kItemsAWriter = 6;
constexpr std::size_t kManyVersions = 12;
constexpr const char* kFeature = "Content-Type: application/geo+json\r\n";
constexpr const char* kPatch = "Content-Type: application/merge-patch+json\r\n";
constexpr const char* kJson = "Content-Type: application/json\r\n";

// Digits as letters: the server keeps nothing that could be a telephone number.
std::string letters(std::int64_t number) {
    std::string text = std::to_string(number);
    for (char& c : text) c = static_cast<char>('a' + (c - '0'));
    return text;
}

std::string text_of(const json& feature) {
    const auto& properties = feature["properties"];
    return json{{"geometry", feature["geometry"]},
                {"remarks", properties.value("remarks", json{})},
                {"states", properties.value("states", json{})}}
        .dump();
}

// For people: the writer's words, and enough to tell two contents apart.
std::string brief(const std::string& content) {
    if (content.empty()) return "nothing";
    const std::string remarks = json::parse(content)["remarks"].dump();
    return remarks.substr(0, 40) + "… (" + std::to_string(content.size()) + " bytes, " +
           std::to_string(std::hash<std::string>{}(content) % 10'000) + ")";
}

std::string uuid7(std::mt19937_64& random) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string id = "0195a000-0000-7000-8000-000000000000";
    for (const std::size_t at :
         {9u, 10u, 11u, 12u, 15u, 16u, 17u, 20u, 21u, 22u, 24u, 25u, 26u, 27u, 28u, 29u, 30u, 31u, 32u, 33u, 34u, 35u})
        id[at] = kDigits[random() % 16];
    return id;
}

json geometry_of(const std::string& collection, std::mt19937_64& random) {
    // Never a whole number, which JSON writes in two ways.
    const auto degrees = [&](double from) { return from + static_cast<double>(random() % 1000) / 100 + 0.003; };
    if (collection != "fence_segments")
        return {{"type", "Point"}, {"coordinates", json::array({degrees(60), degrees(25)})}};
    json line = json::array();
    for (auto points = 2 + random() % 40; points > 0; --points) line.push_back(json::array({degrees(60), degrees(25)}));
    return {{"type", "LineString"}, {"coordinates", std::move(line)}};
}

} // namespace

Writer::Writer(int number, std::mt19937_64 random) : number_{number}, random_{random} {
    for (std::size_t i = 0; i < kItemsAWriter; ++i) items_.push_back(fresh_item(i));
}

Item Writer::fresh_item(std::size_t number) {
    return {number % 3 == 2 ? "fence_segments" : "hazards", uuid7(random_), {}, {}};
}

Answer Writer::ask(std::uint16_t port, const std::string& method, const std::string& target, const std::string& headers,
                   const std::string& body) {
    if (port != port_) client_.reset();
    port_ = port;
    Answer answer;
    try {
        if (!client_) client_ = std::make_unique<test::RawClient>(port);
        answer = client_->ask(method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers +
                              (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") + "\r\n" +
                              body);
    } catch (const std::runtime_error&) { // nobody listens
    }
    if (!answer.complete) answer.status = 0;
    if (!answer.complete || answer.header("Connection") == "close") client_.reset();
    return answer;
}

void Writer::accuse(const Item& item, const std::string& what) {
    if (faults.size() < 20) faults.push_back("/collections/" + item.collection + "/items/" + item.id + ": " + what);
}

// False: it could not be read.
bool Writer::settle(Item& item, std::uint16_t port) {
    const auto answer = ask(port, "GET", "/collections/" + item.collection + "/items/" + item.id);
    if (answer.status == 0) return false;
    if (answer.status != 200 && answer.status != 404) {
        accuse(item, "can't be read: " + std::to_string(answer.status) + " " + answer.body);
        return false;
    }
    Version seen;
    if (answer.status == 200) seen = {text_of(json::parse(answer.body)), answer.header("ETag")};
    const Version* last = item.acknowledged.empty() ? nullptr : &item.acknowledged.back();
    if (seen.content == (last ? last->content : "")) {
        if (last && !last->etag.empty() && last->etag != seen.etag)
            accuse(item, "the ETag was " + last->etag + " and is " + seen.etag);
        return true;
    }
    for (const auto& maybe : item.open) {
        if (maybe.content != seen.content) continue;
        item.acknowledged.push_back(seen);
        item.open.clear();
        return true;
    }
    accuse(item, "serves " + brief(seen.content) + " instead of version " + std::to_string(item.acknowledged.size()) +
                     ", " + (last ? brief(last->content) : "none"));
    return true;
}

void Writer::compare(Item& item, std::uint16_t port) {
    if (!settle(item, port)) return accuse(item, "can't be read");
    if (item.acknowledged.empty()) return;
    const auto answer = ask(port, "GET", "/collections/" + item.collection + "/items/" + item.id + "/history");
    if (answer.status != 200) return accuse(item, "has no history: " + std::to_string(answer.status));
    const auto versions = json::parse(answer.body)["versions"];
    if (versions.size() != item.acknowledged.size())
        return accuse(item, std::to_string(versions.size()) + " versions instead of " +
                                std::to_string(item.acknowledged.size()));
    for (std::size_t i = 0; i < versions.size(); ++i) {
        const auto& version = versions[i];
        const std::string content = version["removed"] == true ? std::string{} : text_of(version["feature"]);
        if (content != item.acknowledged[i].content)
            accuse(item, "version " + std::to_string(i + 1) + " is " + brief(content) + " instead of " +
                             brief(item.acknowledged[i].content));
    }
}

void Writer::compare(std::uint16_t port, bool all) {
    for (std::size_t i = 0; i < items_.size(); ++i) {
        compare(items_[i], port);
        if (items_[i].acknowledged.size() < kManyVersions || !items_[i].open.empty()) continue;
        aside_.push_back(std::exchange(items_[i], fresh_item(i)));
    }
    if (!all) return;
    for (auto& item : aside_) compare(item, port);
}

std::string Writer::differences(std::uint16_t port, int& errors) {
    std::string wrong;
    const auto accept = [&](const Answer& answer, const Item& item, const std::string& what, bool same) {
        if (answer.status >= 500)
            ++errors;
        else if (!same)
            wrong += item.id + ": " + what + " is answered " + std::to_string(answer.status) + " and is another\n";
    };
    for (const auto* some : {&items_, &aside_}) {
        for (const auto& item : *some) {
            if (item.acknowledged.empty() || !item.open.empty()) continue;
            const std::string one = "/collections/" + item.collection + "/items/" + item.id;
            const auto& last = item.acknowledged.back();
            const auto now = ask(port, "GET", one);
            accept(now, item, "it",
                   last.removed() ? now.status == 404
                                  : now.status == 200 && text_of(json::parse(now.body)) == last.content);
            const auto history = ask(port, "GET", one + "/history");
            std::vector<std::string> contents, expected;
            const json document = history.status == 200 ? json::parse(history.body) : json::object();
            if (history.status == 200)
                for (const auto& version : document["versions"])
                    contents.push_back(version["removed"] == true ? std::string{} : text_of(version["feature"]));
            for (const auto& version : item.acknowledged) expected.push_back(version.content);
            accept(history, item, "its history", contents == expected);
        }
    }
    return wrong;
}

std::int64_t Writer::changes() const {
    std::int64_t all = 0;
    for (const auto* some : {&items_, &aside_})
        for (const auto& item : *some) all += static_cast<std::int64_t>(item.acknowledged.size());
    return all;
}

std::int64_t Writer::open_changes() const {
    std::int64_t all = 0;
    for (const auto& item : items_) all += static_cast<std::int64_t>(item.open.size());
    return all;
}

void Writer::conclude(Item& item, Version sent, const Answer& answer) {
    if (answer.status >= 200 && answer.status < 300) {
        sent.etag = answer.header("ETag");
        item.acknowledged.push_back(std::move(sent));
        item.open.clear();
        ++acknowledged;
        return;
    }
    const bool overtaken = answer.status == 404 || answer.status == 409 || answer.status == 412;
    if (overtaken && !item.open.empty()) return; // by an open version: the next look finds out
    item.open.push_back(std::move(sent));
    if (answer.status == 0) {
        ++unanswered;
    } else if (answer.status == 503 || answer.status == 507) {
        ++refused;
        statuses.push_back(answer.status);
        if (answer.status == 503 && answer.header("Retry-After").empty()) accuse(item, "503 without Retry-After");
    } else {
        accuse(item, "a change was answered " + std::to_string(answer.status) + " " + answer.body);
    }
}

bool Writer::act(std::uint16_t port) {
    auto& item = items_[random_() % items_.size()];
    if (!item.open.empty() && !settle(item, port)) return false;
    const std::string all = "/collections/" + item.collection + "/items", one = all + "/" + item.id;
    const Version* last = item.acknowledged.empty() ? nullptr : &item.acknowledged.back();
    json feature{{"type", "Feature"},
                 {"geometry", geometry_of(item.collection, random_)},
                 {"properties",
                  {{"remarks", "writer " + letters(number_) + " change " + letters(++sent_) + " " +
                                   std::string(random_() % 10 == 0 ? 6000 : random_() % 300,
                                               static_cast<char>('a' + random_() % 26))}}}};
    if (item.collection == "hazards") feature["properties"]["kind"] = "heat";
    Answer answer;
    if (!last || last->removed()) {
        feature["id"] = item.id;
        answer = ask(port, "POST", all, kFeature, feature.dump());
        conclude(item, {text_of(feature), {}}, answer);
        return answer.status != 0;
    }
    json now = json::parse(last->content);
    std::string if_match = last->etag;
    if (if_match.empty()) if_match = ask(port, "GET", one).header("ETag"); // found, not told
    const std::string condition = "If-Match: " + if_match + "\r\n";
    const auto roll = random_() % 100;
    if (roll < 10) {
        answer = ask(port, "DELETE", one, condition);
        conclude(item, {}, answer);
    } else if (roll < 15) {
        answer = ask(port, "PUT", one, std::string{"If-Match: \"stale\"\r\n"} + kFeature, feature.dump());
        if (answer.status != 412 && answer.status != 0 && answer.status != 503)
            accuse(item, "a stale If-Match was answered " + std::to_string(answer.status));
    } else if (roll < 60 && item.collection == "fence_segments") {
        // States that no rule of alerts looks at: every change there is, is then a client's.
        const json statement{{"type", "state"},
                             {"state", random_() % 2 ? "decommissioned" : "intact"},
                             {"observed_at", "2026-03-" + std::to_string(10 + random_() % 19) + "T12:00:00Z"},
                             {"cause", "change " + letters(sent_)}};
        json entry = statement;
        entry.erase("type");
        if (now["states"].is_null()) now["states"] = json::array();
        now["states"].push_back(std::move(entry));
        answer = ask(port, "POST", one + "/statements", kJson, statement.dump());
        conclude(item, {now.dump(), {}}, answer);
    } else if (roll < 80) {
        json sent = feature;
        sent["properties"]["states"] = now["states"]; // a replacement keeps them
        answer = ask(port, "PUT", one, condition + kFeature, feature.dump());
        conclude(item, {text_of(sent), {}}, answer);
    } else {
        now["remarks"] = feature["properties"]["remarks"];
        const json patch{{"properties", {{"remarks", now["remarks"]}}}};
        answer = ask(port, "PATCH", one, condition + kPatch, patch.dump());
        conclude(item, {now.dump(), {}}, answer);
    }
    return answer.status != 0;
}

// ---- many ----------------------------------------------------------------------------------------------------------

Ledger::Ledger(int writers, const std::string& seed_name) {
    for (int i = 0; i < writers; ++i) writers_.emplace_back(i, random_for(seed_name, static_cast<std::uint64_t>(i)));
}

void Ledger::write(std::uint16_t port, const std::function<bool(const Ledger&)>& enough) {
    std::atomic<bool> stop{false};
    std::atomic<std::size_t> ended{0};
    std::vector<std::jthread> threads;
    for (auto& writer : writers_) {
        threads.emplace_back([&] {
            while (!stop) {
                const auto told = writer.acknowledged, not_stored = writer.refused;
                const bool answered = writer.act(port);
                acknowledged_ += writer.acknowledged - told;
                refused_ += writer.refused - not_stored;
                if (!answered) break;
            }
            ++ended;
        });
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (ended < writers_.size() && !enough(*this) && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::chrono::microseconds{500});
    stop = true;
}

void Ledger::compare(std::uint16_t port, bool all) {
    std::vector<std::jthread> threads;
    for (auto& writer : writers_) threads.emplace_back([&writer, port, all] { writer.compare(port, all); });
}

std::string Ledger::differences(std::uint16_t port, int& errors) {
    std::string wrong;
    for (auto& writer : writers_) wrong += writer.differences(port, errors);
    return wrong;
}

std::int64_t Ledger::changes() const {
    std::int64_t all = 0;
    for (const auto& writer : writers_) all += writer.changes();
    return all;
}

std::string Ledger::faults() const {
    std::string all;
    for (const auto& writer : writers_)
        for (const auto& fault : writer.faults) all += fault + "\n";
    return all;
}

} // namespace faults
