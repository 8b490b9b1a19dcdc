// The policy compiler. Every rule of domain.md's "Sharing" that decides who sees a row or a column stands here, once.
#include "layers/access/caller.hpp"

#include <algorithm>

namespace layers::access {

namespace {

using query::Expression;
using query::ExpressionPtr;
using query::Op;

ExpressionPtr property(const Layer& layer, std::size_t ordinal) {
    Expression e;
    e.op = Op::property;
    e.value = layer.fields[ordinal].name;
    e.ordinal = ordinal;
    return std::make_shared<const Expression>(std::move(e));
}

ExpressionPtr node(Op op, std::vector<ExpressionPtr> children) {
    Expression e;
    e.op = op;
    e.children = std::move(children);
    return std::make_shared<const Expression>(std::move(e));
}

ExpressionPtr equals(const Layer& layer, std::size_t ordinal, const std::string& text) {
    return node(Op::eq, {property(layer, ordinal), query::literal(text)});
}

ExpressionPtr missing(const Layer& layer, std::size_t ordinal) {
    return node(Op::is_null, {property(layer, ordinal)});
}

ExpressionPtr not_(ExpressionPtr e) {
    return node(Op::op_not, {std::move(e)});
}

// Reference layers lie under every scenario; all else is read in exactly one.
ExpressionPtr scenario_filter(const Caller& caller, const Layer& layer) {
    if (layer.reference) return query::always();
    if (caller.scenario.empty()) return missing(layer, common::scenario_id);
    const auto own = equals(layer, common::scenario_id, caller.scenario);
    // A layer that somebody made from a file (districts, roads) lies under a scenario as reference layers do.
    return layer.built_in ? own : query::any_of({missing(layer, common::scenario_id), own});
}

bool reads_rows(const Caller& caller) {
    return std::ranges::any_of(caller.roles, [](Role role) {
        switch (role) {
        case Role::agency_admin:
        case Role::analyst:
        case Role::planner:
        case Role::field_unit:
        case Role::viewer:
        case Role::rescue:
        case Role::protection:
            return true;
        // Configuration only, figures only, log only, released packages only, published figures only.
        case Role::administrator:
        case Role::agency_head:
        case Role::auditor:
        case Role::partner:
        case Role::public_reader:
            return false;
        }
        return false;
    });
}

bool knows_need_to_know(const Caller& caller) {
    return !caller.purpose.empty() && (caller.has(Role::agency_admin) || caller.has(Role::analyst) ||
                                       caller.has(Role::protection) || caller.has(Role::rescue));
}

// Own rows, rows nobody owns (the operator's base data), and rows released to the agency unless the owner keeps each
// release to itself (H3).
ExpressionPtr owner_filter(const Caller& caller, const Layer& layer) {
    if (caller.agency.empty()) return missing(layer, common::agency);
    Expression list;
    list.op = Op::array_literal;
    list.children = {query::literal(caller.agency)};
    const auto released = node(
        Op::a_contains, {property(layer, common::releasable_to), std::make_shared<const Expression>(std::move(list))});
    // A missing grade counts as H0: IS NULL first, since NOT unknown is unknown.
    const auto not_h3 = query::any_of({missing(layer, common::handling), not_(equals(layer, common::handling, "H3"))});
    return query::any_of({equals(layer, common::agency, caller.agency), missing(layer, common::agency),
                          query::all_of({released, not_h3})});
}

// Distress before everything: the rescue role sees every agency's rescue reports.
ExpressionPtr rescue_filter(const Caller& caller, const Layer& layer) {
    const auto kind = layer.find("kind");
    const auto phase = layer.find("sar_phase");
    if (!caller.has(Role::rescue) || !kind || !phase) return query::never();
    const auto in_distress = query::all_of({not_(missing(layer, *phase)), not_(equals(layer, *phase, "none"))});
    return query::any_of({equals(layer, *kind, "distress"), equals(layer, *kind, "death"),
                          equals(layer, *kind, "missing"), in_distress});
}

// A shelter's exact place is need_to_know: without it the row is not there at all, so that no tile, extent or count
// gives it away.
ExpressionPtr shelter_filter(const Layer& layer) {
    const auto kind = layer.find("kind");
    if (layer.id != "facilities" || !kind) return query::always();
    return not_(equals(layer, *kind, "shelter"));
}

// Telephone and identity numbers of who is in distress: for who goes out to look, and never without a reason.
bool breaks_seals(const Caller& caller) {
    return !caller.purpose.empty() && (caller.open || caller.has(Role::rescue));
}

// Who may read nothing shares nothing with those who may, whatever else is kept by group.
constexpr const char* kNobody = "nobody";

std::string group_of(const Caller& caller, const Layer& layer, bool need_to_know) {
    const std::string scenario = layer.reference ? "" : caller.scenario;
    if (caller.open) return (breaks_seals(caller) ? "open+sealed|" : "open|") + scenario;
    if (layer.reference) return caller.agency.empty() ? "reference" : "reference|agency";
    return caller.agency + "|" + scenario + (need_to_know ? "|n" : "|") + (caller.has(Role::rescue) ? "r" : "");
}

} // namespace

Policy compile(const Caller& caller, const Layer& layer) {
    Policy policy;
    const bool need_to_know = caller.open || knows_need_to_know(caller);
    const bool of_an_agency = caller.open || !caller.agency.empty();
    for (const Field& field : layer.fields) {
        policy.visible.push_back(field.access == AccessClass::open ||
                                 (field.access == AccessClass::agency && of_an_agency) ||
                                 (field.access == AccessClass::need_to_know && need_to_know) ||
                                 (field.access == AccessClass::sealed && breaks_seals(caller)));
    }
    policy.group = group_of(caller, layer, need_to_know);
    if (layer.internal) { // no collection for anybody: who sees what is decided where it is read
        policy.filter = query::never();
        return policy;
    }
    if (layer.derived) { // made for this group of callers, from what it may see and from nothing else
        policy.may_read = caller.open || reads_rows(caller);
        policy.filter = policy.may_read ? query::always() : query::never();
        if (!policy.may_read) policy.group = kNobody;
        return policy;
    }
    if (caller.open) {
        policy.may_read = policy.may_write = true;
        policy.filter = scenario_filter(caller, layer);
        return policy;
    }
    policy.may_read = layer.reference || reads_rows(caller);
    // A row without an owner is everybody's: who has no agency makes none.
    policy.may_write = !layer.reference && !caller.agency.empty() &&
                       (caller.has(Role::agency_admin) || caller.has(Role::analyst) || caller.has(Role::field_unit) ||
                        caller.has(Role::rescue));
    if (!policy.may_read) {
        policy.filter = query::never();
        policy.group = kNobody;
        return policy;
    }
    std::vector<ExpressionPtr> parts{scenario_filter(caller, layer)};
    if (!layer.reference) parts.push_back(query::any_of({owner_filter(caller, layer), rescue_filter(caller, layer)}));
    if (!need_to_know) parts.push_back(shelter_filter(layer));
    // Binding with every field known turns the names into ordinals; the mask is for what the caller may name.
    policy.filter = query::bind(query::all_of(std::move(parts)), layer, std::vector<bool>(layer.fields.size(), true));
    return policy;
}

void Label::add(const Record& record) {
    const auto& grade = record.values[common::handling];
    if (const auto* text = std::get_if<std::string>(&grade); text && text->size() == 2)
        handling = std::max(handling, (*text)[1] - '0');
    std::vector<std::string> audience;
    if (const auto* list = std::get_if<geo::TextList>(&record.values[common::releasable_to])) audience = *list;
    if (const auto* owner = std::get_if<std::string>(&record.values[common::agency])) audience.push_back(*owner);
    std::ranges::sort(audience);
    audience.erase(std::unique(audience.begin(), audience.end()), audience.end());
    if (!releasable_set) {
        releasable_to = std::move(audience);
        releasable_set = true;
        return;
    }
    std::vector<std::string> both;
    std::ranges::set_intersection(releasable_to, audience, std::back_inserter(both));
    releasable_to = std::move(both);
}

} // namespace layers::access
