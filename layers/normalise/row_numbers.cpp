#include "layers/normalise/row_numbers.hpp"

#include "layers/model/sealed.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace layers::normalise {
namespace {

// The first string in a JSON document that holds such a number. Numbers as JSON numbers are measurements and times.
std::optional<std::string> private_number_in(const nlohmann::json& j) {
    if (j.is_string()) return private_number(j.get_ref<const std::string&>());
    if (!j.is_structured()) return {};
    for (const auto& [name, member] : j.items()) {
        auto what = j.is_object() ? private_number(name) : std::nullopt;
        if (!what) what = private_number_in(member);
        if (what) return what;
    }
    return {};
}

std::optional<std::string> private_number_in(const geo::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return private_number(*text);
    if (const auto* list = std::get_if<geo::TextList>(&value)) {
        for (const auto& member : *list)
            if (auto what = private_number(member)) return what;
    }
    const auto* document = std::get_if<geo::Json>(&value);
    // Mostly there is none in the whole text: then nothing has to be parsed.
    if (document == nullptr || !private_number(document->text)) return {};
    return private_number_in(nlohmann::json::parse(document->text, nullptr, false));
}

void take_from(nlohmann::json& j, std::vector<std::string>& taken) {
    if (auto* text = j.get_ptr<std::string*>()) {
        for (auto& number : take_private_numbers(*text)) taken.push_back(std::move(number));
        return;
    }
    if (j.is_array())
        for (auto& member : j) take_from(member, taken);
    if (!j.is_object()) return;
    auto cleaned = nlohmann::json::object();
    for (auto& [key, member] : j.items()) {
        std::string name = key;
        for (auto& number : take_private_numbers(name)) taken.push_back(std::move(number));
        take_from(member, taken);
        cleaned[name] = std::move(member);
    }
    j = std::move(cleaned);
}

std::vector<std::string> take_from(geo::Value& value) {
    std::vector<std::string> taken;
    if (auto* text = std::get_if<std::string>(&value)) return take_private_numbers(*text);
    if (auto* list = std::get_if<geo::TextList>(&value)) {
        for (auto& member : *list)
            for (auto& number : take_private_numbers(member)) taken.push_back(std::move(number));
    }
    if (auto* document = std::get_if<geo::Json>(&value)) {
        auto parsed = nlohmann::json::parse(document->text, nullptr, false);
        take_from(parsed, taken);
        if (!taken.empty()) document->text = parsed.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
    return taken;
}

} // namespace

bool is_rescue_kind(const geo::Value& kind) {
    static constexpr std::array<std::string_view, 3> kRescue{"distress", "death", "missing"};
    const auto* text = std::get_if<std::string>(&kind);
    return text != nullptr && std::ranges::find(kRescue, *text) != kRescue.end();
}

std::vector<Note> keep_numbers_apart(const Layer& layer, Record& record, std::optional<std::size_t> kind_field) {
    std::vector<Note> notes;
    const auto sealed = std::ranges::find(layer.fields, AccessClass::sealed, &Field::access);
    // Who searches for people in distress needs the number that their report holds: it is moved, never refused.
    const bool rescue = sealed != layer.fields.end() && kind_field && is_rescue_kind(record.values[*kind_field]);
    std::vector<SealedNumber> numbers;
    for (std::size_t i = 0; i < layer.fields.size(); ++i) {
        const auto& field = layer.fields[i];
        const bool free_text =
            field.setter == Setter::client && i != common::source_ref && field.type != FieldType::enumeration;
        if (i != common::remarks && !(layer.built_in && free_text)) continue;
        const auto what = private_number_in(record.values[i]);
        if (!what) continue;
        if (!rescue) {
            notes.push_back(
                {0, field.name, field.name + " holds " + *what + ": people's numbers are not kept here", true});
            continue;
        }
        for (auto& number : take_from(record.values[i])) numbers.push_back({field.name, std::move(number)});
    }
    if (numbers.empty()) return notes;
    record.values[static_cast<std::size_t>(sealed - layer.fields.begin())] = seal(numbers, geo::now());
    notes.push_back({0, sealed->name, "people's numbers were moved here, for the rescue role alone", false});
    return notes;
}

} // namespace layers::normalise
