#include "layers/model/sealed.hpp"

#include <gtest/gtest.h>

using namespace layers;

namespace {

const geo::Instant kDay{1'772'000'000'000'000};

std::string text_of(const geo::Value& value) {
    const auto* document = std::get_if<geo::Json>(&value);
    return document ? document->text : "";
}

TEST(Sealed, a_number_is_shown_for_thirty_days_and_not_a_moment_longer) {
    const auto text = text_of(seal({{"remarks", "0300-1234567"}}, kDay));
    EXPECT_NE(text_of(sealed_at(text, {kDay.us + kSealedFor_us - 1})).find("0300-1234567"), std::string::npos);
    EXPECT_TRUE(geo::is_null(sealed_at(text, {kDay.us + kSealedFor_us})));
}

TEST(Sealed, a_number_told_again_keeps_its_first_end_and_a_new_one_has_its_own) {
    const auto first = seal({{"remarks", "0300-1234567"}}, kDay);
    const geo::Instant later{kDay.us + kSealedFor_us / 2};
    const auto both = sealed_together(first, seal({{"remarks", "0300-1234567"}, {"remarks", "0301-7654321"}}, later));
    const auto left = text_of(sealed_at(text_of(both), {kDay.us + kSealedFor_us}));
    EXPECT_EQ(left.find("0300-1234567"), std::string::npos);
    EXPECT_NE(left.find("0301-7654321"), std::string::npos);
    EXPECT_EQ(text_of(sealed_together(first, first)), text_of(first));
}

TEST(Sealed, what_is_no_such_value_shows_nothing) {
    for (const char* text : {"", "{", "[]", "7", R"({"numbers":3})", R"({"numbers":[3,{"number":"x"}]})",
                             R"({"numbers":[{"number":"x","expires_at":"soon"}]})"})
        EXPECT_TRUE(geo::is_null(sealed_at(text, kDay))) << text;
    EXPECT_TRUE(geo::is_null(seal({}, kDay)));
}

} // namespace
