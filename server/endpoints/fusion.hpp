// What the endpoints of fusion share: judgements, pairs and reports as JSON for a caller.
#pragma once

#include "layers/fuse/pictures.hpp"
#include "layers/fuse/suggestions.hpp"
#include "server/endpoints/reading.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace server {

// An account is its own agency's business; all others read which agency it was.
bool knows_accounts_of(const layers::access::Caller& caller, const std::string& agency);

nlohmann::json text_or_null(const std::string& text); // null for an empty one

nlohmann::json judgement_json(const layers::access::Caller& caller, const layers::fuse::Judgement& judgement);

// {a, b, score, probability, decision, resubmission, wall, terms: [{name, bits, said}]}
nlohmann::json pair_json(const AppContext& context, const layers::access::Caller& caller,
                         const layers::fuse::Assessed& assessed);

// The report as /collections/reports/items/{id} shows it to this caller; null when it is not there for them.
nlohmann::json report_json(const ReadableLayer& reports, const geo::Uuid& id);

// A member that names a report or an event. Error{invalid_geometry} with the pointer when it is no UUID.
geo::Uuid uuid_member(const nlohmann::json& body, const char* name, const std::string& parent = {});
// A text of at most 1 000 bytes without people's numbers; empty when absent. Errors as above.
std::string text_member(const nlohmann::json& body, const char* name, const std::string& parent = {});
// Error{invalid_geometry}: a member that is none of these.
void only_members(const nlohmann::json& body, std::initializer_list<std::string_view> known,
                  const std::string& parent = {});

} // namespace server
