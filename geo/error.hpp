// The one exception type of Sarhad and the closed list of what can go wrong.
// Knows no layer and no HTTP: server/http/error_status maps codes to statuses.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace geo {

enum class ErrorCode {
    invalid_input,      // the caller's words are off: a parameter, a filter, a body
    invalid_geometry,   // open ring, bow-tie, coordinates that are no numbers or off the earth
    unsupported_format, // no reader for these bytes
    unreadable_file,    // a reader took it and failed
    too_large,          // over a stated limit
    not_found,          // not there, or not there for this caller: never told apart
    method_not_allowed,
    unauthenticated,
    forbidden,
    conflict,              // contradicts what is stored
    precondition_failed,   // If-Match names another version
    precondition_required, // If-Match is missing
    not_acceptable,
    not_implemented,
    busy,     // try again later
    deadline, // took longer than allowed
    storage_full,
    storage_failed, // the store can't promise durability
    cancelled,
    internal,
};

// `pointer` is a JSON pointer (RFC 6901) into the body at fault, or the name of a parameter; may be empty.
// `message` is shown to the caller: no SQL, no path, no version.
class Error : public std::runtime_error {
public:
    Error(ErrorCode what_kind, const std::string& message, std::string where = {})
        : std::runtime_error{message}, code{what_kind}, pointer{std::move(where)} {}
    ErrorCode code;
    std::string pointer;
};

} // namespace geo
