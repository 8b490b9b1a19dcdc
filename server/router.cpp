#include "server/router.hpp"

#include <algorithm>
#include <stdexcept>

namespace server {

std::vector<Router::Piece> Router::pieces_of(const std::string& path) {
    if (path.empty() || path.front() != '/') throw std::logic_error{"a path starts with a slash: " + path};
    std::vector<Piece> pieces;
    std::size_t at = 1;
    while (true) {
        const auto slash = path.find('/', at);
        const auto segment = path.substr(at, slash == std::string::npos ? slash : slash - at);
        Piece piece{.literal = segment, .variable = {}};
        if (!segment.empty() && segment.front() == '{') {
            const auto close = segment.find('}');
            if (close == std::string::npos) throw std::logic_error{"a brace is open: " + path};
            piece.variable = segment.substr(1, close - 1);
            piece.literal = segment.substr(close + 1);
            piece.rest = piece.variable.ends_with('*');
            if (piece.rest) piece.variable.pop_back();
            if (piece.rest && slash != std::string::npos) throw std::logic_error{"the rest is not last: " + path};
        }
        pieces.push_back(std::move(piece));
        if (slash == std::string::npos) return pieces;
        at = slash + 1;
    }
}

Router::Router(std::vector<Endpoint> endpoints) : endpoints_{std::move(endpoints)} {
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
        if (!endpoints_[i].handler) throw std::logic_error{"no handler: " + endpoints_[i].path};
        patterns_.push_back({pieces_of(endpoints_[i].path), i});
    }
    // Segment by segment: literals first, then variables by falling length of their tail, then the rest.
    const auto rank = [](const Piece& piece) {
        if (piece.variable.empty()) return std::pair{0, std::size_t{0}};
        return std::pair{piece.rest ? 2 : 1, ~piece.literal.size()};
    };
    std::ranges::stable_sort(patterns_, [&](const Pattern& a, const Pattern& b) {
        return std::ranges::lexicographical_compare(a.pieces, b.pieces, {}, rank, rank);
    });
    for (std::size_t i = 0; i < endpoints_.size(); ++i)
        for (std::size_t k = 0; k < i; ++k)
            if (endpoints_[i].method == endpoints_[k].method &&
                (endpoints_[i].path == endpoints_[k].path || endpoints_[i].operation_id == endpoints_[k].operation_id))
                throw std::logic_error{"two rows for " + endpoints_[i].method + " " + endpoints_[i].path};
}

bool Router::fits(const Pattern& pattern, const std::vector<std::string>& segments, NameValues* variables) {
    if (variables) variables->clear();
    for (std::size_t i = 0; i < pattern.pieces.size(); ++i) {
        if (i >= segments.size()) return false;
        const auto& piece = pattern.pieces[i];
        const auto& segment = segments[i];
        if (piece.variable.empty()) {
            if (segment != piece.literal) return false;
        } else if (piece.rest) {
            std::string rest = segment;
            for (auto k = i + 1; k < segments.size(); ++k) rest += "/" + segments[k];
            if (variables) variables->emplace_back(piece.variable, std::move(rest));
            return true;
        } else {
            if (segment.size() <= piece.literal.size() || !segment.ends_with(piece.literal)) return false;
            if (variables)
                variables->emplace_back(piece.variable, segment.substr(0, segment.size() - piece.literal.size()));
        }
    }
    return pattern.pieces.size() == segments.size();
}

Router::Match Router::match(std::string_view method, const std::vector<std::string>& segments) const {
    Match found;
    for (const auto& pattern : patterns_) {
        if (!fits(pattern, segments, nullptr)) continue;
        const auto& endpoint = endpoints_[pattern.endpoint];
        if (endpoint.method == method) {
            found.endpoint = &endpoint;
            found.allow.clear();
            fits(pattern, segments, &found.variables);
            return found;
        }
        // OPTIONS is possible everywhere: whoever uses `allow` adds it.
        if (endpoint.method == "OPTIONS" || found.allow.find(endpoint.method) != std::string::npos) continue;
        found.allow += (found.allow.empty() ? "" : ", ") + endpoint.method;
        if (endpoint.method == "GET") found.allow += ", HEAD";
    }
    return found;
}

} // namespace server
