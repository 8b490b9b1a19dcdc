#include "server/http/url.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <string>

FUZZ_TARGET(url) {
    server::http::Url url;
    if (!fuzz::taken([&] { url = server::http::parse_target(input); })) return;
    std::string again;
    for (const auto& segment : url.segments) again += '/' + server::http::percent_encode(segment);
    char mark = '?';
    for (const auto& [name, value] : url.query) {
        again += mark + server::http::percent_encode(name) + '=' + server::http::percent_encode(value);
        mark = '&';
    }
    const auto twice = server::http::parse_target(again);
    fuzz::require(twice.segments == url.segments && twice.query == url.query, "a written address reads as the same");
}
