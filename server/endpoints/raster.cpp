#include "server/endpoints/raster.hpp"

#include "geo/raster.hpp"
#include "server/respond.hpp"

namespace server {
namespace {

Response get_raster_tile(AppContext& context, Request&, const PathParams& path, const Params&) {
    using geo::Error, geo::ErrorCode;
    const std::string layer = path.text("layer");
    const std::int64_t z = path.integer("z"), x = path.integer("x"), y = path.integer("y");
    if (z < 0 || x < 0 || y < 0) throw Error{ErrorCode::invalid_input, "a tile's numbers are not negative", "z"};
    const geo::TileId tile{static_cast<int>(std::min<std::int64_t>(z, 99)), x, y};
    const bool known = layer == "hillshade" || layer == "terrain-rgb";
    if (!known || !context.elevation || !geo::valid(tile)) throw Error{ErrorCode::not_found, "no such tile"};
    Response response;
    response.set("cache-control", "public, max-age=3600");
    if (!context.elevation->covers(tile)) {
        response.status = 204;
        return response;
    }
    const std::string png =
        layer == "hillshade" ? context.elevation->hillshade_png(tile) : context.elevation->terrain_rgb_png(tile);
    response.set("content-type", "image/png");
    response.set("etag", etag_of(png));
    response.body = png;
    return response;
}

} // namespace

std::vector<Endpoint> raster_endpoints() {
    std::vector<Param> params{
        {.name = "layer", .description = "hillshade or terrain-rgb", .in_path = true, .required = true}};
    for (const char* name : {"z", "x", "y"})
        params.push_back({.name = name, .kind = ParamKind::integer, .in_path = true, .required = true});
    return {
        {.method = "GET",
         .path = "/raster/{layer}/{z}/{x}/{y}.png",
         .operation_id = "getRasterTile",
         .summary = "Relief as a picture, 256 x 256",
         .tag = "Tiles",
         .params = std::move(params),
         .handler = get_raster_tile,
         .answer = {.media_types = {"image/png"}, .schema = {}, .description = "A picture; 204 outside the raster"}}};
}

} // namespace server
