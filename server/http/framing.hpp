// The gate in front of the HTTP parser. Beast (1.74 and 1.81) takes requests that a proxy may read in another way:
// `Transfer-Encoding: xchunked`, TE beside Content-Length, folded lines, doubled Host or Content-Length. Each such
// request is a door for smuggling, so the raw bytes of the head are judged here first (RFC 9112 sections 3, 5 and 6).
// Pure functions over bytes; knows no socket and no Beast.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace server::http {

inline constexpr std::size_t kMaxTargetBytes = 8192;
inline constexpr std::size_t kMaxHeaderBytes = 8192; // behind the request line
inline constexpr std::size_t kMaxHeaderLines = 100;
inline constexpr std::size_t kMaxHeadBytes = kMaxTargetBytes + kMaxHeaderBytes + 64;

// What the gate read by itself; views into the head. The parser behind must come to the same.
struct Head {
    std::string_view method;
    std::string_view target;
    int version = 11; // 10 or 11
    bool keep_alive = true;
    bool chunked = false;
    bool expects_continue = false;
    std::uint64_t content_length = 0;

    bool has_body() const { return chunked || content_length > 0; }
};

struct Verdict {
    int status = 0; // 0: let it through; else 400, 414, 417, 431, 501, 505: answer and close
    const char* reason = "";
};

// `bytes` is what has arrived so far. The length of the head with its empty line, once it is all there.
std::optional<std::size_t> head_length(std::string_view bytes);

// An unfinished head that can't become a good one any more: 414 or 431, so that nothing is read in vain.
Verdict check_unfinished(std::string_view bytes);

// `bytes` is one whole head with its empty line. Fills `head` when the verdict's status is 0.
Verdict check_head(std::string_view bytes, Head& head);

bool is_known_method(std::string_view method); // GET HEAD POST PUT PATCH DELETE OPTIONS

} // namespace server::http
