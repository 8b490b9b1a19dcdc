// One function a format: the whole file into a Sink. All run inside the child. Errors as read() names them.
#pragma once

#include "layers/ingest/input.hpp"
#include "layers/ingest/sink.hpp"

#include <functional>
#include <string>

namespace layers::ingest {

// GeoJSON (RFC 7946, the older "crs" member honoured), streamed: a collection of any size, a single feature, a
// geometry. The file is gone through twice: once for its structure, columns and types, once for its rows.
void read_geojson(Input& input, const ReadOptions& options, const Sink& sink);
// One feature after another, with line breaks or record separators (RFC 8142) between them.
void read_geojson_seq(Input& input, const ReadOptions& options, const Sink& sink);
// RFC 4180 with a header; comma, semicolon, tab or bar; place by lon/lat, WKT or MGRS columns.
void read_csv(Input& input, const ReadOptions& options, const Sink& sink);

// Everything GDAL reads. `format`: a row's name in formats(); `path` as OgrReader wants it. Call prepare_ogr() before.
// `opened` is called when GDAL has opened the file and given its schema.
void read_ogr(const std::string& format, const std::string& path, const ReadOptions& options, const Sink& sink,
              const std::function<void()>& opened);

// How much of a text file is looked at to find out the types of its columns.
inline constexpr std::int64_t kSurveyBytes = 64 << 20;

// A coordinate beyond this is no place in any reference system (metres or degrees), though it is a number.
inline constexpr double kMaxCoordinate = 1e9;

} // namespace layers::ingest
