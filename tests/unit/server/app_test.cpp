// The server without sockets: path -> status, headers, bytes.
#include "server/app.hpp"

#include "server/metrics.hpp"
#include "server/respond.hpp"
#include "server/router.hpp"
#include "server/routes.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace server;
using nlohmann::json;

namespace {

Response fail(AppContext&, Request&, const PathParams&, const Params& params) {
    const auto how = params.text("how");
    if (how == "error") throw geo::Error{geo::ErrorCode::not_found, "no such thing"};
    if (how == "memory") throw std::bad_alloc{};
    if (how == "internal") throw geo::Error{geo::ErrorCode::internal, "SELECT * FROM secrets"};
    throw std::runtime_error{"/etc/secret"};
}

Response long_text(AppContext&, Request&, const PathParams&, const Params&) {
    Response response;
    response.set("Content-Type", "application/json");
    response.body = "[" + std::string(5000, ' ') + "]";
    return response;
}

Response take(AppContext&, Request& request, const PathParams&, const Params&) {
    return json_response({{"took", request.body.size()}});
}

class AppTest : public testing::Test {
protected:
    AppTest() {
        auto rows = all_endpoints();
        rows.push_back({.method = "GET",
                        .path = "/test/fail",
                        .operation_id = "fail",
                        .params = {{.name = "how"}},
                        .handler = fail});
        rows.push_back({.method = "GET", .path = "/test/long", .operation_id = "long", .handler = long_text});
        rows.push_back({.method = "POST",
                        .path = "/test/take",
                        .operation_id = "take",
                        .handler = take,
                        .request = {.media_types = {"application/json"}}});
        context.router = std::make_shared<const Router>(std::move(rows));
        context.metrics = std::make_shared<Metrics>();
        folder = std::filesystem::temp_directory_path() / ("sarhad-app-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder / "web/assets");
        std::filesystem::create_directories(folder / "assets/fonts/Noto Sans Regular");
        write("secret.txt", "secret");
        write("web/index.html", "<!doctype html>");
        write("web/.hidden", "secret");
        write("web/assets/index-BxY3k_9z.js", "script");
        write("web/assets/index-BxY3k_9z.js.gz", "packed");
        write("assets/fonts/Noto Sans Regular/0-255.pbf", "glyphs");
        std::filesystem::create_symlink(folder / "secret.txt", folder / "web/link.txt");
        context.config.web_dir = folder / "web";
        context.config.assets_dir = folder / "assets";
    }
    ~AppTest() override { std::filesystem::remove_all(folder); }

    void write(const std::string& name, const std::string& text) { std::ofstream{folder / name} << text; }

    Response ask(std::string target, Headers headers = {}, std::string method = "GET", std::string body = {}) {
        Request request;
        request.method = std::move(method);
        request.target = std::move(target);
        request.headers = std::move(headers);
        request.headers.emplace_back("host", "example:8080");
        request.body = std::move(body);
        return App{context}.handle(request);
    }
    static std::string text(const Response& response) { return std::get<std::string>(response.body); }
    static json body(const Response& response) { return json::parse(text(response)); }

    AppContext context;
    std::filesystem::path folder;
};

} // namespace

TEST_F(AppTest, TheLandingPageLinksWhereTheRequestCameFrom) {
    const auto response = ask("/");
    EXPECT_EQ(response.status, 200);
    std::string self;
    const auto document = body(response);
    for (const auto& one : document["links"])
        if (one["rel"] == "self") self = one["href"];
    EXPECT_EQ(self, "http://example:8080/?f=json");
    context.config.public_url = "https://maps.example";
    EXPECT_NE(text(ask("/")).find("https://maps.example/conformance"), std::string::npos);
}

TEST_F(AppTest, PagesAreGivenToBrowsersAndDataToPrograms) {
    EXPECT_EQ(ask("/").header("Content-Type"), "application/json");
    EXPECT_EQ(ask("/", {{"accept", "*/*"}}).header("Content-Type"), "application/json");
    const auto page = ask("/", {{"accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}});
    EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8");
    EXPECT_NE(text(page).find("href=\"/map/\""), std::string::npos);
    EXPECT_EQ(ask("/?f=json", {{"accept", "text/html"}}).header("Content-Type"), "application/json");
    EXPECT_EQ(ask("/?f=html").header("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(ask("/?f=xml").status, 400);
}

TEST_F(AppTest, PagesCarryAPolicyWithoutInlineAnything) {
    const auto page = ask("/?f=html");
    const auto policy = std::string{page.header("Content-Security-Policy")};
    EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
    EXPECT_NE(policy.find("worker-src 'self' blob:"), std::string::npos);
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
    EXPECT_EQ(policy.find("http"), std::string::npos);
    EXPECT_EQ(text(page).find("<script"), std::string::npos);
    EXPECT_EQ(text(page).find(" style="), std::string::npos);
    EXPECT_EQ(page.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(ask("/").header("Referrer-Policy"), "no-referrer");
}

TEST_F(AppTest, ErrorsAreProblemsAndSayNothingOfTheInside) {
    const auto missing = ask("/test/fail?how=error");
    EXPECT_EQ(missing.status, 404);
    EXPECT_EQ(missing.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(body(missing)["detail"], "no such thing");
    EXPECT_EQ(body(missing)["instance"], "/test/fail");
    for (const auto* how : {"internal", "other"}) {
        const auto response = ask("/test/fail?how=" + std::string{how});
        EXPECT_EQ(response.status, 500);
        EXPECT_EQ(text(response).find("secret"), std::string::npos);
    }
    EXPECT_EQ(ask("/test/fail?how=memory").status, 503);
}

TEST_F(AppTest, UnknownPathMethodAndParameter) {
    EXPECT_EQ(ask("/nothing").status, 404);
    const auto wrong = ask("/conformance", {}, "DELETE");
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.header("Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(ask("/conformance", {}, "OPTIONS").status, 204);
    EXPECT_EQ(ask("/nothing", {}, "OPTIONS").status, 404);
    EXPECT_EQ(ask("/conformance", {}, "BREW").status, 501);
    EXPECT_EQ(ask("/conformance?x=1").status, 400);
    EXPECT_EQ(ask("/..%2fconformance").status, 400);
}

TEST_F(AppTest, ABodyOfAnotherTypeIs415) {
    EXPECT_EQ(ask("/test/take", {{"content-type", "Application/JSON; charset=utf-8"}}, "POST", "{}").status, 200);
    EXPECT_EQ(ask("/test/take", {{"content-type", "text/plain"}}, "POST", "{}").status, 415);
    EXPECT_EQ(ask("/test/take", {}, "POST", "{}").status, 415);
}

TEST_F(AppTest, AnUnchangedAnswerIs304) {
    const auto first = ask("/conformance");
    const std::string tag{first.header("ETag")};
    ASSERT_FALSE(tag.empty());
    const auto second = ask("/conformance", {{"if-none-match", "\"x\", " + tag}});
    EXPECT_EQ(second.status, 304);
    EXPECT_EQ(text(second), "");
    EXPECT_EQ(second.header("ETag"), tag);
    EXPECT_EQ(second.header("Vary"), first.header("Vary"));
    EXPECT_EQ(ask("/conformance", {{"if-none-match", "\"x\""}}).status, 200);
    EXPECT_EQ(ask("/health", {{"if-none-match", "*"}}).status, 200) << "what isn't kept has no tag";
}

TEST_F(AppTest, AnswersArePackedAsTheClientLikes) {
    EXPECT_EQ(ask("/test/long", {{"accept-encoding", "gzip, br;q=0.5"}}).header("Content-Encoding"), "gzip");
    EXPECT_EQ(ask("/test/long", {{"accept-encoding", "gzip;q=0"}}).header("Content-Encoding"), "");
    EXPECT_EQ(ask("/test/long").header("Vary"), "Accept-Encoding");
}

TEST_F(AppTest, SignedInAnswersArePrivate) {
    EXPECT_EQ(ask("/conformance").header("Cache-Control"), "no-cache");
    context.authenticate = [](const Request&) {
        layers::access::Caller caller;
        caller.account = "someone";
        return caller;
    };
    EXPECT_EQ(ask("/conformance").header("Cache-Control"), "private, no-cache");
}

TEST_F(AppTest, WhoCantBeToldIs401) {
    context.authenticate = [](const Request&) -> layers::access::Caller {
        throw geo::Error{geo::ErrorCode::unauthenticated, "The token is not known."};
    };
    const auto response = ask("/conformance");
    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(response.header("WWW-Authenticate"), "Bearer");
}

TEST_F(AppTest, ReadySaysWhyNot) {
    EXPECT_EQ(ask("/ready").status, 200);
    context.not_ready = [] { return "The file system is read-only."; };
    EXPECT_EQ(ask("/ready").status, 503);
    EXPECT_EQ(body(ask("/ready"))["detail"], "The file system is read-only.");
    EXPECT_EQ(ask("/health").status, 200);
}

TEST_F(AppTest, FilesComeOnlyFromTheirFolder) {
    EXPECT_EQ(text(ask("/map/")), "<!doctype html>");
    EXPECT_EQ(text(ask("/map/index.html")), "<!doctype html>");
    EXPECT_EQ(ask("/map").header("Location"), "/map/");
    for (const auto* target :
         {"/map/link.txt", "/map/.hidden", "/map/..%2fsecret.txt", "/map/../secret.txt", "/map/%2e%2e/secret.txt",
          "/map//etc/passwd", "/map/assets", "/map/nothing", "/map/assets//index.html", "/fonts/../0-255.pbf",
          "/fonts/Noto%20Sans%20Regular/..pbf", "/sprites/none.png", "/map/assets%5c..%5c..%5csecret.txt"}) {
        const auto response = ask(target);
        EXPECT_TRUE(response.status == 404 || response.status == 400) << target << " " << response.status;
    }
}

TEST_F(AppTest, FilesAreCachedByTheirNamesAndSentPacked) {
    const auto script = ask("/map/assets/index-BxY3k_9z.js", {{"accept-encoding", "br, gzip"}});
    EXPECT_EQ(script.header("Content-Encoding"), "gzip");
    EXPECT_EQ(text(script), "packed");
    EXPECT_EQ(script.header("Content-Type"), "text/javascript; charset=utf-8");
    EXPECT_NE(script.header("Cache-Control").find("immutable"), std::string_view::npos);
    EXPECT_EQ(text(ask("/map/assets/index-BxY3k_9z.js")), "script");
    EXPECT_EQ(ask("/map/").header("Cache-Control"), "no-cache");
    const std::string tag{ask("/map/").header("ETag")};
    EXPECT_EQ(ask("/map/", {{"if-none-match", tag}}).status, 304);
}

TEST_F(AppTest, AFontStackGivesTheFirstFontThatIsHere) {
    EXPECT_EQ(text(ask("/fonts/Nothing%20Bold,Noto%20Sans%20Regular/0-255.pbf")), "glyphs");
    EXPECT_EQ(ask("/fonts/Nothing%20Bold/0-255.pbf").status, 404);
}

TEST_F(AppTest, TheDocumentHasEveryRowAndOnlyNamesWhatItDefines) {
    const auto document = body(ask("/api"));
    EXPECT_EQ(document["openapi"], "3.0.3");
    for (const auto& endpoint : all_endpoints()) {
        auto method = endpoint.method;
        for (auto& c : method) c = static_cast<char>(std::tolower(c));
        if (!endpoint.hidden) {
            EXPECT_TRUE(document["paths"][endpoint.path].contains(method)) << endpoint.path;
        }
    }
    const auto everything = document.dump();
    for (auto at = everything.find("\"$ref\":\""); at != std::string::npos;
         at = everything.find("\"$ref\":\"", at + 1)) {
        const auto start = at + 8 + std::string{"#/components/schemas/"}.size();
        const auto name = everything.substr(start, everything.find('"', start) - start);
        EXPECT_TRUE(document["components"]["schemas"].contains(name)) << name;
    }
}

TEST_F(AppTest, TextInAPageIsEscaped) {
    const auto page = text(ask("/conformance?f=html", {{"host", "x"}}));
    EXPECT_EQ(page.find("<script>"), std::string::npos);
    const json evil{{"title", "<script>alert(1)</script>"},
                    {"links", {{{"href", "javascript:alert(1)"}, {"rel", "x"}}}}};
    Request request;
    request.target = "/";
    request.headers = {{"accept", "text/html"}};
    const auto rendered = text(document_response(context, request, Params{{}, {}}, "<b>\"'&", evil));
    EXPECT_EQ(rendered.find("<script>"), std::string::npos);
    EXPECT_EQ(rendered.find("href=\"javascript"), std::string::npos);
    EXPECT_NE(rendered.find("&lt;b&gt;&quot;&#39;&amp;"), std::string::npos);
}

// The deadline of a row sets the request's stop; so does a client that goes away.
TEST_F(AppTest, ARunThatTakesTooLongToWaitForSaysHowToHaveItLater) {
    context.authenticate = [](const Request&) {
        layers::access::Caller caller;
        caller.account = "ali";
        return caller;
    };
    std::stop_source stop;
    stop.request_stop();
    Request request;
    request.method = "POST";
    request.target = "/processes/echo/execution";
    request.headers = {{"content-type", "application/json"}};
    request.body = R"({"inputs":{"message":"a","pause_s":20}})";
    request.stop = stop.get_token();
    const auto answer = App{context}.handle(request);
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(body(answer)["type"], "urn:sarhad:problem:deadline");
    EXPECT_NE(text(answer).find("respond-async"), std::string::npos);
    EXPECT_NE(answer.header("retry-after"), "");
}

TEST_F(AppTest, MetricsCountRequestsByRouteAndStatus) {
    App app{context};
    Request request;
    request.route = "getTile";
    app.done(request, {.status = 200, .body_bytes = 10, .duration = std::chrono::milliseconds{3}});
    app.done(request, {.status = 404, .body_bytes = 0, .duration = std::chrono::milliseconds{1}});
    const auto metrics = text(ask("/metrics"));
    EXPECT_NE(metrics.find("sarhad_requests_total{route=\"getTile\",status=\"200\"} 1\n"), std::string::npos);
    EXPECT_NE(metrics.find("sarhad_request_seconds_bucket{route=\"getTile\",le=\"0.0025\"} 1\n"), std::string::npos);
    EXPECT_NE(metrics.find("sarhad_request_seconds_count{route=\"getTile\"} 2\n"), std::string::npos);
}
