#include "layers/access/caller.hpp"

#include <algorithm>
#include <array>

namespace layers::access {

namespace {

constexpr std::array<std::pair<Role, const char*>, 12> kRoles{{
    {Role::administrator, "administrator"},
    {Role::agency_head, "agency_head"},
    {Role::agency_admin, "agency_admin"},
    {Role::analyst, "analyst"},
    {Role::planner, "planner"},
    {Role::field_unit, "field_unit"},
    {Role::viewer, "viewer"},
    {Role::auditor, "auditor"},
    {Role::rescue, "rescue"},
    {Role::protection, "protection"},
    {Role::partner, "partner"},
    {Role::public_reader, "public"},
}};

} // namespace

bool Caller::has(Role role) const {
    return std::ranges::find(roles, role) != roles.end();
}

std::optional<Role> role_from(std::string_view wanted) {
    for (const auto& [role, role_name] : kRoles)
        if (wanted == role_name) return role;
    return {};
}

const char* name(Role role) {
    for (const auto& [known, role_name] : kRoles)
        if (known == role) return role_name;
    return "";
}

} // namespace layers::access
