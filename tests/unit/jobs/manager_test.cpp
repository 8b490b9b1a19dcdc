#include "server/jobs/manager.hpp"

#include <atomic>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <latch>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

using namespace server::jobs;
using namespace std::chrono_literals;
using geo::ErrorCode;

namespace {

constexpr auto kLong = 10s;

std::optional<ErrorCode> code_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const geo::Error& error) {
        return error.code;
    }
    return std::nullopt;
}

// Work that goes on until it is asked to stop.
void until_stopped(Task& run) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock{mutex};
    stopped.wait(lock, run.stop(), [] { return false; });
    throw geo::Error{ErrorCode::cancelled, "stopped"};
}

} // namespace

TEST(jobs, a_job_goes_from_accepted_to_successful_with_its_result) {
    std::mutex mutex;
    std::vector<std::string> seen;
    Manager::Options options;
    options.on_change = [&](const Job& job) {
        const std::lock_guard lock{mutex};
        seen.push_back(std::string{name(job.state)} + " " + job.message);
    };
    Manager manager{options};
    const auto id = manager.start("import", "ali", [](Task& run) {
        run.report(0.5, "half");
        run.result("{\"a\":1}");
    });
    const auto job = manager.wait(id, "ali", kLong);
    EXPECT_EQ(job.state, State::successful);
    ASSERT_TRUE(job.result);
    EXPECT_EQ(*job.result, "{\"a\":1}");
    EXPECT_EQ(job.result_type, "application/json");
    EXPECT_EQ(job.progress, 1);
    EXPECT_TRUE(job.started && job.finished);
    const auto info = nlohmann::json::parse(status_info(job));
    EXPECT_EQ(info["jobID"], id);
    EXPECT_EQ(info["status"], "successful");
    EXPECT_EQ(info["progress"], 100);
    const std::lock_guard lock{mutex};
    EXPECT_EQ(seen.front(), "running ");
    EXPECT_EQ(seen[1], "running half");
}

TEST(jobs, a_failure_is_shown_by_its_own_words_and_an_unexpected_one_is_not) {
    Manager manager;
    const auto a = manager.start("x", "ali", [](Task&) { throw geo::Error{ErrorCode::too_large, "too big"}; });
    const auto b = manager.start("x", "ali", [](Task&) { throw std::runtime_error{"/secret/path"}; });
    EXPECT_EQ(manager.wait(a, "ali", kLong).state, State::failed);
    EXPECT_EQ(manager.get(a, "ali").message, "too big");
    EXPECT_EQ(manager.get(a, "ali").error->code, ErrorCode::too_large);
    EXPECT_EQ(manager.wait(b, "ali", kLong).state, State::failed);
    EXPECT_EQ(manager.get(b, "ali").message.find("secret"), std::string::npos);
}

TEST(jobs, another_callers_job_does_not_exist) {
    Manager manager;
    const auto id = manager.start("x", "ali", [](Task&) {});
    manager.wait(id, "ali", kLong);
    EXPECT_EQ(code_of([&] { manager.get(id, "bina"); }), ErrorCode::not_found);
    EXPECT_EQ(code_of([&] { manager.dismiss(id, "bina"); }), ErrorCode::not_found);
    EXPECT_EQ(code_of([&] { manager.wait(id, "bina", 0ms); }), ErrorCode::not_found);
    EXPECT_EQ(code_of([&] { manager.get("no such id", "ali"); }), ErrorCode::not_found);
    EXPECT_TRUE(manager.list("bina").empty());
    EXPECT_EQ(manager.list("ali").size(), 1u);
}

TEST(jobs, a_running_job_is_stopped_and_a_waiting_one_never_runs) {
    Manager::Options options;
    options.threads = 1;
    Manager manager{options};
    std::latch running{1};
    const auto first = manager.start("x", "ali", [&](Task& run) {
        running.count_down();
        until_stopped(run);
    });
    running.wait();
    std::atomic<bool> ran = false;
    const auto second = manager.start("x", "ali", [&](Task&) { ran = true; });
    EXPECT_EQ(manager.dismiss(second, "ali").state, State::dismissed);
    manager.dismiss(first, "ali");
    EXPECT_EQ(manager.wait(first, "ali", kLong).state, State::dismissed);
    const auto third = manager.start("x", "ali", [](Task&) {});
    EXPECT_EQ(manager.wait(third, "ali", kLong).state, State::successful);
    EXPECT_FALSE(ran);
    manager.dismiss(third, "ali");
    EXPECT_EQ(code_of([&] { manager.get(third, "ali"); }), ErrorCode::not_found) << "one that has ended is forgotten";
}

TEST(jobs, more_than_can_wait_are_refused_and_old_ones_forgotten) {
    Manager::Options options;
    options.threads = 1;
    options.waiting = 2;
    options.remembered = 3;
    Manager manager{options};
    std::latch running{1};
    const auto first = manager.start("x", "ali", [&](Task& run) {
        running.count_down();
        until_stopped(run);
    });
    running.wait();
    EXPECT_TRUE(manager.would_wait());
    manager.start("x", "ali", [](Task&) {});
    const auto last = manager.start("x", "ali", [](Task&) {});
    EXPECT_EQ(code_of([&] { manager.start("x", "ali", [](Task&) {}); }), ErrorCode::busy);
    manager.dismiss(first, "ali");
    manager.wait(last, "ali", kLong);
    EXPECT_FALSE(manager.would_wait()) << "all have ended";
    for (int i = 0; i < 5; ++i) manager.wait(manager.start("x", "ali", [](Task&) {}), "ali", kLong);
    EXPECT_EQ(manager.list("ali").size(), 3u);
    EXPECT_EQ(code_of([&] { manager.get(first, "ali"); }), ErrorCode::not_found);
}

TEST(jobs, the_manager_ends_its_jobs_when_it_ends) {
    std::atomic<bool> stopped = false;
    {
        Manager manager;
        std::latch running{1};
        manager.start("x", "ali", [&](Task& run) {
            running.count_down();
            try {
                until_stopped(run);
            } catch (...) {
                stopped = true;
                throw;
            }
        });
        running.wait();
    }
    EXPECT_TRUE(stopped);
}

TEST(jobs, one_account_leaves_room_for_the_others) {
    Manager::Options options;
    options.threads = 1;
    options.waiting_of_one = 2;
    Manager manager{options};
    std::latch running{1};
    const auto first = manager.start("x", "ali", [&](Task& run) {
        running.count_down();
        until_stopped(run);
    });
    running.wait();
    manager.start("x", "ali", [](Task&) {});
    manager.start("x", "ali", [](Task&) {});
    EXPECT_EQ(code_of([&] { manager.start("x", "ali", [](Task&) {}); }), ErrorCode::busy);
    const auto hers = manager.start("x", "bina", [](Task&) {});
    manager.dismiss(first, "ali");
    EXPECT_EQ(manager.wait(hers, "bina", kLong).state, State::successful);
}

TEST(jobs, results_are_kept_up_to_so_many_bytes_the_newest_always) {
    Manager::Options options;
    options.threads = 1;
    options.remembered_bytes = 1000;
    Manager manager{options};
    const auto run = [&](std::size_t bytes) {
        const auto id =
            manager.start("x", "ali", [bytes](Task& task) { task.result(std::string(bytes, '1'), "text/plain"); });
        manager.wait(id, "ali", kLong);
        manager.wait(manager.start("y", "bina", [](Task&) {}), "bina", kLong); // the thread is done with the first
        return id;
    };
    const auto a = run(400), b = run(400), c = run(400);
    EXPECT_FALSE(manager.find(a, "ali"));
    EXPECT_TRUE(manager.find(b, "ali") && manager.find(c, "ali"));
    const auto big = run(5000);
    EXPECT_FALSE(manager.find(b, "ali") || manager.find(c, "ali"));
    ASSERT_TRUE(manager.find(big, "ali"));
    EXPECT_EQ(manager.find(big, "ali")->result->size(), 5000u);
    EXPECT_EQ(manager.find(big, "ali")->result_type, "text/plain");
}
