#include "layers/package/mbtiles.hpp"

#include "geo/error.hpp"
#include "geo/wrap/compress.hpp"
#include "geo/wrap/sqlite.hpp"
#include "layers/tiles/properties.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

namespace layers::package {

namespace {

constexpr int kCompression = 9; // written once, read often, carried over thin links
constexpr std::int64_t kTilesPerTransaction = 5'000;

std::string number(double v) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6f", v);
    return text;
}

std::string vector_layers(const MbtilesInfo& info) {
    nlohmann::json layers = nlohmann::json::array();
    for (const auto& [layer, fields] : info.layers) {
        nlohmann::json names{{"id", "String"}};
        for (const auto i : fields) names[layer->fields[i].name] = tiles::tilejson_type(layer->fields[i].type);
        layers.push_back({{"id", layer->id},
                          {"description", layer->description},
                          {"minzoom", info.min_zoom},
                          {"maxzoom", info.max_zoom},
                          {"fields", std::move(names)}});
    }
    return nlohmann::json{{"vector_layers", std::move(layers)}}.dump();
}

void write_metadata(geo::wrap::Database& db, const MbtilesInfo& info) {
    geo::wrap::Statement insert{db, "INSERT INTO metadata(name, value) VALUES (?, ?)"};
    const auto put = [&](std::string_view name, const std::string& value) {
        insert.bind_text(1, name);
        insert.bind_text(2, value);
        insert.run();
    };
    const auto& b = info.bounds;
    const auto low = std::to_string(info.min_zoom), high = std::to_string(info.max_zoom);
    put("name", info.name);
    put("format", "pbf");
    put("type", "overlay");
    put("version", "1");
    put("description", info.description);
    put("attribution", info.attribution);
    put("bounds", number(b.min_x) + "," + number(b.min_y) + "," + number(b.max_x) + "," + number(b.max_y));
    put("center", number((b.min_x + b.max_x) / 2) + "," + number((b.min_y + b.max_y) / 2) + "," + low);
    put("minzoom", low);
    put("maxzoom", high);
    put("minZoomLevel", low);
    put("maxZoomLevel", high);
    put("scheme", "tms");
    put("handling", info.handling);
    put("made_at", info.made_at);
    put("json", vector_layers(info));
}

} // namespace

struct MbtilesWriter::State {
    State(const std::string& final_path, const MbtilesInfo& info)
        : path{final_path}, beside{final_path + ".part"}, db{(std::filesystem::remove(beside), beside),
                                                             {.mode = geo::wrap::OpenMode::create}} {
        // A file that is thrown away when it isn't finished needs no journal.
        db.exec("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA page_size=4096;"
                "PRAGMA application_id=0x4d504258;"
                "CREATE TABLE metadata (name TEXT, value TEXT);"
                "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);"
                "CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row);");
        write_metadata(db, info);
        insert.emplace(db, "INSERT INTO tiles VALUES (?, ?, ?, ?)");
        db.exec("BEGIN");
    }
    const std::string path, beside;
    geo::wrap::Database db;
    std::optional<geo::wrap::Statement> insert;
    std::int64_t tiles = 0, bytes = 0;
    bool finished = false;
};

MbtilesWriter::MbtilesWriter(const std::string& path, const MbtilesInfo& info) {
    if (std::filesystem::exists(path))
        throw geo::Error{geo::ErrorCode::conflict, "the output file is there already", "out"};
    state_ = std::make_unique<State>(path, info);
}

MbtilesWriter::~MbtilesWriter() {
    if (!state_ || state_->finished) return;
    const std::string beside = state_->beside;
    state_.reset();
    std::error_code ignored;
    std::filesystem::remove(beside, ignored);
}

void MbtilesWriter::add(geo::TileId tile, std::string_view mvt) {
    State& s = *state_;
    const std::string packed = geo::wrap::compress(geo::wrap::Coding::gzip, mvt, kCompression);
    s.insert->bind(1, tile.z);
    s.insert->bind(2, tile.x);
    s.insert->bind(3, (std::int64_t{1} << tile.z) - 1 - tile.y); // TMS counts rows from the south
    s.insert->bind_blob_view(4, packed);
    s.insert->run();
    s.bytes += static_cast<std::int64_t>(packed.size());
    if (++s.tiles % kTilesPerTransaction == 0) s.db.exec("COMMIT; BEGIN");
}

std::int64_t MbtilesWriter::tiles() const {
    return state_->tiles;
}
std::int64_t MbtilesWriter::bytes() const {
    return state_->bytes;
}

void MbtilesWriter::finish() {
    State& s = *state_;
    s.insert.reset();
    s.db.exec("COMMIT; PRAGMA synchronous=FULL; PRAGMA optimize");
    { const geo::wrap::Database closed = std::move(s.db); }
    std::filesystem::rename(s.beside, s.path);
    s.finished = true;
}

} // namespace layers::package
