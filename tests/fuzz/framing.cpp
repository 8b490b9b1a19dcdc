#include "server/http/framing.hpp"
#include "tests/fuzz/fuzz.hpp"

FUZZ_TARGET(framing) {
    const auto verdict = server::http::check_unfinished(input);
    const auto length = server::http::head_length(input);
    if (!length) return;
    fuzz::require(*length <= input.size(), "the head lies within what has arrived");
    server::http::Head head;
    const auto judged = server::http::check_head(input.substr(0, *length), head);
    if (judged.status != 0 || verdict.status != 0) return;
    fuzz::require(!head.method.empty() && !head.target.empty(), "a good head has a method and a target");
    fuzz::require(!(head.chunked && head.content_length > 0), "one way to frame a body, not two");
}
