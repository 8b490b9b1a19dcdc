#include "layers/model/states.hpp"

#include <nlohmann/json.hpp>

namespace layers {

std::optional<std::string> state_at(std::string_view states_json, geo::Instant t) {
    const auto list = nlohmann::json::parse(states_json, nullptr, false);
    if (!list.is_array()) return {};
    std::optional<geo::Instant> newest;
    std::optional<std::string> state;
    for (const auto& statement : list) {
        if (!statement.is_object() || !statement.contains("state") || !statement["state"].is_string() ||
            !statement.contains("observed_at") || !statement["observed_at"].is_string())
            continue;
        const auto observed = geo::from_rfc3339(statement["observed_at"].get_ref<const std::string&>());
        if (!observed || *observed > t || (newest && *observed < *newest)) continue;
        newest = observed;
        state = statement["state"].get<std::string>();
    }
    return state;
}

} // namespace layers
