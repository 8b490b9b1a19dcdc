// Well-known text (OGC 06-103r4 clause 7): the other half of geo/wkb.hpp.
#include "geo/error.hpp"
#include "geo/wkb.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace geo {
namespace {

constexpr int kMaxDepth = 32;

constexpr std::array<std::pair<const char*, GeometryType>, 7> kKeywords{{
    {"POINT", GeometryType::point},
    {"LINESTRING", GeometryType::line_string},
    {"POLYGON", GeometryType::polygon},
    {"MULTIPOINT", GeometryType::multi_point},
    {"MULTILINESTRING", GeometryType::multi_line_string},
    {"MULTIPOLYGON", GeometryType::multi_polygon},
    {"GEOMETRYCOLLECTION", GeometryType::collection},
}};

// ---- writing -----------------------------------------------------------------------------------------------------

class Writer {
public:
    explicit Writer(int decimals) : decimals_{decimals} {}

    void geometry(const Geometry& g) {
        const auto* keyword =
            std::find_if(kKeywords.begin(), kKeywords.end(), [&](auto& k) { return k.second == g.type; });
        if (keyword == kKeywords.end()) return;
        out += keyword->first;
        out += ' ';
        if (g.empty()) {
            out += "EMPTY";
            return;
        }
        body(g);
    }

    std::string out;

private:
    void body(const Geometry& g) {
        const auto points_end = static_cast<std::uint32_t>(g.points.size());
        switch (g.type) {
        case GeometryType::none:
            return;
        case GeometryType::point:
        case GeometryType::line_string:
            return points(g, 0, points_end);
        case GeometryType::multi_point:
            return list(g.points.size(), [&](std::size_t i) {
                out += '(';
                point(g.points[i]);
                out += ')';
            });
        case GeometryType::polygon:
            return parts(g, 0, static_cast<std::uint32_t>(g.part_ends.size()));
        case GeometryType::multi_line_string:
            return parts(g, 0, static_cast<std::uint32_t>(g.part_ends.size()));
        case GeometryType::multi_polygon:
            return list(g.polygon_ends.size(),
                        [&](std::size_t i) { parts(g, i == 0 ? 0 : g.polygon_ends[i - 1], g.polygon_ends[i]); });
        case GeometryType::collection:
            return list(g.members.size(), [&](std::size_t i) { geometry(g.members[i]); });
        }
    }

    template <typename Each>
    void list(std::size_t size, Each each) {
        out += '(';
        for (std::size_t i = 0; i < size; ++i) {
            if (i != 0) out += ", ";
            each(i);
        }
        out += ')';
    }

    void points(const Geometry& g, std::uint32_t begin, std::uint32_t end) {
        list(end - begin, [&](std::size_t i) { point(g.points[begin + i]); });
    }

    void parts(const Geometry& g, std::uint32_t begin, std::uint32_t end) {
        list(end - begin, [&](std::size_t i) {
            const auto part = static_cast<std::uint32_t>(begin + i);
            points(g, part == 0 ? 0 : g.part_ends[part - 1], g.part_ends[part]);
        });
    }

    void point(const Point& p) {
        number(p.x);
        out += ' ';
        number(p.y);
    }

    void number(double value) {
        std::array<char, 400> buffer; // the longest fixed double has 309 digits before the point
        const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed,
                                       std::clamp(decimals_, 0, 20))
                             .ptr;
        std::string_view text{buffer.data(), static_cast<std::size_t>(end - buffer.data())};
        if (text.find('.') != std::string_view::npos) {
            text = text.substr(0, text.find_last_not_of('0') + 1);
            if (text.back() == '.') text.remove_suffix(1);
        }
        out += text == "-0" ? "0" : text;
    }

    int decimals_;
};

// ---- reading -----------------------------------------------------------------------------------------------------

class Parser {
public:
    explicit Parser(std::string_view text) : text_{text} {}

    Geometry whole() {
        Geometry g = geometry(0);
        skip_space();
        if (at_ != text_.size()) fail("unexpected text");
        return g;
    }

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw Error{ErrorCode::invalid_geometry, "WKT, column " + std::to_string(at_ + 1) + ": " + what};
    }

    void skip_space() {
        while (at_ < text_.size() && (text_[at_] == ' ' || (text_[at_] >= '\t' && text_[at_] <= '\r'))) ++at_;
    }

    bool take(char c) {
        skip_space();
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    void expect(char c) {
        if (!take(c)) fail(std::string{"expected '"} + c + "'");
    }

    // The next word in capitals, not taken; `length` of its characters.
    std::string peek_word() {
        skip_space();
        std::string word;
        for (std::size_t i = at_; i < text_.size() && word.size() < 32; ++i) {
            const char c = text_[i];
            if (c >= 'a' && c <= 'z') {
                word += static_cast<char>(c - 'a' + 'A');
            } else if (c >= 'A' && c <= 'Z') {
                word += c;
            } else {
                break;
            }
        }
        return word;
    }

    bool take_word(const char* expected) {
        const std::string word = peek_word();
        if (word != expected) return false;
        at_ += word.size();
        return true;
    }

    double number() {
        skip_space();
        const char* begin = text_.data() + at_;
        const char* end = text_.data() + text_.size();
        if (begin != end && *begin == '+') ++begin;
        double value = 0;
        const auto [stop, code] = std::from_chars(begin, end, value);
        if (code != std::errc{} || !std::isfinite(value)) fail("expected a number");
        at_ = static_cast<std::size_t>(stop - text_.data());
        return value;
    }

    bool number_follows() {
        skip_space();
        return at_ < text_.size() && std::string_view{"+-.0123456789"}.find(text_[at_]) != std::string_view::npos;
    }

    // dimensions_ 0: the text didn't say (POINT(1 2 3) is common); then two to four numbers are taken.
    Point point() {
        Point p;
        p.x = number();
        p.y = number();
        int numbers = 2;
        for (; number_follows() && numbers < 4; ++numbers) number();
        if (dimensions_ != 0 && numbers != dimensions_) fail("wrong count of ordinates");
        return p;
    }

    template <typename Each>
    void list(Each each) {
        expect('(');
        do {
            each();
        } while (take(','));
        expect(')');
    }

    void line(Geometry& g) {
        if (take_word("EMPTY")) return;
        list([&] { g.points.push_back(point()); });
        g.part_ends.push_back(static_cast<std::uint32_t>(g.points.size()));
    }

    void polygon(Geometry& g) {
        if (take_word("EMPTY")) return;
        const std::size_t rings_before = g.part_ends.size();
        list([&] { line(g); });
        if (g.part_ends.size() > rings_before) g.polygon_ends.push_back(static_cast<std::uint32_t>(g.part_ends.size()));
    }

    void multi_point_member(Geometry& g) {
        if (take_word("EMPTY")) return;
        const bool wrapped = take('(');
        g.points.push_back(point());
        if (wrapped) expect(')');
    }

    GeometryType keyword() {
        std::string word = peek_word();
        const std::size_t length = word.size();
        // "POINTZ" as some write it, "POINT Z" as the standard does.
        dimensions_ = 0;
        auto find = [&](const std::string& w) {
            return std::find_if(kKeywords.begin(), kKeywords.end(), [&](auto& k) { return w == k.first; });
        };
        const auto* found = find(word);
        for (const auto& [suffix, dimensions] : {std::pair{"ZM", 4}, std::pair{"Z", 3}, std::pair{"M", 3}}) {
            if (found != kKeywords.end() || !word.ends_with(suffix)) continue;
            found = find(word.substr(0, word.size() - std::char_traits<char>::length(suffix)));
            if (found != kKeywords.end()) dimensions_ = dimensions;
        }
        if (found == kKeywords.end()) fail("unknown geometry type");
        at_ += length;
        if (dimensions_ == 0) {
            if (take_word("ZM"))
                dimensions_ = 4;
            else if (take_word("Z") || take_word("M"))
                dimensions_ = 3;
        }
        return found->second;
    }

    Geometry geometry(int depth) {
        if (depth > kMaxDepth) fail("nested too deep");
        Geometry g;
        g.type = keyword();
        if (take_word("EMPTY")) return g;
        switch (g.type) {
        case GeometryType::none:
            break;
        case GeometryType::point:
            expect('(');
            g.points.push_back(point());
            expect(')');
            break;
        case GeometryType::line_string:
            line(g);
            break;
        case GeometryType::polygon:
            polygon(g);
            break;
        case GeometryType::multi_point:
            list([&] { multi_point_member(g); });
            break;
        case GeometryType::multi_line_string:
            list([&] { line(g); });
            break;
        case GeometryType::multi_polygon:
            list([&] { polygon(g); });
            break;
        case GeometryType::collection:
            list([&] { g.members.push_back(geometry(depth + 1)); });
            break;
        }
        return g;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int dimensions_ = 0;
};

} // namespace

std::string to_wkt(const Geometry& geometry, int decimals) {
    Writer writer{decimals};
    writer.geometry(geometry);
    return std::move(writer.out);
}

Geometry from_wkt(std::string_view text) {
    return Parser{text}.whole();
}

} // namespace geo
