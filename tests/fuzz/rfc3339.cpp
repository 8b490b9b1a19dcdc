#include "geo/time.hpp"
#include "tests/fuzz/fuzz.hpp"

FUZZ_TARGET(rfc3339) {
    geo::from_naive_utc(input);
    const auto instant = geo::from_rfc3339(input);
    if (instant) fuzz::require(geo::from_rfc3339(geo::to_rfc3339(*instant)) == instant, "a written instant reads back");
}
