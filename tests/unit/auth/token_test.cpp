// Who a request comes from: a token opens what it was made for, and nothing else opens anything.
#include "../store/support.hpp"

#include "geo/wrap/crypto.hpp"
#include "server/auth/token.hpp"

#include <atomic>
#include <thread>

namespace store_test {
namespace {

using layers::access::Caller, layers::access::Role;
using namespace server::auth;

class Tokens : public ::testing::Test {
protected:
    static server::Request with(server::Headers headers) {
        server::Request request;
        request.headers = std::move(headers);
        return request;
    }
    static server::Request bearing(const std::string& token) { return with({{"authorization", "Bearer " + token}}); }
    geo::ErrorCode refusal(const server::Request& request) {
        try {
            authenticator.authenticate(request);
        } catch (const geo::Error& error) {
            return error.code;
        }
        return geo::ErrorCode::internal;
    }

    TemporaryFolder folder;
    std::unique_ptr<Store> store = open_spatialite(folder.path);
    NewToken make(std::vector<std::string> roles, std::string agency, std::optional<geo::Instant> end = {}) {
        return create_token(*store, {std::move(roles), std::move(agency), "", end}, {"admin"});
    }
    void revoke(const NewToken& token) { revoke_token(*store, token_id(token.account), {"admin", "", "lost"}); }

    geo::Instant now = geo::now();
    Authenticator authenticator{*store, {.clock = [this] { return now; }}};
};

TEST_F(Tokens, ATokenIsItsAccountItsAgencyAndItsRoles) {
    const auto made = make({"analyst", "rescue"}, "fia");
    EXPECT_EQ(made.token.size(), 7 + 64u);
    EXPECT_TRUE(made.token.starts_with("sarhad_"));
    for (int i = 0; i < 2; ++i) { // from the store, then from memory
        const Caller caller = authenticator.authenticate(bearing(made.token));
        EXPECT_EQ(caller.account, made.account.account);
        EXPECT_EQ(caller.agency, "fia");
        EXPECT_EQ(caller.roles, (std::vector{Role::analyst, Role::rescue}));
        EXPECT_FALSE(caller.open);
        EXPECT_EQ(caller.purpose, "");
    }
}

TEST_F(Tokens, OnlyTheHashIsStored) {
    const auto made = make({"viewer"}, "anf");
    EXPECT_EQ(made.account.token_hash, geo::wrap::blake2b_256_hex(made.token));
    EXPECT_TRUE(store->find_account(made.account.token_hash));
    EXPECT_FALSE(store->find_account(made.token));
    EXPECT_NE(made.token, make({"viewer"}, "anf").token);
}

TEST_F(Tokens, WithoutATokenOnlyThePublicAsks) {
    const Caller caller = authenticator.authenticate(with({}));
    EXPECT_EQ(caller.roles, std::vector{Role::public_reader});
    EXPECT_EQ(caller.agency, "");
    EXPECT_FALSE(caller.open);
}

TEST_F(Tokens, AnOpenServerTakesCallersWithoutATokenAndStillRefusesABadOne) {
    const Authenticator open{*store, {.open = true}};
    EXPECT_TRUE(open.authenticate(with({})).open);
    EXPECT_THROW(open.authenticate(bearing("sarhad_" + std::string(64, 'a'))), geo::Error);
    const auto made = make({"viewer"}, "anf");
    EXPECT_FALSE(open.authenticate(bearing(made.token)).open); // who shows a token is asked as its owner
}

TEST_F(Tokens, WhatIsNoValidTokenIsRefused) {
    const std::string token = make({"viewer"}, "anf").token;
    std::string other = token;
    other.back() = other.back() == '0' ? '1' : '0';
    for (const std::string& value :
         {std::string{}, std::string{"Bearer"}, std::string{"Bearer "}, "Bearer " + other, "Bearer" + token, token,
          "Basic " + token, "Bearer " + token + "0", "Bearer " + token + " x", "Bearer " + token.substr(7),
          "Bearer SARHAD_" + token.substr(7), std::string{"Bearer eyJhbGciOiJub25lIn0.e30."}}) {
        EXPECT_EQ(refusal(with({{"authorization", value}})), geo::ErrorCode::unauthenticated) << value;
    }
    EXPECT_EQ(refusal(with({{"authorization", "Bearer " + token}, {"authorization", "Bearer " + token}})),
              geo::ErrorCode::unauthenticated);
    EXPECT_NO_THROW(authenticator.authenticate(with({{"authorization", "bEARER  " + token + " "}})));
}

TEST_F(Tokens, ARevokedTokenIsRefusedFromThenOnAndAfterARestart) {
    const auto made = make({"viewer"}, "anf");
    authenticator.authenticate(bearing(made.token)); // now it is in memory
    revoke(made);
    EXPECT_EQ(refusal(bearing(made.token)), geo::ErrorCode::unauthenticated);
    EXPECT_THROW(revoke_token(*store, "no such id", {"admin"}), geo::Error);
    store.reset();
    store = open_spatialite(folder.path);
    const Authenticator later{*store, {}};
    EXPECT_THROW(later.authenticate(bearing(made.token)), geo::Error);
}

TEST_F(Tokens, ARevocationIsNotUndoneByALookUpThatRanBesideIt) {
    for (int round = 0; round < 20; ++round) {
        const auto made = make({"viewer"}, "anf");
        std::atomic<bool> done = false;
        std::thread asking{[&] {
            while (!done) {
                try {
                    authenticator.authenticate(bearing(made.token));
                } catch (const geo::Error&) {}
            }
        }};
        revoke(made);
        EXPECT_EQ(refusal(bearing(made.token)), geo::ErrorCode::unauthenticated);
        done = true;
        asking.join();
        EXPECT_EQ(refusal(bearing(made.token)), geo::ErrorCode::unauthenticated);
    }
}

TEST_F(Tokens, EveryAuthenticatorForgetsARevokedToken) {
    const Authenticator other{*store, {}};
    const auto made = make({"viewer"}, "anf"), stays = make({"viewer"}, "anf");
    other.authenticate(bearing(made.token));
    authenticator.authenticate(bearing(made.token));
    revoke(made);
    EXPECT_THROW(other.authenticate(bearing(made.token)), geo::Error);
    EXPECT_EQ(refusal(bearing(made.token)), geo::ErrorCode::unauthenticated);
    EXPECT_NO_THROW(other.authenticate(bearing(stays.token)));
}

TEST_F(Tokens, ATokenOpensNothingFromItsEndOn) {
    const auto made = make({"viewer"}, "anf", geo::Instant{now.us + 60'000'000});
    EXPECT_NO_THROW(authenticator.authenticate(bearing(made.token)));
    now.us += 59'999'999;
    EXPECT_NO_THROW(authenticator.authenticate(bearing(made.token)));
    now.us += 1;
    EXPECT_EQ(refusal(bearing(made.token)), geo::ErrorCode::unauthenticated);
    EXPECT_THROW(make({"viewer"}, "anf", geo::Instant{1}), geo::Error);
    EXPECT_EQ(expiry_from("90d", {0}).us, 90 * 86'400'000'000);
    EXPECT_EQ(expiry_from("12h", {5}).us, 5 + 12 * 3'600'000'000);
    EXPECT_EQ(expiry_from("30m", {0}).us, 1'800'000'000);
    EXPECT_EQ(expiry_from("1970-01-02T00:00:00Z", {0}).us, 86'400'000'000);
    for (const char* text : {"", "d", "-1d", "0d", "1.5h", "9999999999999999999d", "1w", "1d "})
        EXPECT_THROW(expiry_from(text, {0}), geo::Error) << text;
}

TEST_F(Tokens, MakingAndRevokingStandInTheAccessLogWithWhoAndWhy) {
    const auto made = make({"viewer"}, "anf");
    revoke(made);
    revoke(made); // once is enough
    const auto log = store->accesses(0, 10);
    ASSERT_EQ(log.size(), 2u);
    EXPECT_EQ(log[0].what, "token_created");
    EXPECT_EQ(log[1].what, "token_revoked");
    EXPECT_EQ(log[1].account, "admin");
    EXPECT_EQ(log[1].reason, "lost");
    EXPECT_EQ(log[1].subject, token_id(made.account));
    EXPECT_EQ(log[0].detail.find(made.token.substr(7, 16)), std::string::npos);
}

TEST_F(Tokens, TheOperatorsTokenOfARunIsKnownOnlyToWhoMayReadTheDirectory) {
    const auto token = make_operator_token(folder.path);
    EXPECT_EQ(read_operator_token(folder.path), token);
    EXPECT_EQ(std::filesystem::status(folder.path + "/" + kOperatorTokenName).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    EXPECT_EQ(refusal(bearing(token)), geo::ErrorCode::unauthenticated); // of another run
    const Authenticator here{*store, {.operator_token = token}};
    const Caller caller = here.authenticate(bearing(token));
    EXPECT_TRUE(caller.has(Role::administrator) && caller.has(Role::auditor));
    EXPECT_FALSE(caller.open);
    EXPECT_NE(make_operator_token(folder.path), token);
}

TEST_F(Tokens, TheReasonGivenIsThePurpose) {
    EXPECT_EQ(authenticator.authenticate(with({{"sarhad-reason", "  case 12/26 "}})).purpose, "case 12/26");
    EXPECT_EQ(refusal(with({{"sarhad-reason", std::string(201, 'x')}})), geo::ErrorCode::invalid_input);
    EXPECT_EQ(refusal(with({{"sarhad-reason", "a\x01"}})), geo::ErrorCode::invalid_input);
}

TEST_F(Tokens, UnknownRolesAndStrangeAgenciesAreNotMade) {
    EXPECT_THROW(make({"emperor"}, "fia"), geo::Error);
    EXPECT_THROW(make({}, "fia"), geo::Error);
    EXPECT_THROW(make({"viewer"}, "f'ia"), geo::Error);
}

} // namespace
} // namespace store_test
