// Vector tiles in one file: MBTiles 1.3 (github.com/mapbox/mbtiles-spec), for phones and desks without a link.
// Only the columns of the specification, since some readers refuse a file with others, and both styles of zoom keys
// (minzoom, and minZoomLevel that ATAK reads). Knows SQLite and bytes; where tiles come from is the caller's business.
#pragma once

#include "geo/tile.hpp"
#include "layers/model/layer.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace layers::package {

struct MbtilesLayer {
    std::shared_ptr<const Layer> layer;
    std::vector<std::size_t> fields; // that the tiles carry
};

struct MbtilesInfo {
    std::string name;
    std::string description;
    std::string attribution;
    int min_zoom = 0;
    int max_zoom = 14;
    geo::Box bounds; // lon,lat
    std::vector<MbtilesLayer> layers;
    std::string handling = "H0"; // strictest label of what is in it
    std::string made_at;         // RFC 3339
};

// One thread. The file appears under its name only with finish(): a stopped export leaves nothing that looks whole.
class MbtilesWriter {
public:
    MbtilesWriter(const std::string& path, const MbtilesInfo& info); // Error{conflict} when the file exists
    ~MbtilesWriter();
    MbtilesWriter(const MbtilesWriter&) = delete;
    MbtilesWriter& operator=(const MbtilesWriter&) = delete;
    void add(geo::TileId tile, std::string_view mvt); // compressed here (gzip, as the specification asks)
    std::int64_t tiles() const;
    std::int64_t bytes() const; // of tile data, compressed
    void finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace layers::package
