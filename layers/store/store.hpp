// The store's contract: what was acknowledged is durable, versions are never lost, everything else is derived.
// spatialite/ implements it; a PostGIS one must pass the same tests. Knows model, audit and query; no HTTP, no index.
#pragma once

#include "geo/error.hpp"
#include "geo/geometry.hpp"
#include "layers/audit/proof.hpp"
#include "layers/model/layer.hpp"
#include "layers/query/expression.hpp"

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace layers::store {

using Seq = std::int64_t;

enum class Op { create, replace, remove };

// What a client wants. The store gives version, seq and recorded_at.
struct Write {
    Op op = Op::create;
    std::string layer;
    Record record;                          // remove: only id matters
    std::optional<std::int64_t> if_version; // replace, remove: fails with precondition_failed when it isn't current
    std::string account;                    // who, for the audit leaf
    bool skip_if_same = false;              // create: an existing id with equal content is left alone (idempotent)
    bool replace_if_exists = false;         // create: an existing id with other content gets a new version (imports)
    // Of an item that is there: makes `record` from it, on the writer thread, so that what commutes (an appended
    // statement) is never refused for coming second. Equal content is left alone. Quick; throws only geo::Error that
    // concerns this write. Replace then needs no values but those this makes.
    std::function<void(const Record& current, Record& record)> amend = {};
};

enum class Outcome { created, replaced, removed, unchanged };

struct WriteResult {
    Outcome outcome = Outcome::created;
    Seq seq = 0;
    std::int64_t version = 0;
    geo::Instant recorded_at;
};

// One line of the change log. Label and boxes travel, payload never.
struct Change {
    Seq seq = 0;
    std::string layer;
    geo::Uuid id;
    std::int64_t version = 0;
    Op op = Op::create;
    geo::Instant recorded_at;
    std::string agency;
    std::string handling;
    std::vector<std::string> releasable_to;
    std::string scenario_id;
    geo::Box old_box; // empty when there was none
    geo::Box new_box;
};

struct VersionEntry {
    Record record;
    Seq seq_from = 0;
    std::optional<Seq> seq_to; // open interval = current
    bool removed = false;      // a deletion is a version without payload
    std::string account;
};

// One import: what is in, so that a stopped one goes on.
struct ImportState {
    std::string key; // hash of file content, layer and mapping
    std::int64_t rows_done = 0;
    std::string report_json; // so far
    bool finished = false;
};

struct Account {
    std::string token_hash; // BLAKE2b-256, hex
    std::string account;
    std::string agency;
    std::vector<std::string> roles;
    bool revoked = false;
    geo::Instant created_at = {};                // zero: before this was kept
    std::optional<geo::Instant> expires_at = {}; // from then on it opens nothing; nothing: never
    std::string created_by = {};
};

// What the audit is found to be: both logs, their trees' roots (RFC 6962, hex) and the signed checkpoints.
struct AuditReport {
    Seq changes = 0; // acknowledged changes = audit leaves
    std::string changes_root;
    std::int64_t accesses = 0;
    std::string accesses_root;
    std::int64_t checkpoints = 0;
    std::string last_checkpoint;     // its line; empty: none yet
    std::vector<std::string> keys;   // public keys that signed, hex, in the order of their first use
    std::vector<std::string> faults; // everything wrong, for people, in order (at most some hundreds); empty: whole
};

// What a full check found; `check` throws when anything is wrong.
struct CheckReport {
    Seq changes = 0;        // acknowledged changes = audit leaves
    std::string audit_root; // Merkle tree root over the leaves (RFC 6962), hex
    std::int64_t accesses = 0;
    std::int64_t checkpoints = 0;
};

// For long work: says how far it is (0..1) and learns whether to stop, which ends it with Error{cancelled}.
struct Watch {
    std::function<void(double share)> progress = {};
    std::stop_token stop = {};
};

// All functions are thread-safe. Reads see the last commit. Errors: storage_full, storage_failed, busy, and those
// named.
class Store {
public:
    virtual ~Store() = default;

    // Queued, group-committed, in the order of the calls (import batches among themselves: edits overtake them). The
    // future is ready after the commit is durable; each write of the batch succeeds or fails alone: a failed one is an
    // Error in its place, a failed commit is that Error in every place. The future itself never throws.
    // Errors: invalid_input (no such layer, values that don't fit its fields), invalid_geometry (a malformed shape),
    // too_large, conflict (create: the id is taken), not_found, precondition_failed, forbidden (another owner agency),
    // busy (the queue is full), storage_full, storage_failed.
    // A removed item may be created anew: its versions go on.
    struct Item {
        std::optional<WriteResult> result;
        std::optional<geo::Error> error;
    };
    virtual std::future<std::vector<Item>> write(std::vector<Write> batch) = 0;
    // The same with nobody waiting: `done` is called once, when the future would be ready, on the writer thread, or at
    // once on this one when the queue is full. It must be quick, not throw, and not write to the store and wait.
    using Done = std::function<void(std::vector<Item>)>;
    virtual void write(std::vector<Write> batch, Done done) = 0;
    // As above; the import's state is stored in the same transaction as its rows. At most 1 000 rows a batch keep the
    // writer's turns under 50 ms, so that edits interleave. An import of no rows only stores its state.
    virtual std::future<std::vector<Item>> write_import(std::vector<Write> batch, ImportState state) = 0;
    virtual std::optional<ImportState> import_state(const std::string& key) const = 0;

    // Called on the writer thread after each durable commit and before its futures are ready, with what changed in
    // seq order: this is how the index follows ("commit, apply to the index, acknowledge"). One listener; it must not
    // throw (that ends the program) nor write to the store and wait. Set to nothing before what it refers to dies.
    struct Applied {
        Change change;
        std::shared_ptr<const Record> record; // null for remove
    };
    virtual void on_commit(std::function<void(const std::vector<Applied>&)> listener) = 0;

    virtual Seq last_seq() const = 0;
    // Waits until a change beyond `after` is there and the listener has seen it; false when `stop` came first.
    virtual bool wait_beyond(Seq after, std::stop_token stop) const = 0;
    // Changes with seq in (after, after + limit], ascending; gap-free.
    virtual std::vector<Change> changes(Seq after, std::size_t limit) const = 0;
    virtual Seq seq_at(geo::Instant t) const = 0; // the last seq recorded at or before t; 0 when none

    virtual std::optional<Record> get(const std::string& layer, const geo::Uuid& id) const = 0;
    virtual std::optional<Record> get_at(const std::string& layer, const geo::Uuid& id, Seq at) const = 0;
    virtual std::vector<VersionEntry> history(const std::string& layer, const geo::Uuid& id) const = 0;
    // Streams the rows current at `at` (last_seq() for now) in ascending id, after `after` (nothing: from the start);
    // `box` is a prefilter. The visitor returns false to stop.
    virtual void scan(const std::string& layer, Seq at, const std::optional<geo::Box>& box,
                      const std::optional<geo::Uuid>& after, const std::function<bool(const Record&)>& visit) const = 0;
    virtual std::int64_t count(const std::string& layer) const = 0;

    // Takes what is over at `now` out of the sealed fields (model/sealed.hpp) of all versions that are not current;
    // durable on return. Current rows are changed by a write like any other, so that every follower hears of it.
    virtual void forget_sealed(geo::Instant now) = 0;

    virtual Catalogue catalogue() const = 0;
    virtual void add_layer(const Layer& layer) = 0; // durable on return; Error{conflict} when it is taken

    // Stored together with the line of the access log that says who did it; durable on return.
    // An account is one agency's: Error{conflict} when its name stands under another.
    virtual void put_account(const Account& account, const audit::Access& why) = 0;
    virtual std::optional<Account> find_account(const std::string& token_hash) const = 0;
    virtual std::vector<Account> accounts() const = 0; // oldest first
    // Another number after each put_account, before that returns: who remembers accounts forgets them then. Cheap.
    virtual std::uint64_t accounts_revision() const = 0;

    // The access log: what must be accounted for and changed no row. Number and time are given by the store. Durable on
    // return; who reads what must be logged answers only then. Returns the number.
    virtual std::int64_t log_access(const audit::Access& access) = 0;
    // With number in (after, after + limit], ascending.
    virtual std::vector<audit::Access> accesses(std::int64_t after, std::size_t limit) const = 0;

    // Positions of followers (layers/feed).
    virtual Seq follower_position(const std::string& name) const = 0;
    virtual void set_follower_position(const std::string& name, Seq seq) = 0;

    // Reads everything: the file's structure, counts, and each audit leaf against its change and payload.
    // Error{storage_failed} naming the first fault.
    virtual CheckReport check(const Watch& watch = {}) const = 0;
    // The audit alone: each leaf against its change and payload, roots against every signed checkpoint. Faults are in
    // the report.
    virtual AuditReport verify_audit(const Watch& watch = {}) const = 0;
    // Signs a checkpoint if anything happened since the last one; the newest one's line. The store does so by itself
    // every minute and when it closes. Error{conflict} when the database is not the one that was vouched for,
    // Error{storage_failed, storage_full} when it can't be kept.
    virtual std::string checkpoint() = 0;
    // Error{not_found} for a seq that no change has.
    virtual audit::Proof prove(Seq seq) = 0;
    // The change log as the audit has it, with who did it; seq in (after, after + limit], ascending.
    virtual std::vector<audit::Leaf> leaves(Seq after, std::size_t limit) const = 0;
    // Why no checkpoint is signed, for people; nothing when the audit goes on.
    virtual std::optional<std::string> audit_trouble() const = 0;
    // Copies everything as it is at one moment, beside readers and writers, into `folder` (there, empty, private): a
    // set of files that stands for itself, with a signed manifest. Returns the manifest (JSON). Errors as checkpoint(),
    // and storage_failed when the copy is not whole.
    virtual std::string backup(const std::string& folder, const Watch& watch = {}) = 0;
    // Why the last write could not be made durable, for people; nothing when writing works. The store tries again by
    // itself once a second, so it ends without a restart or another write.
    virtual std::optional<std::string> trouble() const = 0;
    virtual std::string identity() const = 0; // random id of this database, made at its birth
};

} // namespace layers::store
