// A follower sees every change at least once and in order, through failures, restarts and rebuilds.
#include "../store/support.hpp"

#include "layers/feed/follower.hpp"

#include <atomic>
#include <chrono>
#include <thread>

namespace store_test {
namespace {

using layers::feed::Follower, layers::feed::FollowerOptions;
using namespace std::chrono_literals;

// A stop token that fires after a generous deadline, so that a broken promise fails instead of hanging.
class Deadline {
public:
    std::stop_token token() { return source_.get_token(); }

private:
    std::stop_source source_;
    std::jthread timer_{[this](std::stop_token ended) {
        std::mutex mutex;
        std::unique_lock lock{mutex};
        std::condition_variable_any{}.wait_for(lock, ended, 30s, [] { return false; });
        if (!ended.stop_requested()) source_.request_stop();
    }};
};

class Following : public ::testing::Test {
protected:
    void write(int from, int to) {
        for (int i = from; i < to; ++i) must(*store, create(row(id_of(i), "x")));
    }
    std::vector<Seq> seen_now() {
        const std::lock_guard lock{mutex};
        return seen;
    }
    Follower::Handler collect = [this](std::span<const Change> changes) {
        const std::lock_guard lock{mutex};
        for (const auto& change : changes) seen.push_back(change.seq);
    };

    TemporaryFolder folder;
    std::unique_ptr<Store> store = open_spatialite(folder.path);
    Deadline deadline;
    std::mutex mutex;
    std::vector<Seq> seen;
};

std::vector<Seq> one_to(Seq last) {
    std::vector<Seq> all;
    for (Seq i = 1; i <= last; ++i) all.push_back(i);
    return all;
}

TEST_F(Following, HandsOverEveryChangeOnceAndInOrder) {
    write(0, 10);
    Follower follower{*store, {.name = "test", .batch = 3}, collect};
    write(10, 30);
    ASSERT_TRUE(follower.wait_for(30, deadline.token()));
    EXPECT_EQ(seen_now(), one_to(30));
    EXPECT_EQ(store->follower_position("test"), 30);
}

TEST_F(Following, GoesOnAfterARestartWhereItStopped) {
    write(0, 5);
    {
        Follower follower{*store, {.name = "test"}, collect};
        ASSERT_TRUE(follower.wait_for(5, deadline.token()));
    }
    store.reset();
    store = open_spatialite(folder.path);
    write(5, 9);
    Follower follower{*store, {.name = "test"}, collect};
    ASSERT_TRUE(follower.wait_for(9, deadline.token()));
    EXPECT_EQ(seen_now(), one_to(9));
}

TEST_F(Following, ABatchThatFailsComesAgainUntilItIsHandled) {
    int failures = 0;
    Follower follower{*store,
                      {.name = "test", .batch = 4, .first_retry = 1ms, .longest_retry = 4ms},
                      [&](std::span<const Change> changes) {
                          if (changes.front().seq == 5 && ++failures <= 3) throw std::runtime_error{"not now"};
                          collect(changes);
                      }};
    write(0, 12);
    ASSERT_TRUE(follower.wait_for(12, deadline.token()));
    EXPECT_GE(failures, 3);
    EXPECT_EQ(seen_now(), one_to(12));
}

TEST_F(Following, ARebuildForgetsAndReadsEverythingAgain) {
    write(0, 7);
    bool forgotten = false;
    Follower follower{*store, {.name = "test"}, collect, [&] {
                          const std::lock_guard lock{mutex};
                          forgotten = true;
                          seen.clear();
                      }};
    ASSERT_TRUE(follower.wait_for(7, deadline.token()));
    follower.rebuild();
    ASSERT_TRUE(follower.wait_for(7, deadline.token()));
    const std::lock_guard lock{mutex};
    EXPECT_TRUE(forgotten);
    EXPECT_EQ(seen, one_to(7));
}

TEST_F(Following, StopsAtOnceWhileWaitingForWorkOrForARetry) {
    Follower idle{*store, {.name = "idle"}, collect};
    std::promise<void> failed;
    std::atomic<bool> first = true;
    Follower failing{*store, {.name = "failing", .first_retry = 1h}, [&](std::span<const Change>) {
                         if (first.exchange(false)) failed.set_value();
                         throw std::runtime_error{"never"};
                     }};
    write(0, 1);
    failed.get_future().wait();
    idle.stop();
    failing.stop(); // would take an hour
    EXPECT_EQ(failing.position(), 0);
}

TEST_F(Following, ReplayGivesEachChangeWithItsRowAsItWas) {
    must(*store, create(row(id_of(1), "a")));
    must(*store, replace(row(id_of(1), "b")));
    must(*store, removal(id_of(1)));
    must(*store, create(row(id_of(2), "c")));
    std::vector<std::string> texts;
    const Seq last = layers::feed::replay(*store, 0, [&](const Store::Applied& applied) {
        EXPECT_EQ(applied.change.seq, static_cast<Seq>(texts.size()) + 1);
        texts.push_back(applied.record ? remarks(*applied.record) : "-");
    });
    EXPECT_EQ(last, 4);
    EXPECT_EQ(texts, (std::vector<std::string>{"a", "b", "-", "c"}));
    EXPECT_EQ(layers::feed::replay(*store, 4, [](const Store::Applied&) { FAIL(); }), 4);
}

} // namespace
} // namespace store_test
