#include "geo/crs.hpp"

#include "geo/error.hpp"
#include "geo/wrap/proj.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <optional>

namespace geo {
namespace {

[[noreturn]] void fail() {
    throw Error{ErrorCode::invalid_input, "unknown coordinate reference system"};
}

[[noreturn]] void no_image() {
    throw Error{ErrorCode::invalid_geometry, "a coordinate lies outside its coordinate reference system"};
}

struct Authority {
    std::string_view name;
    std::string_view version; // as the URIs of OGC 09-048r5 write it
};
constexpr std::array<Authority, 2> kAuthorities{{{"EPSG", "0"}, {"OGC", "1.3"}}};

bool is_code(std::string_view code) {
    return !code.empty() && code.size() <= 16 &&
           std::all_of(code.begin(), code.end(), [](unsigned char c) { return std::isalnum(c); });
}

const Authority& authority_of(std::string_view name) {
    for (const Authority& authority : kAuthorities) {
        if (authority.name == name) return authority;
    }
    fail();
}

} // namespace

struct Transformer::Impl {
    std::optional<wrap::ProjTransform> transform; // nothing: the same on both sides
};

// Making a transformation reads PROJ's database: a millisecond, which each written feature would pay for nothing.
Transformer::Transformer(const std::string& from, const std::string& to) : impl_{std::make_unique<Impl>()} {
    if (from != to || from != "OGC:CRS84") impl_->transform.emplace(from, to);
}
Transformer::~Transformer() = default;
Transformer::Transformer(Transformer&&) noexcept = default;
Transformer& Transformer::operator=(Transformer&&) noexcept = default;

bool Transformer::identity() const {
    return !impl_->transform || impl_->transform->identity();
}

Point Transformer::apply(Point p) const {
    if (impl_->transform) impl_->transform->apply({&p, 1});
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) no_image();
    return p;
}

void Transformer::apply(Geometry& geometry) const {
    if (impl_->transform) impl_->transform->apply(geometry.points);
    for (const Point& p : geometry.points) {
        if (!std::isfinite(p.x) || !std::isfinite(p.y)) no_image();
    }
    for (Geometry& member : geometry.members) apply(member);
}

Box area_of_use(const std::string& crs) {
    return wrap::proj_area_of_use(crs);
}

bool axis_order_is_lat_lon(const std::string& crs) {
    return wrap::proj_north_first(crs);
}

std::string crs_from_uri(const std::string& uri) {
    std::string_view rest = uri;
    std::string_view name, code;
    if (rest.starts_with('[') && rest.ends_with(']')) { // a safe CURIE
        rest = rest.substr(1, rest.size() - 2);
        const auto colon = rest.find(':');
        if (colon == std::string_view::npos) fail();
        name = rest.substr(0, colon);
        code = rest.substr(colon + 1);
    } else {
        bool found = false;
        for (std::string_view prefix : {"http://www.opengis.net/def/crs/", "https://www.opengis.net/def/crs/"}) {
            if (!rest.starts_with(prefix)) continue;
            rest.remove_prefix(prefix.size());
            found = true;
            break;
        }
        const auto first = rest.find('/'), last = rest.rfind('/');
        if (!found || first == std::string_view::npos || first == last) fail();
        name = rest.substr(0, first);
        code = rest.substr(last + 1);
        const auto version = rest.substr(first + 1, last - first - 1);
        if (version.empty() || version.find_first_not_of("0123456789.") != std::string_view::npos) fail();
    }
    authority_of(name);
    if (!is_code(code)) fail();
    return std::string{name} + ':' + std::string{code};
}

std::string crs_to_uri(const std::string& code) {
    const auto colon = code.find(':');
    if (colon == std::string::npos || !is_code(std::string_view{code}.substr(colon + 1))) fail();
    const Authority& authority = authority_of(std::string_view{code}.substr(0, colon));
    return "http://www.opengis.net/def/crs/" + std::string{authority.name} + '/' + std::string{authority.version} +
           '/' + code.substr(colon + 1);
}

} // namespace geo
