// A process of OGC API - Processes (18-062r2): one file NAME.cpp in this room with its row, and one line in table.cpp.
// The row is what /processes describes, what an execution is checked against and what the API document says. A process
// has one output; one that has more to say gives an object. Knows callers and layers; no HTTP.
#pragma once

#include "server/processes/context.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace server::processes {

enum class InputKind { boolean, integer, number, text, choice, instant, text_list };

struct Input {
    std::string name = {};
    InputKind kind = InputKind::text;
    std::string title = {};
    std::string description = {};
    bool required = false;
    std::optional<double> minimum = {}; // of an integer or a number
    std::optional<double> maximum = {};
    std::size_t most = 1000;                  // bytes of a text, members of a list
    std::vector<std::string> choices = {};    // of a choice
    std::optional<geo::Value> otherwise = {}; // what stands for a missing one
};

struct Output {
    std::string name = {};
    std::string title = {};
    std::string description = {};
    std::string media_type = "application/json";
    std::string schema = R"({"type": "object"})"; // JSON Schema as text, valid in OpenAPI 3.0 too
};

struct Process {
    std::string id = {}; // lower case letters and hyphens: it stands in paths
    std::string title = {};
    std::string description = {};
    std::string version = {}; // of what it computes: raised whenever the same inputs give another result
    std::vector<Input> inputs = {};
    Output output = {};
    // The output as text of its media type. Throws geo::Error to fail; looks at the context's stop at least every
    // 50 ms and then throws Error{cancelled} (ProcessContext::go_on does).
    std::string (*run)(ProcessContext&) = nullptr;
};

// In the order of the list. Ids are different.
const std::vector<Process>& table();
const Process* find(std::string_view id); // null: there is none

// The `inputs` of an execution, checked against the row: Error{invalid_input} with a JSON pointer under /inputs for one
// that is unknown, missing, of another type or out of its bounds. Defaults are filled in.
Values checked_inputs(const Process& process, const nlohmann::json& inputs);

// The parts of processSummary and process (18-062r2, 7.8 and 7.9) without their links.
nlohmann::json summary(const Process& process);
nlohmann::json description(const Process& process);
// JSON Schema of the whole `inputs` object, and of one input.
nlohmann::json inputs_schema(const Process& process);

} // namespace server::processes
