#include "layers/ingest/sniff.hpp"

#include "geo/error.hpp"
#include "layers/ingest/reader.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace layers::ingest {
namespace {

[[noreturn]] void unsupported(const std::string& why) {
    throw geo::Error{geo::ErrorCode::unsupported_format, why};
}

struct Magic {
    std::string_view bytes;
    const char* format;  // null: known, but not read
    const char* because; // then why
};

constexpr std::array kMagics{
    Magic{"PK\x03\x04", "zip", nullptr},
    Magic{"PK\x05\x06", nullptr, "an empty ZIP"},
    Magic{"fgb\x03", "flatgeobuf", nullptr},
    Magic{"PAR1", nullptr, "GeoParquet is not in this build"},
    Magic{"ARROW1", nullptr, "Arrow files are not in this build"},
    Magic{std::string_view{"\x00\x00\x27\x0A", 4}, nullptr,
          "a lone .shp: a shapefile comes as a ZIP of its .shp, .shx, .dbf and .prj"},
    Magic{"\x1f\x8b", nullptr, "a gzip file: unpack it first"},
    Magic{"%PDF", nullptr, "a PDF is not read"},
    Magic{"II*\x00", nullptr, "a TIFF is a picture, not features"},
    Magic{"\x89PNG", nullptr, "a PNG is a picture, not features"},
};

std::string extension(std::string_view name) {
    const auto dot = name.rfind('.');
    std::string out{dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1)};
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

bool one_of(std::string_view text, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

// application_id at byte 68 (OGC 12-128r18, requirement 2); older writers left it empty.
bool is_geopackage(std::string_view start, const std::string& name_ends) {
    if (start.size() < 100) return false;
    const auto id = start.substr(68, 4);
    return one_of(id, {"GPKG", "GP10", "GP11"}) || (id == std::string_view{"\0\0\0\0", 4} && name_ends == "gpkg");
}

std::string sniff_xml(std::string_view start) {
    const auto root = xml_root(start);
    if (root == "gpx" || root == "kml") return root;
    if (root == "OGRVRTDataset" || root == "VRTDataset") unsupported("a VRT names other files: it is not read");
    unsupported("XML, but neither GPX nor KML");
}

bool looks_like_table(std::string_view start) {
    const auto line = start.substr(0, start.find('\n'));
    return start.find('\0') == std::string_view::npos && line.find_first_of(",;\t|") != std::string_view::npos;
}

} // namespace

std::string xml_root(std::string_view start) {
    const auto refuse = [](const char* why) { throw geo::Error{geo::ErrorCode::invalid_input, why}; };
    if (start.starts_with("\xFE\xFF") || start.starts_with("\xFF\xFE") || start.substr(0, 4).find('\0') != start.npos) {
        refuse("XML in UTF-16 is not read: save it as UTF-8");
    }
    std::size_t at = start.find('<');
    while (at < start.size()) {
        const auto rest = start.substr(at);
        std::size_t end = std::string_view::npos;
        if (rest.starts_with("<!--")) {
            end = rest.find("-->", 4);
        } else if (rest.starts_with("<?")) {
            end = rest.find("?>", 2);
        } else if (rest.starts_with("<!")) {
            refuse("XML with a document type declaration (DOCTYPE) is not read");
        } else {
            auto name = rest.substr(1, rest.find_first_of(" \t\r\n/>", 1) - 1);
            if (const auto colon = name.find(':'); colon != name.npos) name.remove_prefix(colon + 1);
            return std::string{name.substr(0, 100)};
        }
        at = end == std::string_view::npos ? end : start.find('<', at + end);
    }
    unsupported("no XML document begins in the first 64 KB");
}

std::string sniff(std::string_view start, std::string_view declared_name) {
    const auto ends = extension(declared_name);
    if (start.starts_with(std::string_view{"SQLite format 3\0", 16})) {
        if (!is_geopackage(start, ends)) unsupported("an SQLite database, but no GeoPackage");
        return "gpkg";
    }
    for (const auto& magic : kMagics) {
        if (!start.starts_with(magic.bytes)) continue;
        if (magic.format == nullptr) unsupported(magic.because);
        return magic.format;
    }
    if (start.starts_with("\xFE\xFF") || start.starts_with("\xFF\xFE")) {
        if (one_of(ends, {"gpx", "kml", "xml"})) return xml_root(start); // says why not
        unsupported("text in UTF-16 is not read: save it as UTF-8");
    }
    if (start.starts_with("\xEF\xBB\xBF")) start.remove_prefix(3);
    const auto first = start.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) unsupported("the file holds nothing but white space");
    switch (start[first]) {
    case '<':
        return sniff_xml(start);
    case '\x1e':
        return "geojsonseq";
    case '{':
        return one_of(ends, {"geojsonl", "geojsons", "geojsonseq", "ndjson", "jsonl", "ldjson"}) ? "geojsonseq"
                                                                                                 : "geojson";
    case '[':
        unsupported("a JSON array, but no GeoJSON");
    default:
        break;
    }
    if (one_of(ends, {"geojson", "json", "gpkg", "gpx", "kml", "kmz", "fgb", "zip", "shp", "vrt"}) ||
        !looks_like_table(start)) {
        unsupported("the content is none of the formats that can be read");
    }
    return "csv";
}

const std::vector<FormatInfo>& formats() {
    static const std::vector<FormatInfo> kFormats{
        {"geojson", "GeoJSON (RFC 7946)", {"geojson", "json"}},
        {"geojsonseq", "GeoJSON text sequence, newline-delimited GeoJSON", {"geojsonl", "geojsons", "ndjson", "jsonl"}},
        {"csv", "CSV with lon/lat, WKT or MGRS columns", {"csv", "tsv", "txt"}},
        {"gpx", "GPX: waypoints, routes, tracks", {"gpx"}},
        {"kml", "KML and KMZ", {"kml", "kmz"}},
        {"gpkg", "GeoPackage", {"gpkg"}},
        {"shapefile", "Shapefile as a ZIP of .shp, .shx, .dbf, .prj", {"zip"}},
        {"flatgeobuf", "FlatGeobuf", {"fgb"}},
    };
    return kFormats;
}

} // namespace layers::ingest
