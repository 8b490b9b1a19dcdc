#include "layers/ingest/type_guess.hpp"

#include "geo/time.hpp"

#include <charconv>
#include <cmath>

namespace layers::ingest {
namespace {

template <class T>
std::optional<T> parse(std::string_view text) {
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// "007" and "+92" are codes and numbers of telephones, not integers.
bool looks_like_code(std::string_view text) {
    if (text.front() == '-') text.remove_prefix(1);
    return text.starts_with('+') || (text.size() > 1 && text[0] == '0' && text[1] != '.');
}

} // namespace

std::optional<double> number_from(std::string_view text) {
    const auto value = parse<double>(text);
    return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<std::int64_t> integer_from(std::string_view text) {
    return parse<std::int64_t>(text);
}

void TypeGuess::add_text(std::string_view value) {
    if (value.empty() || (seen_ & text) != 0) return;
    if (value == "true" || value == "false") {
        seen_ |= boolean;
    } else if (looks_like_code(value)) {
        seen_ |= text;
    } else if (integer_from(value)) {
        seen_ |= integer;
    } else if (number_from(value)) {
        seen_ |= number;
    } else {
        seen_ |= geo::from_rfc3339(value) ? instant : text;
    }
}

void TypeGuess::add(const geo::Value& value) {
    static constexpr unsigned kByIndex[] = {0, boolean, integer, number, text, instant, text_list, json};
    if (const auto* t = std::get_if<std::string>(&value)) {
        if ((seen_ & text) == 0) seen_ |= geo::from_rfc3339(*t) ? instant : text;
        return;
    }
    seen_ |= kByIndex[value.index()];
}

std::string TypeGuess::type() const {
    switch (seen_) {
    case boolean:
        return "boolean";
    case integer:
        return "integer";
    case number:
    case integer | number:
        return "number";
    case instant:
        return "instant";
    case text_list:
        return "text_list";
    case json:
    case json | text_list:
        return "json";
    default:
        return "text";
    }
}

TypeGuess& Columns::operator[](const std::string& name) {
    const auto [at, fresh] = ordinals_.try_emplace(name, columns_.size());
    if (fresh) columns_.emplace_back(name, TypeGuess{});
    return columns_[at->second].second;
}

std::vector<SourceField> Columns::fields() const {
    std::vector<SourceField> out;
    out.reserve(columns_.size());
    for (const auto& [name, guess] : columns_) out.push_back({name, guess.type()});
    return out;
}

} // namespace layers::ingest
