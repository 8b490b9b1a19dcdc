// Answers that handlers build: JSON, JSON-or-HTML by Accept and f=, links with the right base.
#pragma once

#include "server/endpoint.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace server {

Response json_response(const nlohmann::json& document, std::string_view content_type = "application/json",
                       int status = 200);

// The document as `content_type`, or as a generic HTML page when the caller prefers that (row has format_param()).
Response document_response(const AppContext& context, const Request& request, const Params& params,
                           std::string_view title, const nlohmann::json& document,
                           std::string_view content_type = "application/json");

// f= when given, else Accept with q honoured; JSON on a draw.
bool wants_html(const Request& request, const Params& params);

// "http://127.0.0.1:8080", no slash at the end: config.public_url, else from Host.
std::string base_url(const AppContext& context, const Request& request);

// The path as sent, without the query.
std::string_view path_of(const Request& request);

// {"href": base + path, "rel": rel, "type": type, "title": title}; empty type or title are left out.
nlohmann::json link(const std::string& href, std::string_view rel, std::string_view type = {},
                    std::string_view title = {});

// Percent-encodes everything but unreserved characters (RFC 3986), for values in a query or a path segment.
std::string url_encode(std::string_view text);

// W/"..." over the bytes (SHA-256, cut); the same bytes give the same tag.
std::string etag_of(std::string_view bytes);

} // namespace server
