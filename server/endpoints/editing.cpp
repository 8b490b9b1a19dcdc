#include "server/endpoints/editing.hpp"

#include "geo/crs.hpp"
#include "geo/wrap/crypto.hpp"
#include "layers/encode/feature_json.hpp"
#include "layers/model/names.hpp"
#include "layers/query/geojson_literal.hpp"
#include "layers/store/store.hpp"
#include "server/http/text.hpp"
#include "server/jobs/import.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace server {

using geo::Error;
using geo::ErrorCode;
using nlohmann::json;

std::string pointer_to(std::string_view parent, std::string_view name) {
    std::string pointer = std::string{parent} + "/";
    for (const char c : name) {
        if (c == '~')
            pointer += "~0";
        else if (c == '/')
            pointer += "~1";
        else
            pointer += c;
    }
    return pointer;
}

namespace {

constexpr int kDeepest = 64;

// Before any parser builds a tree of it.
void check_depth(std::string_view text) {
    int depth = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_text) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '{' || c == '[') {
            if (++depth > kDeepest) throw Error{ErrorCode::invalid_input, "the body is nested too deep"};
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
}

[[noreturn]] void refuse(const std::string& reason, const std::string& pointer) {
    throw Error{ErrorCode::invalid_geometry, reason, pointer};
}

// A JSON value as a value of a file: the normaliser knows what each field takes.
geo::Value raw_value(const json& j) {
    switch (j.type()) {
    case json::value_t::null:
        return geo::Null{};
    case json::value_t::boolean:
        return j.get<bool>();
    case json::value_t::number_integer:
        return j.get<std::int64_t>();
    case json::value_t::number_unsigned:
        if (j.get<std::uint64_t>() <= INT64_MAX) return j.get<std::int64_t>();
        return j.get<double>();
    case json::value_t::number_float:
        return j.get<double>();
    case json::value_t::string:
        return j.get<std::string>();
    case json::value_t::array:
        if (std::ranges::all_of(j, [](const json& member) { return member.is_string(); }))
            return j.get<geo::TextList>();
        [[fallthrough]];
    default:
        return geo::Json{j.dump()};
    }
}

std::string pointer_to_field(const std::string& field) {
    return field == "geometry" ? "/geometry" : pointer_to("/properties", field);
}

layers::ingest::SourceSchema schema_of(const geo::RawFeature& raw) {
    layers::ingest::SourceSchema schema;
    schema.format = "feature";
    schema.crs = "OGC:CRS84";
    schema.geometry = "any";
    for (const auto& [name, value] : raw.fields) schema.fields.push_back({name, "text"});
    return schema;
}

// A shape that can't be read, or that this layer doesn't hold: what of the geometry is at fault, as a pointer.
geo::Geometry read_geometry(const layers::Layer& layer, const json& geometry) {
    static constexpr std::array<std::string_view, 7> kTypes{
        "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"};
    if (!geometry.is_object()) refuse("a geometry is an object", "/geometry");
    const auto type = geometry.find("type");
    const bool known = type != geometry.end() && type->is_string() &&
                       std::ranges::find(kTypes, type->get_ref<const std::string&>()) != kTypes.end();
    if (!known) refuse("no type of a GeoJSON geometry", "/geometry/type");
    const bool collection = *type == "GeometryCollection";
    auto read = layers::query::read_geojson_literal(geometry);
    if (!read.fault.empty()) refuse(read.fault, collection ? "/geometry/geometries" : "/geometry/coordinates");
    if (!collection && !layers::fits(read.geometry.type, layer.geometry))
        refuse("a " + type->get<std::string>() + " where the layer holds " + layers::name(layer.geometry),
               "/geometry/type");
    return std::move(read.geometry);
}

geo::RawFeature raw_feature(const ReadableLayer& readable, const json& feature) {
    geo::RawFeature raw;
    raw.line = 1;
    if (!feature["geometry"].is_null()) raw.geometry = read_geometry(readable.layer(), feature["geometry"]);
    for (const auto& [name, value] : feature["properties"].items()) {
        if (name == "id" || name == "version") continue;
        const auto ordinal = readable.layer().find(name);
        if (!ordinal || !readable.policy.visible[*ordinal]) refuse("there is no such property", pointer_to_field(name));
        if (readable.layer().fields[*ordinal].setter == layers::Setter::server) continue;
        raw.fields.emplace_back(name, raw_value(value));
    }
    return raw;
}

// A plan for rows of one shape costs more than a row, and an editor, a device or an importer sends the same shape again
// and again: each worker keeps the last few.
class Plans {
public:
    struct Wanted {
        layers::normalise::Options options;
        std::shared_ptr<const std::vector<layers::normalise::Section>> sections; // keeps what options point to
        std::vector<std::string> columns;

        bool operator==(const Wanted& other) const {
            const auto& a = options;
            const auto& b = other.options;
            return a.layer == b.layer && a.sections == b.sections && a.source_crs == b.source_crs &&
                   a.swap_axes == b.swap_axes && a.agency == b.agency && a.agency_forced == b.agency_forced &&
                   a.scenario_id == b.scenario_id && columns == other.columns;
        }
    };

    layers::normalise::Normaliser& plan(Wanted wanted, const geo::RawFeature& raw) {
        const auto found = std::ranges::find(kept_, wanted, &Kept::wanted);
        if (found != kept_.end()) return *found->normaliser;
        if (kept_.size() >= kMost) kept_.erase(kept_.begin());
        auto made = std::make_unique<layers::normalise::Normaliser>(wanted.options, schema_of(raw));
        kept_.push_back({std::move(wanted), std::move(made)});
        return *kept_.back().normaliser;
    }

private:
    static constexpr std::size_t kMost = 8;
    struct Kept {
        Wanted wanted;
        std::unique_ptr<layers::normalise::Normaliser> normaliser;
    };
    std::vector<Kept> kept_;
};

} // namespace

std::shared_ptr<const std::vector<layers::normalise::Section>> SectionCache::get() {
    const auto view = context_.index->view("border_sections");
    const std::lock_guard lock{mutex_};
    if (!sections_ || (view && view->seq != seq_)) {
        sections_ =
            std::make_shared<const std::vector<layers::normalise::Section>>(jobs::border_sections_of(*context_.store));
        seq_ = view ? view->seq : 0;
    }
    return sections_;
}

std::string content_crs(const Request& request) {
    std::string_view header = http::trim(request.header("content-crs"));
    if (header.empty()) return "OGC:CRS84";
    if (header.starts_with('<') && header.ends_with('>')) header = header.substr(1, header.size() - 2);
    return parse_crs(header, "Content-Crs");
}

json read_object_body(std::string_view body) {
    check_depth(body);
    json document = json::parse(body, nullptr, false);
    if (document.is_discarded()) throw Error{ErrorCode::invalid_input, "the body is no JSON"};
    if (!document.is_object()) refuse("the body is no object", "");
    return document;
}

std::optional<geo::Uuid> client_id(const json& body, std::string_view parent) {
    const auto given = body.find("id");
    if (given == body.end() || given->is_null()) return {};
    const auto id = given->is_string() ? geo::parse_uuid(given->get<std::string>()) : std::nullopt;
    if (!id || id->bytes[6] >> 4 != 7)
        refuse("an id that a client makes is a UUID of version 7", pointer_to(parent, "id"));
    return id;
}

json read_feature_body(std::string_view body) {
    json feature = read_object_body(body);
    if (!feature.contains("type") || feature["type"] != "Feature") refuse("the body is no GeoJSON Feature", "/type");
    if (!feature.contains("geometry")) refuse("a Feature has a geometry, or null", "/geometry");
    if (!feature.contains("properties") || feature["properties"].is_null()) feature["properties"] = json::object();
    if (!feature["properties"].is_object()) refuse("properties are an object", "/properties");
    return feature;
}

void refuse_foreign(const AppContext& context, const layers::access::Caller& caller, const layers::Layer& layer,
                    const char* why, const std::string& pointer) {
    layers::audit::Access refused;
    refused.account = caller.account;
    refused.agency = caller.agency;
    refused.what = "write_refused";
    refused.subject = layer.id;
    refused.reason = caller.purpose;
    refused.detail = json{{"why", why}}.dump();
    context.store->log_access(refused);
    throw Error{ErrorCode::forbidden, why, pointer};
}

layers::Record record_from_feature(const AppContext& context, const layers::access::Caller& caller,
                                   const ReadableLayer& readable, const json& feature, const std::string& crs) {
    const auto& properties = feature["properties"];
    const auto stated = properties.find("agency");
    if (!caller.open && stated != properties.end() && !stated->is_null() && *stated != caller.agency)
        refuse_foreign(context, caller, readable.layer(), "a row belongs to the agency of the token",
                       "/properties/agency");
    const auto scenario = properties.find("scenario_id");
    if (!readable.layer().reference && scenario != properties.end() && !scenario->is_null() &&
        *scenario != caller.scenario)
        refuse("a row is written into the scenario of the request", "/properties/scenario_id");
    const auto raw = raw_feature(readable, feature);
    const auto sections = context.sections->get();
    Plans::Wanted wanted;
    auto& options = wanted.options;
    options.layer = readable.view->layer;
    options.strict = true;
    options.source_crs = crs;
    options.swap_axes = crs != "OGC:CRS84" && geo::axis_order_is_lat_lon(crs);
    options.agency = caller.agency;
    options.agency_forced = !caller.open;
    options.scenario_id = readable.layer().reference ? "" : caller.scenario;
    options.sections = readable.layer().id == "border_sections" ? nullptr : sections.get();
    wanted.sections = sections;
    for (const auto& [name, value] : raw.fields) wanted.columns.push_back(name);
    thread_local Plans plans;
    std::vector<layers::normalise::Note> notes;
    auto record = plans.plan(std::move(wanted), raw).row(raw, notes);
    if (!record) {
        const auto fault = std::ranges::find(notes, true, &layers::normalise::Note::rejected);
        if (fault == notes.end()) refuse("the feature does not fit the layer", "");
        refuse(fault->reason, fault->field.empty() ? "" : pointer_to_field(fault->field));
    }
    // Were the ids of imported rows taken here, who guesses a reference could take another agency's place, or learn
    // from the conflict that the row is there.
    const auto id = client_id(feature);
    record->id = id ? *id : geo::make_uuid7();
    return std::move(*record);
}

ItemText item_text(const ReadableLayer& readable, const layers::index::Segment& segment, layers::index::Row row) {
    layers::encode::FeatureWriter writer{readable.layer(), readable.policy.visible, {}, {}};
    ItemText item;
    writer.append(item.feature, segment, row);
    item.etag = "\"" + geo::wrap::sha256_hex(item.feature).substr(0, 32) + "\"";
    return item;
}

} // namespace server
