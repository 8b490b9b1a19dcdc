// Rows as GeoJSON features (RFC 7946), straight from the index's columns: the hot path of /items.
#pragma once

#include "geo/crs.hpp"
#include "layers/encode/json_text.hpp"
#include "layers/index/segment.hpp"
#include "layers/index/state_column.hpp"

#include <optional>
#include <string>
#include <vector>

namespace layers::encode {

// Which fields are written: ordinals in the layer's order, and names ready to append. Made once a request.
class FeatureWriter {
public:
    // `visible` masks fields; `properties` (empty: all visible) narrows them; the state of a fence as at `state_at`.
    FeatureWriter(const Layer& layer, const std::vector<bool>& visible, const std::vector<std::string>& properties,
                  std::optional<geo::Instant> state_at);

    CoordinateStyle style;
    const geo::Transformer* transformer = nullptr; // null: lon,lat as stored

    // {"type":"Feature","id":…,"geometry":…,"properties":{…}}; null values are written, so that clients that take the
    // schema from the first page see every field.
    void append(std::string& out, const index::Segment& segment, index::Row row);

private:
    struct Written {
        std::size_t ordinal;
        std::string prefix;  // ,"name":
        bool sealed = false; // shown only until it expires
    };
    const Layer& layer_;
    std::vector<Written> fields_;
    bool version_ = true;
    geo::Instant now_ = geo::now(); // a writer lives as long as one answer
    std::optional<geo::Instant> state_at_;
    const index::Segment* states_of_ = nullptr;
    std::optional<index::StateColumn> states_;
};

} // namespace layers::encode
