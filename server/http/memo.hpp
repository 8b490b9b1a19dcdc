// Answers that may be given again: the same bytes asked for once more, while what they were made from still holds, are
// answered on the I/O thread without parsing, routing or a worker. For the tiles of a map that many look at. The first
// time everything is judged as ever; what is kept is that judgement, beside the test whether it still stands.
// Private to this room.
#pragma once

#include "server/request.hpp"

#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace server::http {

// Belongs to one I/O thread.
class Memo {
public:
    struct Kept {
        std::string head;      // as sent, with the date of `dated` at date_at()
        SharedBytes body = {}; // null: none
        int status = 200;
        std::time_t dated = 0;
        std::function<bool()> holds = {};
        Request request = {}; // of the first time, for the log and the metrics
        std::uint64_t used = 0;
    };

    // What was kept for these bytes of a head and still holds, with today's date in it; null: judge anew. Valid until
    // the next call.
    const Kept* find(std::string_view head_bytes);
    void keep(std::string_view head_bytes, Kept kept);

    // "HTTP/1.1 200 OK\r\nDate: " comes first in every head; the date has 29 letters.
    static std::size_t date_at(std::string_view head);

private:
    static constexpr std::size_t kMostEntries = 4096;
    static constexpr std::size_t kMostBytes = 64u << 20; // of bodies that the tile cache may have dropped meanwhile
    static constexpr std::size_t kLongestHead = 2048;
    void make_room();

    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    using Table = std::unordered_map<std::string, Kept, Hash, std::equal_to<>>;
    void drop(Table::iterator entry);
    Table kept_;
    std::size_t bytes_ = 0;
    std::uint64_t clock_ = 0; // counts uses
};

} // namespace server::http
