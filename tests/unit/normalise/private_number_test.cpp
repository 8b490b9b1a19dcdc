#include "layers/normalise/normalise.hpp"

#include <gtest/gtest.h>

using namespace layers::normalise;

namespace {

TEST(PrivateNumbers, are_taken_out_of_a_text_and_leave_a_mark_and_nothing_else_changes) {
    const auto taken = [](std::string text) {
        const auto numbers = take_private_numbers(text);
        for (const auto& number : numbers) text += "|" + number;
        return text;
    };
    EXPECT_EQ(taken("call 0300-1234567 now"), "call [sealed] now|0300-1234567");
    EXPECT_EQ(taken("+92 300 1234567"), "[sealed]|+92 300 1234567");
    EXPECT_EQ(taken("42101-1234567-1, 03001234567."), "[sealed], [sealed].|42101-1234567-1|03001234567");
    EXPECT_EQ(taken("نمبر ۰۳۰۰-۱۲۳۴۵۶۷ ہے"), "نمبر [sealed] ہے|0300-1234567");
    for (const char* clean : {"", "12 people at km 345", "2026-03-01 12:00", "نمبر ۱۲"}) EXPECT_EQ(taken(clean), clean);
}

TEST(PrivateNumbers, none_is_left_where_all_were_taken) {
    std::string text = "0300-1234567+923001234567 0092 300 1234567\n۴۲۱۰۱-۱۲۳۴۵۶۷-۱/0301 7654321";
    EXPECT_FALSE(take_private_numbers(text).empty());
    EXPECT_FALSE(private_number(text)) << text;
}

} // namespace
