// Notes to an account: the newest of each subject, to those who listen, never more often than said.
#include "server/live/board.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

namespace {

using server::live::Board;
using namespace std::chrono_literals;

bool soon(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::yield();
    }
    return true;
}

std::vector<std::string> heard_by(Board::Listener& listener, std::size_t at_least) {
    std::vector<std::string> all;
    soon([&] {
        for (auto& note : listener.news()) all.push_back(note.data);
        return all.size() >= at_least;
    });
    return all;
}

TEST(Board, TellsTheNewestOfASubjectToItsAccountAlone) {
    Board board{[] {}};
    Board::Listener ali{board, "ali"}, bina{board, "bina"}, nobody{board, ""};
    for (int i = 0; i <= 1000; ++i) board.put("ali", "job", {"job", std::to_string(i)});
    std::vector<std::string> all;
    EXPECT_TRUE(soon([&] {
        for (auto& note : ali.news()) all.push_back(note.data);
        return !all.empty() && all.back() == "1000";
    }));
    EXPECT_LE(all.size(), 4u) << "what nobody could follow is not told";
    EXPECT_TRUE(bina.news().empty());
    EXPECT_TRUE(nobody.news().empty());
    EXPECT_TRUE(ali.news().empty()) << "once";
}

TEST(Board, WhoComesLaterHearsWhatIsPutFromThenOn) {
    Board board{[] {}};
    board.put("ali", "job", {"job", "before"});
    Board::Listener first{board, "ali"};
    board.put("ali", "job", {"job", "a"});
    EXPECT_EQ(heard_by(first, 1), std::vector<std::string>{"a"});
    Board::Listener second{board, "ali"};
    board.put("ali", "job", {"job", "b"});
    EXPECT_EQ(heard_by(second, 1), std::vector<std::string>{"b"});
    EXPECT_EQ(heard_by(first, 1), std::vector<std::string>{"b"});
}

TEST(Board, KeepsSoManySubjectsAnAccountAndNoMore) {
    Board board{[] {}};
    Board::Listener ali{board, "ali"};
    for (int i = 0; i < 1000; ++i) board.put("ali", "job " + std::to_string(i), {"job", std::to_string(i)});
    std::vector<server::live::Note> notes;
    EXPECT_TRUE(soon([&] { return !(notes = ali.news()).empty(); }));
    EXPECT_LE(notes.size(), Board::kMostSubjects);
}

// However often it changes, and whoever looks.
TEST(Board, TellsNoFasterThanItSays) {
    std::atomic<int> told{0};
    Board board{[&] { ++told; }};
    Board::Listener ali{board, "ali"};
    const auto began = std::chrono::steady_clock::now();
    EXPECT_TRUE(soon([&] {
        board.put("ali", "job", {"job", "again"});
        return told >= 4;
    }));
    EXPECT_GE(std::chrono::steady_clock::now() - began, 750ms) << "four times a second";
}

TEST(Board, SaysThatThereIsSomethingAndEndsWhileSomethingWaits) {
    std::atomic<int> told{0};
    {
        Board board{[&] { ++told; }};
        Board::Listener ali{board, "ali"};
        board.put("ali", "job", {"job", "a"});
        EXPECT_TRUE(soon([&] { return told == 1; }));
        board.put("ali", "job", {"job", "b"});
    }
    EXPECT_LE(told, 2);
}

} // namespace
