// Inputs against their row: strict and total, since this is where a stranger's JSON becomes values.
#include "geo/error.hpp"
#include "server/processes/process.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace server::processes {
namespace {

using geo::Error;
using geo::ErrorCode;
using nlohmann::json;

std::string pointer_of(const std::string& name) {
    std::string pointer = "/inputs/";
    for (const char c : name) pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string{c};
    return pointer;
}

// What one input is checked with: its row, and where in the body it stands.
struct At {
    const Input& input;
    std::string pointer;
    [[noreturn]] void refuse(const std::string& reason) const {
        throw Error{ErrorCode::invalid_input, reason, pointer};
    }
};

void check_bounds(const At& at, double value) {
    const auto& [input, pointer] = at;
    if (input.minimum && value < *input.minimum) at.refuse("it is at least " + json(*input.minimum).dump());
    if (input.maximum && value > *input.maximum) at.refuse("it is at most " + json(*input.maximum).dump());
}

geo::Value integer(const At& at, const json& value) {
    // 1.0 is an integer for JSON Schema; beyond 2^53 a double no longer names one.
    constexpr double kExact = 9007199254740992.0;
    if (!value.is_number() || std::trunc(value.get<double>()) != value.get<double>() ||
        std::abs(value.get<double>()) > kExact)
        at.refuse("it is a whole number");
    check_bounds(at, value.get<double>());
    return static_cast<std::int64_t>(value.get<double>());
}

geo::Value number(const At& at, const json& value) {
    if (!value.is_number() || !std::isfinite(value.get<double>())) at.refuse("it is a number");
    check_bounds(at, value.get<double>());
    return value.get<double>();
}

geo::Value text(const At& at, const json& value) {
    if (!value.is_string()) at.refuse("it is a text");
    auto out = value.get<std::string>();
    if (out.size() > at.input.most) at.refuse("it is longer than " + std::to_string(at.input.most) + " bytes");
    return out;
}

geo::Value choice(const At& at, const json& value) {
    if (!value.is_string() || std::ranges::find(at.input.choices, value.get<std::string>()) == at.input.choices.end()) {
        std::string all;
        for (const auto& one : at.input.choices) all += (all.empty() ? "" : ", ") + one;
        at.refuse("it is one of " + all);
    }
    return value.get<std::string>();
}

geo::Value instant(const At& at, const json& value) {
    const auto read = value.is_string() ? geo::from_rfc3339(value.get<std::string>()) : std::nullopt;
    if (!read) at.refuse("it is an RFC 3339 date-time with its zone");
    return *read;
}

geo::Value text_list(const At& at, const json& value) {
    if (!value.is_array()) at.refuse("it is a list of texts");
    if (value.size() > at.input.most) at.refuse("it has more than " + std::to_string(at.input.most) + " members");
    geo::TextList list;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (!value[i].is_string())
            throw Error{ErrorCode::invalid_input, "it is a text", at.pointer + "/" + std::to_string(i)};
        list.push_back(value[i].get<std::string>());
    }
    return list;
}

geo::Value checked(const At& at, const json& value) {
    switch (at.input.kind) {
    case InputKind::boolean:
        if (!value.is_boolean()) at.refuse("it is true or false");
        return value.get<bool>();
    case InputKind::integer:
        return integer(at, value);
    case InputKind::number:
        return number(at, value);
    case InputKind::text:
        return text(at, value);
    case InputKind::choice:
        return choice(at, value);
    case InputKind::instant:
        return instant(at, value);
    case InputKind::text_list:
        return text_list(at, value);
    }
    return geo::Null{};
}

// A value as it stands, or qualified: {"value": …} (18-062r2, qualifiedInputValue).
geo::Value read(const Input& input, const json& given) {
    const At at{input, pointer_of(input.name)};
    if (!given.is_object()) return checked(at, given);
    if (given.contains("href")) at.refuse("inputs are given by value, not by reference");
    if (!given.contains("value")) at.refuse("an object here is a qualified value, with the member value");
    return checked({input, at.pointer + "/value"}, given["value"]);
}

} // namespace

Values checked_inputs(const Process& process, const json& inputs) {
    if (!inputs.is_object()) throw Error{ErrorCode::invalid_input, "inputs are an object", "/inputs"};
    for (const auto& [name, value] : inputs.items())
        if (std::ranges::find(process.inputs, name, &Input::name) == process.inputs.end())
            throw Error{ErrorCode::invalid_input, "the process has no such input", pointer_of(name)};
    Values values;
    for (const auto& input : process.inputs) {
        const auto given = inputs.find(input.name);
        if (given != inputs.end())
            values.set(input.name, read(input, *given));
        else if (input.required)
            throw Error{ErrorCode::invalid_input, "the input is missing", pointer_of(input.name)};
        else if (input.otherwise)
            values.set(input.name, *input.otherwise);
    }
    return values;
}

} // namespace server::processes
