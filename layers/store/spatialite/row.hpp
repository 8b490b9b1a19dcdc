// One row between a Record and its columns: checks that it can be stored faithfully, binds it, reads it back.
#pragma once

#include "geo/wrap/sqlite.hpp"
#include "layers/store/spatialite/layer_table.hpp"
#include "layers/store/store.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace layers::store {

// Makes the record what reading it back will give (an integer in a number's place becomes a number, an empty shape
// none). Error{invalid_input, field's name} for a value that its column can't hold, Error{invalid_geometry} for
// coordinates that aren't finite or part ends that don't add up, Error{too_large} over 64 MB.
void make_storable(const Layer& layer, Record& record);

struct Label {
    std::string agency, handling, scenario_id;
    std::vector<std::string> releasable_to;
};
Label label_of(const Record& record);

void bind_value(geo::wrap::Statement& statement, int parameter, const geo::Value& value);
void bind_values(geo::wrap::Statement& statement, const Layer& layer, const Record& record);
// `row` stands on a row of one of LayerTable's row statements. Error{storage_failed} when it is damaged.
Record read_record(const geo::wrap::Statement& row, const Layer& layer);
geo::Uuid read_id(const geo::wrap::Statement& row, int column);

// Same shape and values; what the store stamps (version, seq, recorded_at) aside.
bool same_content(const Layer& layer, const Record& a, const Record& b, bool sealed_too);

// A box as 16 bytes (a point) or 32; no bytes when empty.
std::string box_bytes(const geo::Box& box);
geo::Box box_from(std::string_view bytes);

// A JSON array of texts, byte-faithful; and back, Error{storage_failed} when damaged.
std::string texts_to_json(const std::vector<std::string>& texts);
std::vector<std::string> texts_from_json(std::string_view json);

} // namespace layers::store
