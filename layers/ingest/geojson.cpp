#include "geo/error.hpp"
#include "layers/ingest/geojson_feature.hpp"
#include "layers/ingest/json_scan.hpp"
#include "layers/ingest/readers.hpp"
#include "layers/ingest/type_guess.hpp"

#include <array>

namespace layers::ingest {
namespace {

constexpr char kRecordSeparator = 0x1e; // RFC 8142

using OnPiece = std::function<void(std::string_view piece, std::int64_t line)>;

void skip_byte_order_mark(Input& input) {
    if (input.window().starts_with("\xEF\xBB\xBF")) input.skip(3, 0);
}

void take_piece(JsonScan& scan, const OnPiece& use) {
    scan.skip_space();
    auto& input = scan.input();
    const auto line = input.line();
    input.begin_piece();
    scan.skip_value();
    use(input.piece(), line);
    input.end_piece();
}

// What the top-level object says besides its features.
struct Collection {
    bool has_features = false;
    bool single = false; // one value, no collection: a feature or a geometry
    bool more = false;   // something follows the first value: a sequence
    std::string type, crs_text;
};

// One pass over a document whose top level is an object.
Collection walk_document(Input& input, const OnPiece& on_feature) {
    input.rewind();
    skip_byte_order_mark(input);
    JsonScan scan{input};
    Collection found;
    scan.expect('{', "at the start");
    if (!scan.take_if('}')) {
        do {
            const auto key = scan.key();
            if (key == "features" && scan.skip_space() == '[') {
                found.has_features = true;
                scan.expect('[', "");
                if (scan.take_if(']')) continue;
                do {
                    take_piece(scan, on_feature);
                } while (scan.take_if(','));
                scan.expect(']', "behind a feature");
            } else if (key == "type" || key == "crs") {
                take_piece(scan, [&](std::string_view piece, std::int64_t) {
                    if (piece.size() < 4096) (key == "type" ? found.type : found.crs_text) = piece;
                });
            } else {
                scan.skip_value();
            }
        } while (scan.take_if(','));
        scan.expect('}', "at the end");
    }
    found.more = scan.skip_space() >= 0;
    found.single = !found.has_features;
    return found;
}

// True when the first value stands alone on one line, as in newline-delimited JSON.
bool one_a_line(Input& input) {
    input.rewind();
    skip_byte_order_mark(input);
    JsonScan scan{input};
    if (scan.skip_space() != '{') return false;
    const auto line = input.line();
    scan.skip_value();
    return input.line() == line && (scan.skip_space() < 0 || input.line() > line);
}

// Each line by itself, so that a broken one is one fault and not the end.
void walk_lines(Input& input, const OnPiece& on_feature) {
    JsonScan scan{input};
    while (scan.skip_space() >= 0) {
        const auto line = input.line();
        input.begin_piece();
        while (input.peek() >= 0 && input.peek() != '\n') {
            const auto window = input.window();
            const auto stop = window.find('\n');
            input.skip(stop == std::string_view::npos ? window.size() : stop, 0);
        }
        on_feature(input.piece(), line);
        input.end_piece();
    }
}

void walk_sequence(Input& input, const OnPiece& on_feature) {
    const bool lines = one_a_line(input);
    input.rewind();
    skip_byte_order_mark(input);
    if (lines) return walk_lines(input, on_feature);
    JsonScan scan{input};
    for (int c = scan.skip_space(); c >= 0; c = scan.skip_space()) {
        if (c == kRecordSeparator) {
            input.take();
        } else {
            if (c != '{') scan.broken("expected a feature");
            take_piece(scan, on_feature);
        }
    }
}

void walk_single(Input& input, const OnPiece& on_feature) {
    input.rewind();
    skip_byte_order_mark(input);
    JsonScan scan{input};
    take_piece(scan, on_feature);
}

const char* kind_of(geo::GeometryType type) {
    switch (type) {
    case geo::GeometryType::point:
    case geo::GeometryType::multi_point:
        return "point";
    case geo::GeometryType::line_string:
    case geo::GeometryType::multi_line_string:
        return "line";
    case geo::GeometryType::polygon:
    case geo::GeometryType::multi_polygon:
        return "polygon";
    case geo::GeometryType::collection:
        return "any";
    default:
        return "";
    }
}

// Looks at features for columns, types and kind of geometry.
class Survey {
public:
    void look(std::string_view piece, std::int64_t line, std::int64_t offset) {
        ++count;
        last_line = line;
        if (first_line == 0) first_line = line;
        if (offset > kSurveyBytes) return;
        try {
            const auto feature = features.parse(piece, line);
            for (const auto& [name, value] : feature.fields) columns[name].add(value);
            const std::string kind = kind_of(feature.geometry.type);
            if (!kind.empty()) geometry = geometry.empty() || geometry == kind ? kind : "any";
        } catch (const geo::Error&) { // counted as a fault in the pass that gives rows
        }
    }

    SourceSchema schema(std::string format, const ReadOptions& options) const {
        SourceSchema out;
        out.format = std::move(format);
        out.layer = options.declared_name.substr(0, options.declared_name.rfind('.'));
        out.crs = crs.empty() ? "OGC:CRS84" : crs;
        out.geometry = geometry.empty() ? "none" : geometry;
        out.feature_count = count;
        out.counts_lines = last_line - first_line + 1 >= count; // else many on one line: numbers say more
        out.fields = columns.fields();
        return out;
    }

    GeoJsonFeatures features;
    Columns columns;
    std::string crs, geometry;
    std::int64_t count = 0, first_line = 0, last_line = 0;
};

using Walk = std::function<void(const OnPiece&)>;

void give_rows(Survey& survey, bool counts_lines, const Sink& sink, const Walk& walk) {
    std::int64_t number = 0;
    walk([&](std::string_view piece, std::int64_t line) {
        ++number;
        const auto where = counts_lines ? line : number;
        try {
            sink.row(survey.features.parse(piece, where));
        } catch (const geo::Error& error) {
            sink.fault({where, error.pointer, error.what()});
        }
    });
}

void survey_and_read(Survey& survey, const std::string& format, const ReadOptions& options, const Sink& sink,
                     const Walk& walk) {
    const auto schema = survey.schema(format, options);
    sink.schema(schema);
    give_rows(survey, schema.counts_lines, sink, walk);
}

} // namespace

void read_geojson(Input& input, const ReadOptions& options, const Sink& sink) {
    Survey survey;
    const auto look = [&](std::string_view piece, std::int64_t line) { survey.look(piece, line, input.offset()); };
    const auto found = walk_document(input, look);
    if (found.more) {
        if (!found.single) JsonScan{input}.broken("something follows the collection");
        return read_geojson_seq(input, options, sink);
    }
    if (found.has_features && found.type != "\"FeatureCollection\"") {
        throw geo::Error{geo::ErrorCode::unsupported_format, "JSON, but not GeoJSON: its type is no FeatureCollection"};
    }
    if (found.single) {
        static constexpr std::array kTypes{
            "\"Feature\"",         "\"Point\"",   "\"MultiPoint\"",   "\"LineString\"",
            "\"MultiLineString\"", "\"Polygon\"", "\"MultiPolygon\"", "\"GeometryCollection\""};
        if (std::find(kTypes.begin(), kTypes.end(), found.type) == kTypes.end()) {
            throw geo::Error{geo::ErrorCode::unsupported_format, "JSON, but not GeoJSON"};
        }
        walk_single(input, look);
    }
    if (!found.crs_text.empty()) {
        std::string padded = found.crs_text + std::string(Input::kPadding, ' ');
        survey.crs = survey.features.crs(std::string_view{padded}.substr(0, found.crs_text.size()));
    }
    survey_and_read(survey, "geojson", options, sink, [&](const OnPiece& use) {
        if (found.single) {
            walk_single(input, use);
        } else {
            walk_document(input, use);
        }
    });
}

void read_geojson_seq(Input& input, const ReadOptions& options, const Sink& sink) {
    Survey survey;
    walk_sequence(input, [&](std::string_view piece, std::int64_t line) { survey.look(piece, line, input.offset()); });
    survey_and_read(survey, "geojsonseq", options, sink, [&](const OnPiece& use) { walk_sequence(input, use); });
}

} // namespace layers::ingest
