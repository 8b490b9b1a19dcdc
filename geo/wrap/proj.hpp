// PROJ behind plain functions and one handle. Knows codes and coordinates; no file is ever named to it from outside and
// the network stays off.
#pragma once

#include "geo/geometry.hpp"

#include <memory>
#include <span>
#include <string>

struct pj_ctx;
struct PJconsts;

namespace geo::wrap {

// A transformation with its own PROJ context: one thread at a time.
class ProjTransform {
public:
    // Error{invalid_input}: not an AUTHORITY:CODE, urn, WKT or PROJJSON of a horizontal CRS that PROJ knows, or no way
    // between the two.
    ProjTransform(const std::string& from, const std::string& to);
    bool identity() const { return identity_; }
    // In place, x,y in traditional order. A point without an image becomes infinite.
    void apply(std::span<Point> points) const;

private:
    struct FreeContext {
        void operator()(pj_ctx* context) const noexcept;
    };
    struct Free {
        void operator()(PJconsts* object) const noexcept;
    };
    std::unique_ptr<pj_ctx, FreeContext> context_;
    std::unique_ptr<PJconsts, Free> transform_;
    bool identity_ = false;
};

Box proj_area_of_use(const std::string& crs);  // lon,lat; the world when unknown or across the antimeridian
bool proj_north_first(const std::string& crs); // the authority writes northing or latitude first

} // namespace geo::wrap
