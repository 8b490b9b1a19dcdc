// Backup, restore, audit and tokens as an operator meets them, beside a running server and without one.
#include "tests/api/program.hpp"

#include <atomic>
#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <thread>

using namespace test;
using nlohmann::json;
using testing::HasSubstr;

namespace {

namespace fs = std::filesystem;

std::string bearer(const std::string& token) {
    return "Authorization: Bearer " + token + "\r\n";
}

json make_token(const std::string& data, const std::string& role, const std::string& agency,
                const std::vector<std::string>& more = {}) {
    std::vector<std::string> line{"token", "create", "--data-dir", data, "--role", role, "--agency", agency, "--json"};
    line.insert(line.end(), more.begin(), more.end());
    const auto ran = run(line);
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    return json::parse(ran.out);
}

std::string text_of(const json& j, const char* name) {
    return j.at(name).get<std::string>();
}

std::string feature(int n) {
    return R"({"type":"Feature","geometry":{"type":"Point","coordinates":[66.)" + std::to_string(n % 90 + 10) +
           R"(,30.5]},"properties":{"kind":"water"}})";
}

int post(const Server& server, int n) {
    return server.ask("POST", "/collections/hazards/items", "Content-Type: application/geo+json\r\n", feature(n))
        .status;
}

std::int64_t rows_of_hazards(const Server& server) {
    return json::parse(server.get("/collections/hazards/items?limit=1&f=json").body)["numberMatched"];
}

} // namespace

// Promise: an online backup under load restores byte-checked.
TEST(Operations, ABackupBesideABusyServerComesBackWhole) {
    const TemporaryFolder folder;
    const auto data = folder.path("data");
    std::int64_t before = 0;
    json backup;
    {
        const Server server{data};
        for (int i = 0; i < 20; ++i) ASSERT_EQ(post(server, i), 201);
        std::atomic<bool> done = false;
        std::atomic<int> acknowledged = 20;
        std::vector<std::thread> writers;
        for (int w = 0; w < 4; ++w) {
            writers.emplace_back([&, w] {
                for (int i = w; !done; i += 4)
                    if (post(server, i) == 201) ++acknowledged;
            });
        }
        before = acknowledged;
        const auto ran = run({"backup", "--data-dir", data, "--out", folder.path("copy.tar"), "--json"});
        done = true;
        for (auto& writer : writers) writer.join();
        ASSERT_EQ(ran.exit_code, 0) << ran.err;
        EXPECT_EQ(ran.err, "");
        backup = json::parse(ran.out);
        EXPECT_TRUE(fs::is_empty(data + "/spool")) << "the server's copy is gone once it was fetched";
        EXPECT_EQ(server.get("/ready").status, 200);
    }
    const auto restored =
        run({"restore", "--from", folder.path("copy.tar"), "--data-dir", folder.path("new"), "--json"});
    ASSERT_EQ(restored.exit_code, 0) << restored.err;
    const auto report = json::parse(restored.out);
    EXPECT_EQ(report["seq"], backup["manifest"]["seq"]);
    EXPECT_GE(report["seq"].get<std::int64_t>(), before) << "what was acknowledged before is in it";
    const Server server{folder.path("new")};
    EXPECT_EQ(rows_of_hazards(server), report["seq"].get<std::int64_t>());
    EXPECT_EQ(post(server, 1), 201);
    const auto whole = run({"audit", "verify", "--data-dir", folder.path("new"), "--json"});
    EXPECT_EQ(whole.exit_code, 0) << whole.out;
    EXPECT_EQ(json::parse(whole.out)["keys"].size(), 2u);
}

TEST(Operations, ABackupOfAStoppedServerIsAFolderAndNothingIsOverwritten) {
    const TemporaryFolder folder;
    const auto data = folder.path("data");
    { const Server server{data}; }
    EXPECT_EQ(run({"backup", "--data-dir", data, "--out", folder.path("copy")}).exit_code, 0);
    EXPECT_EQ(run({"backup", "--data-dir", data, "--out", folder.path("copy")}).exit_code, 1);
    EXPECT_EQ(run({"backup", "--data-dir", folder.path("none"), "--out", folder.path("other")}).exit_code, 1);
    EXPECT_FALSE(fs::exists(folder.path("none")));
    EXPECT_EQ(run({"restore", "--from", folder.path("copy"), "--data-dir", data}).exit_code, 1);
    EXPECT_EQ(run({"restore", "--from", folder.path("copy"), "--data-dir", folder.path("new")}).exit_code, 0);
    EXPECT_EQ(run({"restore", "--from", folder.path("none"), "--data-dir", folder.path("new2")}).exit_code, 1);
    for (const auto& entry : fs::directory_iterator{folder.path()})
        EXPECT_EQ(entry.path().filename().string().find(".part"), std::string::npos) << "left behind";
}

TEST(Operations, ADamagedBackupIsNotRestored) {
    const TemporaryFolder folder;
    { const Server server{folder.path("data")}; }
    ASSERT_EQ(run({"backup", "--data-dir", folder.path("data"), "--out", folder.path("copy.tar")}).exit_code, 0);
    std::ifstream in{folder.path("copy.tar"), std::ios::binary};
    const std::string whole{std::istreambuf_iterator<char>{in}, {}};
    for (const std::size_t at : {std::size_t{10}, std::size_t{5000}, whole.size() / 2}) {
        auto damaged = whole;
        damaged[at] ^= 1;
        folder.write("damaged.tar", damaged);
        const auto ran = run({"restore", "--from", folder.path("damaged.tar"), "--data-dir", folder.path("new")});
        EXPECT_EQ(ran.exit_code, 1) << at;
        EXPECT_FALSE(fs::exists(folder.path("new") + "/sarhad.sqlite"));
    }
    folder.write("short.tar", whole.substr(0, whole.size() / 2));
    EXPECT_EQ(run({"restore", "--from", folder.path("short.tar"), "--data-dir", folder.path("new")}).exit_code, 1);
}

TEST(Operations, TheAuditIsProvedWithAndWithoutAServerAndAnOldFileIsFound) {
    const TemporaryFolder folder;
    const auto data = folder.path("data");
    {
        const Server server{data};
        for (int i = 0; i < 5; ++i) ASSERT_EQ(post(server, i), 201);
        EXPECT_EQ(run({"audit", "verify", "--data-dir", data}).exit_code, 0);
        const auto proof = run({"audit", "prove", "--data-dir", data, "3"});
        ASSERT_EQ(proof.exit_code, 0) << proof.err;
        const auto file = folder.write("proof.json", proof.out);
        EXPECT_EQ(run({"audit", "confirm", file}).exit_code, 0);
        auto forged = json::parse(proof.out);
        forged["change"]["account"] = "nobody";
        EXPECT_EQ(run({"audit", "confirm", folder.write("forged.json", forged.dump())}).exit_code, 1);
        EXPECT_EQ(run({"audit", "prove", "--data-dir", data, "6"}).exit_code, 1);
    }
    fs::copy_file(data + "/sarhad.sqlite", folder.path("old"));
    fs::copy_file(data + "/sarhad.checkpoints", folder.path("old_checkpoints"));
    std::string kept;
    {
        const Server server{data};
        for (int i = 0; i < 5; ++i) ASSERT_EQ(post(server, i), 201);
        kept = run({"audit", "checkpoint", "--data-dir", data}).out;
    }
    EXPECT_EQ(run({"audit", "verify", "--data-dir", data}).exit_code, 0);
    EXPECT_EQ(run({"audit", "verify", "--data-dir", data, "--against", folder.write("kept", kept)}).exit_code, 0);
    fs::copy_file(folder.path("old"), data + "/sarhad.sqlite", fs::copy_options::overwrite_existing);
    const auto found = run({"audit", "verify", "--data-dir", data});
    EXPECT_EQ(found.exit_code, 1);
    EXPECT_THAT(found.out, HasSubstr("cut off"));
    EXPECT_EQ(run({"check", "--data-dir", data}).exit_code, 1);
    {
        const Server server{data};
        EXPECT_EQ(server.get("/ready").status, 503);
        EXPECT_THAT(server.get("/ready").body, HasSubstr("older"));
        EXPECT_EQ(server.get("/collections/hazards/items").status, 200);
    }
    // Set back with its checkpoints: only a line kept elsewhere tells.
    fs::copy_file(folder.path("old"), data + "/sarhad.sqlite", fs::copy_options::overwrite_existing);
    fs::copy_file(folder.path("old_checkpoints"), data + "/sarhad.checkpoints", fs::copy_options::overwrite_existing);
    EXPECT_EQ(run({"audit", "verify", "--data-dir", data}).exit_code, 0);
    EXPECT_EQ(run({"audit", "verify", "--data-dir", data, "--against", folder.path("kept")}).exit_code, 1);
}

// Hard case 40.
TEST(Operations, ATokenIsMadeListedAndRevokedWhileTheServerRuns) {
    const TemporaryFolder folder;
    const auto data = folder.path("data");
    const Server server{data, {}};
    const auto made = make_token(data, "analyst", "fia", {"--expires", "90d", "--reason", "new officer"});
    const auto token = text_of(made, "token");
    EXPECT_EQ(server.get("/collections/reports/items", bearer(token)).status, 200);
    const auto listed = json::parse(run({"token", "list", "--data-dir", data, "--json"}).out);
    ASSERT_EQ(listed.size(), 1u);
    EXPECT_EQ(listed[0]["state"], "valid");
    EXPECT_EQ(listed.dump().find(token.substr(7)), std::string::npos);
    const auto revoked = run({"token", "revoke", "--data-dir", data, text_of(made, "id")});
    ASSERT_EQ(revoked.exit_code, 0) << revoked.err;
    // Not within a second: at once, wherever it was remembered.
    for (const char* path : {"/collections/reports/items", "/me", "/collections", "/collections/reports/items?limit=2"})
        EXPECT_EQ(server.get(path, bearer(token)).status, 401) << path;
    EXPECT_EQ(run({"token", "revoke", "--data-dir", data, "0123456789abcdef"}).exit_code, 1);
    EXPECT_EQ(run({"token", "create", "--data-dir", data, "--role", "king", "--agency", "a"}).exit_code, 2);
}

TEST(Operations, AnAgencysAdministratorKeepsToTheOwnAgencyAndGivesNoRoleBeyondIt) {
    const TemporaryFolder folder;
    const auto data = folder.path("data");
    const auto own = bearer(text_of(make_token(data, "agency_admin", "fia"), "token"));
    const auto top = bearer(text_of(make_token(data, "administrator", "sarhad"), "token"));
    const auto other = make_token(data, "analyst", "anf");
    const auto viewer = bearer(text_of(make_token(data, "viewer", "fia"), "token"));
    const Server server{data, {}};
    const std::string type = "Content-Type: application/json\r\n";
    const auto create = [&](const std::string& who, const char* body) {
        return server.ask("POST", "/tokens", who + type, body);
    };
    EXPECT_EQ(create(own, R"({"roles":["analyst"]})").status, 201);
    EXPECT_EQ(create(own, R"({"roles":["analyst"],"agency":"anf"})").status, 403);
    EXPECT_EQ(create(own, R"({"roles":["administrator"]})").status, 403);
    EXPECT_EQ(create(own, R"({"roles":["rescue"]})").status, 403);
    EXPECT_EQ(create(own, R"({"roles":["analyst"],"colour":"red"})").status, 400);
    EXPECT_EQ(create(own, R"({"roles":[]})").status, 400);
    EXPECT_EQ(create(own, "[]").status, 422);
    EXPECT_EQ(create(viewer, R"({"roles":["viewer"]})").status, 403);
    EXPECT_EQ(create("", R"({"roles":["viewer"]})").status, 401);
    EXPECT_EQ(create(top, R"({"roles":["rescue"],"agency":"anf"})").status, 201);
    EXPECT_EQ(server.get("/tokens", viewer).status, 403);
    const auto owned = json::parse(server.get("/tokens", own).body);
    EXPECT_EQ(owned["tokens"].size(), 3u); // with the one just made
    for (const auto& token : owned["tokens"]) EXPECT_EQ(token["agency"], "fia");
    EXPECT_EQ(json::parse(server.get("/tokens", top).body)["tokens"].size(), 6u);
    // Another agency's token is not there.
    EXPECT_EQ(server.ask("DELETE", "/tokens/" + text_of(other, "id"), own).status, 404);
    EXPECT_EQ(server.ask("DELETE", "/tokens/" + text_of(other, "id"), top).status, 200);
    EXPECT_EQ(server.get("/me", bearer(text_of(other, "token"))).status, 401);
    EXPECT_EQ(server.ask("POST", "/backups", own + type, "{}").status, 403);
    EXPECT_EQ(server.get("/backups/x/sarhad.sqlite", top).status, 404);
    EXPECT_EQ(server.get("/backups/0190a6f2-0000-7000-8000-000000000000/sarhad.sqlite", top).status, 404);
    EXPECT_EQ(server.get("/backups/0190a6f2-0000-7000-8000-000000000000/sarhad.key", top).status, 404);
    EXPECT_EQ(server.get("/audit", top).status, 403) << "the log is the auditor's";
    // What the administrator gave within the agency is not the agency's to end, nor its account's name to take.
    const auto given = json::parse(create(top, R"({"roles":["auditor"],"agency":"fia","account":"fia.audit"})").body);
    EXPECT_EQ(server.ask("DELETE", "/tokens/" + text_of(given, "id"), own).status, 403);
    EXPECT_EQ(create(own, R"({"roles":["viewer"],"account":"fia.audit"})").status, 403);
    EXPECT_EQ(server.get("/me", bearer(text_of(given, "token"))).status, 200);
    EXPECT_EQ(server.ask("DELETE", "/tokens/" + text_of(given, "id"), top).status, 200);
}

// Jobs, cursors and the audit know people by their account: nobody becomes another by choosing a name.
TEST(Operations, AnAccountsNameIsOneAgencysAndTheServersOwnNamesAreNobodys) {
    const TemporaryFolder folder;
    const auto data = folder.path("data");
    const auto fia = bearer(text_of(make_token(data, "agency_admin", "fia"), "token"));
    const auto top_token = make_token(data, "administrator", "sarhad");
    const auto top = bearer(text_of(top_token, "token"));
    const Server server{data, {}};
    const auto create = [&](const std::string& who, const std::string& account) {
        return server
            .ask("POST", "/tokens", who + "Content-Type: application/json\r\n",
                 json{{"roles", {"viewer"}}, {"account", account}}.dump())
            .status;
    };
    EXPECT_EQ(create(fia, text_of(top_token, "account")), 403);
    EXPECT_EQ(create(top, "sarhad.clerk"), 201);
    EXPECT_EQ(create(fia, "sarhad.clerk"), 409);
    EXPECT_EQ(create(fia, "operator"), 400);
    EXPECT_EQ(create(top, "open"), 400);
    EXPECT_EQ(create(fia, "fia.clerk"), 201);
    EXPECT_EQ(create(fia, "fia.clerk"), 201) << "an account may have several tokens";
}

TEST(Operations, TheAuditorReadsTheLogAndNoRow) {
    const TemporaryFolder folder;
    const auto data = folder.path("data");
    const auto auditor = bearer(text_of(make_token(data, "auditor", "sarhad", {"--reason", "yearly audit"}), "token"));
    const Server server{data, {}};
    const auto log = json::parse(server.get("/audit?limit=1", auditor).body);
    ASSERT_EQ(log["entries"].size(), 1u);
    EXPECT_EQ(log["entries"][0]["what"], "token_created");
    EXPECT_EQ(log["entries"][0]["reason"], "yearly audit");
    EXPECT_EQ(server.get("/collections/reports/items", auditor).status, 404);
    EXPECT_EQ(server.get("/audit?log=changes", auditor).status, 200);
    EXPECT_EQ(server.get("/audit?log=rows", auditor).status, 400);
    EXPECT_THAT(server.get("/audit/checkpoint", auditor).body, HasSubstr("sarhad-checkpoint-1 "));
    EXPECT_EQ(server.get("/audit/proofs/1", auditor).status, 404);
    EXPECT_EQ(server.get("/audit/proofs/x", auditor).status, 400);
    EXPECT_EQ(server.get("/tokens", auditor).status, 403);
}

TEST(Operations, AReadForAReasonIsInTheLogBeforeItsAnswer) {
    const TemporaryFolder folder;
    const auto data = folder.path("data");
    const auto analyst = bearer(text_of(make_token(data, "analyst", "fia"), "token"));
    const auto auditor = bearer(text_of(make_token(data, "auditor", "sarhad"), "token"));
    const Server server{data, {}};
    const auto reads = [&] {
        std::vector<std::string> reasons;
        const auto log = json::parse(server.get("/audit", auditor).body);
        for (const auto& entry : log["entries"])
            if (entry["what"] == "read") reasons.push_back(entry["reason"]);
        return reasons;
    };
    EXPECT_EQ(server.get("/collections/reports/items", analyst).status, 200);
    EXPECT_TRUE(reads().empty());
    EXPECT_EQ(server.get("/collections/reports/items", analyst + "Sarhad-Reason: case 12\r\n").status, 200);
    EXPECT_EQ(reads(), std::vector<std::string>{"case 12"});
}
