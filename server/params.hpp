// Query and path parameters: declared once in an endpoint's row, checked before the handler runs, read typed.
// Every parser is total and strict: what isn't exactly the declared form is Error{invalid_input} naming the parameter.
#pragma once

#include "geo/geometry.hpp"
#include "geo/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace server {

enum class ParamKind {
    text,
    integer,   // decimal digits, one '-' at most, within minimum..maximum
    number,    // finite decimal
    boolean,   // true | false
    choice,    // one of `choices`
    text_list, // a,b,c without empty members or repeats; at most `maximum` (default 64)
    limit,     // 1..; over `maximum` it is clamped, not refused
    bbox,      // 4 or 6 numbers in the CRS that the parameter `bbox-crs` names (default CRS84)
    datetime,  // RFC 3339 instant, date, or interval with / and ..
    instant,   // RFC 3339 instant
    crs,       // one of known_crs()
};

struct Param {
    std::string name = {};
    ParamKind kind = ParamKind::text;
    std::string description = {};
    std::vector<std::string> choices = {};
    std::optional<std::int64_t> minimum = {};
    std::optional<std::int64_t> maximum = {};
    std::optional<std::int64_t> default_value = {}; // of integer and limit
    bool in_path = false;
    bool required = false;
    bool secret = false; // its value is never logged (filters on need_to_know columns, tokens)
    std::size_t max_bytes = 4096;
};

// f=json|html of everything that has both.
Param format_param();

struct BBox {
    geo::Box box;              // x,y in the traditional order, in `crs`
    std::string crs;           // code: "OGC:CRS84", "EPSG:32642"
    bool antimeridian = false; // lon/lat only: box.min_x > box.max_x, the box runs across 180°

    std::vector<geo::Box> boxes() const; // one, or two on both sides of the antimeridian
};

struct DateTime { // closed; nothing = open end. A date alone is that whole day.
    std::optional<geo::Instant> from;
    std::optional<geo::Instant> to;
};

// The CRSs that answers and bboxes may be in, as URIs; CRS84 first.
const std::vector<std::string>& known_crs();

using NameValues = std::vector<std::pair<std::string, std::string>>; // decoded, in the order of the request

// Checked against the row before the handler runs: a getter's value is well-formed when it is there. Asking for a
// name that the row doesn't declare with that kind is a programming fault: std::logic_error.
class Params {
public:
    // `declared` is the row's and must outlive this. Error{invalid_input}: an unknown name (unless `keep_others`), a
    // repeated one, a malformed value, a missing one.
    Params(const std::vector<Param>& declared, NameValues query, bool keep_others = false);

    bool has(std::string_view name) const;
    std::string text(std::string_view name, std::string_view otherwise = {}) const; // text, choice, crs: as sent
    std::optional<std::int64_t> integer(std::string_view name) const; // integer, limit; the default when absent
    std::int64_t limit(std::string_view name = "limit") const;        // clamped; the row's default when absent
    std::optional<double> number(std::string_view name) const;
    bool boolean(std::string_view name, bool otherwise = false) const;
    std::vector<std::string> list(std::string_view name) const;
    std::optional<BBox> bbox(std::string_view name = "bbox") const;
    std::optional<DateTime> datetime(std::string_view name = "datetime") const;
    std::optional<geo::Instant> instant(std::string_view name) const;
    std::string crs(std::string_view name = "crs") const; // code: "OGC:CRS84" when absent
    const NameValues& others() const { return others_; }  // undeclared ones, unchecked but for their encoding
    const NameValues& all() const { return all_; }        // declared ones as sent, for building next links

private:
    const Param& declared(std::string_view name) const;
    const std::string* value(std::string_view name) const;
    const std::vector<Param>* declared_;
    NameValues all_;
    NameValues others_;
};

// The variables of a path. An integer variable that isn't one is Error{invalid_input} before the handler runs.
class PathParams {
public:
    PathParams() = default;
    PathParams(const std::vector<Param>& declared, NameValues variables);
    const std::string& text(std::string_view name) const;
    std::int64_t integer(std::string_view name) const;
    std::vector<std::string> list(std::string_view name) const; // declared text_list: "a,b" without repeats

private:
    NameValues variables_;
};

// The single parsers, for endpoints with values of their own, and for tests. `name` goes into the error.
std::int64_t parse_integer(std::string_view text, std::string_view name);
double parse_number(std::string_view text, std::string_view name);
bool parse_boolean(std::string_view text, std::string_view name);
std::vector<std::string> parse_list(std::string_view text, std::string_view name, std::size_t most);
BBox parse_bbox(std::string_view text, const std::string& crs_code, std::string_view name);
DateTime parse_datetime(std::string_view text, std::string_view name);
std::string parse_crs(std::string_view uri, std::string_view name); // -> code

} // namespace server
