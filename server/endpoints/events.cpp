#include "server/endpoints/events.hpp"

#include "server/endpoints/reading.hpp"
#include "server/live/live.hpp"

#include <chrono>

namespace server {
namespace {

using geo::Error;
using geo::ErrorCode;
using layers::store::Seq;

constexpr std::size_t kRead = 1000; // steps read at a time
constexpr std::chrono::seconds kPatience{2};

Param cursor_param() {
    return {.name = "cursor", .description = "Where to go on: the last id or cursor you were given", .max_bytes = 256};
}

Response events(AppContext& context, Request& request, const PathParams&, const Params& params) {
    auto& live = live_of(context);
    live::Hub::Opening opening;
    opening.caller = reading_caller(context, request, params);
    // A browser that reconnects repeats the address it was opened with: the header is the newer of the two.
    const auto last = request.header("last-event-id");
    const std::string cursor = last.empty() ? params.text("cursor") : std::string{last};
    if (!cursor.empty()) {
        opening.after = live.cursors.read(cursor, opening.caller);
        // The same for a damaged one, another's, and one of a log that was put back to an earlier state.
        if (!opening.after || opening.after->seq > live.journal.head()) {
            opening.after.reset();
            opening.reset = true;
        }
    }
    if (context.authenticate) {
        opening.still_allowed = [&context, asked = std::make_shared<Request>(request)] {
            context.authenticate(*asked);
        };
    }
    Response response;
    response.set("Content-Type", "text/event-stream; charset=utf-8");
    response.set("Cache-Control", "no-store");
    response.set("X-Accel-Buffering", "no"); // a proxy that collects answers would hold the events back
    response.body = live.hub.open(std::move(opening));
    return response;
}

// One page; what it looked through and didn't show is never told, only the place behind it.
struct Page {
    std::string changes;
    std::int64_t count = 0;
    Seq to = 0;
    bool more = false;
};

Page page_of(const AppContext& context, const layers::access::Caller& caller, const live::Place& after,
             std::int64_t limit, const std::string& collection, const std::stop_token& stop) {
    layers::feed::Judge judge{*context.index, caller};
    const auto& live = *context.live;
    const layers::feed::Judge::Before before{after.seq, after.issued_at, after.complete};
    Page page{.changes = {}, .count = 0, .to = after.seq, .more = false};
    const auto began = std::chrono::steady_clock::now();
    while (true) {
        if (stop.stop_requested()) throw Error{ErrorCode::deadline, "There is too much to look through at once."};
        const auto steps = live.journal.read(page.to, kRead);
        if (steps.empty()) return page;
        for (const auto& step : steps) {
            // A short page brings whoever reads on further; none would leave them here for ever.
            if (page.to > after.seq && std::chrono::steady_clock::now() - began > kPatience) {
                page.more = true;
                return page;
            }
            auto notices = live.hub.past(judge, caller, *step, before);
            if (!collection.empty())
                std::erase_if(notices, [&](const auto& notice) { return notice.layer != collection; });
            // A step is told whole: what follows from it goes with it. The next page begins with what has no room.
            const auto told = static_cast<std::int64_t>(notices.size());
            if (told > 0 && page.count > 0 && page.count + told > limit) {
                page.more = true;
                return page;
            }
            for (const auto& notice : notices) {
                if (page.count++ > 0) page.changes += ',';
                live::append_notice(page.changes, notice);
            }
            page.to = step->change.seq;
        }
    }
}

Response changes(AppContext& context, Request& request, const PathParams&, const Params& params) {
    const auto& live = live_of(context);
    const auto caller = reading_caller(context, request, params);
    const auto collection = params.text("collection");
    if (!collection.empty()) readable_layer(context, caller, collection); // throws for one that isn't theirs
    const auto cursor = params.text("cursor");
    const auto head = live.journal.head(); // before anything is read
    live::Place after{.seq = 0, .issued_at = head, .complete = false};
    if (cursor == "now") {
        after = {head, head, true};
    } else if (!cursor.empty()) {
        const auto place = live.cursors.read(cursor, caller);
        if (!place || place->seq > head)
            throw Error{ErrorCode::invalid_input, "No such place in the changes: read anew, from cursor=now.",
                        "cursor"};
        after = *place;
    }
    const auto page = page_of(context, caller, after, params.limit(), collection, request.stop);
    const bool complete = after.complete || page.to >= head;
    const auto place = live.cursors.at({page.to, page.to >= head ? page.to : head, complete}, caller);
    std::string next = base_url(context, request) + "/changes?cursor=" + place;
    for (const auto& [name, value] : params.all())
        if (name != "cursor") next += "&" + name + "=" + url_encode(value);
    Response response;
    response.set("Content-Type", "application/json");
    response.set("Cache-Control", "no-store");
    response.body = R"({"changes":[)" + page.changes + R"(],"cursor":")" + place + R"(","more":)" +
                    (page.more ? "true" : "false") + R"(,"links":[{"rel":"next","type":"application/json","href":")" +
                    next + R"("}]})";
    return response;
}

} // namespace

std::vector<Endpoint> events_endpoints() {
    return {{.method = "GET",
             .path = "/events",
             .operation_id = "getEvents",
             .summary = "Changes as they happen, as server-sent events; Last-Event-ID or cursor= resumes",
             .tag = "Changes",
             .params = {cursor_param(), scenario_param()},
             .handler = events,
             .answer = {.media_types = {"text/event-stream"},
                        .schema = {},
                        .description = "Events: open, change, mark (nothing new, a place to resume from), reset (the "
                                       "cursor is unknown: read anew), behind (too slow: resume), end; and job: how "
                                       "far a job of the caller's account is, at most four times a second. A job "
                                       "event isn't told again on resuming: ask /jobs/{id}."},
             .problems = {401, 503}},
            {.method = "GET",
             .path = "/changes",
             .operation_id = "getChanges",
             .summary = "Changes as pages, from the beginning or from a cursor; cursor=now gives the present place",
             .tag = "Changes",
             .params = {cursor_param(),
                        {.name = "collection", .description = "Only of this collection"},
                        {.name = "limit",
                         .kind = ParamKind::limit,
                         .description = "Changes a page, at most",
                         .maximum = 1000,
                         .default_value = 100},
                        scenario_param()},
             .handler = changes,
             .answer = {.media_types = {"application/json"}, .schema = {}, .description = "A page of changes"},
             .problems = {401, 503}}};
}

} // namespace server
