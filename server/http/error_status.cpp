#include "server/http/error_status.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <new>
#include <string>

namespace server::http {
namespace {

using geo::ErrorCode;

constexpr std::array<ErrorStatus, 20> kTable{{
    {ErrorCode::invalid_input, 400, "invalid-input", "The request is not understood"},
    {ErrorCode::invalid_geometry, 422, "invalid-content", "A shape or a value is not valid"},
    {ErrorCode::unsupported_format, 415, "unsupported-format", "No reader for this format"},
    {ErrorCode::unreadable_file, 422, "unreadable-file", "The file can't be read"},
    {ErrorCode::too_large, 413, "too-large", "Over a limit"},
    {ErrorCode::not_found, 404, "not-found", "Not found"},
    {ErrorCode::method_not_allowed, 405, "method-not-allowed", "Not possible here"},
    {ErrorCode::unauthenticated, 401, "unauthenticated", "Who are you?"},
    {ErrorCode::forbidden, 403, "forbidden", "Not allowed"},
    {ErrorCode::conflict, 409, "conflict", "Contradicts what is stored"},
    {ErrorCode::precondition_failed, 412, "precondition-failed", "It has changed meanwhile"},
    {ErrorCode::precondition_required, 428, "precondition-required", "If-Match is required"},
    {ErrorCode::not_acceptable, 406, "not-acceptable", "Not available in that form"},
    {ErrorCode::not_implemented, 501, "not-implemented", "Not in this server"},
    {ErrorCode::busy, 503, "busy", "Busy, try again"},
    {ErrorCode::deadline, 503, "deadline", "Took too long"},
    {ErrorCode::storage_full, 507, "storage-full", "The storage is full"},
    {ErrorCode::storage_failed, 503, "storage-failed", "The storage can't promise durability"},
    {ErrorCode::cancelled, 503, "cancelled", "Cancelled"},
    {ErrorCode::internal, 500, "internal", "Something went wrong here"},
}};

constexpr const char* kOwnTypes = "urn:sarhad:problem:";

Response document(int status, const std::string& type, std::string_view title, std::string_view detail,
                  std::string_view instance, std::string_view pointer) {
    nlohmann::ordered_json body{{"type", type}, {"title", title}, {"status", status}};
    if (!detail.empty()) body["detail"] = detail;
    if (!instance.empty()) body["instance"] = instance;
    if (!pointer.empty()) body["pointer"] = pointer;
    Response response;
    response.status = status;
    response.set("Content-Type", "application/problem+json");
    response.set("Cache-Control", "no-store");
    if (status == 503) response.set("Retry-After", "1");
    if (status == 401) response.set("WWW-Authenticate", "Bearer");
    // What the caller sent may come back in `instance`; bytes that are no text must not fail the answer.
    response.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return response;
}

} // namespace

const ErrorStatus& error_status(ErrorCode code) {
    for (const auto& row : kTable)
        if (row.code == code) return row;
    return kTable.back();
}

const char* reason_phrase(int status) {
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 206:
        return "Partial Content";
    case 303:
        return "See Other";
    case 304:
        return "Not Modified";
    case 308:
        return "Permanent Redirect";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 406:
        return "Not Acceptable";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 416:
        return "Range Not Satisfiable";
    case 417:
        return "Expectation Failed";
    case 422:
        return "Unprocessable Content";
    case 428:
        return "Precondition Required";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 503:
        return "Service Unavailable";
    case 505:
        return "HTTP Version Not Supported";
    case 507:
        return "Insufficient Storage";
    default:
        return "Status";
    }
}

Response problem(const geo::Error& error, std::string_view instance, std::string_view type) {
    const auto& row = error_status(error.code);
    // Our own failures are for the log; the caller gets the kind of it and no inside.
    const bool ours = error.code == ErrorCode::internal;
    return document(row.status, type.empty() ? kOwnTypes + std::string{row.type} : std::string{type}, row.title,
                    ours ? std::string_view{} : error.what(), instance, error.pointer);
}

Response problem(int status, std::string_view title, std::string_view detail, std::string_view instance) {
    return document(status, kOwnTypes + ("http-" + std::to_string(status)), title, detail, instance, {});
}

Response problem(const std::exception_ptr& error, std::string_view instance) {
    try {
        std::rethrow_exception(error);
    } catch (const geo::Error& known) {
        return problem(known, instance);
    } catch (const std::bad_alloc&) {
        return problem(geo::Error{ErrorCode::busy, "Not enough memory for this now."}, instance);
    } catch (...) {
        return problem(geo::Error{ErrorCode::internal, ""}, instance);
    }
}

} // namespace server::http
