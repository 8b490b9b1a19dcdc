// Signs checkpoints of the two logs: every minute when something happened, and when the store closes. Each goes into
// the file beside the database first and then into the database, so that either shows when the other was exchanged or
// set back. Knows the audit's tables; signs nothing that contradicts what it signed before.
#pragma once

#include "layers/audit/checkpoint.hpp"
#include "layers/store/spatialite/connection.hpp"
#include "layers/store/spatialite/writer.hpp"
#include "layers/store/store.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace layers::store {

// The trees of both logs at one moment.
struct Trees {
    audit::MerkleTree changes;
    audit::MerkleTree accesses;
};

// Those kept with the last checkpoint (empty ones when there is none), grown to the end of the logs. In the caller's
// snapshot. Error{storage_failed} naming a leaf that is missing.
Trees kept_trees(Connection& connection);
void grow_to_end(Connection& connection, Trees& trees);

// The database's identity at its birth: a restored copy gets another identity, but its checkpoints go on.
std::string origin_of(Connection& connection);

// All functions are thread-safe.
class Checkpointer {
public:
    // Compares the file with the database and signs at once what no checkpoint covers yet (the tail of a killed
    // process). Never throws for what it finds: see trouble().
    Checkpointer(std::string data_dir, Writer& writer, ReadPool& readers, std::function<geo::Instant()> clock,
                 std::chrono::milliseconds every);
    ~Checkpointer(); // the last one

    std::string now();                                // see Store::checkpoint
    std::string sign(std::string_view message) const; // "KEY SIGNATURE" in hexadecimal. Error{storage_failed}: no key
    std::optional<std::string> trouble() const;

    // While it is held, file and database have the same checkpoints.
    std::unique_lock<std::mutex> hold() const { return std::unique_lock{mutex_}; }

private:
    struct Signed {
        audit::Checkpoint checkpoint;
        std::string line;
        Trees trees;
    };
    void begin();
    void resume(Connection& reader);
    void take_up(Connection& reader, const std::string& line);
    std::string make(); // with mutex_ held
    void log_new_key();
    void keep_in_database(const Signed& made);
    void try_now() noexcept;
    void loop();

    const std::string data_dir_;
    Writer& writer_;
    ReadPool& readers_;
    const std::function<geo::Instant()> clock_;
    const std::chrono::milliseconds every_;

    mutable std::mutex mutex_;
    std::unique_ptr<const geo::wrap::SigningKey> key_;
    std::string origin_;
    std::optional<Signed> last_;
    bool in_database_ = true;          // last_ is; false: only in the file so far
    std::optional<std::string> fault_; // for good: the database is not the one that was vouched for
    std::optional<std::string> late_;  // why the last try failed

    std::mutex stop_mutex_;
    std::condition_variable stopped_;
    bool stopping_ = false;
    std::thread thread_; // last: runs once everything else is there
};

} // namespace layers::store
