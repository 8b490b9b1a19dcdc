// The reading process: started by read(), confined, gone after one file. Descriptors: 3 the request, 4 the results,
// 5 the file.
#include "layers/ingest/child.hpp"
#include "geo/error.hpp"
#include "geo/wrap/confine.hpp"
#include "geo/wrap/ogr_reader.hpp"
#include "layers/ingest/readers.hpp"
#include "layers/ingest/sniff.hpp"
#include "layers/ingest/wire.hpp"
#include "layers/ingest/zip_check.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <optional>
#include <simdjson.h>
#include <string>
#include <sys/time.h>
#include <unistd.h>

namespace layers::ingest {
namespace {

constexpr int kRequest = 3, kResults = 4, kFile = 5;
constexpr std::size_t kStart = 64 << 10;
constexpr std::size_t kBatchBytes = 1 << 20;

void send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ::write(kResults, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) _exit(1); // the parent is gone
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

wire::Request receive_request() {
    std::string bytes;
    char buffer[4096];
    for (;;) {
        const auto n = ::read(kRequest, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        bytes.append(buffer, static_cast<std::size_t>(n));
    }
    if (bytes.size() < wire::kHeaderSize) _exit(1);
    return wire::decode_request(std::string_view{bytes}.substr(wire::kHeaderSize));
}

bool is_utf8(const geo::Value& value) {
    const auto ok = [](const std::string& text) { return simdjson::validate_utf8(text); };
    if (const auto* text = std::get_if<std::string>(&value)) return ok(*text);
    if (const auto* json = std::get_if<geo::Json>(&value)) return ok(json->text);
    if (const auto* list = std::get_if<geo::TextList>(&value)) return std::all_of(list->begin(), list->end(), ok);
    return true;
}

// A reader's rows as frames, in the order that read() promises: the faults up to a batch's last row go before it.
class Output {
public:
    explicit Output(std::int64_t skip) : skip_{skip} {}

    Sink sink() {
        return {[this](const SourceSchema& schema) { start(schema); },
                [this](geo::RawFeature row) { add(std::move(row)); },
                [this](RowFault fault) { add(std::move(fault)); }};
    }

    void finish() {
        flush();
        send(wire::frame(wire::Kind::end, {}));
    }

    void flush() {
        send(faults_);
        faults_.clear();
        if (rows_ && rows_->rows() > 0) send(wire::frame(wire::Kind::rows, rows_->take()));
    }

private:
    void start(const SourceSchema& schema) {
        rows_.emplace(schema);
        send(wire::frame(wire::Kind::schema, wire::encode(schema)));
    }

    bool skipped() { return skip_ > 0 && skip_-- > 0; }

    void add(geo::RawFeature row) {
        const auto bad =
            std::find_if(row.fields.begin(), row.fields.end(), [](const auto& f) { return !is_utf8(f.second); });
        if (bad != row.fields.end()) return add(RowFault{row.line, bad->first, "text that is not UTF-8"});
        if (skipped()) return;
        if (row.fields.size() > wire::kMaxFields) return add(RowFault{row.line, "", "more than 4096 fields"});
        rows_->add(row);
        if (rows_->rows() == wire::kMaxRows || rows_->bytes() > kBatchBytes) flush();
    }

    void add(RowFault fault) {
        if (skipped()) return;
        faults_ += wire::frame(wire::Kind::fault, wire::encode(fault));
        if (faults_.size() > kBatchBytes) flush();
    }

    std::int64_t skip_;
    std::optional<wire::RowEncoder> rows_;
    std::string faults_;
};

// A GeoPackage whose tables are programs may take for ever to open: then SIGPROF ends the process.
void limit_opening(int cpu_s) {
    itimerval timer{};
    timer.it_value.tv_sec = cpu_s;
    setitimer(ITIMER_PROF, &timer, nullptr);
}

bool ends_with_any_case(const std::string& name, std::string_view end) {
    return name.size() >= end.size() && std::equal(end.rbegin(), end.rend(), name.rbegin(), [](char a, char b) {
               return a == std::tolower(static_cast<unsigned char>(b));
           });
}

std::string inside_zip(const std::string& name) {
    return "/vsizip/{/vsifd/input.zip}/" + name;
}

// Shapefile or KMZ, by what is inside.
void read_zip(const Input& input, ReadOptions options, const Sink& sink) {
    const auto files = check_zip(kFile, input.size());
    const ZipEntry* kml = nullptr;
    std::vector<std::string> shapes;
    for (const auto& file : files) {
        if (file.name.starts_with("__MACOSX/")) continue;
        if (ends_with_any_case(file.name, ".shp")) shapes.push_back(file.name);
        if (ends_with_any_case(file.name, ".kml") && (kml == nullptr || file.name == "doc.kml")) kml = &file;
    }
    if (!shapes.empty()) {
        const auto layer_of = [](const std::string& path) {
            const auto slash = path.rfind('/');
            const auto begin = slash == std::string::npos ? 0 : slash + 1;
            return path.substr(begin, path.size() - 4 - begin);
        };
        auto chosen = shapes.begin();
        if (!options.source_layer.empty()) {
            chosen = std::find_if(shapes.begin(), shapes.end(),
                                  [&](const auto& s) { return layer_of(s) == options.source_layer; });
            if (chosen == shapes.end()) {
                throw geo::Error{geo::ErrorCode::invalid_input,
                                 "the ZIP has no shapefile \"" + options.source_layer + "\"", "source_layer"};
            }
        }
        auto outer = sink;
        outer.schema = [&](SourceSchema schema) {
            for (const auto& shape : shapes) {
                if (shape != *chosen) schema.other_layers.push_back(layer_of(shape));
            }
            sink.schema(schema);
        };
        options.source_layer.clear();
        return read_ogr("shapefile", inside_zip(*chosen), options, outer, [] {});
    }
    if (kml == nullptr)
        throw geo::Error{geo::ErrorCode::unsupported_format, "a ZIP, but neither a shapefile nor a KMZ is in it"};
    const auto path = inside_zip(kml->name);
    const auto root = xml_root(geo::wrap::read_start(path, kStart));
    if (root != "kml") throw geo::Error{geo::ErrorCode::unsupported_format, "a ZIP with a .kml that is no KML"};
    read_ogr("kml", path, options, sink, [] {});
}

void read_file(const ReadOptions& options, const geo::wrap::GeoPackageInspector* inspector, const Sink& sink) {
    Input input{kFile};
    const auto format = sniff(read_at(kFile, 0, kStart), options.declared_name);
    if (format == "geojson") return read_geojson(input, options, sink);
    if (format == "geojsonseq") return read_geojson_seq(input, options, sink);
    if (format == "csv") return read_csv(input, options, sink);
    if (format == "zip") return read_zip(input, options, sink);
    if (format == "gpkg") {
        constexpr int kOpeningCpu_s = 4;
        limit_opening(kOpeningCpu_s);
        inspector->check();
    }
    const auto name = "/vsifd/input." + std::string{format == "flatgeobuf" ? "fgb" : format};
    read_ogr(format, name, options, sink, [] { limit_opening(0); });
}

int run() {
    try {
        const auto request = receive_request();
        geo::wrap::prepare_ogr(kFile);
        // Opened before confine(), read after: sixteen bytes decide whether it may be a GeoPackage at all.
        std::optional<geo::wrap::GeoPackageInspector> inspector;
        if (read_at(kFile, 0, 15) == "SQLite format 3") inspector.emplace(kFile);
        geo::wrap::confine({request.options.limits.memory_bytes, request.cpu_s});

        Output output{request.options.skip_rows};
        try {
            read_file(request.options, inspector ? &*inspector : nullptr, output.sink());
            output.finish();
        } catch (const geo::Error& error) {
            output.flush(); // what was read before is good
            send(wire::frame(wire::Kind::error, wire::encode(error)));
        }
        return 0;
    } catch (const geo::Error& error) {
        send(wire::frame(wire::Kind::error, wire::encode(error)));
        return 0;
    } catch (const std::bad_alloc&) {
        return geo::wrap::kOutOfMemoryExit;
    } catch (...) {
        return 1;
    }
}

} // namespace

std::optional<int> run_child_if_asked(int argc, char** argv) {
    if (argc != 2 || std::string_view{argv[1]} != kChildArgument) return std::nullopt;
    _exit(run()); // no destructors of static objects: they belong to a program that never ran
}

} // namespace layers::ingest
