#include "server/params.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <cmath>

// Every single parser on the same bytes; the targets are too small to be programs of their own.
FUZZ_TARGET(params) {
    using namespace server;
    fuzz::taken([&] { parse_integer(input, "p"); });
    fuzz::taken([&] { fuzz::require(std::isfinite(parse_number(input, "p")), "a number is finite"); });
    fuzz::taken([&] { parse_boolean(input, "p"); });
    fuzz::taken([&] { fuzz::require(parse_list(input, "p", 64).size() <= 64, "a list keeps its limit"); });
    fuzz::taken([&] { parse_crs(input, "p"); });
    fuzz::taken([&] {
        for (const auto& box : parse_bbox(input, "OGC:CRS84", "bbox").boxes())
            fuzz::require(!box.empty(), "a box that was taken is not empty");
    });
    fuzz::taken([&] {
        const auto time = parse_datetime(input, "datetime");
        fuzz::require(!time.from || !time.to || *time.from <= *time.to, "an interval that was taken runs forwards");
    });
}
