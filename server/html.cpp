#include "server/html.hpp"

#include <nlohmann/json.hpp>

namespace server {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxListed = 1000; // members of one array; the JSON has them all
constexpr std::size_t kMaxInline = 64;   // numbers in a row (a bbox, a short line)
constexpr int kMaxDepth = 12;

bool is_web_address(std::string_view text) {
    return text.starts_with("http://") || text.starts_with("https://");
}

std::string text_of(const json& value) {
    if (value.is_string()) return value.get<std::string>();
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool is_plain(const json& value) {
    return !value.is_structured();
}

std::string anchor(std::string_view href, std::string_view text) {
    return "<a href=\"" + escape_html(href) + "\">" + escape_html(text) + "</a>";
}

std::string link_item(const json& link) {
    const auto field = [&](const char* name) { return link.contains(name) ? text_of(link[name]) : std::string{}; };
    const auto href = field("href");
    const auto title = field("title");
    const auto name = !title.empty() ? title : href;
    const auto relation = field("rel");
    const auto note = relation + (field("type").empty() ? "" : ", " + field("type"));
    return "<li>" + (is_web_address(href) ? anchor(href, name) : escape_html(name)) + " <small>" + escape_html(note) +
           "</small></li>";
}

std::string render(const json& value, int depth);

std::string render_array(const json& value, int depth) {
    if (value.empty()) return "<span>none</span>";
    if (value.front().is_object() && value.front().contains("href")) {
        std::string out = "<ul class=\"links\">";
        for (const auto& link : value)
            if (link.is_object()) out += link_item(link);
        return out + "</ul>";
    }
    bool plain = true;
    for (const auto& member : value) plain = plain && is_plain(member);
    if (plain && value.size() <= kMaxInline) {
        std::string out;
        for (const auto& member : value) out += (out.empty() ? "" : ", ") + escape_html(text_of(member));
        return "<span>" + out + "</span>";
    }
    if (depth > kMaxDepth) return "<span>…</span>";
    std::string out = "<ol>";
    std::size_t listed = 0;
    for (const auto& member : value) {
        if (++listed > kMaxListed) {
            out += "<li>… and " + std::to_string(value.size() - kMaxListed) + " more</li>";
            break;
        }
        out += "<li>" + render(member, depth + 1) + "</li>";
    }
    return out + "</ol>";
}

std::string render(const json& value, int depth) {
    if (value.is_array()) return render_array(value, depth);
    if (!value.is_object()) {
        const auto text = text_of(value);
        return value.is_string() && is_web_address(text) ? anchor(text, text)
                                                         : "<span>" + escape_html(text) + "</span>";
    }
    if (depth > kMaxDepth) return "<span>…</span>";
    // A geometry is for maps; its coordinates would bury the rest of the page.
    if (value.contains("coordinates") && value.contains("type"))
        return "<span>" + escape_html(text_of(value["type"])) + "</span>";
    std::string out = "<dl>";
    for (const auto& [name, member] : value.items())
        out += "<dt>" + escape_html(name) + "</dt><dd>" + render(member, depth + 1) + "</dd>";
    return out + "</dl>";
}

} // namespace

std::string escape_html(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

std::string html_page(std::string_view title, const json& document, std::string_view self_json) {
    const auto name = escape_html(title);
    return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
           "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>" +
           (title == "Sarhad" ? name : name + " – Sarhad") +
           "</title><link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" "
           "href=\"/page.css\"></head><body><header>"
           "<nav><a href=\"/\">Sarhad</a> <a class=\"map\" href=\"/map/\">Open the map</a> " +
           anchor(self_json, "JSON") + "</nav><h1>" + name + "</h1></header><main>" + render(document, 0) +
           "</main></body></html>\n";
}

std::string_view page_css() {
    return R"css(:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 70rem; }
nav a { margin-inline-end: 1rem; }
nav a.map { font-weight: bold; padding: .4rem .8rem; border: 2px solid; border-radius: .4rem; text-decoration: none; }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .2rem 1rem; margin: 0; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
ol, ul { margin: 0; padding-inline-start: 1.5rem; }
ol > li { padding-block: .4rem; }
small { opacity: .75; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } }
)css";
}

} // namespace server
