#include "server/http/wire.hpp"

#include "server/http/error_status.hpp"

#include <charconv>

namespace server::http {
namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    for (const char c : value) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
    out += "\r\n";
}

} // namespace

std::string http_date(std::time_t time) {
    // By hand: strftime would follow the locale.
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc{};
    gmtime_r(&time, &utc);
    char text[64];
    const int length =
        std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[utc.tm_wday], utc.tm_mday,
                      kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
    return {text, static_cast<std::size_t>(length)};
}

bool may_have_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

std::string chunk_line(std::size_t size) {
    char text[20];
    const auto end = std::to_chars(text, text + sizeof text, size, 16).ptr;
    return std::string{text, end} + "\r\n";
}

std::string response_head(const Response& response, const Wire& wire, std::time_t now) {
    // The date changes once a second and costs more than the rest.
    thread_local std::time_t dated = 0;
    thread_local std::string date;
    if (dated != now) {
        dated = now;
        date = http_date(now);
    }
    std::string out;
    out.reserve(512);
    out += "HTTP/1.1 ";
    out += std::to_string(response.status);
    out += ' ';
    out += reason_phrase(response.status);
    out += "\r\nDate: ";
    out += date;
    out += "\r\n";
    for (const auto& [name, value] : response.headers) append_field(out, name, value);
    if (may_have_body(response.status)) {
        if (wire.content_length)
            append_field(out, "Content-Length", std::to_string(*wire.content_length));
        else if (!wire.http_1_0)
            out += "Transfer-Encoding: chunked\r\n";
    }
    if (!wire.keep_alive)
        out += "Connection: close\r\n";
    else if (wire.http_1_0)
        out += "Connection: keep-alive\r\n";
    out += "\r\n";
    return out;
}

} // namespace server::http
