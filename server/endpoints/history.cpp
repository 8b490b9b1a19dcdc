#include "server/endpoints/history.hpp"

#include "server/endpoints/fusion.hpp"
#include "server/endpoints/stored_item.hpp"

#include <nlohmann/json.hpp>

#include <set>

namespace server {
namespace {

using nlohmann::json;

// Who made a version: the owner, but for a statement that another agency appended. The list only grows, so a version's
// own statements are those that the one before hadn't.
class Authors {
public:
    explicit Authors(const layers::Layer& layer) : statements_{layer.find("statements")} {}

    struct Author {
        std::string agency;
        std::string statement; // its id, where the version is an appended one
    };

    Author of(const layers::store::VersionEntry& entry) {
        if (entry.removed) return {owner_, {}};
        owner_ = owner_of(entry.record);
        Author author{owner_, {}};
        if (!statements_) return author;
        const auto* document = std::get_if<geo::Json>(&entry.record.values[*statements_]);
        const json list = document ? json::parse(document->text, nullptr, false) : json::array();
        for (const auto& statement : list) {
            if (!statement.is_object() || !seen_.insert(statement.value("id", "")).second) continue;
            author.statement = statement.value("id", "");
            const auto said_by = statement.find("agency");
            author.agency = said_by != statement.end() && said_by->is_string() ? said_by->get<std::string>() : "";
        }
        return author;
    }

private:
    std::optional<std::size_t> statements_;
    std::string owner_;
    std::set<std::string> seen_;
};

Response get_history(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto caller = reading_caller(context, request, params);
    const auto readable = readable_layer(context, caller, path.text("id"));
    const auto id = geo::parse_uuid(path.text("fid"));
    json versions = json::array();
    Authors authors{readable.layer()};
    bool seen_before = false; // a removal carries nothing to judge by: it is told to who saw what was removed
    if (id && !withdrawn_for(context, readable)(*id)) {
        for (const auto& entry : context.store->history(readable.layer().id, *id)) {
            const auto author = authors.of(entry);
            json version{{"version", entry.record.version}, {"removed", entry.removed}};
            if (!entry.removed) {
                const auto view = layers::index::make_view(readable.view->layer, {entry.record}, entry.record.seq);
                const auto& segment = *view->pieces[0].segment;
                seen_before = layers::index::SegmentFilter{segment, readable.layer(), readable.policy.filter, {}}(0);
                version["feature"] = json::parse(item_text(readable, segment, 0).feature);
                version["recorded_at"] = version["feature"]["properties"]["recorded_at"];
            }
            if (!seen_before) continue;
            version["agency"] = author.agency.empty() ? json{} : json(author.agency);
            if (!author.statement.empty()) version["statement"] = author.statement;
            if (knows_accounts_of(caller, author.agency)) version["account"] = entry.account;
            versions.push_back(std::move(version));
        }
    }
    if (versions.empty()) throw geo::Error{geo::ErrorCode::not_found, "no such item"};
    auto response = document_response(context, request, params, "History", {{"versions", std::move(versions)}});
    private_answer(request, response);
    return response;
}

} // namespace

std::vector<Endpoint> history_endpoints() {
    return {{.method = "GET",
             .path = "/collections/{id}/items/{fid}/history",
             .operation_id = "getHistory",
             .summary = "Every version of a feature that this caller could see, who and when",
             .tag = "Features",
             .params = {collection_id_param(), item_id_param(), scenario_param(), format_param()},
             .handler = get_history,
             .answer = {.media_types = {"application/json", "text/html"},
                        .schema = "history",
                        .description = "The versions"}}};
}

} // namespace server
