// The parts that evaluate stands on: patterns, folding, relations of time, numbers.
#include "layers/query/fold.hpp"
#include "layers/query/like.hpp"
#include "layers/query/scalar.hpp"
#include "layers/query/temporal.hpp"
#include "layers/query/utf8.hpp"
#include "tests/unit/query/support.hpp"

#include <limits>
#include <random>

namespace layers::query {
namespace {

// ---- LIKE --------------------------------------------------------------------------------------------------------

bool like(std::string_view text, std::string_view pattern) {
    return LikePattern{pattern}.matches(text);
}

// Straight from the definition, exponential: good enough for short texts.
bool like_by_definition(std::u32string_view text, std::u32string_view pattern) {
    if (pattern.empty()) return text.empty();
    if (pattern[0] == '%') {
        return like_by_definition(text, pattern.substr(1)) ||
               (!text.empty() && like_by_definition(text.substr(1), pattern));
    }
    std::size_t used = 1;
    if (pattern[0] == '\\' && pattern.size() > 1) used = 2;
    const bool any = used == 1 && pattern[0] == '_';
    if (text.empty() || (!any && text[0] != pattern[used - 1])) return false;
    return like_by_definition(text.substr(1), pattern.substr(used));
}

TEST(Like, WildcardsAndEscapes) {
    EXPECT_TRUE(like("", ""));
    EXPECT_TRUE(like("", "%"));
    EXPECT_FALSE(like("", "_"));
    EXPECT_TRUE(like("100%", "100\\%"));
    EXPECT_FALSE(like("1000", "100\\%"));
    EXPECT_TRUE(like("a_b", "a\\_b"));
    EXPECT_TRUE(like("a\\", "a\\")) << "a backslash with nothing behind it is itself";
    EXPECT_TRUE(like("a\\b", "a\\\\b"));
    EXPECT_FALSE(like("ab", "a"));
    EXPECT_FALSE(like("aba", "ab%ba")) << "first and last run may not share a character";
}

TEST(Like, UnderscoreIsOneCharacterNotOneByte) {
    EXPECT_TRUE(like("چمن", "___"));
    EXPECT_TRUE(like("چمن سرحد", "%_رح_"));
    EXPECT_TRUE(like("😀", "_"));
    EXPECT_FALSE(like("é", "__"));
}

TEST(Like, AgreesWithTheDefinitionOnRandomPatterns) {
    std::mt19937 random{20260301};
    const auto pick = [&](std::u32string_view from, std::size_t longest) {
        std::u32string s;
        for (std::size_t n = random() % (longest + 1); n > 0; --n) s += from[random() % from.size()];
        return s;
    };
    const auto utf8 = [](std::u32string_view s) {
        std::string out;
        for (const char32_t c : s) append_character(out, c);
        return out;
    };
    for (int i = 0; i < 20000; ++i) {
        const auto text = pick(U"abé", 10);
        const auto pattern = pick(U"abé%%__\\", 7);
        EXPECT_EQ(like(utf8(text), utf8(pattern)), like_by_definition(text, pattern))
            << utf8(text) << ' ' << utf8(pattern);
    }
}

TEST(Like, LongRunsAreFoundWhereTheyAre) {
    const std::string run = std::string(500, 'a') + "b";
    EXPECT_TRUE(like(std::string(5000, 'a') + "b" + "tail", "%" + run + "%"));
    EXPECT_FALSE(like(std::string(5000, 'a'), "%" + run + "%"));
    EXPECT_TRUE(like("x" + run + "y" + run + "z", "%" + run + "%" + run + "%"));
    EXPECT_FALSE(like("x" + run + "y", "%" + run + "%" + run + "%"));
}

// Counts steps, not time: a pattern that backtracks would need 10^30 of them here and the test would never end.
TEST(Like, PathologicalPatternsEnd) {
    std::string pattern;
    for (int i = 0; i < 500; ++i) pattern += "%a";
    for (int i = 0; i < 500; ++i) pattern += "%_b_";
    EXPECT_FALSE(like(std::string(20000, 'a'), pattern));
    EXPECT_FALSE(like(std::string(200000, 'a'), "%" + std::string(60000, 'a') + "b%"));
}

TEST(Like, ARunWithAnyCharacterOfMoreThan64IsRefused) {
    EXPECT_NO_THROW(LikePattern("%" + std::string(64, '_') + "%"));
    EXPECT_NE(refusal([] { LikePattern{"%" + std::string(65, '_') + "%"}; }), "");
}

// ---- CASEI, ACCENTI ----------------------------------------------------------------------------------------------

TEST(Fold, CaseByUnicodeNotOnlyAscii) {
    EXPECT_EQ(fold_case("TorKHAM"), "torkham");
    EXPECT_EQ(fold_case("STRASSE"), fold_case("Straße"));
    EXPECT_EQ(fold_case("ΟΔΟΣ"), fold_case("οδος"));
    EXPECT_EQ(fold_case("ЧАМАН"), fold_case("чаман"));
    EXPECT_EQ(fold_case("Ā Ł ǅ"), "ā ł ǆ");
    EXPECT_EQ(fold_case("طورخم"), "طورخم");
    EXPECT_EQ(fold_case("𐐀"), "𐐨") << "beyond the basic plane";
}

TEST(Fold, AccentsGoButLettersStay) {
    EXPECT_EQ(strip_accents("débárquér"), "debarquer");
    EXPECT_EQ(strip_accents("de\u0301ba\u0301"), "deba") << "composed or not";
    EXPECT_EQ(strip_accents("København"), "København") << "ø is a letter of its own";
    EXPECT_EQ(strip_accents("پاکِسْتان"), "پاکستان");
    EXPECT_EQ(strip_accents("آزاد"), "ازاد");
    EXPECT_EQ(strip_accents("Ấ"), "A") << "two accents at once";
    EXPECT_EQ(strip_accents("की"), "की") << "Indic vowel signs are not accents";
}

TEST(Fold, BrokenBytesComeOutAsTheyWentIn) {
    const std::string broken = "a\xFF\xC3 \xE2\x82";
    EXPECT_EQ(fold_case(broken), broken);
    EXPECT_EQ(strip_accents(broken), broken);
}

// ---- time --------------------------------------------------------------------------------------------------------

// Allen's relations: exactly one holds between two proper intervals.
TEST(Temporal, ExactlyOneOfThirteenRelationsHolds) {
    constexpr Op kAllen[] = {Op::t_after,    Op::t_before,        Op::t_contains,  Op::t_during, Op::t_equals,
                             Op::t_finishes, Op::t_finished_by,   Op::t_meets,     Op::t_met_by, Op::t_overlaps,
                             Op::t_starts,   Op::t_overlapped_by, Op::t_started_by};
    const auto interval = [](std::int64_t from, std::int64_t to) { return Interval{{from, from}, {to, to}}; };
    for (std::int64_t a = 0; a < 5; ++a) {
        for (std::int64_t b = a + 1; b < 6; ++b) {
            for (std::int64_t c = 0; c < 5; ++c) {
                for (std::int64_t d = c + 1; d < 6; ++d) {
                    const Interval x = interval(a, b), y = interval(c, d);
                    int holding = 0;
                    for (const Op op : kAllen) holding += holds(op, x, y) ? 1 : 0;
                    EXPECT_EQ(holding, 1) << a << b << c << d;
                    EXPECT_NE(holds(Op::t_intersects, x, y), holds(Op::t_disjoint, x, y));
                    EXPECT_EQ(holds(Op::t_disjoint, x, y), holds(Op::t_before, x, y) || holds(Op::t_after, x, y));
                    EXPECT_EQ(holds(Op::t_contains, x, y), holds(Op::t_during, y, x));
                    EXPECT_EQ(holds(Op::t_meets, x, y), holds(Op::t_met_by, y, x));
                    EXPECT_EQ(holds(Op::t_overlaps, x, y), holds(Op::t_overlapped_by, y, x));
                    EXPECT_EQ(holds(Op::t_starts, x, y), holds(Op::t_started_by, y, x));
                    EXPECT_EQ(holds(Op::t_finishes, x, y), holds(Op::t_finished_by, y, x));
                }
            }
        }
    }
}

TEST(Temporal, AnOpenEndReachesEverything) {
    const Interval until{kBeginOfTime, {10, 10}};
    const Interval since{{5, 5}, kEndOfTime};
    EXPECT_TRUE(holds(Op::t_overlaps, until, since));
    EXPECT_TRUE(holds(Op::t_contains, until, Interval{{-1000, -1000}, {9, 9}}));
    EXPECT_TRUE(holds(Op::t_equals, since, since));
    EXPECT_FALSE(holds(Op::t_meets, until, since));
    EXPECT_FALSE(holds(Op::t_before, until, since));
}

// ---- numbers -----------------------------------------------------------------------------------------------------

TEST(Scalar, IntegersAndDecimalsCompareExactly) {
    const auto compare_to = [](std::int64_t a, double b) { return order(geo::Value{a}, geo::Value{b}); };
    constexpr std::int64_t kBig = (std::int64_t{1} << 53) + 1; // has no double of its own
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
    constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
    EXPECT_EQ(compare_to(kBig, 9007199254740992.0), Order::greater);
    EXPECT_EQ(compare_to(kMax, 9223372036854775808.0), Order::less);
    EXPECT_EQ(compare_to(kMin, -9223372036854775808.0), Order::equal);
    EXPECT_EQ(compare_to(kMin, -1e19), Order::greater);
    EXPECT_EQ(compare_to(-2, -1.5), Order::less);
    EXPECT_EQ(compare_to(-1, -1.5), Order::greater);
    EXPECT_EQ(compare_to(1, std::nan("")), Order::none);
    EXPECT_EQ(order(geo::Value{-1.5}, geo::Value{std::int64_t{-2}}), Order::greater);
    EXPECT_EQ(order(geo::Value{}, geo::Value{}), Order::none) << "null equals nothing, not even null";
}

TEST(Scalar, ArithmeticNeverTrapsAndNeverLeavesTheFinite) {
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
    constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
    const auto whole = [](Op op, std::int64_t a, std::int64_t b) {
        return calculate(op, geo::Value{a}, geo::Value{b});
    };
    EXPECT_EQ(whole(Op::add, kMax, 1), geo::Value{9223372036854775808.0});
    EXPECT_EQ(whole(Op::mul, kMin, -1), geo::Value{9223372036854775808.0});
    EXPECT_EQ(whole(Op::int_div, kMin, -1), geo::Value{9223372036854775808.0});
    EXPECT_EQ(whole(Op::mod, kMin, -1), geo::Value{std::int64_t{0}});
    EXPECT_EQ(whole(Op::int_div, -7, 2), geo::Value{std::int64_t{-3}});
    EXPECT_EQ(whole(Op::mod, -7, 2), geo::Value{std::int64_t{-1}});
    EXPECT_EQ(whole(Op::div, 5, 2), geo::Value{2.5});
    EXPECT_EQ(whole(Op::div, 5, 0), geo::Value{});
    EXPECT_EQ(whole(Op::mod, 5, 0), geo::Value{});
    EXPECT_EQ(whole(Op::int_div, 5, 0), geo::Value{});
    EXPECT_EQ(whole(Op::pow, -8, 0), geo::Value{1.0});
    EXPECT_EQ(calculate(Op::pow, geo::Value{-8.0}, geo::Value{0.5}), geo::Value{});
    EXPECT_EQ(calculate(Op::mul, geo::Value{1e300}, geo::Value{1e300}), geo::Value{});
    EXPECT_EQ(calculate(Op::add, geo::Value{}, geo::Value{1.0}), geo::Value{});
}

} // namespace
} // namespace layers::query
