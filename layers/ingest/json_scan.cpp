#include "layers/ingest/json_scan.hpp"

#include "geo/error.hpp"

#include <array>

namespace layers::ingest {
namespace {

constexpr bool is_space(int c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// Bytes that the loop over a value has to look at; all others are passed over.
constexpr auto kStructural = [] {
    std::array<bool, 256> table{};
    for (const char c : {'"', '{', '}', '[', ']', '\n'}) table[static_cast<unsigned char>(c)] = true;
    return table;
}();

} // namespace

void JsonScan::broken(const std::string& what) const {
    throw geo::Error{geo::ErrorCode::unreadable_file, "line " + std::to_string(input_.line()) + ": " + what};
}

int JsonScan::skip_space() {
    int c = input_.peek();
    while (is_space(c)) {
        input_.take();
        c = input_.peek();
    }
    return c;
}

bool JsonScan::take_if(char c) {
    if (skip_space() != static_cast<unsigned char>(c)) return false;
    input_.take();
    return true;
}

void JsonScan::expect(char c, const char* where) {
    if (take_if(c)) return;
    if (input_.peek() < 0) broken("the file ends too early (cut off?)");
    broken(std::string{"expected '"} + c + "' " + where);
}

void JsonScan::skip_string() {
    input_.take(); // the opening quote
    for (;;) {
        const auto window = input_.window();
        if (window.empty()) broken("the file ends inside a text (cut off?)");
        std::size_t stop = 0;
        while (stop < window.size() && window[stop] != '"' && window[stop] != '\\' && window[stop] != '\n') ++stop;
        input_.skip(stop, 0);
        if (stop == window.size()) continue;
        const int c = input_.take();
        if (c == '"') return;
        if (c == '\\') input_.take();
    }
}

void JsonScan::skip_value() {
    const int first = skip_space();
    if (first == '"') return skip_string();
    if (first != '{' && first != '[') { // a number or a word
        bool any = false;
        for (int c = first; c >= 0 && !is_space(c) && c != ',' && c != ']' && c != '}' && c != ':'; c = input_.peek()) {
            input_.take();
            any = true;
        }
        if (!any) broken(first < 0 ? "the file ends too early (cut off?)" : "a value is missing");
        return;
    }
    open_.clear();
    do {
        const auto window = input_.window();
        if (window.empty()) broken("the file ends in the middle of a feature (cut off?)");
        std::size_t i = 0;
        while (i < window.size() && !kStructural[static_cast<unsigned char>(window[i])]) ++i;
        input_.skip(i, 0);
        if (i == window.size()) continue;
        switch (const char c = window[i]) {
        case '"':
            skip_string();
            break;
        case '{':
        case '[':
            if (open_.size() >= kMaxDepth) {
                throw geo::Error{geo::ErrorCode::invalid_input,
                                 "line " + std::to_string(input_.line()) + ": JSON nested deeper than " +
                                     std::to_string(kMaxDepth),
                                 "body"};
            }
            open_.push_back(c);
            input_.take();
            break;
        case '}':
        case ']':
            if (open_.back() != (c == '}' ? '{' : '[')) broken("brackets do not match");
            open_.pop_back();
            input_.take();
            break;
        default:
            input_.take(); // a line break
        }
    } while (!open_.empty());
}

std::string JsonScan::key() {
    if (skip_space() != '"') broken("expected a member's name");
    input_.begin_piece();
    skip_string();
    auto text = std::string{input_.piece()};
    input_.end_piece();
    expect(':', "behind a member's name");
    return text.substr(1, text.size() - 2);
}

} // namespace layers::ingest
