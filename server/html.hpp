// A plain page over any JSON document: for people who follow links through the API. One template, everything escaped,
// no script.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace server {

std::string escape_html(std::string_view text);

// `self_json`: address of the same document as JSON.
std::string html_page(std::string_view title, const nlohmann::json& document, std::string_view self_json);

// The stylesheet of those pages, served at /page.css: the policy allows none inside the page.
std::string_view page_css();

} // namespace server
