// Who asks, and what that makes visible: every read path takes a Caller and works only with the Policy compiled here.
// The one place that knows roles, owners, releasability and handling.
#pragma once

#include "layers/model/layer.hpp"
#include "layers/query/expression.hpp"

#include <string>
#include <vector>

namespace layers::access {

enum class Role {
    administrator,
    agency_head,
    agency_admin,
    analyst,
    planner,
    field_unit,
    viewer,
    auditor,
    rescue,
    protection,
    partner,
    public_reader
};

struct Caller {
    std::string account; // stable id for the audit
    std::string agency;  // code of the agency, empty for none
    std::vector<Role> roles;
    std::string purpose;  // stated reason for need_to_know reads; empty = none given
    std::string scenario; // "" = the real world
    bool open = false;    // `--open` on loopback: everyone may do everything

    bool has(Role role) const;
};

std::optional<Role> role_from(std::string_view name);
const char* name(Role role);

struct Policy {
    query::ExpressionPtr filter; // bound to the layer; ANDed before any caller's filter
    std::vector<bool> visible;   // by field ordinal: false = the field does not exist for this caller
    std::string group;           // callers with equal group see byte-identical answers: part of every cache key
    bool may_read = false;       // false: the layer does not exist for this caller
    bool may_write = false;
};

// Pure: same caller and layer, same policy.
Policy compile(const Caller& caller, const Layer& layer);

// The strictest of several rows' labels, for everything derived from them.
struct Label {
    int handling = 0;                       // H0..H3
    std::vector<std::string> releasable_to; // intersection, sorted
    bool releasable_set = false;            // false: no input seen yet
    void add(const Record& record);         // also counts the owner as releasable to itself
};

} // namespace layers::access
