#include "layers/model/sealed.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace layers {
namespace {

using nlohmann::json;

json numbers_in(std::string_view text) {
    const json document = json::parse(text, nullptr, false);
    if (!document.is_object()) return json::array();
    auto numbers = document.value("numbers", json::array());
    return numbers.is_array() ? numbers : json::array();
}

json numbers_of(const geo::Value& value) {
    const auto* document = std::get_if<geo::Json>(&value);
    return document ? numbers_in(document->text) : json::array();
}

geo::Value value_of(const json& numbers) {
    if (numbers.empty()) return geo::Null{};
    return geo::Json{json{{"numbers", numbers}}.dump()};
}

bool is_over(const json& number, geo::Instant now) {
    const auto end = number.is_object() && number.contains("expires_at") && number["expires_at"].is_string()
                         ? geo::from_rfc3339(number["expires_at"].get_ref<const std::string&>())
                         : std::nullopt;
    return !end || *end <= now;
}

} // namespace

geo::Value seal(const std::vector<SealedNumber>& numbers, geo::Instant now) {
    const auto end = geo::to_rfc3339({now.us + kSealedFor_us});
    json list = json::array();
    for (const auto& [field, number] : numbers)
        list.push_back({{"field", field}, {"number", number}, {"expires_at", end}});
    return value_of(list);
}

geo::Value sealed_together(const geo::Value& first, const geo::Value& more) {
    json numbers = numbers_of(first);
    for (const auto& number : numbers_of(more)) {
        const bool known = std::ranges::any_of(numbers, [&](const json& other) {
            return other.value("field", "") == number.value("field", "") &&
                   other.value("number", "") == number.value("number", "");
        });
        if (!known) numbers.push_back(number);
    }
    return value_of(numbers);
}

geo::Value sealed_at(std::string_view text, geo::Instant now) {
    json left = json::array();
    for (auto& number : numbers_in(text))
        if (!is_over(number, now)) left.push_back(number);
    return value_of(left);
}

} // namespace layers
