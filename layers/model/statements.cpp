#include "layers/model/statements.hpp"

#include "geo/error.hpp"
#include "layers/model/sealed.hpp"
#include "layers/model/states.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace layers {
namespace {

using geo::Error;
using geo::ErrorCode;
using nlohmann::json;

constexpr const char* kGeometry = "geometry";

// Texts of old imports may be no UTF-8; a statement about them must be possible nevertheless.
std::string text_of(const json& document) {
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

json value_json(const geo::Value& value) {
    struct Writer {
        json operator()(geo::Null) const { return nullptr; }
        json operator()(bool v) const { return v; }
        json operator()(std::int64_t v) const { return v; }
        json operator()(double v) const { return v; }
        json operator()(const std::string& v) const { return v; }
        json operator()(geo::Instant v) const { return geo::to_rfc3339(v); }
        json operator()(const geo::TextList& v) const { return v; }
        json operator()(const geo::Json& v) const { return json::parse(v.text); }
    };
    return std::visit(Writer{}, value);
}

json points_json(const geo::Geometry& g, std::size_t from, std::size_t to) {
    json out = json::array();
    for (std::size_t i = from; i < to; ++i) out.push_back(json::array({g.points[i].x, g.points[i].y}));
    return out;
}

json parts_json(const geo::Geometry& g, std::size_t from, std::size_t to) {
    json out = json::array();
    for (std::size_t i = from; i < to; ++i)
        out.push_back(points_json(g, i > 0 ? g.part_ends[i - 1] : 0, g.part_ends[i]));
    return out;
}

// GeoJSON (RFC 7946).
json geometry_json(const geo::Geometry& g) {
    using enum geo::GeometryType;
    json out{{"type", geo::type_name(g.type)}};
    switch (g.type) {
    case none:
        return nullptr;
    case point:
        out["coordinates"] = g.points.empty() ? json::array() : json::array({g.points[0].x, g.points[0].y});
        return out;
    case multi_point:
    case line_string:
        out["coordinates"] = points_json(g, 0, g.points.size());
        return out;
    case multi_line_string:
    case polygon:
        out["coordinates"] = parts_json(g, 0, g.part_ends.size());
        return out;
    case multi_polygon:
        out["coordinates"] = json::array();
        for (std::size_t i = 0; i < g.polygon_ends.size(); ++i)
            out["coordinates"].push_back(parts_json(g, i > 0 ? g.polygon_ends[i - 1] : 0, g.polygon_ends[i]));
        return out;
    case collection:
        out["geometries"] = json::array();
        for (const auto& member : g.members) out["geometries"].push_back(geometry_json(member));
        return out;
    }
    return nullptr;
}

// What was kept is ours; were it damaged, an empty list would hide that. Concerns this row alone, not the storage.
json kept(const Record& row, std::size_t ordinal, json otherwise) {
    const auto* document = std::get_if<geo::Json>(&row.values[ordinal]);
    if (document == nullptr) return otherwise;
    json parsed = json::parse(document->text, nullptr, false);
    if (parsed.type() != otherwise.type())
        throw Error{ErrorCode::conflict, "the row's list of statements can't be read"};
    return parsed;
}

struct Lists {
    std::size_t statements = 0, details = 0;
    json list, restricted;

    Lists(const Layer& layer, const Record& row)
        : statements{*layer.find("statements")}, details{*layer.find("statement_details")},
          list(kept(row, statements, json::array())), restricted(kept(row, details, json::object())) {}

    // Every change that an entry tells, the restricted ones too: {field: {from, to}}.
    json changes_of(const json& entry) const {
        json all = entry.value("changes", json::object());
        const auto more = restricted.find(entry.value("id", ""));
        if (more != restricted.end()) all.update(*more);
        return all;
    }

    // An entry without what the server adds to it, to compare a repeated one with.
    json said(const json& entry) const {
        json out = entry;
        out.erase("at");
        out.erase("before");
        out.erase("changes");
        const json changes = changes_of(entry);
        for (const auto& [field, change] : changes.items()) out["to"][field] = change.value("to", json{});
        return out;
    }

    void store_in(Record& row) const {
        row.values[statements] = geo::Json{text_of(list)};
        if (!restricted.empty()) row.values[details] = geo::Json{text_of(restricted)};
    }
};

std::size_t sealed_field(const Layer& layer) {
    return static_cast<std::size_t>(std::ranges::find(layer.fields, AccessClass::sealed, &Field::access) -
                                    layer.fields.begin());
}

void check_fits(const Layer& layer, const Record& row) {
    const auto faults = check(layer, row);
    if (faults.empty()) return;
    const bool shape = faults[0].field == kGeometry;
    throw Error{ErrorCode::invalid_geometry, faults[0].field + " " + faults[0].reason,
                shape ? "/geometry" : "/properties/" + faults[0].field};
}

void check_room(const json& list) {
    if (list.size() >= kMostStatements) throw Error{ErrorCode::too_large, "the row's list of statements is full"};
}

// A clock that was set back puts no statement before the version it was appended to.
std::string time_after(const Record& row) {
    geo::Instant at = geo::now();
    if (const auto* before = std::get_if<geo::Instant>(&row.values[common::recorded_at])) at = std::max(at, *before);
    return geo::to_rfc3339(at);
}

// The row as its owner's own system last told it: the original, and the corrections that came by import. Only of the
// fields that some correction touched; all others are as they are.
json told_before(const Lists& lists) {
    json told = json::object();
    for (const auto& entry : lists.list) {
        const bool imported = entry.value("imported", false);
        const json changes = lists.changes_of(entry);
        for (const auto& [field, change] : changes.items()) {
            if (imported)
                told[field] = change.value("to", json{});
            else if (!told.contains(field))
                told[field] = change.value("from", json{});
        }
        if (entry.value("type", "") != "grading" || !entry.contains("before")) continue;
        for (const auto& [field, grade] : entry["before"].items())
            if (!told.contains(field)) told[field] = grade;
    }
    return told;
}

Record append(const Layer& layer, const Record& current, const Statement& statement) {
    Lists lists{layer, current};
    json entry = json::parse(statement.entry);
    const std::string id = entry.value("id", "");
    json open = json::object(), restricted = json::object();
    Record next = current;
    for (const auto& [ordinal, value] : statement.changes) {
        const auto& field = layer.fields[ordinal];
        auto& where = field.access == AccessClass::need_to_know ? restricted : open;
        where[field.name] = {{"from", value_json(current.values[ordinal])}, {"to", value_json(value)}};
        next.values[ordinal] = value;
    }
    if (statement.place) {
        open[kGeometry] = {{"from", geometry_json(current.geometry)}, {"to", geometry_json(*statement.place)}};
        next.geometry = *statement.place;
    }
    for (const auto& [ordinal, value] : statement.consequences) {
        if (entry["type"] == "grading")
            entry["before"][layer.fields[ordinal].name] = value_json(current.values[ordinal]);
        next.values[ordinal] = value;
    }
    if (entry["type"] == "correction") entry["changes"] = open;

    auto& sealed = next.values[sealed_field(layer)];
    sealed = sealed_together(sealed, statement.numbers);
    const auto known = std::ranges::find_if(lists.list, [&](const json& other) { return other.value("id", "") == id; });
    if (known != lists.list.end()) {
        json again = lists.said(entry);
        for (const auto& [field, change] : restricted.items()) again["to"][field] = change["to"];
        if (lists.said(*known) == again) return current;
        throw Error{ErrorCode::conflict, "another statement has this id", "/id"};
    }
    check_room(lists.list);
    check_fits(layer, next);
    entry["at"] = time_after(current);
    lists.list.push_back(std::move(entry));
    if (!restricted.empty()) lists.restricted[id] = std::move(restricted);
    lists.store_in(next);
    return next;
}

Record report_told_again(const Layer& layer, const Record& current, Record told, bool correct) {
    const Lists lists{layer, current};
    const json before = told_before(lists);
    Statement correction;
    for (std::size_t i = 0; i < layer.fields.size(); ++i) {
        const auto& field = layer.fields[i];
        if (field.setter == Setter::server) continue;
        const bool same = before.contains(field.name) ? before[field.name] == value_json(told.values[i])
                                                      : current.values[i] == told.values[i];
        if (!same) correction.changes.push_back({i, told.values[i]});
    }
    const bool moved = before.contains(kGeometry) ? before[kGeometry] != geometry_json(told.geometry)
                                                  : current.geometry != told.geometry;
    if (moved) {
        correction.place = told.geometry;
        using namespace common;
        for (const auto i : {section_id, distance_along_m, offset_m})
            correction.consequences.push_back({i, told.values[i]});
    }
    const auto sealed = sealed_field(layer);
    correction.numbers = told.values[sealed];
    if (correction.changes.empty() && !moved) {
        Record same = current;
        same.values[sealed] = sealed_together(current.values[sealed], correction.numbers);
        return same;
    }
    if (!correct) return told;
    correction.entry = json{{"id", geo::to_string(geo::make_uuid7())},
                            {"type", "correction"},
                            {"agency", value_json(current.values[common::agency])},
                            {"imported", true},
                            {"reason", "imported again with other content"}}
                           .dump();
    return append(layer, current, correction);
}

Record append_state(const Layer& layer, const Record& current, const std::string& text) {
    const auto state = *layer.find("state"), states = *layer.find("states");
    json list = kept(current, states, json::array());
    json entry = json::parse(text);
    for (const auto& known : list) {
        if (known == entry) return current;
        if (entry.contains("id") && known.value("id", "") == entry["id"])
            throw Error{ErrorCode::conflict, "another statement has this id", "/id"};
    }
    check_room(list);
    list.push_back(std::move(entry));
    Record next = current;
    const std::string whole = text_of(list);
    if (auto latest = state_at(whole, {INT64_MAX})) next.values[state] = std::move(*latest);
    next.values[states] = geo::Json{whole};
    return next;
}

Record merge_told(const Layer& layer, const Record& current, Record told, bool correct) {
    if (layer.change == ChangeRule::statements) return report_told_again(layer, current, std::move(told), correct);
    if (layer.change != ChangeRule::states) return told;
    const auto state = *layer.find("state"), states = *layer.find("states");
    json list = kept(current, states, json::array());
    if (list.empty()) return told;
    const bool says_states = !geo::is_null(told.values[states]);
    for (const auto& entry : kept(told, states, json::array())) // of one another's: the order says nothing
        if (std::ranges::find(list, entry) == list.end()) list.push_back(entry);
    const std::string whole = text_of(list);
    told.values[state] = current.values[state];
    if (says_states)
        if (auto latest = state_at(whole, {INT64_MAX})) told.values[state] = std::move(*latest);
    told.values[states] = geo::Json{whole};
    return told;
}

// On the writer thread nothing but an Error of this write may get out.
template <typename Make>
Record readable_or_refused(Make make) {
    try {
        return make();
    } catch (const json::exception&) {
        throw Error{ErrorCode::conflict, "the row's list of statements can't be read"};
    }
}

} // namespace

Record with_statement(const Layer& layer, const Record& current, const Statement& statement) {
    return readable_or_refused([&] { return append(layer, current, statement); });
}

Record with_state(const Layer& layer, const Record& current, const std::string& entry) {
    return readable_or_refused([&] { return append_state(layer, current, entry); });
}

Record told_again(const Layer& layer, const Record& current, Record told, bool correct) {
    return readable_or_refused([&] { return merge_told(layer, current, std::move(told), correct); });
}

} // namespace layers
