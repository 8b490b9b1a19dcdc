#include "server/endpoints/static_files.hpp"

#include "server/http/negotiate.hpp"
#include "server/http/text.hpp"
#include "server/http/wire.hpp"
#include "server/respond.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sys/stat.h>

namespace server {
namespace {

namespace fs = std::filesystem;
using geo::Error;
using geo::ErrorCode;

constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".geojson", "application/geo+json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".pbf", "application/x-protobuf"},
    {".wasm", "application/wasm"},
    {".txt", "text/plain; charset=utf-8"},
    {".pmtiles", "application/octet-stream"},
}};

std::string_view type_of(const fs::path& file) {
    const auto extension = http::to_lower(file.extension().string());
    const auto at = std::ranges::find(kTypes, std::string_view{extension}, [](const auto& row) { return row.first; });
    return at == kTypes.end() ? "application/octet-stream" : at->second;
}

// A hash in the name ("index-BxY3k_9z.js"): another content would have another name, so it never changes.
bool is_immutable(const std::string& name) {
    const auto dot = name.rfind('.');
    const auto dash = name.rfind('-', dot);
    if (dot == std::string::npos || dash == std::string::npos || dot - dash - 1 < 8) return false;
    const auto hash = std::string_view{name}.substr(dash + 1, dot - dash - 1);
    return hash.find_first_of("0123456789") != std::string_view::npos || hash != http::to_lower(hash);
}

// The request's path has no dot segments any more (http/url). Hidden files and links that lead out of the folder are
// not there.
std::optional<fs::path> file_in(const std::string& folder, const std::string& relative) {
    if (folder.empty() || relative.find("//") != std::string::npos) return std::nullopt;
    for (const auto& part : fs::path{relative})
        if (part.string().starts_with('.')) return std::nullopt;
    std::error_code error;
    const auto root = fs::canonical(folder, error);
    if (error) return std::nullopt;
    const auto file = fs::canonical(root / relative, error);
    if (error || !fs::is_regular_file(file, error)) return std::nullopt;
    const auto below = std::ranges::mismatch(root, file);
    return below.in1 == root.end() ? std::optional{file} : std::nullopt;
}

std::string read_file(const fs::path& file) {
    std::ifstream in{file, std::ios::binary};
    std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    if (!in) throw Error{ErrorCode::internal, "can't read " + file.string()};
    return bytes;
}

// Of FILE.br and FILE.gz, the one that the client takes and that is there.
std::optional<std::pair<fs::path, http::Coding>> compressed_twin(const fs::path& file, const Request& request) {
    std::vector<http::Coding> there;
    for (const auto coding : {http::Coding::br, http::Coding::gzip})
        if (fs::is_regular_file(file.string() + (coding == http::Coding::br ? ".br" : ".gz"))) there.push_back(coding);
    const auto chosen = http::choose_coding(request.header("accept-encoding"), there);
    if (chosen == http::Coding::identity) return std::nullopt;
    return std::pair{fs::path{file.string() + (chosen == http::Coding::br ? ".br" : ".gz")}, chosen};
}

std::string tag_of(const fs::path& file) {
    struct stat facts {};
    if (::stat(file.c_str(), &facts) != 0) return {};
    return etag_of(file.string() + '\0' + std::to_string(facts.st_size) + '\0' + std::to_string(facts.st_mtim.tv_sec) +
                   '\0' + std::to_string(facts.st_mtim.tv_nsec));
}

Response file_response(const Request& request, const fs::path& file) {
    Response response;
    response.set("Content-Type", std::string{type_of(file)});
    response.set("ETag", tag_of(file));
    response.set("Cache-Control",
                 is_immutable(file.filename().string()) ? "public, max-age=31536000, immutable" : "no-cache");
    if (http::matches(request.header("if-none-match"), response.header("ETag"))) return response; // the edge says 304
    if (const auto twin = compressed_twin(file, request)) {
        response.body = read_file(twin->first);
        response.set("Content-Encoding", http::name(twin->second));
        http::add_vary(response, "Accept-Encoding");
    } else {
        response.body = read_file(file);
    }
    return response;
}

[[noreturn]] void not_there() {
    throw Error{ErrorCode::not_found, "There is no such file."};
}

Response map_root(AppContext&, Request&, const PathParams&, const Params&) {
    Response response;
    response.status = 308;
    response.set("Location", "/map/");
    return response;
}

Response map_file(AppContext& context, Request& request, const PathParams& path, const Params&) {
    const auto& wanted = path.text("path");
    const auto file = file_in(context.config.web_dir, wanted.empty() ? "index.html" : wanted);
    if (!file) not_there();
    return file_response(request, *file);
}

// A stack is "Noto Sans Regular,Noto Naskh Arabic Regular": the first of its fonts that is here.
Response font(AppContext& context, Request& request, const PathParams& path, const Params&) {
    const auto& range = path.text("range");
    const bool plain = std::ranges::all_of(range, [](char c) { return http::is_digit(c) || c == '-'; });
    if (plain && !context.config.assets_dir.empty())
        for (const auto name : http::list_members(path.text("fontstack")))
            if (const auto file =
                    file_in(context.config.assets_dir + "/fonts", std::string{name} + "/" + range + ".pbf"))
                return file_response(request, *file);
    not_there();
}

Response sprite(AppContext& context, Request& request, const PathParams& path, const Params&) {
    if (context.config.assets_dir.empty()) not_there();
    const auto file = file_in(context.config.assets_dir + "/sprites", path.text("path"));
    if (!file) not_there();
    return file_response(request, *file);
}

} // namespace

std::vector<Endpoint> static_files_endpoints() {
    return {
        {.method = "GET",
         .path = "/map",
         .operation_id = "getMapRoot",
         .summary = "To the map.",
         .tag = "Files",
         .handler = map_root,
         .hidden = true},
        {.method = "GET",
         .path = "/map/{path*}",
         .operation_id = "getMapFile",
         .summary = "The map application.",
         .tag = "Files",
         .handler = map_file,
         .hidden = true},
        {.method = "GET",
         .path = "/fonts/{fontstack}/{range}.pbf",
         .operation_id = "getGlyphs",
         .summary = "Glyphs of a font, 256 a file.",
         .tag = "Files",
         .handler = font,
         .answer = {.media_types = {"application/x-protobuf"}}},
        {.method = "GET",
         .path = "/sprites/{path*}",
         .operation_id = "getSprite",
         .summary = "Symbols of the styles.",
         .tag = "Files",
         .handler = sprite,
         .hidden = true},
    };
}

} // namespace server
