// The database's schema as a numbered table of steps, each one transaction that also writes its number, so that a
// migration killed anywhere goes on where it was. Layers' tables are not steps: they follow the model (open_layers).
#pragma once

#include "geo/wrap/sqlite.hpp"
#include "layers/store/spatialite/layer_table.hpp"

#include <map>
#include <memory>
#include <string>

namespace layers::store {

int schema_version(); // the newest step's number

// Brings the database at `path` up to schema_version(), making it when it is missing. Error{conflict} when it is newer
// or no database of Sarhad.
void migrate(const std::string& path);

// What the database holds beside rows: replaced as a whole when a layer is added, shared by all threads.
struct Schema {
    Catalogue catalogue;
    std::map<std::string, std::shared_ptr<const LayerTable>, std::less<>> tables;
    std::map<std::int64_t, std::shared_ptr<const LayerTable>> by_number;

    const LayerTable& table(std::string_view layer) const; // Error{not_found}
    const LayerTable& table(std::int64_t number) const;    // Error{storage_failed}
    void add(std::shared_ptr<const Layer> layer, std::int64_t number);
};

// Makes the tables of built-in layers that aren't there yet and the columns of fields they have gained, and reads the
// layers made by imports. One transaction.
std::shared_ptr<const Schema> open_layers(geo::wrap::Database& database);

// The same without writing, for a database that can't be written. Error{storage_failed} when it would have to be
// brought up to date first.
std::shared_ptr<const Schema> layers_as_they_are(geo::wrap::Database& database);

// Makes the table of a new layer; the caller's transaction. Returns its number.
std::int64_t create_layer(geo::wrap::Database& database, const Layer& layer);

} // namespace layers::store
