// Notices as JSON.
#include "geo/time.hpp"
#include "layers/encode/json_text.hpp"
#include "server/live/hub.hpp"

#include <map>

namespace server::live {

using layers::encode::append_number;
using layers::encode::append_quoted;
using layers::feed::Notice;

namespace {

constexpr std::size_t kMostNamed = 200; // of a collection in one event; more are only counted

void append_box(std::string& out, const geo::Box& box) {
    out += '[';
    for (const double edge : {box.min_x, box.min_y, box.max_x, box.max_y}) {
        append_number(out, edge);
        out += ',';
    }
    out.back() = ']';
}

void append_bulk(std::string& out, const std::string& layer, const std::vector<const Notice*>& notices) {
    geo::Box all;
    for (const auto* notice : notices)
        for (const auto& box : notice->boxes) all.add(box);
    out += R"({"collection":)";
    append_quoted(out, layer);
    out += R"(,"count":)";
    append_number(out, static_cast<std::int64_t>(notices.size()));
    out += R"(,"boxes":[)";
    if (!all.empty()) append_box(out, all);
    out += "]}";
}

} // namespace

void append_notice(std::string& out, const Notice& notice) {
    out += R"({"collection":)";
    append_quoted(out, notice.layer);
    out += R"(,"id":")" + geo::to_string(notice.id) + R"(","happened":")" + name(notice.happened) + R"(","time":")" +
           geo::to_rfc3339(notice.at) + R"(","boxes":[)";
    for (std::size_t i = 0; i < notice.boxes.size(); ++i) {
        if (i > 0) out += ',';
        append_box(out, notice.boxes[i]);
    }
    out += "]}";
}

std::string change_data(const std::vector<Notice>& notices) {
    if (notices.empty()) return {};
    std::map<std::string, std::vector<const Notice*>> by_layer;
    for (const auto& notice : notices) by_layer[notice.layer].push_back(&notice);
    std::string changes, bulk;
    for (const auto& notice : notices) {
        if (by_layer[notice.layer].size() > kMostNamed) continue;
        if (!changes.empty()) changes += ',';
        append_notice(changes, notice);
    }
    for (const auto& [layer, some] : by_layer) {
        if (some.size() <= kMostNamed) continue;
        if (!bulk.empty()) bulk += ',';
        append_bulk(bulk, layer, some);
    }
    return R"({"changes":[)" + changes + R"(],"bulk":[)" + bulk + "]}";
}

} // namespace server::live
