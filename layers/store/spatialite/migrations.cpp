#include "layers/store/spatialite/migrations.hpp"

#include "geo/error.hpp"
#include "geo/uuid.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace layers::store {
namespace {

using geo::Error, geo::ErrorCode;
using geo::wrap::Database, geo::wrap::Statement, geo::wrap::Transaction;

constexpr std::int64_t kApplicationId = 0x53524844; // "SRHD", in the file's header for `file` and for us

void first_tables(Database& db) {
    db.exec("SELECT InitSpatialMetaData(0,'WGS84')");
    if (db.query_integer("SELECT count(*) FROM spatial_ref_sys WHERE srid=4326") != 1) {
        throw Error{ErrorCode::storage_failed, "the spatial tables can't be made"};
    }
    db.exec(R"(
        CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE layers(
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            json TEXT,                      -- the schema; null for a built-in layer
            row_count INTEGER NOT NULL      -- current rows
        ) STRICT;
        CREATE TABLE change_log(
            seq INTEGER PRIMARY KEY,
            layer INTEGER NOT NULL REFERENCES layers(number),
            id BLOB NOT NULL,
            version INTEGER NOT NULL,
            op INTEGER NOT NULL,            -- 0 create, 1 replace, 2 remove
            recorded_at INTEGER NOT NULL,   -- microseconds since 1970, never falls
            agency TEXT NOT NULL,
            handling TEXT NOT NULL,
            releasable_to TEXT NOT NULL,
            scenario_id TEXT NOT NULL,
            old_box BLOB,
            new_box BLOB
        ) STRICT;
        CREATE TABLE audit_leaf(
            seq INTEGER PRIMARY KEY,
            payload BLOB NOT NULL,          -- salted digest of the payload; the salt lies with the payload
            hash BLOB NOT NULL              -- RFC 6962 leaf hash
        ) STRICT;
        CREATE TABLE import_state(
            key TEXT PRIMARY KEY,
            rows_done INTEGER NOT NULL,
            report TEXT NOT NULL,
            finished INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE account(
            token_hash TEXT PRIMARY KEY,
            account TEXT NOT NULL,
            agency TEXT NOT NULL,
            roles TEXT NOT NULL,
            revoked INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE follower_position(
            name TEXT PRIMARY KEY,
            seq INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
    )");
    Statement identity{db, "INSERT INTO meta(key,value) VALUES('identity',?1)"};
    const std::string id = geo::to_string(geo::make_uuid7());
    identity.bind_text_view(1, id);
    identity.run();
    db.exec("PRAGMA application_id=" + std::to_string(kApplicationId));
}

// The second log (what changed no row), checkpoints, and when tokens were made and end.
void accountability(Database& db) {
    db.exec(R"(
        CREATE TABLE access_log(
            number INTEGER PRIMARY KEY,
            recorded_at INTEGER NOT NULL,   -- microseconds since 1970, never falls
            account TEXT NOT NULL,
            agency TEXT NOT NULL,
            what TEXT NOT NULL,
            subject TEXT NOT NULL,
            reason TEXT NOT NULL,
            detail TEXT NOT NULL,
            hash BLOB NOT NULL              -- RFC 6962 leaf hash
        ) STRICT;
        CREATE TABLE checkpoint(
            number INTEGER PRIMARY KEY,
            line TEXT NOT NULL              -- as in the file beside the database
        ) STRICT;
        CREATE TABLE audit_tree(            -- the trees at the last checkpoint, so that the next one reads the tail only
            log TEXT PRIMARY KEY,           -- 'changes', 'accesses'
            size INTEGER NOT NULL,
            full_subtrees BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        ALTER TABLE account ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE account ADD COLUMN expires_at INTEGER;
        ALTER TABLE account ADD COLUMN created_by TEXT NOT NULL DEFAULT '';
    )");
}

struct Step {
    int number;
    void (*apply)(Database&);
};

constexpr Step kSteps[] = {
    {1, first_tables},
    {2, accountability},
};

void refuse_what_is_not_ours(Database& db) {
    const bool empty = db.query_integer("SELECT count(*) FROM sqlite_schema") == 0;
    if (!empty && db.query_integer("PRAGMA application_id") != kApplicationId) {
        throw Error{ErrorCode::conflict, "the data directory holds a database of another program"};
    }
    if (db.query_integer("PRAGMA user_version") > schema_version()) {
        throw Error{ErrorCode::conflict, "the data was written by a newer version of this program"};
    }
}

std::string missing_columns_sql(Database& db, const Layer& layer) {
    std::set<std::string> there;
    Statement columns{db, "SELECT name FROM pragma_table_info(?1)"};
    const std::string table = versions_name(layer);
    columns.bind_text_view(1, table);
    while (columns.step()) there.emplace(columns.text(0));
    columns.reset();
    std::string sql;
    for (const Field& field : layer.fields) {
        if (!there.contains(field.name)) sql += add_column_sql(layer, field);
    }
    return sql.empty() ? sql : sql + recreate_view_sql(layer);
}

// Numbers of the layers that have a table, by id; those that imports made go into the catalogue.
std::map<std::string, std::int64_t> read_known(Database& db, Schema& schema) {
    std::map<std::string, std::int64_t> known;
    Statement rows{db, "SELECT number,id,json FROM layers ORDER BY number"};
    while (rows.step()) {
        known[std::string{rows.text(1)}] = rows.integer(0);
        if (rows.is_null(2)) continue;
        // An import took the name before a newer Sarhad had a layer of that name: the import's rows stay what they are.
        if (schema.catalogue.find(rows.text(1))) {
            throw Error{ErrorCode::conflict, "a collection made by an import has the name of a built-in one"};
        }
        schema.catalogue = schema.catalogue.with(layer_from_json(rows.text(2)));
    }
    return known;
}

} // namespace

int schema_version() {
    return std::rbegin(kSteps)->number;
}

void migrate(const std::string& path) {
    Database db{path, {.mode = geo::wrap::OpenMode::create, .spatialite = true}};
    refuse_what_is_not_ours(db);
    db.exec("PRAGMA journal_mode=WAL");
    db.exec("PRAGMA synchronous=FULL");
    for (const Step& step : kSteps) {
        if (db.query_integer("PRAGMA user_version") >= step.number) continue;
        Transaction transaction{db};
        step.apply(db);
        db.exec("PRAGMA user_version=" + std::to_string(step.number));
        transaction.commit();
    }
}

const LayerTable& Schema::table(std::string_view layer) const {
    const auto it = tables.find(layer);
    if (it == tables.end()) throw Error{ErrorCode::not_found, "no such collection"};
    return *it->second;
}

const LayerTable& Schema::table(std::int64_t number) const {
    const auto it = by_number.find(number);
    if (it == by_number.end()) throw Error{ErrorCode::storage_failed, "the change log names an unknown collection"};
    return *it->second;
}

void Schema::add(std::shared_ptr<const Layer> layer, std::int64_t number) {
    const auto table = std::make_shared<const LayerTable>(layer, number);
    tables[layer->id] = table;
    by_number[number] = table;
}

std::int64_t create_layer(Database& db, const Layer& layer) {
    db.exec(create_sql(layer));
    Statement insert{db, "INSERT INTO layers(id,json,row_count) VALUES(?1,?2,0)"};
    insert.bind_text_view(1, layer.id);
    if (!layer.built_in) insert.bind_text(2, layer_to_json(layer));
    insert.run();
    return db.last_insert_rowid();
}

std::shared_ptr<const Schema> open_layers(Database& db) {
    auto schema = std::make_shared<Schema>();
    Transaction transaction{db};
    const auto known = read_known(db, *schema);
    for (const auto& layer : schema->catalogue.all()) {
        const auto it = known.find(layer->id);
        if (it != known.end()) db.exec(missing_columns_sql(db, *layer));
        schema->add(layer, it != known.end() ? it->second : create_layer(db, *layer));
    }
    transaction.commit();
    return schema;
}

std::shared_ptr<const Schema> layers_as_they_are(Database& db) {
    refuse_what_is_not_ours(db);
    const auto behind = [] {
        return Error{ErrorCode::storage_failed,
                     "the data was written by an older version of this program and can't be brought up to date: the "
                     "data directory can't be written"};
    };
    if (db.query_integer("PRAGMA user_version") != schema_version()) throw behind();
    auto schema = std::make_shared<Schema>();
    const auto known = read_known(db, *schema);
    for (const auto& layer : schema->catalogue.all()) {
        const auto it = known.find(layer->id);
        if (it == known.end() || !missing_columns_sql(db, *layer).empty()) throw behind();
        schema->add(layer, it->second);
    }
    return schema;
}

} // namespace layers::store
