#include "layers/store/spatialite/spatialite.hpp"

#include "geo/error.hpp"
#include "layers/store/spatialite/change_log.hpp"
#include "layers/store/spatialite/check.hpp"
#include "layers/store/spatialite/connection.hpp"
#include "layers/store/spatialite/data_lock.hpp"
#include "layers/store/spatialite/row.hpp"
#include "layers/store/spatialite/writer.hpp"

namespace layers::store {
namespace {

using geo::Error, geo::ErrorCode;

constexpr std::size_t kMaxFields = 1000; // SQLite's own limit is 2 000 columns

std::string_view bytes_of(const geo::Uuid& id) {
    return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

class SpatialiteStore final : public Store {
public:
    SpatialiteStore(const std::string& data_dir, const SpatialiteOptions& options)
        : lock_{data_dir}, writer_{data_dir + "/" + kDatabaseName, options}, readers_{data_dir + "/" + kDatabaseName,
                                                                                      options.idle_readers} {}

    std::future<std::vector<Item>> write(std::vector<Write> batch) override {
        return writer_.submit(std::move(batch), {});
    }
    std::future<std::vector<Item>> write_import(std::vector<Write> batch, ImportState state) override {
        return writer_.submit(std::move(batch), std::move(state));
    }
    std::optional<ImportState> import_state(const std::string& key) const override;
    void on_commit(std::function<void(const std::vector<Applied>&)> listener) override {
        writer_.listen(std::move(listener));
    }

    Seq last_seq() const override { return writer_.last_seq(); }
    bool wait_beyond(Seq after, std::stop_token stop) const override {
        return writer_.wait_beyond(after, std::move(stop));
    }
    std::vector<Change> changes(Seq after, std::size_t limit) const override {
        auto reader = readers_.lease();
        return read_changes(*reader, *writer_.schema(), after, limit);
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

    Catalogue catalogue() const override { return writer_.schema()->catalogue; }
    void add_layer(const Layer& layer) override;

    void put_account(const Account& account) override;
    std::optional<Account> find_account(const std::string& token_hash) const override;

    Seq follower_position(const std::string& name) const override;
    void set_follower_position(const std::string& name, Seq seq) override;

    CheckReport check() const override {
        auto reader = readers_.lease();
        return check_database(*reader, *writer_.schema());
    }
    std::optional<std::string> trouble() const override { return writer_.trouble(); }
    std::string identity() const override {
        auto reader = readers_.lease();
        return reader->database().query_text("SELECT value FROM meta WHERE key='identity'");
    }

private:
    // In this order: readers close first, then the writer moves its log into the file, then others may come.
    DataLock lock_;
    mutable Writer writer_;
    mutable ReadPool readers_;
};

std::optional<ImportState> SpatialiteStore::import_state(const std::string& key) const {
    auto reader = readers_.lease();
    Query row = reader->query("SELECT rows_done,report,finished FROM import_state WHERE key=?1");
    row->bind_text_view(1, key);
    if (!row->step()) return {};
    return ImportState{key, row->integer(0), std::string{row->text(1)}, row->integer(2) != 0};
}

std::optional<Record> SpatialiteStore::get(const std::string& layer, const geo::Uuid& id) const {
    const auto schema = writer_.schema();
    const LayerTable& table = schema->table(layer);
    auto reader = readers_.lease();
    Query row = reader->query(table.current);
    row->bind_blob_view(1, bytes_of(id));
    if (!row->step()) return {};
    return read_record(*row, *table.layer);
}

std::optional<Record> SpatialiteStore::get_at(const std::string& layer, const geo::Uuid& id, Seq at) const {
    const auto schema = writer_.schema();
    const LayerTable& table = schema->table(layer);
    auto reader = readers_.lease();
    Query row = reader->query(table.at);
    row->bind_blob_view(1, bytes_of(id));
    row->bind(2, at);
    if (!row->step()) return {};
    return read_record(*row, *table.layer);
}

std::vector<VersionEntry> SpatialiteStore::history(const std::string& layer, const geo::Uuid& id) const {
    const auto schema = writer_.schema();
    const LayerTable& table = schema->table(layer);
    auto reader = readers_.lease();
    Query row = reader->query(table.history);
    row->bind_blob_view(1, bytes_of(id));
    std::vector<VersionEntry> versions;
    while (row->step()) {
        VersionEntry entry;
        entry.record = read_record(*row, *table.layer);
        entry.seq_from = row->integer(column::seq_from);
        if (!row->is_null(column::seq_to)) entry.seq_to = row->integer(column::seq_to);
        entry.removed = row->integer(column::removed) != 0;
        entry.account = row->text(column::account);
        versions.push_back(std::move(entry));
    }
    return versions;
}

void SpatialiteStore::scan(const std::string& layer, Seq at, const std::optional<geo::Box>& box,
                           const std::optional<geo::Uuid>& after,
                           const std::function<bool(const Record&)>& visit) const {
    const auto schema = writer_.schema();
    const LayerTable& table = schema->table(layer);
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
        if (!visit(read_record(*row, *table.layer))) return;
    }
}

std::int64_t SpatialiteStore::count(const std::string& layer) const {
    const auto schema = writer_.schema();
    const LayerTable& table = schema->table(layer);
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
    writer_.run(
        [&](Connection& connection) {
            auto next = std::make_shared<Schema>(*writer_.schema());
            next->catalogue = next->catalogue.with(kept);
            number = create_layer(connection.database(), kept);
            next->add(next->catalogue.find(kept.id), number);
            grown = std::move(next);
        },
        [&] { writer_.replace_schema(grown); });
}

void SpatialiteStore::put_account(const Account& account) {
    writer_.run([&](Connection& connection) {
        Query row = connection.query("INSERT INTO account(token_hash,account,agency,roles,revoked) "
                                     "VALUES(?1,?2,?3,?4,?5) ON CONFLICT(token_hash) DO UPDATE SET "
                                     "account=?2,agency=?3,roles=?4,revoked=?5");
        row->bind_text_view(1, account.token_hash);
        row->bind_text_view(2, account.account);
        row->bind_text_view(3, account.agency);
        row->bind_text(4, texts_to_json(account.roles));
        row->bind(5, account.revoked ? 1 : 0);
        row->step();
    });
}

std::optional<Account> SpatialiteStore::find_account(const std::string& token_hash) const {
    auto reader = readers_.lease();
    Query row = reader->query("SELECT account,agency,roles,revoked FROM account WHERE token_hash=?1");
    row->bind_text_view(1, token_hash);
    if (!row->step()) return {};
    return Account{token_hash, std::string{row->text(0)}, std::string{row->text(1)}, texts_from_json(row->text(2)),
                   row->integer(3) != 0};
}

Seq SpatialiteStore::follower_position(const std::string& name) const {
    auto reader = readers_.lease();
    Query row = reader->query("SELECT seq FROM follower_position WHERE name=?1");
    row->bind_text_view(1, name);
    return row->step() ? row->integer(0) : 0;
}

void SpatialiteStore::set_follower_position(const std::string& name, Seq seq) {
    writer_.run([&](Connection& connection) {
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
