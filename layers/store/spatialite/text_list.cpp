// A list of texts as a JSON array. By hand, because it must give every byte back, valid UTF-8 or not, and because it is
// on the path of each imported row.
#include "geo/error.hpp"
#include "layers/store/spatialite/row.hpp"

namespace layers::store {
namespace {

constexpr char kHex[] = "0123456789abcdef";

void put(std::string& json, const std::string& text) {
    json += '"';
    for (char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            json += '\\';
            json += c;
        } else if (code < 0x20) {
            json += "\\u00";
            json += kHex[code >> 4];
            json += kHex[code & 15];
        } else {
            json += c;
        }
    }
    json += '"';
}

[[noreturn]] void damaged() {
    throw geo::Error{geo::ErrorCode::storage_failed, "a stored list is damaged"};
}

class Reader {
public:
    explicit Reader(std::string_view json) : json_{json} {}

    std::vector<std::string> list() {
        std::vector<std::string> texts;
        expect('[');
        if (json_ == "]") return texts;
        do texts.push_back(text());
        while (next() == ',');
        if (json_.data()[-1] != ']' || !json_.empty()) damaged();
        return texts;
    }

private:
    char next() {
        if (json_.empty()) damaged();
        const char c = json_.front();
        json_.remove_prefix(1);
        return c;
    }
    void expect(char c) {
        if (next() != c) damaged();
    }
    int hex_digit() {
        const char c = next();
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        damaged();
    }
    char escaped() {
        const char c = next();
        if (c == '"' || c == '\\') return c;
        if (c != 'u') damaged();
        expect('0');
        expect('0');
        const int high = hex_digit();
        return static_cast<char>(high * 16 + hex_digit());
    }
    std::string text() {
        std::string out;
        expect('"');
        for (char c = next(); c != '"'; c = next()) out += c == '\\' ? escaped() : c;
        return out;
    }
    std::string_view json_;
};

} // namespace

std::string texts_to_json(const std::vector<std::string>& texts) {
    std::string json = "[";
    for (const auto& text : texts) {
        if (json.size() > 1) json += ',';
        put(json, text);
    }
    return json + ']';
}

std::vector<std::string> texts_from_json(std::string_view json) {
    return Reader{json}.list();
}

} // namespace layers::store
