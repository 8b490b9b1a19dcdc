// All rows of a layer that a caller may see, for work that goes over every one of them and looks at a few columns.
#pragma once

#include "layers/access/caller.hpp"
#include "layers/index/read_model.hpp"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace layers::index {

using VisitRow = std::function<void(const Layer& layer, const Record& record)>;

// The current rows of a layer that the caller may see, in no order. A record holds the values of `fields` alone (one
// that is masked for the caller stays null) and a geometry only when asked for: a million rows are read for three of
// their columns. It is used again for the next row. Returns the layer, or null where there is none for the caller.
// Error{cancelled} when stopped; looks every thousand rows.
std::shared_ptr<const Layer> visible_rows(const ReadModel& model, const access::Caller& caller, std::string_view layer,
                                          const std::vector<std::string>& fields, bool geometry,
                                          const std::stop_token& stop, const VisitRow& visit);

} // namespace layers::index
