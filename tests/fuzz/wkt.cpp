#include "geo/ops.hpp"
#include "geo/wkb.hpp"
#include "tests/fuzz/fuzz.hpp"

FUZZ_TARGET(wkt) {
    geo::Geometry g;
    if (!fuzz::taken([&] { g = geo::from_wkt(input); })) return;
    const std::string text = geo::to_wkt(g);
    fuzz::require(geo::to_wkt(geo::from_wkt(text)) == text, "written WKT reads as the same text");
    fuzz::taken([&] { geo::invalid_reason(g); });
}
