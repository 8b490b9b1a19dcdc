// Structured log: one JSON object a line on standard error. Callers name fields; values are escaped here. Never put a
// query's values, a token or a row's content into it. Thread-safe; does not block: a line is written within 200 ms, a
// warning or an error at once, by a thread that does nothing else. When the reader of standard error stalls, lines are
// dropped, and a later one says how many. Lines are whole, those of one thread in the order it wrote them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace server::log {

enum class Level { debug, info, warning, error };

using Value = std::variant<std::string_view, std::int64_t, double, bool>; // numbers with three decimals
using Field = std::pair<std::string_view, Value>;

void start(std::string_view least_level); // "debug" "info" "warning" "error"; Error{invalid_input} for others
void stop(); // writes what is queued, within half a second where the reader stalls; later lines go nowhere

void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});

} // namespace server::log
