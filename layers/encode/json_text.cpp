#include "layers/encode/json_text.hpp"

#include <charconv>
#include <cmath>

namespace layers::encode {

namespace {

// Length of the well-formed UTF-8 sequence at the start of text (RFC 3629), 0 when there is none.
std::size_t utf8_length(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto tail = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
        return i < text.size() && at(i) >= low && at(i) <= high;
    };
    const unsigned first = at(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF)
        return tail(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && tail(2) ? 3 : 0;
    if (first >= 0xF0 && first <= 0xF4)
        return tail(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) && tail(2) && tail(3) ? 4 : 0;
    return 0;
}

void append_point(std::string& out, geo::Point p, CoordinateStyle style) {
    const auto one = [&](double v) {
        if (style.decimals >= 0) {
            const double scale = std::pow(10.0, style.decimals);
            v = std::round(v * scale) / scale;
        }
        append_number(out, v);
    };
    out += '[';
    one(style.swap_axes ? p.y : p.x);
    out += ',';
    one(style.swap_axes ? p.x : p.y);
    out += ']';
}

void append_points(std::string& out, const geo::Geometry& g, std::size_t begin, std::size_t end,
                   CoordinateStyle style) {
    out += '[';
    for (std::size_t i = begin; i < end; ++i) {
        if (i > begin) out += ',';
        append_point(out, g.points[i], style);
    }
    out += ']';
}

// Parts [begin, end) of g as an array of arrays of points.
void append_parts(std::string& out, const geo::Geometry& g, std::size_t begin, std::size_t end, CoordinateStyle style) {
    out += '[';
    for (std::size_t part = begin; part < end; ++part) {
        if (part > begin) out += ',';
        append_points(out, g, part > 0 ? g.part_ends[part - 1] : 0, g.part_ends[part], style);
    }
    out += ']';
}

void append_coordinates(std::string& out, const geo::Geometry& g, CoordinateStyle style) {
    using geo::GeometryType;
    switch (g.type) {
    case GeometryType::point:
        if (g.points.empty())
            out += "[]";
        else
            append_point(out, g.points[0], style);
        return;
    case GeometryType::line_string:
    case GeometryType::multi_point:
        append_points(out, g, 0, g.points.size(), style);
        return;
    case GeometryType::polygon:
    case GeometryType::multi_line_string:
        append_parts(out, g, 0, g.part_ends.size(), style);
        return;
    case GeometryType::multi_polygon:
        out += '[';
        for (std::size_t i = 0; i < g.polygon_ends.size(); ++i) {
            if (i > 0) out += ',';
            append_parts(out, g, i > 0 ? g.polygon_ends[i - 1] : 0, g.polygon_ends[i], style);
        }
        out += ']';
        return;
    case GeometryType::none:
    case GeometryType::collection:
        return;
    }
}

} // namespace

void append_quoted(std::string& out, std::string_view text) {
    static constexpr char kHex[] = "0123456789abcdef";
    out += '"';
    while (!text.empty()) {
        // Mostly all of it: what stands for itself goes over in one piece.
        std::size_t plain = 0;
        while (plain < text.size() && text[plain] >= 0x20 && text[plain] != '"' && text[plain] != '\\') ++plain;
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        const auto c = static_cast<unsigned char>(text[0]);
        std::size_t length = 1;
        if (c == '"' || c == '\\') {
            out += '\\';
            out += text[0];
        } else if (c < 0x20) {
            out += "\\u00";
            out += kHex[c >> 4];
            out += kHex[c & 15];
        } else if ((length = utf8_length(text)) > 0) {
            out += text.substr(0, length);
        } else {
            out += "\xEF\xBF\xBD";
            length = 1;
        }
        text.remove_prefix(length);
    }
    out += '"';
}

void append_number(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    out.append(buffer, end);
}

void append_number(std::string& out, std::int64_t value) {
    char buffer[24];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    out.append(buffer, end);
}

void append_value(std::string& out, const geo::Value& value) {
    struct Writer {
        std::string& out;
        void operator()(geo::Null) const { out += "null"; }
        void operator()(bool v) const { out += v ? "true" : "false"; }
        void operator()(std::int64_t v) const { append_number(out, v); }
        void operator()(double v) const { append_number(out, v); }
        void operator()(const std::string& v) const { append_quoted(out, v); }
        void operator()(geo::Instant v) const { append_quoted(out, geo::to_rfc3339(v)); }
        void operator()(const geo::Json& v) const { out += v.text; }
        void operator()(const geo::TextList& v) const {
            out += '[';
            for (std::size_t i = 0; i < v.size(); ++i) {
                if (i > 0) out += ',';
                append_quoted(out, v[i]);
            }
            out += ']';
        }
    };
    std::visit(Writer{out}, value);
}

void append_geometry(std::string& out, const geo::Geometry& g, CoordinateStyle style) {
    if (g.type == geo::GeometryType::none) {
        out += "null";
        return;
    }
    out += R"({"type":")";
    out += geo::type_name(g.type);
    if (g.type == geo::GeometryType::collection) {
        out += R"(","geometries":[)";
        for (std::size_t i = 0; i < g.members.size(); ++i) {
            if (i > 0) out += ',';
            append_geometry(out, g.members[i], style);
        }
        out += "]}";
        return;
    }
    out += R"(","coordinates":)";
    append_coordinates(out, g, style);
    out += '}';
}

} // namespace layers::encode
