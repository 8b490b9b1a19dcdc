#include "layers/normalise/coerce.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

namespace layers::normalise {
namespace {

using Result = std::variant<geo::Value, Refusal>;

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos ? std::string_view{}
                                           : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::string lower(std::string_view text) {
    std::string out{text};
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

std::string number_text(double value) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

// A value as people wrote it.
std::string as_text(const geo::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
    if (const auto* number = std::get_if<double>(&value)) return number_text(*number);
    if (const auto* time = std::get_if<geo::Instant>(&value)) return geo::to_rfc3339(*time);
    if (const auto* json = std::get_if<geo::Json>(&value)) return json->text;
    std::string joined;
    if (const auto* list = std::get_if<geo::TextList>(&value)) {
        for (const auto& text : *list) joined += (joined.empty() ? "" : "; ") + text;
    }
    return joined;
}

// Cut between characters, not inside one.
std::string shown(const geo::Value& value) {
    auto text = as_text(value);
    if (text.size() > 40) {
        std::size_t end = 40;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
        text = text.substr(0, end) + "…";
    }
    return "'" + text + "'";
}

Refusal no(const geo::Value& value, const char* what) {
    return {shown(value) + " is no " + what};
}

Result to_boolean(const geo::Value& value) {
    if (std::holds_alternative<bool>(value)) return value;
    const auto text = lower(trimmed(as_text(value)));
    if (text == "true" || text == "yes" || text == "1") return geo::Value{true};
    if (text == "false" || text == "no" || text == "0") return geo::Value{false};
    return no(value, "yes or no");
}

template <class T>
std::optional<T> parse(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    T out{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return out;
}

std::optional<double> to_double(const geo::Value& value) {
    if (const auto* number = std::get_if<double>(&value)) return *number;
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
    if (const auto* text = std::get_if<std::string>(&value)) return parse<double>(trimmed(*text));
    return std::nullopt;
}

Result to_integer(const geo::Value& value) {
    if (std::holds_alternative<std::int64_t>(value)) return value;
    if (const auto* text = std::get_if<std::string>(&value)) {
        if (const auto whole = parse<std::int64_t>(trimmed(*text))) return geo::Value{*whole};
    }
    const auto number = to_double(value);
    // 2^63 is the first double beyond int64
    if (!number || *number != std::trunc(*number) || std::abs(*number) >= 9223372036854775808.0) {
        return no(value, "whole number");
    }
    return geo::Value{static_cast<std::int64_t>(*number)};
}

Result to_number(const geo::Value& value) {
    const auto number = to_double(value);
    if (!number || !std::isfinite(*number)) return no(value, "number");
    return geo::Value{*number};
}

Result to_choice(const geo::Value& value, const Field& field) {
    const auto text = as_text(value);
    const auto key = lower(trimmed(text));
    for (const auto& allowed : field.values) {
        if (lower(allowed) == key) return geo::Value{allowed};
    }
    std::string list;
    for (const auto& allowed : field.values) list += (list.empty() ? "" : ", ") + allowed;
    return Refusal{"wrong value " + shown(value) + ", allowed: " + list};
}

// "12 March 2019", as some exports write a day: it can be read in one way only.
std::optional<geo::Instant> day_with_month_name(std::string_view text) {
    static constexpr std::array kMonths{"january", "february", "march",     "april",   "may",      "june",
                                        "july",    "august",   "september", "october", "november", "december"};
    const auto first = text.find(' ');
    const auto last = text.rfind(' ');
    if (first == std::string_view::npos || first == last) return std::nullopt;
    const auto day = parse<int>(text.substr(0, first));
    const auto month = std::ranges::find(kMonths, lower(text.substr(first + 1, last - first - 1)));
    const auto year = parse<int>(text.substr(last + 1));
    if (!day || *day < 1 || *day > 31 || month == kMonths.end() || !year || *year < 1000 || *year > 9999)
        return std::nullopt;
    std::array<char, 48> iso{};
    std::snprintf(iso.data(), iso.size(), "%04d-%02d-%02d", *year, static_cast<int>(month - kMonths.begin()) + 1, *day);
    return geo::from_rfc3339(iso.data());
}

Result to_instant(const geo::Value& value, TimeRule rule) {
    constexpr std::int64_t kDay_us = 86'400'000'000;
    std::optional<geo::Instant> time;
    if (const auto* known = std::get_if<geo::Instant>(&value)) time = *known;
    if (const auto* text = std::get_if<std::string>(&value)) {
        const auto clean = trimmed(*text);
        time = geo::from_rfc3339(clean);
        if (!time) time = day_with_month_name(clean);
        if (!time && geo::from_naive_utc(clean)) {
            if (!rule.naive_is_utc) {
                return Refusal{"the time " + shown(value) +
                               " has no zone; a mapping with \"naive_times_are\": \"UTC\" says which"};
            }
            time = geo::from_naive_utc(clean);
        }
    }
    if (!time) return no(value, "time (2026-03-01T12:00:00Z)");
    const bool midnight = time->us % kDay_us == 0;
    if (rule.whole_day && midnight) time->us += kDay_us;
    return geo::Value{*time};
}

Result to_list(const geo::Value& value) {
    if (std::holds_alternative<geo::TextList>(value)) return value;
    const auto text = as_text(value);
    geo::TextList list;
    if (trimmed(text).starts_with('[')) {
        const auto json = nlohmann::json::parse(text, nullptr, false);
        if (!json.is_array()) return no(value, "list");
        for (const auto& member : json) {
            if (!member.is_string()) return no(value, "list of texts");
            list.push_back(member.get<std::string>());
        }
        return geo::Value{list};
    }
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find(';', begin), text.size());
        const auto part = trimmed(std::string_view{text}.substr(begin, end - begin));
        if (!part.empty()) list.emplace_back(part);
        begin = end + 1;
    }
    return geo::Value{list};
}

Result to_json(const geo::Value& value) {
    if (std::holds_alternative<geo::Json>(value)) return value;
    if (const auto* list = std::get_if<geo::TextList>(&value))
        return geo::Value{geo::Json{nlohmann::json(*list).dump()}};
    // Nested brackets cost stack: no honest value is a hundred deep.
    int depth = 0;
    const auto limit = [&depth](int, nlohmann::json::parse_event_t event, nlohmann::json&) {
        using Event = nlohmann::json::parse_event_t;
        if (event == Event::object_start || event == Event::array_start) ++depth;
        if (event == Event::object_end || event == Event::array_end) --depth;
        return depth <= 100;
    };
    const auto json = nlohmann::json::parse(as_text(value), limit, false);
    if (json.is_discarded()) return no(value, "JSON");
    return geo::Value{geo::Json{json.dump()}};
}

} // namespace

std::variant<geo::Value, Refusal> coerce(const geo::Value& value, const Field& field, TimeRule times) {
    if (geo::is_null(value)) return value;
    if (const auto* text = std::get_if<std::string>(&value); text != nullptr && trimmed(*text).empty())
        return geo::Value{};
    switch (field.type) {
    case FieldType::boolean:
        return to_boolean(value);
    case FieldType::integer:
        return to_integer(value);
    case FieldType::number:
        return to_number(value);
    case FieldType::text:
        return geo::Value{as_text(value)};
    case FieldType::enumeration:
        return to_choice(value, field);
    case FieldType::instant:
        return to_instant(value, times);
    case FieldType::text_list:
        return to_list(value);
    case FieldType::json:
        return to_json(value);
    }
    return Refusal{"a type that can't be kept"};
}

} // namespace layers::normalise
