#include "server/endpoints/items.hpp"

#include "geo/wrap/fingerprint.hpp"
#include "layers/encode/feature_json.hpp"
#include "layers/store/store.hpp"
#include "server/endpoints/editing.hpp"
#include "server/endpoints/reading.hpp"
#include "server/endpoints/selection.hpp"

#include <nlohmann/json.hpp>

namespace server {
namespace {

using geo::Error;
using geo::ErrorCode;
using nlohmann::json;

constexpr std::int64_t kMostItems = 10'000;

// OGC Features Part 1, 7.15.5: any queryable is a parameter of its own, `kind=attack`. Values are compared as texts,
// numbers and booleans as CQL2 would; anything else is an unknown parameter.
layers::query::ExpressionPtr queryable_filter(const NameValues& others, const ReadableLayer& readable) {
    using layers::FieldType;
    std::vector<layers::query::ExpressionPtr> parts;
    for (const auto& [name, text] : others) {
        const auto ordinal = readable.layer().find(name);
        if (!ordinal || !readable.policy.visible[*ordinal])
            throw Error{ErrorCode::invalid_input, "unknown parameter '" + name + "'", name};
        geo::Value value;
        switch (readable.layer().fields[*ordinal].type) {
        case FieldType::text:
        case FieldType::enumeration:
            value = text;
            break;
        case FieldType::integer:
            value = parse_integer(text, name);
            break;
        case FieldType::number:
            value = parse_number(text, name);
            break;
        case FieldType::boolean:
            value = parse_boolean(text, name);
            break;
        default:
            throw Error{ErrorCode::invalid_input, "unknown parameter '" + name + "'", name};
        }
        layers::query::Expression property;
        property.op = layers::query::Op::property;
        property.value = name;
        layers::query::Expression equal;
        equal.op = layers::query::Op::eq;
        equal.children = {std::make_shared<const layers::query::Expression>(std::move(property)),
                          layers::query::literal(std::move(value))};
        parts.push_back(layers::query::bind(std::make_shared<const layers::query::Expression>(std::move(equal)),
                                            readable.layer(), readable.policy.visible));
    }
    return layers::query::all_of(std::move(parts));
}

Selection selection_of(const ReadableLayer& readable, const Params& params,
                       const layers::query::ExpressionPtr& callers_filter) {
    Selection selection;
    selection.filter = layers::query::all_of({readable.policy.filter, callers_filter});
    selection.window = time_window(params);
    selection.bbox = params.bbox();
    selection.sort = parse_sort(params.list("sortby"), readable.layer(), readable.policy.visible);
    selection.limit = static_cast<std::size_t>(params.limit());
    selection.offset = static_cast<std::size_t>(params.integer("offset").value_or(0));
    if (params.has("cursor")) {
        selection.after = geo::parse_uuid(params.text("cursor"));
        if (!selection.after || !selection.sort.empty())
            throw Error{ErrorCode::invalid_input, "not a cursor of this page", "cursor"};
    }
    return selection;
}

std::string query_text(const Request& request, const std::vector<std::string>& without) {
    const std::size_t mark = request.target.find('?');
    if (mark == std::string::npos) return {};
    std::string out;
    std::string_view rest = std::string_view{request.target}.substr(mark + 1);
    while (!rest.empty()) {
        const auto pair = rest.substr(0, rest.find('&'));
        const auto name = pair.substr(0, pair.find('='));
        if (std::ranges::find(without, name) == without.end()) (out += out.empty() ? "" : "&") += pair;
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    }
    return out;
}

json page_links(const AppContext& context, const Request& request, const ReadableLayer& readable,
                const Selection& selection, const Page& page) {
    const std::string path = base_url(context, request) + "/collections/" + readable.layer().id;
    const auto with = [&](std::string query, const std::string& more) {
        if (!more.empty()) query += (query.empty() ? "" : "&") + more;
        return path + "/items" + (query.empty() ? "" : "?" + query);
    };
    json links{link(with(query_text(request, {}), ""), "self", "application/geo+json"),
               link(path, "collection", "application/json", readable.layer().title)};
    if (page.more && !page.rows.empty()) {
        const auto& last = page.rows.back();
        const std::string from = selection.sort.empty()
                                     ? "cursor=" + geo::to_string(last.segment->id(last.row))
                                     : "offset=" + std::to_string(selection.offset + page.rows.size());
        links.push_back(link(with(query_text(request, {"cursor", "offset"}), from), "next", "application/geo+json"));
    }
    return links;
}

// The CRS of the answer: a transformer of this thread, axis order as the authority says.
struct OutputCrs {
    std::optional<geo::Transformer> transformer;
    std::string uri;

    explicit OutputCrs(const Params& params) {
        const std::string code = params.crs();
        uri = geo::crs_to_uri(code);
        if (code != "OGC:CRS84") transformer.emplace("OGC:CRS84", code);
        swap_axes = code != "OGC:CRS84" && geo::axis_order_is_lat_lon(code);
    }
    void apply(layers::encode::FeatureWriter& writer) const {
        writer.transformer = transformer ? &*transformer : nullptr;
        writer.style.swap_axes = swap_axes;
    }
    bool swap_axes = false;
};

// The document as the caller wants it: HTML, or the text as it was written.
Response geojson_response(const AppContext& context, const Request& request, const Params& params,
                          const layers::Layer& layer, const OutputCrs& crs, const std::string& etag, std::string body) {
    if (wants_html(request, params))
        return document_response(context, request, params, layer.title, json::parse(body), "application/geo+json");
    Response response;
    response.set("content-type", "application/geo+json");
    response.set("content-crs", "<" + crs.uri + ">");
    response.set("etag", etag);
    private_answer(request, response);
    response.body = std::move(body);
    return response;
}

Response get_items(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto caller = reading_caller(context, request, params);
    auto readable = readable_layer(context, caller, path.text("id"));
    const auto filter =
        layers::query::all_of({bound_filter(params, readable), queryable_filter(params.others(), readable)});
    const Selection selection = selection_of(readable, params, filter);
    std::optional<std::int64_t> total;
    const bool whole = layers::query::is_always(filter) && selection.window.whole() && !selection.bbox;
    if (const auto at = params.instant("at")) {
        readable.view = past_view(context, caller, readable, *at, request.stop);
    } else if (whole) {
        total = context.facts->get(*readable.view, readable.policy).rows;
    }
    const Page page = select(*readable.view, selection, total, request.stop);

    const OutputCrs crs{params};
    layers::encode::FeatureWriter writer{readable.layer(), readable.policy.visible, params.list("properties"),
                                         state_time(selection.window)};
    crs.apply(writer);
    std::string body = R"({"type":"FeatureCollection","numberMatched":)";
    layers::encode::append_number(body, page.matched);
    body += R"(,"numberReturned":)";
    layers::encode::append_number(body, static_cast<std::int64_t>(page.rows.size()));
    body += R"(,"links":)" + page_links(context, request, readable, selection, page).dump();
    body += R"(,"features":[)";
    bool first = true;
    for (const auto& [segment, row] : page.rows) {
        if (!first) body += ",\n";
        first = false;
        writer.append(body, *segment, row);
    }
    body += "]}";
    const auto etag = "W/\"" + geo::wrap::fingerprint(body) + "\"";
    return geojson_response(context, request, params, readable.layer(), crs, etag, std::move(body));
}

Response get_item(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto caller = reading_caller(context, request, params);
    auto readable = readable_layer(context, caller, path.text("id"));
    const auto id = geo::parse_uuid(path.text("fid"));
    const auto missing = [] { return Error{ErrorCode::not_found, "no such item"}; };
    if (!id) throw missing();
    if (const auto at = params.instant("at"); at && readable.layer().derived) {
        readable.view = past_view(context, caller, readable, *at, request.stop);
    } else if (at) {
        const auto record = context.store->get_at(readable.layer().id, *id, context.store->seq_at(*at));
        if (!record || withdrawn_for(context, readable)(*id)) throw missing();
        readable.view = layers::index::make_view(readable.view->layer, {*record}, record->seq);
    }
    const auto found = readable.view->find(*id);
    if (!found) throw missing();
    const auto& segment = *found->piece->segment;
    const layers::index::SegmentFilter passes{segment, readable.layer(), readable.policy.filter, {}};
    if (!passes(found->row)) throw missing();

    const OutputCrs crs{params};
    layers::encode::FeatureWriter writer{readable.layer(), readable.policy.visible, params.list("properties"), {}};
    crs.apply(writer);
    std::string body;
    writer.append(body, segment, found->row);
    const std::string collection = base_url(context, request) + "/collections/" + readable.layer().id;
    const std::string self = collection + "/items/" + geo::to_string(*id);
    const json links{link(self, "self", "application/geo+json"),
                     link(collection, "collection", "application/json", readable.layer().title),
                     link(self + "/history", "version-history", "application/json")};
    body.insert(body.size() - 1, R"(,"links":)" + links.dump());
    // The tag that If-Match takes: of the whole feature as this caller sees it, whatever part this answer shows.
    const auto etag = item_text(readable, segment, found->row).etag;
    return geojson_response(context, request, params, readable.layer(), crs, etag, std::move(body));
}

std::vector<Param> shape_params() {
    return {
        {.name = "crs", .kind = ParamKind::crs, .description = "CRS of the answer; CRS84 when absent"},
        {.name = "properties", .kind = ParamKind::text_list, .description = "Only these properties", .maximum = 128},
        at_param(),
        scenario_param(),
        format_param()};
}

} // namespace

std::vector<Endpoint> items_endpoints() {
    std::vector<Param> items{
        collection_id_param(),
        {.name = "bbox", .kind = ParamKind::bbox, .description = "Rows that meet this box"},
        {.name = "bbox-crs", .kind = ParamKind::crs, .description = "CRS of bbox; CRS84 when absent"},
        datetime_param(),
        {.name = "limit",
         .kind = ParamKind::limit,
         .description = "At most so many; more than the maximum means the maximum",
         .minimum = 1,
         .maximum = kMostItems,
         .default_value = 10},
        {.name = "cursor", .description = "From the link `next` of a page", .max_bytes = 64},
        {.name = "offset",
         .kind = ParamKind::integer,
         .description = "Skip so many rows; a cursor is faster",
         .minimum = 0,
         .maximum = 100'000'000},
        filter_param(),
        filter_lang_param(),
        {.name = "sortby",
         .kind = ParamKind::text_list,
         .description = "Fields to sort by, each with - for descending",
         .maximum = 8}};
    std::vector<Param> item{collection_id_param(),
                            {.name = "fid", .description = "Id of an item", .in_path = true, .required = true}};
    for (const auto& param : shape_params()) {
        items.push_back(param);
        item.push_back(param);
    }
    const std::vector<std::string> types{"application/geo+json", "text/html"};
    return {
        {.method = "GET",
         .path = "/collections/{id}/items",
         .operation_id = "getFeatures",
         .summary = "Features of a layer, by pages",
         .tag = "Features",
         .params = std::move(items),
         .handler = get_items,
         .answer = {.media_types = types, .schema = {}, .description = "A GeoJSON FeatureCollection"},
         .other_params = true},
        {.method = "GET",
         .path = "/collections/{id}/items/{fid}",
         .operation_id = "getFeature",
         .summary = "One feature",
         .tag = "Features",
         .params = std::move(item),
         .handler = get_item,
         .answer = {.media_types = types, .schema = {}, .description = "A GeoJSON Feature"}},
    };
}

} // namespace server
