#include "geo/error.hpp"
#include "geo/mgrs.hpp"
#include "geo/wkb.hpp"
#include "layers/ingest/csv_records.hpp"
#include "layers/ingest/readers.hpp"
#include "layers/ingest/type_guess.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <simdjson.h>

namespace layers::ingest {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// Names under which people keep a place, in lower case; the first that is there wins.
constexpr std::array kLonNames{"lon", "long", "lng", "longitude", "lon_dd", "point_x", "x_lon", "x", "easting"};
constexpr std::array kLatNames{"lat", "latitude", "lat_dd", "point_y", "y_lat", "y", "northing"};
constexpr std::array kWktNames{"wkt", "geom_wkt", "wkt_geom", "the_geom", "geometry", "geom"};
constexpr std::array kMgrsNames{"mgrs", "mgrs_ref", "mgrs_grid", "grid_ref", "grid_reference"};

std::string lower_trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    std::string out{text.substr(begin, text.find_last_not_of(" \t") - begin + 1)};
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r");
    return begin == std::string_view::npos ? std::string_view{}
                                           : text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

struct Header {
    std::vector<std::string> names;
    std::size_t x = kNone, y = kNone, wkt = kNone, mgrs = kNone;
    bool has_precision = false, has_method = false;

    bool is_place(std::size_t column) const { return column == x || column == y || column == wkt; }
    bool geographic() const { // by their names they are degrees
        return mgrs != kNone || (x != kNone && lower_trimmed(names[x]).starts_with("l"));
    }
};

// Empty names are numbered by their place, a name that comes again is numbered.
std::vector<std::string> unique_names(const std::vector<std::string>& cells) {
    std::vector<std::string> names;
    std::set<std::string> seen;
    for (const auto& cell : cells) {
        std::string name{trimmed(cell)};
        if (name.empty()) name = "column_" + std::to_string(names.size() + 1);
        const auto base = name;
        for (int n = 2; !seen.insert(name).second; ++n) name = base + "_" + std::to_string(n);
        names.push_back(std::move(name));
    }
    return names;
}

std::size_t named_column(const std::vector<std::string>& names, const std::string& wanted, const char* option) {
    const auto key = lower_trimmed(wanted);
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (lower_trimmed(names[i]) == key) return i;
    }
    throw geo::Error{geo::ErrorCode::invalid_input, "the file has no column \"" + wanted.substr(0, 100) + "\"", option};
}

template <std::size_t N>
std::size_t guessed_column(const std::vector<std::string>& names, const std::array<const char*, N>& known) {
    for (const std::string_view wanted : known) {
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (lower_trimmed(names[i]) == wanted) return i;
        }
    }
    return kNone;
}

Header read_header(CsvRecords& records, const ReadOptions& options) {
    CsvRecord first;
    if (!records.next(first)) throw geo::Error{geo::ErrorCode::unreadable_file, "the file has no header line"};
    while (first.cells.size() > 1 && trimmed(first.cells.back()).empty()) first.cells.pop_back(); // GDAL writes "a,b,"
    // A name may be a year; no name is "71.0973".
    if (std::ranges::any_of(first.cells,
                            [](const auto& c) { return c.find('.') != c.npos && number_from(trimmed(c)); })) {
        throw geo::Error{geo::ErrorCode::invalid_input,
                         "the first line holds values: a text table begins with the names of its columns"};
    }
    if (!std::ranges::all_of(first.cells, [](const auto& c) { return simdjson::validate_utf8(c); })) {
        throw geo::Error{geo::ErrorCode::invalid_input, "the header is not UTF-8: save the table as UTF-8"};
    }
    Header header;
    header.names = unique_names(first.cells);
    const auto& names = header.names;
    header.has_precision = guessed_column(names, std::array{"geo_precision_m"}) != kNone;
    header.has_method = guessed_column(names, std::array{"geo_method"}) != kNone;
    if (!options.wkt_column.empty()) {
        header.wkt = named_column(names, options.wkt_column, "wkt_column");
    } else if (!options.mgrs_column.empty()) {
        header.mgrs = named_column(names, options.mgrs_column, "mgrs_column");
    } else if (!options.x_column.empty() || !options.y_column.empty()) {
        header.x = named_column(names, options.x_column, "x_column");
        header.y = named_column(names, options.y_column, "y_column");
    } else {
        header.x = guessed_column(names, kLonNames);
        header.y = guessed_column(names, kLatNames);
        if (header.x == kNone || header.y == kNone) header.x = header.y = kNone;
        if (header.x == kNone) header.wkt = guessed_column(names, kWktNames);
        if (header.x == kNone && header.wkt == kNone) header.mgrs = guessed_column(names, kMgrsNames);
    }
    return header;
}

[[noreturn]] void bad_place(const std::string& field, const std::string& why) {
    throw geo::Error{geo::ErrorCode::invalid_geometry, why, field};
}

double coordinate(const std::string& field, std::string_view text) {
    const auto value = number_from(text);
    if (!value) bad_place(field, "\"" + std::string{text.substr(0, 40)} + "\" is no coordinate");
    if (std::abs(*value) > kMaxCoordinate) bad_place(field, "\"" + std::string{text.substr(0, 40)} + "\" is no place");
    return *value;
}

// "SRID=32642;POINT(…)" -> "EPSG:32642" and the rest.
std::pair<std::string, std::string_view> split_srid(std::string_view text) {
    text = trimmed(text);
    const auto semicolon = text.find(';');
    if (semicolon == std::string_view::npos ||
        lower_trimmed(text.substr(0, std::min<std::size_t>(5, semicolon))) != "srid=") {
        return {{}, text};
    }
    return {"EPSG:" + std::string{text.substr(5, semicolon - 5)}, text.substr(semicolon + 1)};
}

geo::Geometry shape_from_wkt(const std::string& field, std::string_view text, const std::string& crs) {
    const auto [own_crs, wkt] = split_srid(text);
    if (!own_crs.empty() && own_crs != crs) bad_place(field, "another SRID than the first row's");
    try {
        auto shape = geo::from_wkt(wkt);
        for (const auto p : shape.points) {
            if (!(std::abs(p.x) <= kMaxCoordinate && std::abs(p.y) <= kMaxCoordinate))
                bad_place(field, "a coordinate that is no place");
        }
        return shape.empty() ? geo::Geometry{} : shape;
    } catch (const geo::Error& error) {
        bad_place(field, error.what());
    }
}

geo::RawFeature to_feature(const Header& header, const CsvRecord& record, const std::string& crs) {
    geo::RawFeature out;
    out.line = record.line;
    const auto& cells = record.cells;
    if (header.x != kNone) {
        const auto x = trimmed(cells[header.x]);
        const auto y = trimmed(cells[header.y]);
        if (!x.empty() || !y.empty()) {
            out.geometry =
                geo::make_point(coordinate(header.names[header.x], x), coordinate(header.names[header.y], y));
        }
    } else if (header.wkt != kNone && !trimmed(cells[header.wkt]).empty()) {
        out.geometry = shape_from_wkt(header.names[header.wkt], cells[header.wkt], crs);
    }
    out.fields.reserve(cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (header.is_place(i) || cells[i].empty()) continue;
        out.fields.emplace_back(header.names[i], cells[i]);
    }
    if (header.mgrs != kNone && !trimmed(cells[header.mgrs]).empty()) {
        try {
            const auto place = geo::from_mgrs(trimmed(cells[header.mgrs]));
            out.geometry = geo::make_point(place.lon_lat.x, place.lon_lat.y);
            if (!header.has_precision) out.fields.emplace_back("geo_precision_m", place.precision_m);
            if (!header.has_method) out.fields.emplace_back("geo_method", std::string{"mgrs"});
        } catch (const geo::Error& error) {
            bad_place(header.names[header.mgrs], error.what());
        }
    }
    return out;
}

// A trailing delimiter gives one empty cell too many: harmless. Otherwise the row's cells are in doubt.
bool fits(const Header& header, CsvRecord& record) {
    while (record.cells.size() > header.names.size() && record.cells.back().empty()) record.cells.pop_back();
    return record.cells.size() == header.names.size();
}

struct Survey {
    std::int64_t count = 0;
    std::string srid, shape;
    std::vector<TypeGuess> types;
};

Survey survey(CsvRecords& records, const Header& header, const Input& input) {
    Survey found;
    found.types.resize(header.names.size());
    CsvRecord record;
    while (records.next(record)) {
        ++found.count;
        if (input.offset() > kSurveyBytes || !fits(header, record)) continue;
        for (std::size_t i = 0; i < record.cells.size(); ++i) {
            if (!header.is_place(i)) found.types[i].add_text(record.cells[i]);
        }
        if (header.wkt == kNone || record.cells[header.wkt].empty()) continue;
        const auto [srid, wkt] = split_srid(record.cells[header.wkt]);
        if (found.count == 1) found.srid = srid;
        auto word = lower_trimmed(wkt.substr(0, wkt.find_first_of("( ")));
        if (word.starts_with("multi")) word.erase(0, 5);
        const std::string kind = word == "linestring" ? "line" : word == "point" || word == "polygon" ? word : "any";
        found.shape = found.shape.empty() || found.shape == kind ? kind : "any";
    }
    return found;
}

SourceSchema schema_of(const Header& header, const Survey& found, const ReadOptions& options) {
    SourceSchema schema;
    schema.format = "csv";
    schema.layer = options.declared_name.substr(0, options.declared_name.rfind('.'));
    schema.crs = header.geographic() ? "OGC:CRS84" : found.srid;
    schema.feature_count = found.count;
    schema.counts_lines = true;
    schema.geometry = header.x != kNone || header.mgrs != kNone ? "point" : found.shape.empty() ? "none" : found.shape;
    for (std::size_t i = 0; i < header.names.size(); ++i) {
        if (!header.is_place(i)) schema.fields.push_back({header.names[i], found.types[i].type()});
    }
    if (header.mgrs != kNone && !header.has_precision) schema.fields.push_back({"geo_precision_m", "number"});
    if (header.mgrs != kNone && !header.has_method) schema.fields.push_back({"geo_method", "text"});
    return schema;
}

} // namespace

void read_csv(Input& input, const ReadOptions& options, const Sink& sink) {
    CsvRecords records{input};
    const auto header = read_header(records, options);
    const auto found = survey(records, header, input);
    const auto schema = schema_of(header, found, options);
    sink.schema(schema);
    records.rewind();
    CsvRecord record;
    records.next(record); // the header
    while (records.next(record)) {
        if (!fits(header, record)) {
            sink.fault({record.line, "",
                        std::to_string(record.cells.size()) + " values, the header has " +
                            std::to_string(header.names.size())});
            continue;
        }
        try {
            sink.row(to_feature(header, record, schema.crs));
        } catch (const geo::Error& error) {
            sink.fault({record.line, error.pointer, error.what()});
        }
    }
}

} // namespace layers::ingest
