// Says back what it was told, after the time it was told to take: for those who write a client and want to see it wait,
// show progress and stop, without work of ours behind it.
#include "server/processes/table.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace server::processes {
namespace {

using Clock = std::chrono::steady_clock;

// Until `end` or until somebody stops it, whichever is first.
void wait_until(Clock::time_point end, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock{mutex};
    never.wait_until(lock, stop, end, [] { return false; });
}

std::string run(ProcessContext& context) {
    constexpr int kSteps = 20; // so often it says how far it is
    const std::chrono::duration<double> pause{context.inputs.number("pause_s")};
    const auto began = Clock::now();
    for (int step = 0; step < kSteps && pause.count() > 0; ++step) {
        context.report(static_cast<double>(step) / kSteps, "waiting");
        wait_until(began + std::chrono::duration_cast<Clock::duration>(pause * (step + 1) / kSteps), context.stop);
        context.go_on();
    }
    return nlohmann::json{{"message", context.inputs.text("message")}}.dump();
}

} // namespace

Process echo() {
    return {
        .id = "echo",
        .title = "Echo",
        .description = "Says back what it was told, after the time it was told to take. For trying a client: "
                       "waiting, progress, stopping.",
        .version = "1.0.0",
        .inputs = {{.name = "message", .title = "Message", .description = "Said back as it is", .required = true},
                   {.name = "pause_s",
                    .kind = InputKind::number,
                    .title = "Pause in seconds",
                    .description = "How long it takes before it answers",
                    .minimum = 0,
                    .maximum = 20,
                    .otherwise = 0.0}},
        .output = {.name = "echo", .title = "What was told", .schema = R"({"type": "object", "required": ["message"],
                                     "properties": {"message": {"type": "string"}}})"},
        .run = run};
}

} // namespace server::processes
