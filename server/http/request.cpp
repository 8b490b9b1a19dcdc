#include "server/request.hpp"

#include "server/http/text.hpp"

namespace server {

std::string_view Request::header(std::string_view lower_case_name) const {
    for (const auto& [name, value] : headers)
        if (name == lower_case_name) return value;
    return {};
}

void Response::set(std::string name, std::string value) {
    for (auto& [known, old] : headers) {
        if (!http::equal_ignoring_case(known, name)) continue;
        old = std::move(value);
        return;
    }
    headers.emplace_back(std::move(name), std::move(value));
}

std::string_view Response::header(std::string_view name) const {
    for (const auto& [known, value] : headers)
        if (http::equal_ignoring_case(known, name)) return value;
    return {};
}

} // namespace server
