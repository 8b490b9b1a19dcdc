#include "server/endpoints/statements.hpp"

#include "layers/model/sealed.hpp"
#include "layers/model/statements.hpp"
#include "server/endpoints/stored_item.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace server {
namespace {

using geo::Error;
using geo::ErrorCode;
using layers::ChangeRule;
using layers::Statement;
using layers::access::Caller;
using layers::access::Role;
using nlohmann::json;

constexpr std::size_t kTextBytes = 1000;

[[noreturn]] void fault(const std::string& reason, const std::string& pointer) {
    throw Error{ErrorCode::invalid_geometry, reason, pointer};
}

// Which statements there are, by whom, and what belongs into them beside id, type and reason.
struct Kind {
    const char* type;
    bool of_the_owner; // else of any agency that sees the row, in its own name
    bool with_reason;  // must be given
    std::vector<Role> roles;
    std::vector<std::string_view> members;
};

const std::vector<Kind>& kinds() {
    using enum Role;
    static const std::vector<Kind> table{
        {"correction", true, true, {agency_admin, analyst, field_unit, rescue}, {"properties", "geometry"}},
        {"grading", false, false, {agency_admin, analyst, rescue}, {"source_reliability", "info_credibility"}},
        {"validation", false, false, {agency_admin, analyst, rescue}, {"validation"}},
        // A field unit whose report makes its area look bad is not the one to take it back.
        {"withdrawal", true, true, {agency_admin, analyst}, {}},
        {"reinstatement", true, true, {agency_admin, analyst}, {}}};
    return table;
}

const Kind& kind_of(const json& body) {
    const auto type = body.find("type");
    const auto& table = kinds();
    const auto found =
        std::ranges::find_if(table, [&](const Kind& kind) { return type != body.end() && *type == kind.type; });
    if (found == table.end()) fault("one of: correction, grading, validation, withdrawal, reinstatement", "/type");
    return *found;
}

void check_members(const json& body, std::initializer_list<std::string_view> all_have,
                   const std::vector<std::string_view>& own) {
    for (const auto& [name, value] : body.items()) {
        const bool known =
            std::ranges::find(all_have, name) != all_have.end() || std::ranges::find(own, name) != own.end();
        if (!known) fault("no member of this statement", pointer_to("", name));
    }
    if (body.dump(-1, ' ', false, json::error_handler_t::replace).size() > layers::kMostStatementBytes)
        throw Error{ErrorCode::too_large, "a statement takes at most 16 KB"};
}

// Texts are kept with the row and read with it: short, and without people's numbers.
void check_length(const json& value, const std::string& pointer) {
    if (!value.is_string() || value.get_ref<const std::string&>().size() > kTextBytes)
        fault("a text of at most 1 000 bytes", pointer);
}

void check_text(const json& value, const std::string& pointer) {
    check_length(value, pointer);
    if (layers::normalise::private_number(value.get_ref<const std::string&>()))
        fault("a telephone or identity number is not kept", pointer);
}

// The client's, so that a statement sent twice is one; else a new one.
std::string id_of(const json& body) {
    const auto id = client_id(body);
    return geo::to_string(id ? *id : geo::make_uuid7());
}

// What a correction may say: anything that a client could have said at first, but for what has statements of its own.
std::size_t correctable(const ReadableLayer& readable, const std::string& name) {
    using namespace layers::common;
    const auto ordinal = readable.layer().find(name);
    const std::string pointer = pointer_to("/properties", name);
    if (!ordinal || !readable.policy.visible[*ordinal]) fault("there is no such property", pointer);
    if (readable.layer().fields[*ordinal].setter == layers::Setter::server) fault("is set by the server", pointer);
    if (*ordinal == agency || *ordinal == scenario_id) fault("never changes", pointer);
    if (*ordinal == source_reliability || *ordinal == info_credibility) fault("is said with a grading", pointer);
    return *ordinal;
}

// The corrected row goes the way of every row, so that a correction can say nothing that a report couldn't; of it only
// what was named is taken.
void read_correction(const AppContext& context, const Caller& caller, const ReadableLayer& readable,
                     const Current& current, const json& body, Statement& statement) {
    json whole = json::parse(current.text.feature);
    whole.erase("id"); // an imported row's is none that a client could make
    std::vector<std::size_t> named;
    if (const auto properties = body.find("properties"); properties != body.end()) {
        if (!properties->is_object()) fault("properties are an object", "/properties");
        for (const auto& [name, value] : properties->items()) {
            named.push_back(correctable(readable, name));
            whole["properties"][name] = value;
        }
    }
    const auto geometry = body.find("geometry");
    if (geometry != body.end()) whole["geometry"] = *geometry;
    if (named.empty() && geometry == body.end()) fault("a correction names what it corrects", "/properties");
    const auto corrected = record_from_feature(context, caller, readable, whole);
    for (const auto ordinal : named) statement.changes.push_back({ordinal, corrected.values[ordinal]});
    for (std::size_t i = 0; i < readable.layer().fields.size(); ++i)
        if (readable.layer().fields[i].access == layers::AccessClass::sealed)
            statement.numbers = layers::sealed_together(statement.numbers, corrected.values[i]);
    if (geometry == body.end()) return;
    using namespace layers::common;
    statement.place = corrected.geometry;
    for (const auto ordinal : {section_id, distance_along_m, offset_m})
        statement.consequences.push_back({ordinal, corrected.values[ordinal]});
}

// A choice of one of the layer's own fields: into the entry, and into the row when it is the owner who says it.
bool read_choice(const ReadableLayer& readable, const json& body, const char* name, bool by_owner, json& entry,
                 Statement& statement) {
    const auto given = body.find(name);
    if (given == body.end() || given->is_null()) return false;
    const auto ordinal = *readable.layer().find(name);
    const auto& allowed = readable.layer().fields[ordinal].values;
    const bool known = given->is_string() && std::ranges::find(allowed, given->get<std::string>()) != allowed.end();
    if (!known) fault("none of the values of this field", std::string{"/"} + name);
    entry[name] = *given;
    if (by_owner) statement.consequences.push_back({ordinal, given->get<std::string>()});
    return true;
}

// On a rescue report everything is taken, as in the report itself: the number goes where the report's own goes.
std::string read_reason(const ReadableLayer& readable, const Current& current, const json& reason,
                        Statement& statement) {
    const auto kind = readable.layer().find("kind");
    if (!kind || !layers::normalise::is_rescue_kind(current.record.values[*kind])) {
        check_text(reason, "/reason");
        return reason.get<std::string>();
    }
    check_length(reason, "/reason");
    auto text = reason.get<std::string>();
    std::vector<layers::SealedNumber> numbers;
    for (auto& number : layers::normalise::take_private_numbers(text)) numbers.push_back({"reason", std::move(number)});
    statement.numbers = layers::seal(numbers, geo::now());
    return text;
}

Statement read_statement(const AppContext& context, const Caller& caller, const ReadableLayer& readable,
                         const Current& current, const json& body) {
    const Kind& kind = kind_of(body);
    check_members(body, {"id", "type", "reason"}, kind.members);
    const bool may = caller.open || std::ranges::any_of(kind.roles, [&](Role role) { return caller.has(role); });
    if (!may) throw Error{ErrorCode::forbidden, "this role makes no such statement", "/type"};
    if (kind.of_the_owner) require_owner(context, caller, readable, current);
    const bool by_owner = caller.open || owner_of(current.record) == caller.agency;
    // With --open nobody is anybody: what is said is said by the owner.
    const std::string said_by = caller.open ? owner_of(current.record) : caller.agency;
    Statement statement;
    json entry{{"id", id_of(body)}, {"type", kind.type}, {"agency", said_by.empty() ? json{} : json(said_by)}};

    const auto reason = body.find("reason");
    if (reason != body.end() && !reason->is_null())
        entry["reason"] = read_reason(readable, current, *reason, statement);
    if (kind.with_reason && entry.value("reason", "").empty()) fault("say why", "/reason");

    const std::string_view type = kind.type;
    if (type == "correction") {
        read_correction(context, caller, readable, current, body, statement);
    } else if (type == "grading") {
        const bool source = read_choice(readable, body, "source_reliability", by_owner, entry, statement);
        const bool info = read_choice(readable, body, "info_credibility", by_owner, entry, statement);
        if (!source && !info) fault("a grading grades the source, the information or both", "/source_reliability");
    } else if (type == "validation") {
        if (!read_choice(readable, body, "validation", by_owner, entry, statement))
            fault("validated or disputed", "/validation");
    } else {
        statement.consequences.push_back({*readable.layer().find("withdrawn"), type == "withdrawal"});
    }
    statement.entry = entry.dump();
    return statement;
}

constexpr std::array<std::string_view, 7> kStateMembers{
    "state", "observed_at", "cause", "repair_due", "repaired_at", "reason", "expected_reopening"};

std::string read_state(const ReadableLayer& readable, const json& body) {
    if (!body.contains("type") || body["type"] != "state")
        fault("this layer takes statements of the type state", "/type");
    const auto& allowed = readable.layer().fields[*readable.layer().find("state")].values;
    if (!body.contains("state") || !body["state"].is_string() ||
        std::ranges::find(allowed, body["state"].get<std::string>()) == allowed.end())
        fault("no state of this layer", "/state");
    const bool observed = body.contains("observed_at") && body["observed_at"].is_string() &&
                          geo::from_rfc3339(body["observed_at"].get<std::string>());
    if (!observed) fault("a state was observed at a time (RFC 3339)", "/observed_at");
    check_members(body, {"id", "type"}, {kStateMembers.begin(), kStateMembers.end()});
    json entry = body;
    entry.erase("type");
    if (entry.contains("id")) entry["id"] = id_of(body);
    for (const auto& [name, value] : entry.items())
        if (name != "id" && !value.is_null()) check_text(value, "/" + name);
    return entry.dump();
}

Response append_statement(AppContext& context, Request& request, const PathParams& path, const Params& params) {
    const auto caller = reading_caller(context, request, params);
    const json body = read_object_body(request.body);
    const auto readable = writable_layer(context, caller, path.text("id"));
    if (readable.layer().change == ChangeRule::replace)
        return refuse_method(request, "rows of this layer are replaced, not spoken about", "OPTIONS");
    const auto current = current_item(readable, path.text("fid"));
    layers::store::Write write;
    write.op = layers::store::Op::replace;
    write.layer = readable.layer().id;
    write.record.id = current.record.id;
    write.account = caller.account;
    // Appending needs no If-Match: whoever comes second appends to what the first left. Who sends one means it.
    if (!request.header("if-match").empty()) {
        check_if_match(request, current);
        write.if_version = current.record.version;
    }
    const auto layer = readable.view->layer;
    if (layer->change == ChangeRule::states) {
        require_owner(context, caller, readable, current);
        write.amend = [layer, entry = read_state(readable, body)](const auto& now, auto& next) {
            next = layers::with_state(*layer, now, entry);
        };
    } else {
        write.amend = [layer, statement = read_statement(context, caller, readable, current, body)](
                          const auto& now, auto& next) { next = layers::with_statement(*layer, now, statement); };
    }
    return commit(context, request, std::move(write),
                  [&context, &request, caller, id = current.record.id, in = path.text("id")](const auto& result) {
                      const bool fresh = result.outcome != layers::store::Outcome::unchanged;
                      return written(context, request, caller, in, id, fresh ? 201 : 200);
                  });
}

} // namespace

std::vector<Endpoint> statement_endpoints() {
    return {{.method = "POST",
             .path = "/collections/{id}/items/{fid}/statements",
             .operation_id = "appendStatement",
             .summary =
                 "Append to a report (correction, grading, validation, withdrawal, reinstatement), or a state to a "
                 "fence segment or a crossing point; sent again with the same id it changes nothing",
             .tag = "Editing",
             .params = {collection_id_param(), item_id_param(), scenario_param()},
             .handler = append_statement,
             .answer = {.media_types = {"application/geo+json"},
                        .schema = "featureGeoJSON",
                        .description = "The item with what was appended"},
             .request = {.media_types = {"application/json"}, .schema = "statement", .description = "One statement"},
             .status = 201,
             .problems = {401, 403, 405, 409, 412, 422, 503, 507}}};
}

} // namespace server
