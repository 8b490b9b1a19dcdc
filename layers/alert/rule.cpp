#include "layers/alert/rule.hpp"

#include "geo/error.hpp"
#include "layers/query/record_row.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace layers::alert {

namespace {

using geo::Error, geo::ErrorCode;

constexpr std::array kLevels{"low", "medium", "high", "critical"}; // in the order of Level
constexpr std::string_view kOfState = "states/";
constexpr std::int64_t kHour_us = 3'600'000'000;

// "{name}" or "{name|word}": the word stands where the field is empty.
struct Blank {
    std::string name;
    std::string otherwise;
};

Blank blank_of(std::string_view inside) {
    const auto bar = inside.find('|');
    if (bar == std::string_view::npos) return {std::string{inside}, {}};
    return {std::string{inside.substr(0, bar)}, std::string{inside.substr(bar + 1)}};
}

std::string in_words(const geo::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        std::string words = *text;
        std::ranges::replace(words, '_', ' ');
        return words;
    }
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
    if (const auto* number = std::get_if<double>(&value)) return std::to_string(std::llround(*number));
    if (const auto* at = std::get_if<geo::Instant>(&value)) return geo::to_rfc3339(*at);
    return {};
}

template <typename Word>
std::string filled(std::string_view text, const Word& word, bool& complete) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '{') {
            out += text[i];
            continue;
        }
        const auto end = text.find('}', i);
        const auto blank = blank_of(text.substr(i + 1, end - i - 1));
        auto said = word(blank.name);
        if (said.empty()) said = blank.otherwise;
        complete = complete && !said.empty();
        out += said;
        i = end;
    }
    return out;
}

// word(name) -> text, empty where there is nothing to say.
template <typename Word>
std::string sentence(std::string_view text, const Word& word) {
    std::string out;
    while (!text.empty()) {
        const bool optional = text.front() == '[';
        const auto end = std::min(text.find(optional ? ']' : '['), text.size());
        bool complete = true;
        const auto part = filled(text.substr(optional ? 1 : 0, end - (optional ? 1 : 0)), word, complete);
        if (complete || !optional) out += part;
        text.remove_prefix(std::min(text.size(), end + (optional ? 1 : 0)));
    }
    return out;
}

void check_sentence(const Rule& rule, const Layer& layer, const std::vector<bool>& visible) {
    sentence(rule.said, [&](const std::string& field) {
        const auto ordinal = layer.find(field);
        const bool due = field == "due" && rule.cause == Cause::due;
        if (!due && (!ordinal || !visible[*ordinal] || layer.fields[*ordinal].access != AccessClass::open))
            throw Error{ErrorCode::invalid_input, "unknown property: " + field};
        return std::string{};
    });
}

// The member of the newest state that has it, as an instant.
std::optional<geo::Instant> of_states(const Layer& layer, const Record& row, const std::string& member) {
    const auto ordinal = layer.find("states");
    const auto* text = ordinal ? std::get_if<geo::Json>(&row.values[*ordinal]) : nullptr;
    const auto list = text ? nlohmann::json::parse(text->text, nullptr, false) : nlohmann::json{};
    if (!list.is_array()) return {};
    const auto instant = [](const nlohmann::json& state, const std::string& name) -> std::optional<geo::Instant> {
        if (!state.is_object() || !state.contains(name) || !state[name].is_string()) return {};
        return geo::from_rfc3339(state[name].get_ref<const std::string&>());
    };
    std::optional<geo::Instant> newest, found;
    for (const auto& state : list) {
        const auto observed = instant(state, "observed_at");
        const auto value = instant(state, member);
        if (!observed || !value || (newest && *observed < *newest)) continue;
        newest = observed;
        found = value;
    }
    return found;
}

} // namespace

const char* name(Level level) {
    return kLevels.at(static_cast<std::size_t>(level));
}

std::optional<Level> level_from(std::string_view name) {
    for (std::size_t i = 0; i < kLevels.size(); ++i)
        if (name == kLevels[i]) return static_cast<Level>(i);
    return {};
}

const char* name(Cause cause) {
    constexpr std::array kCauses{"item", "onset", "due"};
    return kCauses.at(static_cast<std::size_t>(cause));
}

BoundRule::BoundRule(const Rule& rule, const Layer& layer, const std::vector<bool>& visible)
    : rule_{rule}, layer_{layer}, filter_{query::bind(query::parse_cql2_text(rule.filter), layer, visible)} {
    check_sentence(rule_, layer_, visible);
    const bool known_due =
        rule_.due.starts_with(kOfState) ? layer_.find("states").has_value() : layer_.find(rule_.due).has_value();
    if (rule_.cause == Cause::due && !known_due)
        throw Error{ErrorCode::invalid_input, "unknown property: " + rule_.due};
}

bool BoundRule::matches(const Record& row) const {
    return query::passes(filter_, row);
}

std::optional<geo::Instant> BoundRule::due(const Record& row) const {
    if (rule_.due.starts_with(kOfState)) return of_states(layer_, row, rule_.due.substr(kOfState.size()));
    const auto ordinal = layer_.find(rule_.due);
    const auto* at = ordinal ? std::get_if<geo::Instant>(&row.values[*ordinal]) : nullptr;
    return at ? std::optional{*at} : std::nullopt;
}

bool BoundRule::is_history(const Record& row, geo::Instant when) const {
    if (!rule_.no_older_than_h) return false;
    const auto* from = std::get_if<geo::Instant>(&row.values[common::valid_from]);
    const auto happened = rule_.cause == Cause::due ? due(row) : from ? std::optional{*from} : std::nullopt;
    return happened && when.us - happened->us > *rule_.no_older_than_h * kHour_us;
}

std::string BoundRule::said(const Record& row) const {
    return sentence(rule_.said, [&](const std::string& field) {
        if (field == "due") {
            const auto at = due(row);
            return at ? geo::to_rfc3339(*at) : std::string{};
        }
        return in_words(row.values[*layer_.find(field)]);
    });
}

Rules::Rules(const std::vector<Rule>& rules, const Catalogue& catalogue) {
    for (const auto& rule : rules) {
        const auto layer = catalogue.find(rule.collection);
        if (!layer) throw Error{ErrorCode::invalid_input, "no such collection: " + rule.collection};
        all_.emplace_back(rule, *layer, std::vector<bool>(layer->fields.size(), true));
    }
}

std::vector<const BoundRule*> Rules::on(std::string_view collection) const {
    std::vector<const BoundRule*> found;
    for (const auto& rule : all_)
        if (rule.rule().collection == collection && rule.rule().cause != Cause::due) found.push_back(&rule);
    return found;
}

const BoundRule* Rules::find(std::string_view id) const {
    const auto found = std::ranges::find(all_, id, [](const BoundRule& rule) { return rule.rule().id; });
    return found == all_.end() ? nullptr : &*found;
}

} // namespace layers::alert
