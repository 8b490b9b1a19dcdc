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
    Authenticator authenticator{*store, false};
};

TEST_F(Tokens, ATokenIsItsAccountItsAgencyAndItsRoles) {
    const auto made = create_token(*store, {"analyst", "rescue"}, "fia");
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
    const auto made = create_token(*store, {"viewer"}, "anf");
    EXPECT_EQ(made.account.token_hash, geo::wrap::blake2b_256_hex(made.token));
    EXPECT_TRUE(store->find_account(made.account.token_hash));
    EXPECT_FALSE(store->find_account(made.token));
    EXPECT_NE(made.token, create_token(*store, {"viewer"}, "anf").token);
}

TEST_F(Tokens, WithoutATokenOnlyThePublicAsks) {
    const Caller caller = authenticator.authenticate(with({}));
    EXPECT_EQ(caller.roles, std::vector{Role::public_reader});
    EXPECT_EQ(caller.agency, "");
    EXPECT_FALSE(caller.open);
}

TEST_F(Tokens, AnOpenServerTakesCallersWithoutATokenAndStillRefusesABadOne) {
    const Authenticator open{*store, true};
    EXPECT_TRUE(open.authenticate(with({})).open);
    EXPECT_THROW(open.authenticate(bearing("sarhad_" + std::string(64, 'a'))), geo::Error);
    const auto made = create_token(*store, {"viewer"}, "anf");
    EXPECT_FALSE(open.authenticate(bearing(made.token)).open); // who shows a token is asked as its owner
}

TEST_F(Tokens, WhatIsNoValidTokenIsRefused) {
    const std::string token = create_token(*store, {"viewer"}, "anf").token;
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
    const auto made = create_token(*store, {"viewer"}, "anf");
    authenticator.authenticate(bearing(made.token)); // now it is in memory
    authenticator.revoke(made.account.token_hash);
    EXPECT_EQ(refusal(bearing(made.token)), geo::ErrorCode::unauthenticated);
    EXPECT_THROW(authenticator.revoke("no such hash"), geo::Error);
    store.reset();
    store = open_spatialite(folder.path);
    const Authenticator later{*store, false};
    EXPECT_THROW(later.authenticate(bearing(made.token)), geo::Error);
}

TEST_F(Tokens, ARevocationIsNotUndoneByALookUpThatRanBesideIt) {
    for (int round = 0; round < 20; ++round) {
        const auto made = create_token(*store, {"viewer"}, "anf");
        std::atomic<bool> done = false;
        std::thread asking{[&] {
            while (!done) {
                try {
                    authenticator.authenticate(bearing(made.token));
                } catch (const geo::Error&) {}
            }
        }};
        authenticator.revoke(made.account.token_hash);
        EXPECT_EQ(refusal(bearing(made.token)), geo::ErrorCode::unauthenticated);
        done = true;
        asking.join();
        EXPECT_EQ(refusal(bearing(made.token)), geo::ErrorCode::unauthenticated);
    }
}

TEST_F(Tokens, TheReasonGivenIsThePurpose) {
    EXPECT_EQ(authenticator.authenticate(with({{"sarhad-reason", "  case 12/26 "}})).purpose, "case 12/26");
    EXPECT_EQ(refusal(with({{"sarhad-reason", std::string(201, 'x')}})), geo::ErrorCode::invalid_input);
    EXPECT_EQ(refusal(with({{"sarhad-reason", "a\x01"}})), geo::ErrorCode::invalid_input);
}

TEST_F(Tokens, UnknownRolesAndStrangeAgenciesAreNotMade) {
    EXPECT_THROW(create_token(*store, {"emperor"}, "fia"), geo::Error);
    EXPECT_THROW(create_token(*store, {}, "fia"), geo::Error);
    EXPECT_THROW(create_token(*store, {"viewer"}, "f'ia"), geo::Error);
}

} // namespace
} // namespace store_test
