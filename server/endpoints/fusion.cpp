#include "server/endpoints/fusion.hpp"

#include "layers/fuse/pair_json.hpp"
#include "server/endpoints/editing.hpp"
#include "server/live/live.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace server {

using geo::Error;
using geo::ErrorCode;
using nlohmann::json;

namespace {

constexpr std::size_t kTextBytes = 1000;

} // namespace

bool knows_accounts_of(const layers::access::Caller& caller, const std::string& agency) {
    return caller.open || (!caller.agency.empty() && caller.agency == agency);
}

json text_or_null(const std::string& text) {
    return text.empty() ? json(nullptr) : json(text);
}

json judgement_json(const layers::access::Caller& caller, const layers::fuse::Judgement& judgement) {
    json out{{"id", geo::to_string(judgement.id)},         {"a", geo::to_string(judgement.pair.first)},
             {"b", geo::to_string(judgement.pair.second)}, {"verdict", layers::fuse::name(judgement.verdict)},
             {"agency", text_or_null(judgement.agency)},   {"why", judgement.why},
             {"at", geo::to_rfc3339(judgement.at)}};
    if (knows_accounts_of(caller, judgement.agency)) out["account"] = judgement.account;
    return out;
}

json pair_json(const AppContext& context, const layers::access::Caller& caller,
               const layers::fuse::Assessed& assessed) {
    auto out = layers::fuse::pair_json(assessed, context.live->suggestions.terms(caller, assessed));
    out["resubmission"] = assessed.pair.resubmission;
    out["across_purpose_wall"] = assessed.pair.across_purpose_wall;
    return out;
}

json report_json(const ReadableLayer& reports, const geo::Uuid& id) {
    const auto found = reports.view->find(id);
    if (!found || !may_see(reports, *found)) return nullptr;
    return json::parse(item_text(reports, *found->piece->segment, found->row).feature);
}

geo::Uuid uuid_member(const json& body, const char* name, const std::string& parent) {
    const auto member = body.find(name);
    const auto id = member != body.end() && member->is_string() ? geo::parse_uuid(member->get<std::string>())
                                                                : std::optional<geo::Uuid>{};
    if (!id) throw Error{ErrorCode::invalid_geometry, "the id of a report, a UUID", pointer_to(parent, name)};
    return *id;
}

std::string text_member(const json& body, const char* name, const std::string& parent) {
    const auto member = body.find(name);
    if (member == body.end() || member->is_null()) return {};
    const auto pointer = pointer_to(parent, name);
    if (!member->is_string() || member->get_ref<const std::string&>().size() > kTextBytes)
        throw Error{ErrorCode::invalid_geometry, "a text of at most 1 000 bytes", pointer};
    auto text = member->get<std::string>();
    if (std::ranges::any_of(text, [](unsigned char c) { return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F; }))
        throw Error{ErrorCode::invalid_geometry, "a text without control characters", pointer};
    if (layers::normalise::private_number(text))
        throw Error{ErrorCode::invalid_geometry, "a telephone or identity number is not kept", pointer};
    return text;
}

void only_members(const json& body, std::initializer_list<std::string_view> known, const std::string& parent) {
    for (const auto& [name, value] : body.items())
        if (std::ranges::find(known, name) == known.end())
            throw Error{ErrorCode::invalid_geometry, "no member of this", pointer_to(parent, name)};
}

} // namespace server
