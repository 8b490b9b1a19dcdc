// The one table from what went wrong to what HTTP calls it, and the problem document (RFC 9457) that says so.
#pragma once

#include "geo/error.hpp"
#include "server/request.hpp"

#include <exception>
#include <string_view>

namespace server::http {

struct ErrorStatus {
    geo::ErrorCode code;
    int status;
    const char* type; // last part of the problem's type: "urn:sarhad:problem:not-found"
    const char* title;
};

const ErrorStatus& error_status(geo::ErrorCode code);

const char* reason_phrase(int status);

// Says the error's own message only: those are written for the caller. `instance` is the path as sent, without query.
// `type`: the URI by which a standard knows this kind of problem, where it has one.
Response problem(const geo::Error& error, std::string_view instance, std::string_view type = {});
Response problem(int status, std::string_view title, std::string_view detail = {}, std::string_view instance = {});

// For a catch (...): a geo::Error as above, anything else a bare 500, out of memory 503.
Response problem(const std::exception_ptr& error, std::string_view instance);

} // namespace server::http
