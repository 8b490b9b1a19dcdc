// What clients of the server know for certain: what they sent, what was acknowledged and under which ETag. After a
// fault the server must serve just that. Knows the HTTP interface as a client does; no store, no faults.
#pragma once

#include "tests/unit/http/raw_client.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace faults {

// A version of an item as a client can compare it: geometry, remarks and states in one text; empty for a removed one.
struct Version {
    std::string content;
    std::string etag; // empty: not told
    bool removed() const { return content.empty(); }
};

struct Item {
    std::string collection, id;
    std::vector<Version> acknowledged; // oldest first
    // Sent, and either never answered or answered with "not stored": each may turn out to be there, or not.
    std::vector<Version> open;
};

// One client with items that nobody else writes. One thread at a time.
class Writer {
public:
    Writer(int number, std::mt19937_64 random);

    // One create, replace, merge, removal, statement or read. False: the connection ended without an answer.
    bool act(std::uint16_t port);
    // Reads every item and its history over `port` and compares. Open versions that turn out to be there become
    // acknowledged ones. An item with many versions is laid aside and read once more at the very end (`all`).
    void compare(std::uint16_t port, bool all);

    // As compare, over a damaged database: an error is honest, so it is only counted; what differs is returned.
    std::string differences(std::uint16_t port, int& errors);

    std::int64_t changes() const;      // versions of all items
    std::int64_t open_changes() const; // that may be there or not
    std::int64_t acknowledged = 0, refused = 0, unanswered = 0;
    std::vector<int> statuses;       // of refusals, as they came
    std::vector<std::string> faults; // broken promises, in words

private:
    test::Answer ask(std::uint16_t port, const std::string& method, const std::string& target,
                     const std::string& headers = {}, const std::string& body = {});
    Item fresh_item(std::size_t number);
    bool settle(Item& item, std::uint16_t port);
    void compare(Item& item, std::uint16_t port);
    void conclude(Item& item, Version sent, const test::Answer& answer);
    void accuse(const Item& item, const std::string& what);

    int number_;
    std::mt19937_64 random_;
    std::vector<Item> items_, aside_;
    std::int64_t sent_ = 0;
    std::unique_ptr<test::RawClient> client_;
    std::uint16_t port_ = 0;
};

// Many writers at once, each on a thread of its own.
class Ledger {
public:
    Ledger(int writers, const std::string& seed_name);

    // Writes until `enough()` or until the server is gone; `enough` is asked every millisecond or so.
    void write(std::uint16_t port, const std::function<bool(const Ledger&)>& enough);
    void compare(std::uint16_t port, bool all = false);

    std::string differences(std::uint16_t port, int& errors);

    std::int64_t acknowledged() const { return acknowledged_; }
    std::int64_t refused() const { return refused_; }
    std::int64_t changes() const;
    std::vector<Writer>& writers() { return writers_; }
    const std::vector<Writer>& writers() const { return writers_; }
    std::string faults() const; // empty: every promise kept

private:
    std::vector<Writer> writers_;
    std::atomic<std::int64_t> acknowledged_{0}, refused_{0};
};

} // namespace faults
