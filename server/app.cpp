#include "server/app.hpp"

#include "server/http/error_status.hpp"
#include "server/http/framing.hpp"
#include "server/http/negotiate.hpp"
#include "server/http/text.hpp"
#include "server/http/url.hpp"
#include "server/log.hpp"
#include "server/metrics.hpp"
#include "server/respond.hpp"
#include "server/router.hpp"

#include <algorithm>

namespace server {
namespace {

using geo::Error;
using geo::ErrorCode;

// Own origin only; MapLibre's CSP build runs its worker from a file of ours, and draws from blobs.
constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self' blob:; child-src blob:; manifest-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'";

void check_media_type(const Endpoint& endpoint, const Request& request) {
    const auto& accepted = endpoint.request.media_types;
    if (accepted.empty() || (request.body.empty() && request.body_file.empty())) return;
    const auto stated = request.header("content-type");
    const auto type = http::to_lower(http::trim(stated.substr(0, stated.find(';'))));
    if (std::ranges::find(accepted, type) != accepted.end() || std::ranges::find(accepted, "*/*") != accepted.end())
        return;
    throw Error{ErrorCode::unsupported_format, "The body's Content-Type is none that is taken here."};
}

} // namespace

struct App::Found {
    const Endpoint* endpoint = nullptr;
    NameValues variables;
    NameValues query;
};

App::Found App::find(Request& request, std::string& allow) const {
    if (request.found) return *static_cast<const Found*>(request.found.get()); // plan() was here before
    if (!http::is_known_method(request.method)) throw Error{ErrorCode::not_implemented, "The method is not known."};
    auto url = http::parse_target(request.target);
    auto match = context_.router->match(request.method, url.segments);
    if (!match.endpoint) {
        if (match.allow.empty()) throw Error{ErrorCode::not_found, "There is nothing here."};
        allow = match.allow;
        throw Error{ErrorCode::method_not_allowed, "The method is not possible here."};
    }
    request.route = match.endpoint->operation_id;
    return {match.endpoint, std::move(match.variables), std::move(url.query)};
}

Response App::dispatch(Request& request, std::string& allow) {
    auto found = find(request, allow);
    const auto& endpoint = *found.endpoint;
    if (context_.authenticate) request.caller = context_.authenticate(request);
    const PathParams path{endpoint.params, std::move(found.variables)};
    const Params params{endpoint.params, std::move(found.query), endpoint.other_params};
    check_media_type(endpoint, request);
    return endpoint.handler(context_, request, path, params);
}

Response App::handle(Request& request) {
    std::string allow;
    auto response = complete(request, allow, [&] { return dispatch(request, allow); });
    if (!response.later) return response;
    response.later = [this, &request, later = std::move(response.later)](std::function<void(Answer)> tell) {
        later([this, &request, tell = std::move(tell)](Answer answer) {
            tell([this, &request, answer = std::move(answer)] { return complete(request, {}, answer); });
        });
    };
    return response;
}

// What `make` gives or throws, as it goes out.
Response App::complete(const Request& request, const std::string& allow, const Answer& make) const {
    Response response;
    try {
        response = make();
        if (response.later) return response;
    } catch (...) {
        response = failed(request, allow);
    }
    try {
        finish(request, response);
    } catch (...) {
        response = failed(request, {});
    }
    return response;
}

// In a catch. What isn't the caller's fault goes into the log; the caller hears only that it happened.
Response App::failed(const Request& request, const std::string& allow) const {
    try {
        throw;
    } catch (const Error& error) {
        if (error.code == ErrorCode::internal || error.code == ErrorCode::storage_failed)
            log::write(log::Level::error, "failed",
                       {{"route", std::string_view{request.route}}, {"why", error.what()}});
    } catch (const std::exception& error) {
        log::write(log::Level::error, "failed", {{"route", std::string_view{request.route}}, {"why", error.what()}});
    } catch (...) {
        log::write(log::Level::error, "failed", {{"route", std::string_view{request.route}}});
    }
    Response response;
    if (!allow.empty() && request.method == "OPTIONS")
        response.status = 204;
    else
        response = http::problem(std::current_exception(), path_of(request));
    if (!allow.empty()) response.set("Allow", allow + ", OPTIONS");
    return response;
}

void App::finish(const Request& request, Response& response) const {
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Referrer-Policy", "no-referrer");
    if (response.header("Content-Type").starts_with("text/html")) {
        response.set("Content-Security-Policy", kContentSecurityPolicy);
        response.set("Cross-Origin-Opener-Policy", "same-origin");
    }
    if (response.status == 200 && request.method == "GET") {
        const auto* text = std::get_if<std::string>(&response.body);
        const bool may_be_kept = response.header("Cache-Control").find("no-store") == std::string_view::npos;
        if (text && may_be_kept && response.header("ETag").empty()) response.set("ETag", etag_of(*text));
        if (response.header("Cache-Control").empty())
            response.set("Cache-Control", request.caller.account.empty() ? "no-cache" : "private, no-cache");
        if (http::is_compressible(response.header("Content-Type"))) http::add_vary(response, "Accept-Encoding");
        const auto known = request.header("if-none-match");
        if (!known.empty() && http::matches(known, response.header("ETag"))) {
            response.status = 304;
            response.body = std::string{};
            return;
        }
    }
    http::compress(response, request.header("accept-encoding"));
}

http::Plan App::plan(std::string_view method, std::string_view target) const {
    http::Plan plan{.route = {}, .max_body_bytes = context_.config.max_body_bytes};
    try {
        auto url = http::parse_target(target);
        auto match = context_.router->match(method, url.segments);
        if (!match.endpoint) return plan;
        plan.route = match.endpoint->operation_id;
        plan.deadline = match.endpoint->deadline;
        plan.urgent = match.endpoint->urgent;
        plan.spool = match.endpoint->spool_body;
        if (plan.spool) plan.max_body_bytes = context_.config.max_upload_bytes;
        plan.found = std::make_shared<Found>(Found{match.endpoint, std::move(match.variables), std::move(url.query)});
    } catch (const Error&) { // NOLINT(bugprone-empty-catch)
        // handle() comes to the same and says so
    }
    return plan;
}

std::optional<Response> App::admit(Request& request) {
    std::string allow;
    try {
        auto found = find(request, allow);
        if (context_.authenticate) request.caller = context_.authenticate(request);
        if (request.caller.account.empty())
            throw Error{ErrorCode::unauthenticated, "An upload belongs to an account: send its token."};
        const PathParams path{found.endpoint->params, std::move(found.variables)};
        const Params params{found.endpoint->params, std::move(found.query), found.endpoint->other_params};
        if (found.endpoint->admit) found.endpoint->admit(context_, request, path, params);
        return std::nullopt;
    } catch (...) {
        auto response = failed(request, allow);
        finish(request, response);
        return response;
    }
}

void App::done(const Request& request, const http::Done& done) const {
    if (context_.metrics) context_.metrics->request(request.route, done.status, done.duration, done.body_bytes);
    if (!context_.config.log_requests) return;
    log::write(log::Level::info, "request",
               {{"route", std::string_view{request.route}},
                {"method", std::string_view{request.method}},
                {"path", path_of(request)}, // without the query: its values may be need_to_know
                {"status", std::int64_t{done.status}},
                {"ms", static_cast<double>(done.duration.count()) / 1000},
                {"bytes", static_cast<std::int64_t>(done.body_bytes)},
                {"account", std::string_view{request.caller.account}},
                {"client", done.client},
                {"complete", done.complete}});
}

http::Service App::service() {
    return {.plan = [this](std::string_view method, std::string_view target) { return plan(method, target); },
            .admit = [this](Request& request) { return admit(request); },
            .handle = [this](Request& request) { return handle(request); },
            .done = [this](const Request& request, const http::Done& how) { done(request, how); }};
}

} // namespace server
