#include "geo/wkb.hpp"
#include "tests/fuzz/fuzz.hpp"

FUZZ_TARGET(wkb) {
    geo::Geometry g;
    if (!fuzz::taken([&] { g = geo::from_wkb(input); })) return;
    const std::string bytes = geo::to_wkb(g);
    fuzz::require(geo::to_wkb(geo::from_wkb(bytes)) == bytes, "written WKB reads as the same bytes");
    geo::to_wkt(g);
    geo::on_earth(g);
}
