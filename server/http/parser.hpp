// Beast's parser behind a plain class: takes the bytes that the framing gate let through, gives the header lines and
// the decoded body. Refuses what the gate can't see because it comes later: chunk extensions, trailers, a body over its
// limit.
#pragma once

#include "server/http/framing.hpp"
#include "server/request.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace server::http {

// One per request; one thread. Feed it with put() until done() or status() != 0.
class Parser {
public:
    explicit Parser(std::uint64_t body_limit);
    ~Parser();

    // Takes what it can from the front of `bytes` and says how much; less than all means: come again with more behind
    // it (a line of chunked coding is cut) or the message is complete.
    std::size_t put(std::string_view bytes);

    bool done() const;
    int status() const;             // 0 while all is well, else 400 or 413
    bool agrees(const Head&) const; // after the header: the parser reads the same framing as the gate
    Headers take_headers();         // names in lower case
    std::string take_body();        // what was decoded since the last call
    std::size_t body_size() const;  // of the part not yet taken

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace server::http
