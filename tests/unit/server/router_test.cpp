#include "server/router.hpp"

#include "server/routes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

using namespace server;

namespace {

Response nothing(AppContext&, Request&, const PathParams&, const Params&) {
    return {};
}

Endpoint row(std::string method, std::string path) {
    return {.method = method, .path = path, .operation_id = method + path, .handler = nothing};
}

const Router& router() {
    static const Router one{{row("GET", "/"), row("GET", "/items"), row("POST", "/items"), row("GET", "/items/{id}"),
                             row("GET", "/items/special"), row("GET", "/tiles/{layers}.json"),
                             row("GET", "/tiles/{z}/{y}.mvt"), row("GET", "/map/{path*}")}};
    return one;
}

std::string found(std::string_view method, const std::vector<std::string>& segments) {
    const auto match = router().match(method, segments);
    return match.endpoint ? match.endpoint->path : match.allow;
}

} // namespace

TEST(Router, FindsTheMostParticularRow) {
    EXPECT_EQ(found("GET", {""}), "/");
    EXPECT_EQ(found("GET", {"items", "special"}), "/items/special");
    EXPECT_EQ(found("GET", {"items", "7"}), "/items/{id}");
    EXPECT_EQ(found("GET", {"tiles", "a.b.json"}), "/tiles/{layers}.json");
    EXPECT_EQ(router().match("GET", {"tiles", "3", "4.mvt"}).variables, (NameValues{{"z", "3"}, {"y", "4"}}));
    EXPECT_EQ(router().match("GET", {"map", "a", "b"}).variables, (NameValues{{"path", "a/b"}}));
    EXPECT_EQ(router().match("GET", {"map", ""}).variables, (NameValues{{"path", ""}}));
}

TEST(Router, TellsAnUnknownPathFromAnUnknownMethod) {
    EXPECT_EQ(found("DELETE", {"items"}), "GET, HEAD, POST");
    EXPECT_EQ(found("GET", {"item"}), "");
    EXPECT_EQ(found("GET", {"items", ""}), "");
    EXPECT_EQ(found("GET", {"items", "7", ""}), "");
    EXPECT_EQ(found("GET", {"tiles", ".json"}), "") << "a variable is never empty";
    EXPECT_EQ(found("GET", {}), "");
}

TEST(Router, RefusesRowsThatAreMalformedOrDoubled) {
    EXPECT_THROW((Router{{row("GET", "/a"), row("GET", "/a")}}), std::logic_error);
    EXPECT_THROW(Router{{row("GET", "a")}}, std::logic_error);
    EXPECT_THROW(Router{{row("GET", "/{a")}}, std::logic_error);
    EXPECT_THROW((Router{{row("GET", "/{a*}/b")}}), std::logic_error);
}

// The real table: each row is reachable, documented, and names its path variables rightly.
TEST(Routes, EveryRowIsReachableAndDescribed) {
    const Router all{all_endpoints()};
    std::set<std::string> ids;
    for (const auto& endpoint : all.endpoints()) {
        EXPECT_TRUE(ids.insert(endpoint.operation_id).second) << endpoint.operation_id;
        EXPECT_FALSE(endpoint.summary.empty()) << endpoint.path;
        EXPECT_FALSE(endpoint.tag.empty()) << endpoint.path;
        EXPECT_TRUE(endpoint.hidden || endpoint.status == 204 || !endpoint.answer.media_types.empty()) << endpoint.path;
        for (const auto& param : endpoint.params)
            EXPECT_EQ(param.in_path, endpoint.path.find("{" + param.name + "}") != std::string::npos)
                << endpoint.path << " " << param.name;
        // A request with every variable filled in finds the row that it was made for.
        std::vector<std::string> segments;
        std::string path = endpoint.path.substr(1) + "/";
        for (std::size_t at = 0; at < path.size();) {
            const auto slash = path.find('/', at);
            auto segment = path.substr(at, slash - at);
            if (const auto open = segment.find('{'); open != std::string::npos)
                segment.replace(open, segment.find('}') - open + 1, "~value~");
            segments.push_back(segment);
            at = slash + 1;
        }
        const auto match = all.match(endpoint.method, segments);
        EXPECT_EQ(match.endpoint, &endpoint) << endpoint.path;
    }
}
