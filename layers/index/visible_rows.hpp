// All rows of a layer that a caller may see, for work that goes over every one of them and looks at a few columns.
#pragma once

#include "layers/access/caller.hpp"
#include "layers/index/read_model.hpp"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace layers::index {

using VisitRow = std::function<void(const Layer& layer, const Record& record)>;

// In no order; nothing of a layer that the caller may not read. A record holds the values of `fields` alone (one that
// is masked for the caller stays null) and a geometry only when asked for: a million rows are read for three of their
// columns. It is used again for the next row. Error{cancelled} when stopped; looks every thousand rows.
void visible_rows(const View& view, const access::Caller& caller, const std::vector<std::string>& fields, bool geometry,
                  const std::stop_token& stop, const VisitRow& visit);

} // namespace layers::index
