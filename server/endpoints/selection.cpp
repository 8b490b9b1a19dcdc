#include "server/endpoints/selection.hpp"

#include "geo/error.hpp"
#include "geo/ops.hpp"

#include <algorithm>
#include <compare>

namespace server {

namespace {

using layers::index::Piece;
using layers::index::Row;
using layers::index::Segment;

void check(const std::stop_token& stop) {
    if (stop.stop_requested()) throw geo::Error{geo::ErrorCode::cancelled, "the caller went away"};
}

const geo::Uuid& id_of(const SelectedRow& r) {
    return r.segment->id(r.row);
}

// Does the row's shape meet a box given in some CRS? Exact, not by boxes: a long line's box covers much that it does
// not touch.
class BoxTest {
public:
    explicit BoxTest(const BBox& bbox) : boxes_{bbox.boxes()} {
        if (bbox.crs != "OGC:CRS84" && bbox.crs != "EPSG:4326") {
            to_crs_.emplace("OGC:CRS84", bbox.crs);
            const geo::Transformer back{bbox.crs, "OGC:CRS84"};
            for (const auto& box : boxes_) search_.push_back(outline(box, back));
        } else {
            search_ = boxes_;
        }
        for (const auto& box : boxes_) shapes_.push_back(geo::make_box_polygon(box));
    }
    const std::vector<geo::Box>& search() const { return search_; } // lon,lat, may hold too much

    bool operator()(const Segment& segment, Row row) const {
        if (!to_crs_ && segment.type(row) == geo::GeometryType::point && segment.lon_lat(row).size() == 1) {
            const geo::Point at = segment.lon_lat(row)[0];
            return std::ranges::any_of(boxes_, [&](const geo::Box& box) { return box.contains(at); });
        }
        geo::Geometry shape = segment.geometry(row);
        if (to_crs_) to_crs_->apply(shape);
        const geo::Box own = shape.box();
        for (std::size_t i = 0; i < boxes_.size(); ++i) {
            const auto& box = boxes_[i];
            if (!box.intersects(own)) continue;
            if (shape.points.size() == 1 ||
                (box.contains({own.min_x, own.min_y}) && box.contains({own.max_x, own.max_y})))
                return true;
            if (geo::holds(geo::Predicate::intersects, shape, shapes_[i])) return true;
        }
        return false;
    }

private:
    // Edges bend between two CRSs: 20 points a side, and a margin for what is between them.
    static geo::Box outline(const geo::Box& box, const geo::Transformer& back) {
        constexpr int kSteps = 20;
        geo::Box out;
        for (int i = 0; i <= kSteps; ++i) {
            const double x = box.min_x + (box.max_x - box.min_x) * i / kSteps;
            const double y = box.min_y + (box.max_y - box.min_y) * i / kSteps;
            for (const geo::Point p : {geo::Point{x, box.min_y}, {x, box.max_y}, {box.min_x, y}, {box.max_x, y}})
                out.add(back.apply(p));
        }
        const double margin = 0.01 * std::max(out.max_x - out.min_x, out.max_y - out.min_y);
        return {out.min_x - margin, out.min_y - margin, out.max_x + margin, out.max_y + margin};
    }
    std::vector<geo::Box> boxes_, search_;
    std::vector<geo::Geometry> shapes_;
    std::optional<geo::Transformer> to_crs_;
};

geo::MercatorBox mercator_box(const geo::Box& box) {
    const auto clamp = [](geo::Point p) {
        return geo::Point{std::clamp(p.x, -180.0, 180.0), std::clamp(p.y, -90.0, 90.0)};
    };
    geo::MercatorBox out;
    out.add(geo::to_mercator(clamp({box.min_x, box.min_y})));
    out.add(geo::to_mercator(clamp({box.max_x, box.max_y})));
    // Whole centimetres: the rounding of a row's box and of this one must not part them.
    const auto less = [](std::int32_t v) { return v > INT32_MIN + 2 ? v - 2 : v; };
    const auto more = [](std::int32_t v) { return v < INT32_MAX - 2 ? v + 2 : v; };
    return {less(out.min_x), less(out.min_y), more(out.max_x), more(out.max_y)};
}

std::vector<SelectedRow> all_that_pass(const layers::index::View& view, const Selection& selection,
                                       const std::stop_token& stop) {
    std::vector<SelectedRow> rows;
    std::size_t seen = 0;
    const auto take = [&](const Piece& piece, Row row) {
        if ((++seen & 0xffff) == 0) check(stop);
        rows.push_back({piece.segment.get(), row});
    };
    if (!selection.bbox) {
        view.each({}, selection.filter, selection.window, take);
        return rows;
    }
    const BoxTest meets{*selection.bbox};
    for (const auto& box : meets.search()) {
        view.each(mercator_box(box), selection.filter, selection.window, [&](const Piece& piece, Row row) {
            if ((++seen & 0xfff) == 0) check(stop);
            if (meets(*piece.segment, row)) rows.push_back({piece.segment.get(), row});
        });
    }
    if (meets.search().size() > 1) { // on both sides of the antimeridian, once all the same
        std::ranges::sort(rows, {}, id_of);
        const auto repeated = std::ranges::unique(rows, {}, id_of);
        rows.erase(repeated.begin(), repeated.end());
    }
    return rows;
}

// Nulls last, whichever way: a page that starts with nothing helps nobody.
std::partial_ordering compare_column(const SelectedRow& a, const SelectedRow& b, const SortKey& key) {
    const auto& ca = a.segment->column(key.ordinal);
    const auto& cb = b.segment->column(key.ordinal);
    const bool na = ca.is_null(a.row), nb = cb.is_null(b.row);
    if (na || nb)
        return na == nb ? std::partial_ordering::equivalent
               : na     ? std::partial_ordering::greater
                        : std::partial_ordering::less;
    std::partial_ordering order = std::partial_ordering::equivalent;
    switch (ca.type) {
    case layers::FieldType::boolean:
        order = ca.booleans[a.row] <=> cb.booleans[b.row];
        break;
    case layers::FieldType::integer:
    case layers::FieldType::instant:
        order = ca.integers[a.row] <=> cb.integers[b.row];
        break;
    case layers::FieldType::number:
        order = ca.numbers[a.row] <=> cb.numbers[b.row];
        break;
    default:
        order = ca.entry(ca.codes[a.row]) <=> cb.entry(cb.codes[b.row]);
    }
    return key.descending ? 0 <=> order : order;
}

bool before(const SelectedRow& a, const SelectedRow& b, const std::vector<SortKey>& keys) {
    for (const auto& key : keys) {
        const auto order = compare_column(a, b, key);
        if (order != 0) return order < 0;
    }
    return id_of(a) < id_of(b);
}

// The first `count` in order; what comes behind them in any.
template <typename T, typename Before>
void sort_first(std::vector<T>& rows, std::size_t count, Before earlier) {
    const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(count);
    if (count < rows.size()) std::nth_element(rows.begin(), middle, rows.end(), earlier);
    std::sort(rows.begin(), middle, earlier);
}

// The start of each id goes along with its row: few comparisons have to look further, into memory that lies anywhere.
void sort_by_id(std::vector<SelectedRow>& rows, std::size_t count) {
    struct Keyed {
        std::uint64_t start;
        SelectedRow row;
    };
    std::vector<Keyed> keyed;
    keyed.reserve(rows.size());
    for (const auto& row : rows) {
        std::uint64_t start = 0;
        for (std::size_t i = 0; i < 8; ++i) start = start << 8 | id_of(row).bytes[i];
        keyed.push_back({start, row});
    }
    sort_first(keyed, count, [](const Keyed& a, const Keyed& b) {
        return a.start != b.start ? a.start < b.start : id_of(a.row) < id_of(b.row);
    });
    std::ranges::transform(keyed, rows.begin(), &Keyed::row);
}

Page page_by_id(const layers::index::View& view, const Selection& selection, std::int64_t total,
                const std::stop_token& stop) {
    Page page;
    page.matched = total;
    std::size_t skip = selection.offset;
    std::size_t seen = 0;
    view.each_by_id(selection.after, selection.filter, selection.window, [&](const Piece& piece, Row row) {
        if ((++seen & 0xffff) == 0) check(stop);
        if (skip > 0) {
            --skip;
            return true;
        }
        if (page.rows.size() == selection.limit) {
            page.more = true;
            return false;
        }
        page.rows.push_back({piece.segment.get(), row});
        return true;
    });
    return page;
}

} // namespace

Page select(const layers::index::View& view, const Selection& selection, std::optional<std::int64_t> total,
            const std::stop_token& stop) {
    const bool by_id = selection.sort.empty();
    if (by_id && !selection.bbox && total) return page_by_id(view, selection, *total, stop);

    Page page;
    std::vector<SelectedRow> rows = all_that_pass(view, selection, stop);
    page.matched = static_cast<std::int64_t>(rows.size());
    if (selection.after) {
        const auto old =
            std::ranges::remove_if(rows, [&](const SelectedRow& r) { return !(*selection.after < id_of(r)); });
        rows.erase(old.begin(), old.end());
    }
    const std::size_t first = std::min(selection.offset, rows.size());
    const std::size_t last = std::min(first + selection.limit, rows.size());
    if (by_id)
        sort_by_id(rows, last);
    else
        sort_first(rows, last, [&](const auto& a, const auto& b) { return before(a, b, selection.sort); });
    page.more = last < rows.size();
    page.rows.assign(rows.begin() + static_cast<std::ptrdiff_t>(first),
                     rows.begin() + static_cast<std::ptrdiff_t>(last));
    return page;
}

std::vector<SortKey> parse_sort(const std::vector<std::string>& names, const layers::Layer& layer,
                                const std::vector<bool>& visible) {
    std::vector<SortKey> keys;
    for (std::string_view name : names) {
        const bool descending = name.starts_with('-');
        if (descending || name.starts_with('+')) name.remove_prefix(1);
        const auto ordinal = layer.find(name);
        using layers::FieldType;
        const bool sortable = ordinal && visible[*ordinal] && layer.fields[*ordinal].type != FieldType::json &&
                              layer.fields[*ordinal].type != FieldType::text_list;
        if (!sortable)
            throw geo::Error{geo::ErrorCode::invalid_input, "can't sort by '" + std::string{name} + "'", "sortby"};
        keys.push_back({*ordinal, descending});
    }
    return keys;
}

} // namespace server
