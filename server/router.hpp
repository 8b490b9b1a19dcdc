// From a method and a path to an endpoint's row. Knows patterns, no handler's business.
#pragma once

#include "server/endpoint.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace server {

// Segments of a pattern: "items" (as it is), "{id}", "{y}.mvt" (a variable with a tail), "{path*}" (one or more to the
// end). Literal text wins over a variable, a longer tail over a shorter. Immutable once built; thread-safe.
class Router {
public:
    // std::logic_error for a row that is malformed or that another one makes unreachable.
    explicit Router(std::vector<Endpoint> endpoints);

    struct Match {
        const Endpoint* endpoint = nullptr; // null: no row with this path, or none with this method
        NameValues variables;
        std::string allow; // the path is known, the method isn't: "GET, HEAD"
    };
    Match match(std::string_view method, const std::vector<std::string>& segments) const;

    const std::vector<Endpoint>& endpoints() const { return endpoints_; }

private:
    struct Piece {
        std::string literal;  // the whole segment, or the tail behind a variable
        std::string variable; // empty: a literal
        bool rest = false;
    };
    struct Pattern {
        std::vector<Piece> pieces;
        std::size_t endpoint = 0;
    };
    static std::vector<Piece> pieces_of(const std::string& path);
    static bool fits(const Pattern& pattern, const std::vector<std::string>& segments, NameValues* variables);

    std::vector<Endpoint> endpoints_;
    std::vector<Pattern> patterns_; // the more particular first
};

} // namespace server
