// Notes to one account on how things of its own stand: the newest of each subject, told to the account's open streams
// at most four times a second. Nothing is kept for who doesn't listen, and nothing is told twice: whoever was away asks
// the thing itself (GET /jobs/{id}), as a note is no change and has no place in the log.
// Knows accounts and texts; not what is told.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace server::live {

struct Note {
    std::string event; // its name in the stream
    std::string data;  // JSON
};

// Thread-safe; outlives its listeners.
class Board {
public:
    static constexpr std::chrono::milliseconds kPause{250}; // between two tellings
    static constexpr std::size_t kMostSubjects = 64;        // of an account; the oldest notes give way

    explicit Board(std::function<void()> told); // called after each telling, on a thread of the board
    ~Board();
    Board(const Board&) = delete;
    Board& operator=(const Board&) = delete;

    // What is newest of the subject; replaces what was put of it and not yet told. Cheap where nobody listens.
    void put(const std::string& account, const std::string& subject, Note note);

    // One stream's ear. One thread at a time.
    class Listener {
    public:
        Listener(Board& board, std::string account); // hears what is put from now on; an empty account hears nothing
        ~Listener();
        Listener(const Listener&) = delete;
        Listener& operator=(const Listener&) = delete;
        std::vector<Note> news(); // told since the last call, the oldest first

    private:
        Board& board_;
        const std::string account_;
        std::uint64_t heard_ = 0;
    };

private:
    struct Told {
        std::uint64_t number = 0;
        Note note;
    };
    struct Account {
        int listeners = 0;
        std::map<std::string, Note> waiting;
        std::map<std::string, Told> told; // by subject
    };
    void tell(const std::stop_token& stop);
    bool move_waiting(); // with the lock held; false: there were none

    const std::function<void()> told_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::string, Account> accounts_; // those that listen
    std::uint64_t last_number_ = 0;
    bool waiting_ = false;
    std::jthread teller_; // last: runs once everything else is there
};

} // namespace server::live
