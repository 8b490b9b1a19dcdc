#include "layers/store/spatialite/spatialite.hpp"

#include "geo/error.hpp"
#include "layers/audit/checkpoint_file.hpp"
#include "layers/store/spatialite/access_log.hpp"
#include "layers/store/spatialite/account_row.hpp"
#include "layers/store/spatialite/backup.hpp"
#include "layers/store/spatialite/change_log.hpp"
#include "layers/store/spatialite/check.hpp"
#include "layers/store/spatialite/checkpointer.hpp"
#include "layers/store/spatialite/connection.hpp"
#include "layers/store/spatialite/data_lock.hpp"
#include "layers/store/spatialite/forget.hpp"
#include "layers/store/spatialite/proven.hpp"
#include "layers/store/spatialite/row.hpp"
#include "layers/store/spatialite/writer.hpp"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>

namespace layers::store {
namespace {

using geo::Error, geo::ErrorCode;

constexpr std::size_t kMaxFields = 1000; // SQLite's own limit is 2 000 columns

std::string_view bytes_of(const geo::Uuid& id) {
    return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

constexpr const char* kReadOnly = "the data directory can't be written: reading only";

std::string database_in(const std::string& data_dir) {
    return data_dir + "/" + kDatabaseName;
}

// A log that was left behind (a killed process) holds commits: then SQLite reads file and log together.
geo::wrap::OpenMode mode_without_writing(const std::string& data_dir) {
    std::error_code none;
    const auto log_bytes = std::filesystem::file_size(database_in(data_dir) + "-wal", none);
    return !none && log_bytes > 0 ? geo::wrap::OpenMode::read_only : geo::wrap::OpenMode::immutable;
}

class SpatialiteStore final : public Store {
public:
    SpatialiteStore(const std::string& data_dir, const SpatialiteOptions& options)
        : data_dir_{data_dir}, clock_{options.clock}, lock_{data_dir, options.read_only_too},
          writer_{lock_.read_only() ? nullptr : std::make_unique<Writer>(database_in(data_dir), options)},
          readers_{database_in(data_dir), options.idle_readers,
                   writer_ ? geo::wrap::OpenMode::read_only : mode_without_writing(data_dir)} {
        if (writer_) {
            checkpointer_ =
                std::make_unique<Checkpointer>(data_dir, *writer_, readers_, clock_, options.checkpoint_every);
            return;
        }
        auto reader = readers_.lease();
        fixed_schema_ = layers_as_they_are(reader->database());
        fixed_seq_ = log_end(*reader).seq;
    }

    std::future<std::vector<Item>> write(std::vector<Write> batch) override {
        return writer_ ? writer_->submit(std::move(batch), std::nullopt) : refused(batch.size());
    }
    void write(std::vector<Write> batch, Done done) override {
        if (writer_) return writer_->submit(std::move(batch), std::move(done));
        done(refused(batch.size()).get());
    }
    std::future<std::vector<Item>> write_import(std::vector<Write> batch, ImportState state) override {
        return writer_ ? writer_->submit(std::move(batch), std::move(state)) : refused(batch.size());
    }
    std::optional<ImportState> import_state(const std::string& key) const override;
    void on_commit(std::function<void(const std::vector<Applied>&)> listener) override {
        if (writer_) writer_->listen(std::move(listener));
    }

    Seq last_seq() const override { return writer_ ? writer_->last_seq() : fixed_seq_; }
    bool wait_beyond(Seq after, std::stop_token stop) const override;
    std::vector<Change> changes(Seq after, std::size_t limit) const override {
        auto reader = readers_.lease();
        return read_changes(*reader, *schema(), after, limit);
    }
    Seq seq_at(geo::Instant t) const override {
        auto reader = readers_.lease();
        return seq_recorded_by(*reader, t);
    }

    std::optional<Record> get(const std::string& layer, const geo::Uuid& id) const override;
    std::optional<Record> get_at(const std::string& layer, const geo::Uuid& id, Seq at) const override;
    std::vector<VersionEntry> history(const std::string& layer, const geo::Uuid& id) const override;
    void scan(const std::string& layer, Seq at, const std::optional<geo::Box>& box,
              const std::optional<geo::Uuid>& after, const std::function<bool(const Record&)>& visit) const override;
    std::int64_t count(const std::string& layer) const override;

    void forget_sealed(geo::Instant now) override {
        const auto over = find_what_is_over(*readers_.lease(), *schema(), now);
        if (!over.empty()) writer().run([&](Connection& connection) { forget(connection, over); });
    }

    Catalogue catalogue() const override { return schema()->catalogue; }
    void add_layer(const Layer& layer) override;

    void put_account(const Account& account, const audit::Access& why) override;
    std::optional<Account> find_account(const std::string& token_hash) const override;
    std::vector<Account> accounts() const override;
    std::uint64_t accounts_revision() const override { return accounts_revision_; }

    std::int64_t log_access(const audit::Access& access) override;
    std::vector<audit::Access> accesses(std::int64_t after, std::size_t limit) const override;

    Seq follower_position(const std::string& name) const override;
    void set_follower_position(const std::string& name, Seq seq) override;

    CheckReport check(const Watch& watch) const override;
    AuditReport verify_audit(const Watch& watch) const override;
    std::string checkpoint() override {
        writer(); // or it says why not
        return checkpointer_->now();
    }
    audit::Proof prove(Seq seq) override;
    std::vector<audit::Leaf> leaves(Seq after, std::size_t limit) const override {
        auto reader = readers_.lease();
        const geo::wrap::Transaction snapshot{reader->database(), geo::wrap::TransactionMode::deferred};
        return read_leaves(*reader, *schema(), after, limit);
    }
    std::optional<std::string> audit_trouble() const override {
        return checkpointer_ ? checkpointer_->trouble() : std::nullopt;
    }
    std::string backup(const std::string& folder, const Watch& watch) override {
        writer();
        auto reader = readers_.lease();
        return back_up(*reader, *checkpointer_, data_dir_, folder, clock_(), watch);
    }

    std::optional<std::string> trouble() const override {
        return writer_ ? writer_->trouble() : std::optional<std::string>{kReadOnly};
    }
    std::string identity() const override {
        auto reader = readers_.lease();
        return reader->database().query_text("SELECT value FROM meta WHERE key='identity'");
    }

private:
    std::shared_ptr<const Schema> schema() const { return writer_ ? writer_->schema() : fixed_schema_; }
    Writer& writer() const {
        if (!writer_) throw Error{ErrorCode::storage_failed, kReadOnly};
        return *writer_;
    }
    static std::future<std::vector<Item>> refused(std::size_t writes) {
        std::promise<std::vector<Item>> answer;
        answer.set_value({writes, Item{{}, Error{ErrorCode::storage_failed, kReadOnly}}});
        return answer.get_future();
    }
    // `work` in one snapshot of the database, with the file's checkpoints of that moment.
    template <typename Work>
    auto with_checkpoints(const Work& work) const {
        auto reader = readers_.lease();
        auto hold = checkpointer_ ? checkpointer_->hold() : std::unique_lock<std::mutex>{};
        const geo::wrap::Transaction snapshot{reader->database(), geo::wrap::TransactionMode::deferred};
        log_end(*reader); // the snapshot begins with its first read
        const auto lines = audit::read_lines(data_dir_);
        if (hold) hold.unlock();
        return work(*reader, lines);
    }

    const std::string data_dir_;
    const std::function<geo::Instant()> clock_;
    std::atomic<std::uint64_t> accounts_revision_ = 0;
    // In this order: the last checkpoint is made, readers close, the writer moves its log into the file, then others
    // may come.
    DataLock lock_;
    std::unique_ptr<Writer> writer_; // null: reading only
    mutable ReadPool readers_;
    std::unique_ptr<Checkpointer> checkpointer_; // null: reading only
    std::shared_ptr<const Schema> fixed_schema_; // reading only
    Seq fixed_seq_ = 0;
};

CheckReport SpatialiteStore::check(const Watch& watch) const {
    return with_checkpoints([&](Connection& reader, const std::vector<std::string>& lines) {
        return check_database(reader, *schema(), lines, watch);
    });
}

AuditReport SpatialiteStore::verify_audit(const Watch& watch) const {
    return with_checkpoints([&](Connection& reader, const std::vector<std::string>& lines) {
        return verify_database_audit(reader, *schema(), lines, watch);
    });
}

bool SpatialiteStore::wait_beyond(Seq after, std::stop_token stop) const {
    if (writer_) return writer_->wait_beyond(after, std::move(stop));
    if (fixed_seq_ > after) return true;
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock{mutex};
    return never.wait(lock, std::move(stop), [] { return false; });
}

std::optional<ImportState> SpatialiteStore::import_state(const std::string& key) const {
    auto reader = readers_.lease();
    Query row = reader->query("SELECT rows_done,report,finished FROM import_state WHERE key=?1");
    row->bind_text_view(1, key);
    if (!row->step()) return {};
    return ImportState{key, row->integer(0), std::string{row->text(1)}, row->integer(2) != 0};
}

std::optional<Record> SpatialiteStore::get(const std::string& layer, const geo::Uuid& id) const {
    const auto schema_now = schema();
    const LayerTable& table = schema_now->table(layer);
    auto reader = readers_.lease();
    Query row = reader->query(table.current);
    row->bind_blob_view(1, bytes_of(id));
    if (!row->step()) return {};
    return read_proven(*reader, table, *row);
}

std::optional<Record> SpatialiteStore::get_at(const std::string& layer, const geo::Uuid& id, Seq at) const {
    const auto schema_now = schema();
    const LayerTable& table = schema_now->table(layer);
    auto reader = readers_.lease();
    Query row = reader->query(table.at);
    row->bind_blob_view(1, bytes_of(id));
    row->bind(2, at);
    if (!row->step()) return {};
    return read_proven(*reader, table, *row);
}

std::vector<VersionEntry> SpatialiteStore::history(const std::string& layer, const geo::Uuid& id) const {
    const auto schema_now = schema();
    const LayerTable& table = schema_now->table(layer);
    auto reader = readers_.lease();
    Query row = reader->query(table.history);
    row->bind_blob_view(1, bytes_of(id));
    std::vector<VersionEntry> versions;
    while (row->step()) {
        VersionEntry entry;
        entry.record = read_proven(*reader, table, *row);
        entry.seq_from = row->integer(column::seq_from);
        const bool follows = versions.empty() ? entry.record.version == 1 : versions.back().seq_to == entry.seq_from;
        if (!follows) throw Error{ErrorCode::storage_failed, "a version of the item is missing"};
        if (!row->is_null(column::seq_to)) entry.seq_to = row->integer(column::seq_to);
        entry.removed = row->integer(column::removed) != 0;
        entry.account = row->text(column::account);
        versions.push_back(std::move(entry));
    }
    // A damaged index hides rows: the last version is the open one, or it isn't the last.
    if (!versions.empty() && versions.back().seq_to)
        throw Error{ErrorCode::storage_failed, "the newest version of the item is missing"};
    return versions;
}

void SpatialiteStore::scan(const std::string& layer, Seq at, const std::optional<geo::Box>& box,
                           const std::optional<geo::Uuid>& after,
                           const std::function<bool(const Record&)>& visit) const {
    const auto schema_now = schema();
    const LayerTable& table = schema_now->table(layer);
    auto reader = readers_.lease();
    // One snapshot for the question "is `at` now?" and for its answer.
    const geo::wrap::Transaction snapshot{reader->database(), geo::wrap::TransactionMode::deferred};
    const bool now = at >= log_end(*reader).seq;
    Query row = reader->query(box ? (now ? table.scan_current_in_box : table.scan_at_in_box)
                                  : (now ? table.scan_current : table.scan_at));
    row->bind_blob_view(1, after ? bytes_of(*after) : std::string_view{}); // no bytes sort before all ids
    row->bind(2, at);
    if (box) {
        row->bind(3, box->min_x);
        row->bind(4, box->min_y);
        row->bind(5, box->max_x);
        row->bind(6, box->max_y);
    }
    while (row->step()) {
        if (!visit(read_proven(*reader, table, *row))) return;
    }
}

std::int64_t SpatialiteStore::count(const std::string& layer) const {
    const auto schema_now = schema();
    const LayerTable& table = schema_now->table(layer);
    auto reader = readers_.lease();
    Query row = reader->query("SELECT row_count FROM layers WHERE number=?1");
    row->bind(1, table.number);
    return row->step() ? row->integer(0) : 0;
}

void SpatialiteStore::add_layer(const Layer& layer) {
    if (layer.fields.size() > kMaxFields) {
        throw Error{ErrorCode::too_large, "a collection may have 1 000 fields at most"};
    }
    // Through JSON: what is kept is what is used from the first row on, and names are checked again.
    Layer kept = layer_from_json(layer_to_json(layer));
    std::int64_t number = 0;
    std::shared_ptr<const Schema> grown;
    writer().run(
        [&](Connection& connection) {
            auto next = std::make_shared<Schema>(*schema());
            next->catalogue = next->catalogue.with(kept);
            number = create_layer(connection.database(), kept);
            next->add(next->catalogue.find(kept.id), number);
            grown = std::move(next);
        },
        [&] { writer().replace_schema(grown); });
}

void SpatialiteStore::put_account(const Account& account, const audit::Access& why) {
    writer().run(
        [&](Connection& connection) {
            put_account_row(connection, account);
            append_access(connection, why, clock_());
        },
        [&] { ++accounts_revision_; });
}

namespace {

constexpr std::string_view kAccountColumns =
    "SELECT token_hash,account,agency,roles,revoked,created_at,expires_at,created_by FROM account ";

Account account_from(const geo::wrap::Statement& row) {
    Account account{std::string{row.text(0)}, std::string{row.text(1)}, std::string{row.text(2)},
                    texts_from_json(row.text(3)), row.integer(4) != 0};
    account.created_at = {row.integer(5)};
    if (!row.is_null(6)) account.expires_at = geo::Instant{row.integer(6)};
    account.created_by = row.text(7);
    return account;
}

} // namespace

std::optional<Account> SpatialiteStore::find_account(const std::string& token_hash) const {
    auto reader = readers_.lease();
    Query row = reader->query(std::string{kAccountColumns} + "WHERE token_hash=?1");
    row->bind_text_view(1, token_hash);
    if (!row->step()) return {};
    return account_from(*row);
}

std::vector<Account> SpatialiteStore::accounts() const {
    auto reader = readers_.lease();
    Query row = reader->query(std::string{kAccountColumns} + "ORDER BY created_at,token_hash");
    std::vector<Account> all;
    while (row->step()) all.push_back(account_from(*row));
    return all;
}

std::int64_t SpatialiteStore::log_access(const audit::Access& access) {
    std::int64_t number = 0;
    writer().run([&](Connection& connection) { number = append_access(connection, access, clock_()); });
    return number;
}

std::vector<audit::Access> SpatialiteStore::accesses(std::int64_t after, std::size_t limit) const {
    auto reader = readers_.lease();
    std::vector<audit::Access> lines;
    for (auto& entry : read_accesses(*reader, after, limit)) lines.push_back(std::move(entry.access));
    return lines;
}

audit::Proof SpatialiteStore::prove(Seq seq) {
    const std::string line = checkpoint(); // covers everything acknowledged by now
    auto reader = readers_.lease();
    const geo::wrap::Transaction snapshot{reader->database(), geo::wrap::TransactionMode::deferred};
    return prove_change(*reader, *schema(), seq, line);
}

Seq SpatialiteStore::follower_position(const std::string& name) const {
    auto reader = readers_.lease();
    Query row = reader->query("SELECT seq FROM follower_position WHERE name=?1");
    row->bind_text_view(1, name);
    return row->step() ? row->integer(0) : 0;
}

void SpatialiteStore::set_follower_position(const std::string& name, Seq seq) {
    writer().run([&](Connection& connection) {
        Query row = connection.query("INSERT INTO follower_position(name,seq) VALUES(?1,?2) "
                                     "ON CONFLICT(name) DO UPDATE SET seq=?2");
        row->bind_text_view(1, name);
        row->bind(2, seq);
        row->step();
    });
}

} // namespace

std::unique_ptr<Store> open_spatialite(const std::string& data_dir, SpatialiteOptions options) {
    return std::make_unique<SpatialiteStore>(data_dir, options);
}

} // namespace layers::store
