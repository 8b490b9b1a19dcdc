// Which columns become tile tags, and their dictionary codes turned into the tile's value numbers once an entry.
#pragma once

#include "layers/encode/mvt.hpp"
#include "layers/index/segment.hpp"
#include "layers/index/state_column.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace layers::tiles {

// Without a wish: the layer's own scalar fields and, of the common ones, those a map needs. Lists and JSON stay out.
std::vector<std::size_t> tile_fields(const Layer& layer, const std::vector<bool>& visible,
                                     const std::vector<std::string>& properties);

// "Boolean", "Number" or "String": what TileJSON 3 and MBTiles call the type of a tag.
const char* tilejson_type(FieldType type);

// Writes the tags of rows of one segment into one tile layer. One thread.
class TagWriter {
public:
    TagWriter(encode::TileLayer& out, const index::Segment& segment, const Layer& layer,
              const std::vector<std::size_t>& fields, std::optional<geo::Instant> state_at);
    void write(index::Row row); // into the feature that was begun

private:
    struct Tag {
        std::size_t ordinal;
        const index::Column* column;
        std::uint32_t key;
        // The tile's number of each dictionary code, kUnknown until it is met: by code where the dictionary is small.
        std::vector<std::uint32_t> value_of_code;
        std::unordered_map<std::uint32_t, std::uint32_t> value_of_rare_code;
        // The numbers met last, by their bits: most columns hold few.
        struct Recent {
            std::uint64_t bits = 0;
            std::uint32_t value = kUnknown;
        };
        std::vector<Recent> recent;
    };
    static constexpr std::uint32_t kUnknown = UINT32_MAX;
    std::uint32_t coded(Tag& tag, std::uint32_t code);
    std::uint32_t numeric(Tag& tag, index::Row row);
    encode::TileLayer& out_;
    const index::Segment& segment_;
    std::uint32_t id_key_;
    std::vector<Tag> tags_;
    index::StateColumn states_;
};

} // namespace layers::tiles
