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

// As people write them: whatever stands beside, between or around the digits.
TEST(PrivateNumbers, are_found_however_they_are_written) {
    for (const char* text :
         {"2026-11-22 03001234567", "call 03001234567 03017654321",
          "at 14 0300-1234567",     "0300 1234567 2 boats",
          "03001234567 26.5",       "2026-11-22 0300 1234567",
          "0300  1234567",          "(0300) 1234567",
          "0300.1234567",           "0300/1234567",
          "0300\u20111234567",      "0300\u00A01234567",
          "0300\u200B1234567",      "+92 (0)300 1234567",
          "+92(300)1234567",        "\uFF10\uFF13\uFF10\uFF10\uFF11\uFF12\uFF13\uFF14\uFF15\uFF16\uFF17",
          "021-34567890",           "3001234567",
          "00989151234567",         "989151234567",
          "0915 123 4567",          "0799 123456",
          "352021234567-1",         "35202 12345671",
          "35202-1234567-1",        "3520212345671",
          "+447911123456",          "0044 7911 123456",
          "61.9 29.1 0300-1234567"}) {
        std::string left = text;
        EXPECT_TRUE(private_number(text)) << text;
        EXPECT_FALSE(take_private_numbers(left).empty()) << text;
        EXPECT_FALSE(private_number(left)) << text << " -> " << left;
        for (const char* piece : {"1234567", "123456", "34567890", "7654321", "\uFF17"})
            EXPECT_EQ(left.find(piece), std::string::npos) << text << " -> " << left;
    }
}

// A text is refused for a number in it: what is none must pass.
TEST(PrivateNumbers, are_not_seen_in_dates_positions_and_counts) {
    for (const char* text :
         {"2026-11-22 12:30:45", "2026-11-22T12:30:45Z", "22-11-2026", "03-11-2026 450", "61.93121234 29.11234567",
          "lon 61.9312, lat 29.1123", "km 345-350, 12 people, 4 vehicles", "41R ML 50613 41916", "250 000 rupees",
          "1500-2000 litres on 14 trucks", "2025-2026 007", "28.600123 N 61.800456 E", "0.00123456789",
          "2026-11-22 2026-11-23", "case 2026/0113", "1 200 000 000 PKR"}) {
        EXPECT_FALSE(private_number(text)) << text << ": " << private_number(text).value_or("");
    }
}

} // namespace
