// Places in the change feed as callers see them: opaque, bound to the account and the scenario, so that a number never
// tells that something hidden changed, and nobody goes on where another left off. Thread-safe once made.
#pragma once

#include "layers/access/caller.hpp"
#include "layers/store/store.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace server::live {

// A place, and what its holder has been told: what was taken back from them since then they must still hear of, and of
// what came and went before they came they must not.
struct Place {
    layers::store::Seq seq = 0;       // told up to here
    layers::store::Seq issued_at = 0; // the head of the log when this was given out
    bool complete = false;            // they know all that they might see at `seq`: they have been at the head once
};

class Cursors {
public:
    // The key is kept as `cursor.key` in the data folder (mode 0600, made when it isn't there), so that cursors outlive
    // a restart. Where the folder can't be written they last as long as the process.
    explicit Cursors(const std::string& data_dir);

    std::string at(const Place& place, const layers::access::Caller& caller) const;
    // Nothing for a text that is damaged, of another account, scenario or server.
    std::optional<Place> read(std::string_view cursor, const layers::access::Caller& caller) const;

private:
    std::string key_;
};

} // namespace server::live
