// Which rows a request for items means, in which order, from where on. Knows no JSON and no HTTP.
#pragma once

#include "geo/crs.hpp"
#include "layers/index/read_model.hpp"
#include "server/params.hpp"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace server {

struct SortKey {
    std::size_t ordinal; // of the layer's fields
    bool descending;
};

struct Selection {
    layers::query::ExpressionPtr filter; // policy AND the caller's
    layers::index::TimeWindow window;
    std::optional<BBox> bbox;
    std::vector<SortKey> sort; // empty: ascending id
    std::optional<geo::Uuid> after;
    std::size_t offset = 0;
    std::size_t limit = 10;
};

struct SelectedRow {
    const layers::index::Segment* segment;
    layers::index::Row row;
};

struct Page {
    std::vector<SelectedRow> rows; // valid as long as the view
    std::int64_t matched = 0;      // of all that pass, not of this page
    bool more = false;
};

// `total`: how many rows pass the filter alone, when that is known without counting (no bbox, window or filter of the
// caller's own). Error{cancelled}.
Page select(const layers::index::View& view, const Selection& selection, std::optional<std::int64_t> total,
            const std::stop_token& stop);

// sortby=name,-other after Part 8: Error{invalid_input} for names the caller can't see, lists and JSON.
std::vector<SortKey> parse_sort(const std::vector<std::string>& names, const layers::Layer& layer,
                                const std::vector<bool>& visible);

} // namespace server
