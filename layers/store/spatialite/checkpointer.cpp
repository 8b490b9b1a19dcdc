#include "layers/store/spatialite/checkpointer.hpp"

#include "geo/error.hpp"
#include "layers/audit/checkpoint_file.hpp"
#include "layers/store/spatialite/access_log.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace layers::store {
namespace {

using geo::Error, geo::ErrorCode;
using geo::wrap::Transaction, geo::wrap::TransactionMode;

constexpr std::size_t kTail_bytes = 64 * 1024; // of the file: more lines than a start can have left unfinished

std::string_view bytes_of(const std::vector<audit::Hash>& hashes) {
    return {reinterpret_cast<const char*>(hashes.data()), hashes.size() * sizeof(audit::Hash)};
}

// Empty where the row is missing or damaged: the leaves are read from the first then.
audit::MerkleTree kept_tree(Connection& connection, const char* log) {
    Query row = connection.query("SELECT size,full_subtrees FROM audit_tree WHERE log=?1");
    row->bind_text_view(1, log);
    if (!row->step()) return {};
    const auto size = static_cast<std::uint64_t>(row->integer(0));
    const auto bytes = row->blob(1);
    if (bytes.size() != static_cast<std::size_t>(std::popcount(size)) * sizeof(audit::Hash)) return {};
    std::vector<audit::Hash> full(bytes.size() / sizeof(audit::Hash));
    if (!full.empty()) std::memcpy(full.data(), bytes.data(), bytes.size());
    return {size, std::move(full)};
}

void keep_tree(Connection& connection, const char* log, const audit::MerkleTree& tree) {
    Query row = connection.query("INSERT OR REPLACE INTO audit_tree(log,size,full_subtrees) VALUES(?1,?2,?3)");
    row->bind_text_view(1, log);
    row->bind(2, tree.size());
    row->bind_blob_view(3, bytes_of(tree.full()));
    row->step();
}

// Grows the tree by the leaves behind it, at most to `size`. `leaves`: ?1 the last number, gives number and hash.
void grow(Connection& connection, std::string_view leaves, audit::MerkleTree& tree, std::uint64_t size) {
    Query rows = connection.query(leaves);
    rows->bind(1, tree.size());
    while (tree.size() < size && rows->step()) {
        audit::Hash hash;
        const auto bytes = rows->blob(1);
        if (rows->integer(0) != static_cast<std::int64_t>(tree.size()) + 1 || bytes.size() != hash.size()) {
            throw Error{ErrorCode::storage_failed,
                        "audit entry " + std::to_string(tree.size() + 1) + " is missing or damaged"};
        }
        std::memcpy(hash.data(), bytes.data(), bytes.size());
        tree.append(hash);
    }
}

constexpr std::string_view kChangeLeaves = "SELECT seq,hash FROM audit_leaf WHERE seq>?1 ORDER BY seq";
constexpr std::string_view kAccessLeaves = "SELECT number,hash FROM access_log WHERE number>?1 ORDER BY number";

void grow_to(Connection& connection, Trees& trees, std::uint64_t changes, std::uint64_t accesses) {
    grow(connection, kChangeLeaves, trees.changes, changes);
    grow(connection, kAccessLeaves, trees.accesses, accesses);
}

// The logs end before what the trees hold: rows were taken away.
bool ends_before(Connection& connection, const Trees& trees) {
    auto& db = connection.database();
    const auto changes = static_cast<std::uint64_t>(db.query_integer("SELECT max(seq) FROM audit_leaf"));
    const auto accesses = static_cast<std::uint64_t>(db.query_integer("SELECT max(number) FROM access_log"));
    return changes < trees.changes.size() || accesses < trees.accesses.size();
}

bool vouches_for(const audit::Checkpoint& checkpoint, const Trees& trees) {
    return checkpoint.changes == audit::head_of(trees.changes) && checkpoint.accesses == audit::head_of(trees.accesses);
}

bool is_signed(const std::string& line) {
    const auto checkpoint = audit::checkpoint_from(line);
    return checkpoint && audit::signature_holds(*checkpoint);
}

std::string name_of(const audit::Checkpoint& checkpoint) {
    return "checkpoint " + std::to_string(checkpoint.number) + " of " + geo::to_rfc3339(checkpoint.made_at);
}

} // namespace

Trees kept_trees(Connection& connection) {
    return {kept_tree(connection, "changes"), kept_tree(connection, "accesses")};
}

void grow_to_end(Connection& connection, Trees& trees) {
    grow_to(connection, trees, UINT64_MAX, UINT64_MAX);
}

std::string origin_of(Connection& connection) {
    return connection.database().query_text("SELECT value FROM meta WHERE key IN ('origin','identity') "
                                            "ORDER BY key DESC LIMIT 1");
}

Checkpointer::Checkpointer(std::string data_dir, Writer& writer, ReadPool& readers, std::function<geo::Instant()> clock,
                           std::chrono::milliseconds every)
    : data_dir_{std::move(data_dir)}, writer_{writer}, readers_{readers}, clock_{std::move(clock)}, every_{every} {
    begin();
    if (!fault_) try_now();
    thread_ = std::thread{[this] { loop(); }};
}

Checkpointer::~Checkpointer() {
    {
        const std::lock_guard lock{stop_mutex_};
        stopping_ = true;
    }
    stopped_.notify_one();
    thread_.join();
    try_now();
}

void Checkpointer::begin() {
    try {
        key_ = audit::open_key(data_dir_);
        auto reader = readers_.lease();
        const Transaction snapshot{reader->database(), TransactionMode::deferred};
        origin_ = origin_of(*reader);
        resume(*reader);
    } catch (const Error& error) {
        fault_ = error.what();
    }
}

// The database's newest checkpoint, and those of the file that a kill kept from reaching it.
void Checkpointer::resume(Connection& reader) {
    auto lines = audit::read_lines(data_dir_, kTail_bytes);
    const std::string known = reader.database().query_text("SELECT line FROM checkpoint ORDER BY number DESC LIMIT 1");
    // Of the line behind the one that the database knows nobody was told: a power loss may have torn it.
    const bool follows_known = known.empty() ? lines.size() == 1 : lines.size() > 1 && *(lines.end() - 2) == known;
    if (follows_known && !is_signed(lines.back())) {
        audit::cut_last_line(data_dir_);
        lines.pop_back();
    }
    auto from = lines.begin();
    if (!known.empty()) {
        from = std::ranges::find(lines, known);
        if (from == lines.end()) {
            const auto newest = lines.empty() ? std::nullopt : audit::checkpoint_from(lines.back());
            fault_ = newest ? "the database and " + name_of(*newest) + " beside it are not of one time"
                            : std::string{"the checkpoints beside the database are gone"};
            return;
        }
    }
    for (; from != lines.end() && !fault_; ++from) take_up(reader, *from);
}

void Checkpointer::take_up(Connection& reader, const std::string& line) {
    const auto checkpoint = audit::checkpoint_from(line);
    if (!checkpoint || !audit::signature_holds(*checkpoint)) {
        fault_ = "a checkpoint beside the database is damaged";
        return;
    }
    const bool follows = last_ ? checkpoint->number == last_->checkpoint.number + 1 &&
                                     checkpoint->previous == audit::hash_of_line(last_->line)
                               : true;
    if (checkpoint->origin != origin_ || !follows) {
        fault_ = name_of(*checkpoint) + " beside the database is not of this database";
        return;
    }
    Trees trees = last_ ? last_->trees : kept_trees(reader);
    if (!last_ && !vouches_for(*checkpoint, trees)) trees = {}; // kept for an older one, or damaged
    grow_to(reader, trees, checkpoint->changes.size, checkpoint->accesses.size);
    const bool shorter = ends_before(reader, trees) || trees.changes.size() < checkpoint->changes.size ||
                         trees.accesses.size() < checkpoint->accesses.size;
    if (shorter || !vouches_for(*checkpoint, trees)) {
        fault_ = "the database is not the one of " + name_of(*checkpoint) +
                 (shorter ? ": it is older, or its end was cut off" : ": an entry was changed");
        return;
    }
    // The first one is the database's own, unless it has none at all.
    in_database_ = !last_ && reader.database().query_integer("SELECT count(*) FROM checkpoint") > 0;
    last_ = Signed{*checkpoint, line, std::move(trees)};
    if (!in_database_) keep_in_database(*last_);
    in_database_ = true;
}

std::string Checkpointer::now() {
    const std::lock_guard lock{mutex_};
    return make();
}

std::string Checkpointer::make() {
    if (fault_) throw Error{ErrorCode::conflict, *fault_};
    if (!key_) throw Error{ErrorCode::storage_failed, "there is no key to sign with"};
    if (last_ && !in_database_) keep_in_database(*last_);
    in_database_ = true;
    if (last_ && last_->checkpoint.public_key != key_->public_key()) log_new_key();
    Trees trees = last_ ? last_->trees : Trees{};
    {
        auto reader = readers_.lease();
        const Transaction snapshot{reader->database(), TransactionMode::deferred};
        grow_to_end(*reader, trees);
        if (ends_before(*reader, trees)) {
            fault_ = "the end of the database was cut off after " + name_of(last_->checkpoint);
            throw Error{ErrorCode::conflict, *fault_};
        }
    }
    const auto size = [](const Trees& t) { return t.changes.size() + t.accesses.size(); };
    if (last_ && size(trees) == size(last_->trees)) return last_->line;

    Signed made;
    made.checkpoint.origin = origin_;
    made.checkpoint.number = last_ ? last_->checkpoint.number + 1 : 1;
    made.checkpoint.previous = last_ ? audit::hash_of_line(last_->line) : audit::Hash{};
    made.checkpoint.made_at = last_ ? std::max(clock_(), last_->checkpoint.made_at) : clock_();
    made.checkpoint.changes = audit::head_of(trees.changes);
    made.checkpoint.accesses = audit::head_of(trees.accesses);
    audit::sign(made.checkpoint, *key_);
    made.line = audit::to_line(made.checkpoint);
    made.trees = std::move(trees);
    audit::append_line(data_dir_, made.line);
    last_ = std::move(made);
    in_database_ = false; // should the next line throw
    keep_in_database(*last_);
    in_database_ = true;
    return last_->line;
}

// Who reads the chain later must see that the change of keys was ours.
void Checkpointer::log_new_key() {
    const std::string key = geo::wrap::to_hex(key_->public_key());
    writer_.run([&](Connection& connection) {
        Query last = connection.query("SELECT subject FROM access_log WHERE what='key_changed' "
                                      "ORDER BY number DESC LIMIT 1");
        if (last->step() && last->text(0) == key) return; // logged by a try that got no further
        audit::Access access;
        access.account = "sarhad";
        access.what = "key_changed";
        access.subject = key;
        append_access(connection, access, clock_());
    });
}

void Checkpointer::keep_in_database(const Signed& made) {
    writer_.run([&](Connection& connection) {
        {
            Query row = connection.query("INSERT OR REPLACE INTO checkpoint(number,line) VALUES(?1,?2)");
            row->bind(1, made.checkpoint.number);
            row->bind_text_view(2, made.line);
            row->step();
        }
        keep_tree(connection, "changes", made.trees.changes);
        keep_tree(connection, "accesses", made.trees.accesses);
    });
}

std::string Checkpointer::sign(std::string_view message) const {
    const std::lock_guard lock{mutex_};
    if (!key_) throw Error{ErrorCode::storage_failed, "there is no key to sign with"};
    return geo::wrap::to_hex(key_->public_key()) + " " + geo::wrap::to_hex(key_->sign(message));
}

std::optional<std::string> Checkpointer::trouble() const {
    const std::lock_guard lock{mutex_};
    return fault_ ? fault_ : late_;
}

void Checkpointer::try_now() noexcept {
    const std::lock_guard lock{mutex_};
    if (fault_) return;
    try {
        if (!key_) key_ = audit::open_key(data_dir_);
        make();
        late_.reset();
    } catch (const std::exception& error) { // a full disk; the next turn tries again
        late_ = error.what();
    }
}

void Checkpointer::loop() {
    std::unique_lock lock{stop_mutex_};
    while (!stopped_.wait_for(lock, every_, [this] { return stopping_; })) {
        lock.unlock();
        try_now();
        lock.lock();
    }
}

} // namespace layers::store
