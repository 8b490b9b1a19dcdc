#include "server/endpoints/tiles.hpp"

#include "layers/tiles/properties.hpp"
#include "layers/tiles/tile_service.hpp"
#include "server/endpoints/reading.hpp"
#include "server/http/negotiate.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>

namespace server {
namespace {

using geo::Error;
using geo::ErrorCode;
using nlohmann::json;

constexpr const char* kMvt = "application/vnd.mapbox-vector-tile";
constexpr const char* kWebMercatorQuad = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad";
constexpr std::int64_t kMostLayers = 64;

geo::TileId tile_of(const PathParams& path) {
    const std::int64_t z = path.integer("z"), x = path.integer("x"), y = path.integer("y");
    if (z < 0 || x < 0 || y < 0) throw Error{ErrorCode::invalid_input, "a tile's numbers are not negative", "z"};
    if (z > geo::kMaxZoom) throw Error{ErrorCode::not_found, "no such tile"};
    return {static_cast<int>(z), x, y};
}

// The tile as it is, or in the compressed form that it keeps for the next one who asks.
Response tile_response(layers::tiles::TileService& tiles, const Request& request, const layers::tiles::TilePtr& tile) {
    constexpr std::array kCodings{http::Coding::br, http::Coding::zstd, http::Coding::gzip};
    constexpr std::size_t kWorthIt = 1024;
    Response response;
    private_answer(request, response);
    response.set("content-type", kMvt);
    http::add_vary(response, "Accept-Encoding");
    std::int64_t source = 0, clustered = 0, dropped = 0;
    for (const auto& s : tile->statistics()) {
        source += s.source;
        clustered += s.clustered;
        dropped += s.dropped;
    }
    response.set("sarhad-tile", "source=" + std::to_string(source) + ", clustered=" + std::to_string(clustered) +
                                    ", dropped=" + std::to_string(dropped));
    if (tile->bytes()->empty()) {
        response.status = 204;
        return response;
    }
    auto coding = http::Coding::identity;
    if (tile->bytes()->size() >= kWorthIt) coding = http::choose_coding(request.header("accept-encoding"), kCodings);
    // Weak: the compressed forms are the same tile.
    response.set("etag", "W/\"" + tile->etag() + "\"");
    if (coding == http::Coding::identity) {
        response.body = tile->bytes();
        return response;
    }
    response.set("content-encoding", http::name(coding));
    response.body = tiles.compressed(tile, coding == http::Coding::br     ? geo::wrap::Coding::brotli
                                           : coding == http::Coding::zstd ? geo::wrap::Coding::zstd
                                                                          : geo::wrap::Coding::gzip);
    return response;
}

// Whether the caller is still who they were: a token that ends takes its answers along.
std::function<bool()> still_allowed(const AppContext& context, const Request& request) {
    if (!context.authenticate || request.header("authorization").empty()) return [] { return true; };
    auto asked = std::make_shared<Request>();
    asked->headers = request.headers;
    return [&context, asked] {
        try {
            context.authenticate(*asked);
            return true;
        } catch (const Error&) {
            return false;
        }
    };
}

Response answer(AppContext& context, const Request& request, const layers::access::Caller& caller,
                const layers::tiles::Question& question) {
    auto made = context.tiles->answer(caller, question, request.stop);
    const auto revision = made.tile->revision();
    auto response = tile_response(*context.tiles, request, made.tile);
    // With a reason stated each reading is on record by itself.
    if (made.holds && caller.purpose.empty()) {
        response.holds = [holds = std::move(made.holds), allowed = still_allowed(context, request), tile = made.tile,
                          revision] { return holds() && allowed() && tile->revision() == revision; };
    }
    return response;
}

layers::tiles::Question question_of(std::vector<std::string> layers, geo::TileId tile, const Params& params) {
    layers::tiles::Question question;
    question.layers = std::move(layers);
    question.tile = tile;
    question.filter = params.text("filter");
    question.window = time_window(params);
    question.at = params.instant("at");
    question.properties = params.list("properties");
    if (const auto budget = params.integer("budget")) question.budget_bytes = static_cast<std::size_t>(*budget);
    return question;
}

Response get_tile(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto tile = tile_of(path);
    const auto question = question_of(path.list("layers"), tile, params);
    const auto caller = reading_caller(context, request, params);
    return answer(context, request, caller, question);
}

Response get_collection_tile(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto tile = tile_of(path);
    const auto question = question_of({path.text("id")}, tile, params);
    const auto caller = reading_caller(context, request, params);
    return answer(context, request, caller, question);
}

// The query of the request, so that tiles named by the TileJSON are filtered as it was.
std::string same_query(const Request& request) {
    const std::size_t mark = request.target.find('?');
    return mark == std::string::npos ? "" : request.target.substr(mark);
}

json tilejson(const AppContext& context, const Request& request, const Params& params,
              const std::vector<std::string>& layers, const std::string& tiles) {
    const auto caller = reading_caller(context, request, params);
    json vector_layers = json::array();
    geo::Box bounds;
    std::string attribution;
    for (const auto& id : layers) {
        const auto readable = readable_layer(context, caller, id);
        if (params.has("filter")) // an address of tiles that could only fail is not given out
            layers::query::bind(layers::query::parse_cql2_text(params.text("filter")), readable.layer(),
                                readable.policy.visible);
        json fields{{"id", "String"}};
        for (const auto i : layers::tiles::tile_fields(readable.layer(), readable.policy.visible, {}))
            fields[readable.layer().fields[i].name] = layers::tiles::tilejson_type(readable.layer().fields[i].type);
        vector_layers.push_back({{"id", id},
                                 {"description", readable.layer().description},
                                 {"fields", std::move(fields)},
                                 {"minzoom", 0},
                                 {"maxzoom", geo::kMaxZoom}});
        bounds.add(context.facts->get(*readable.view, readable.policy).extent);
        const auto& credit = readable.layer().attribution;
        if (!credit.empty() && attribution.find(credit) == std::string::npos)
            attribution += (attribution.empty() ? "" : " | ") + credit;
    }
    if (bounds.empty()) bounds = {-180, -geo::kMercatorMaxLat_deg, 180, geo::kMercatorMaxLat_deg};
    return {{"tilejson", "3.0.0"},
            {"name", "Sarhad"},
            {"tiles", {tiles + same_query(request)}},
            {"vector_layers", std::move(vector_layers)},
            {"attribution", attribution},
            {"scheme", "xyz"},
            {"minzoom", 0},
            {"maxzoom", geo::kMaxZoom},
            {"bounds",
             {bounds.min_x, std::max(bounds.min_y, -geo::kMercatorMaxLat_deg), bounds.max_x,
              std::min(bounds.max_y, geo::kMercatorMaxLat_deg)}}};
}

Response get_tilejson(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto layers = path.list("layers");
    std::string joined;
    for (const auto& id : layers) joined += (joined.empty() ? "" : ",") + id;
    const std::string tiles = base_url(context, request) + "/tiles/" + joined + "/{z}/{x}/{y}.mvt";
    auto response = json_response(tilejson(context, request, params, layers, tiles));
    private_answer(request, response);
    return response;
}

json tile_matrix_set() {
    json matrices = json::array();
    // OGC 17-083r4 annex D.1: scale denominator at zoom 0 for a pixel of 0.28 mm.
    constexpr double kCell0_m = 2 * geo::kMercatorHalfWorld_m / 256;
    for (int z = 0; z <= geo::kMaxZoom; ++z) {
        const double cell = std::ldexp(kCell0_m, -z);
        matrices.push_back({{"id", std::to_string(z)},
                            {"scaleDenominator", cell / 0.00028},
                            {"cellSize", cell},
                            {"pointOfOrigin", {-geo::kMercatorHalfWorld_m, geo::kMercatorHalfWorld_m}},
                            {"tileWidth", 256},
                            {"tileHeight", 256},
                            {"matrixWidth", std::int64_t{1} << z},
                            {"matrixHeight", std::int64_t{1} << z}});
    }
    return {{"id", "WebMercatorQuad"},
            {"title", "Google Maps Compatible for the World"},
            {"uri", kWebMercatorQuad},
            {"crs", "http://www.opengis.net/def/crs/EPSG/0/3857"},
            {"orderedAxes", {"X", "Y"}},
            {"wellKnownScaleSet", "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible"},
            {"tileMatrices", std::move(matrices)}};
}

Response list_tile_matrix_sets(AppContext& context, Request& request, const PathParams&, const Params& params) {
    const std::string self = base_url(context, request) + "/tileMatrixSets/WebMercatorQuad";
    const json document{{"tileMatrixSets",
                         {{{"id", "WebMercatorQuad"},
                           {"title", "Google Maps Compatible for the World"},
                           {"uri", kWebMercatorQuad},
                           {"links", {link(self, "self", "application/json")}}}}}};
    return document_response(context, request, params, "Tile matrix sets", document);
}

Response get_tile_matrix_set(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    if (path.text("tms") != "WebMercatorQuad") throw Error{ErrorCode::not_found, "no such tile matrix set"};
    return document_response(context, request, params, "WebMercatorQuad", tile_matrix_set());
}

json tileset_links(const std::string& base, const std::string& id) {
    const std::string self = base + "/collections/" + id + "/tiles/WebMercatorQuad";
    json tiles = link(self + "/{tileMatrix}/{tileRow}/{tileCol}", "item", kMvt);
    tiles["templated"] = true;
    return {link(self, "self", "application/json"), std::move(tiles),
            link(base + "/tileMatrixSets/WebMercatorQuad", "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme",
                 "application/json"),
            link(base + "/tiles/" + id + ".json", "describedby", "application/json", "TileJSON")};
}

json tileset(const AppContext& context, const Request& request, const ReadableLayer& readable) {
    return {{"title", readable.layer().title},
            {"dataType", "vector"},
            {"crs", "http://www.opengis.net/def/crs/EPSG/0/3857"},
            {"tileMatrixSetId", "WebMercatorQuad"},
            {"tileMatrixSetURI", kWebMercatorQuad},
            {"layers", {{{"id", readable.layer().id}, {"dataType", "vector"}, {"title", readable.layer().title}}}},
            {"links", tileset_links(base_url(context, request), readable.layer().id)}};
}

Response list_tilesets(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto readable = readable_layer(context, reading_caller(context, request, params), path.text("id"));
    return document_response(context, request, params, readable.layer().title,
                             {{"tilesets", {tileset(context, request, readable)}}});
}

Response get_tileset(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto readable = readable_layer(context, reading_caller(context, request, params), path.text("id"));
    return document_response(context, request, params, readable.layer().title, tileset(context, request, readable));
}

std::vector<Param> tile_params() {
    std::vector<Param> params;
    for (const char* name : {"z", "x", "y"}) {
        params.push_back({.name = name,
                          .kind = ParamKind::integer,
                          .description = name[0] == 'z'   ? "Zoom"
                                         : name[0] == 'x' ? "Column"
                                                          : "Row, from the north",
                          .in_path = true,
                          .required = true});
    }
    const std::vector<Param> query{datetime_param(),
                                   at_param(),
                                   filter_param(),
                                   {.name = "properties",
                                    .kind = ParamKind::text_list,
                                    .description = "Only these properties, and the id",
                                    .maximum = 128},
                                   {.name = "budget",
                                    .kind = ParamKind::integer,
                                    .description = "Bytes a tile may have before compression; 0: no thinning",
                                    .minimum = 0,
                                    .maximum = 50'000'000},
                                   scenario_param()};
    params.insert(params.end(), query.begin(), query.end());
    return params;
}

Param layers_param() {
    return {.name = "layers",
            .kind = ParamKind::text_list,
            .description = "Ids of collections, with commas",
            .maximum = kMostLayers,
            .in_path = true,
            .required = true};
}

} // namespace

std::vector<Endpoint> tiles_endpoints() {
    const auto with = [](Param first, std::vector<Param> rest) {
        rest.insert(rest.begin(), std::move(first));
        return rest;
    };
    const Body tile{.media_types = {kMvt}, .schema = {}, .description = "A Mapbox Vector Tile; 204 when it is empty"};
    const auto document = [](const char* what) {
        return Body{.media_types = {"application/json"}, .schema = {}, .description = what};
    };
    const std::vector<Param> filters{datetime_param(), at_param(), filter_param(), scenario_param()};
    const Param tms{.name = "tms", .description = "Id of a tile matrix set", .in_path = true, .required = true};
    return {
        {.method = "GET",
         .path = "/tiles/{layers}/{z}/{x}/{y}.mvt",
         .operation_id = "getTile",
         .summary = "Several layers in one vector tile",
         .tag = "Tiles",
         .params = with(layers_param(), tile_params()),
         .handler = get_tile,
         .answer = tile},
        {.method = "GET",
         .path = "/tiles/{layers}.json",
         .operation_id = "getTileJson",
         .summary = "TileJSON 3 of several layers",
         .tag = "Tiles",
         .params = with(layers_param(), filters),
         .handler = get_tilejson,
         .answer = document("TileJSON")},
        {.method = "GET",
         .path = "/collections/{id}/tiles",
         .operation_id = "getTileSets",
         .summary = "The tile sets of a layer",
         .tag = "Tiles",
         .params = {collection_id_param(), scenario_param(), format_param()},
         .handler = list_tilesets,
         .answer = document("Tile sets")},
        {.method = "GET",
         .path = "/collections/{id}/tiles/WebMercatorQuad",
         .operation_id = "getTileSet",
         .summary = "One tile set of a layer",
         .tag = "Tiles",
         .params = {collection_id_param(), scenario_param(), format_param()},
         .handler = get_tileset,
         .answer = document("Tile set")},
        {.method = "GET",
         .path = "/collections/{id}/tiles/WebMercatorQuad/{z}/{y}/{x}",
         .operation_id = "getCollectionTile",
         .summary = "A vector tile of one layer; row before column",
         .tag = "Tiles",
         .params = with(collection_id_param(), tile_params()),
         .handler = get_collection_tile,
         .answer = tile},
        {.method = "GET",
         .path = "/tileMatrixSets",
         .operation_id = "getTileMatrixSets",
         .summary = "Tile matrix sets",
         .tag = "Tiles",
         .params = {format_param()},
         .handler = list_tile_matrix_sets,
         .answer = document("Tile matrix sets")},
        {.method = "GET",
         .path = "/tileMatrixSets/{tms}",
         .operation_id = "getTileMatrixSet",
         .summary = "One tile matrix set",
         .tag = "Tiles",
         .params = {tms, format_param()},
         .handler = get_tile_matrix_set,
         .answer = document("Tile matrix set")},
    };
}

} // namespace server
