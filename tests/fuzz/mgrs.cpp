#include "geo/mgrs.hpp"
#include "tests/fuzz/fuzz.hpp"

FUZZ_TARGET(mgrs) {
    geo::MgrsPosition position{};
    if (!fuzz::taken([&] { position = geo::from_mgrs(input); })) return;
    fuzz::require(geo::on_earth(geo::make_point(position.lon_lat.x, position.lon_lat.y)), "an MGRS place is on earth");
    fuzz::require(position.precision_m > 0, "a square has a side");
    geo::to_mgrs(position.lon_lat);
}
