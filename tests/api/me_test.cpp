#include "tests/api/program.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using nlohmann::json;

class WhoAsks : public testing::Test {
protected:
    test::TemporaryFolder folder;
    std::string analyst = token("analyst"), viewer = token("viewer");

    std::string token(const char* role) const { return test::token_header(folder.path("data"), role, "levies"); }
    static json body(const test::Answer& answer) { return json::parse(answer.body); }
};

TEST_F(WhoAsks, a_token_tells_its_holder_what_it_is_and_nobody_keeps_the_answer) {
    const test::Server server{folder.path("data"), {}};
    const auto answer = server.get("/me", analyst);
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("cache-control"), "no-store");
    EXPECT_EQ(body(answer)["agency"], "levies");
    EXPECT_EQ(body(answer)["roles"], json::array({"analyst"}));
    EXPECT_EQ(body(answer)["open"], false);
    EXPECT_EQ(body(server.get("/me"))["agency"], nullptr);
    EXPECT_EQ(server.get("/me", "Authorization: Bearer sarhad_unknown\r\n").status, 401);
}

TEST_F(WhoAsks, a_collection_says_whether_the_caller_may_write_there) {
    const test::Server server{folder.path("data")}; // --open
    const auto writable = [&](const char* id, const std::string& headers) {
        return body(server.get(std::string{"/collections/"} + id, headers))["sarhad"]["writable"].get<bool>();
    };
    EXPECT_TRUE(writable("hazards", ""));
    EXPECT_TRUE(writable("hazards", analyst));
    EXPECT_FALSE(writable("hazards", viewer));
    EXPECT_FALSE(writable("places", analyst));
}

} // namespace
