#include "server/params.hpp"

#include "geo/error.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>

using namespace server;

namespace {

// The pointer of the refusal; nothing when it was taken.
std::optional<std::string> refused(const std::function<void()>& parse) {
    try {
        parse();
        return std::nullopt;
    } catch (const geo::Error& error) {
        EXPECT_EQ(error.code, geo::ErrorCode::invalid_input);
        return error.pointer;
    }
}

const std::vector<Param>& declared() {
    static const std::vector<Param> params{
        {.name = "limit", .kind = ParamKind::limit, .maximum = 10'000, .default_value = 10},
        {.name = "offset", .kind = ParamKind::integer, .minimum = 0, .maximum = 1'000'000},
        {.name = "bbox", .kind = ParamKind::bbox},
        {.name = "bbox-crs", .kind = ParamKind::crs},
        {.name = "crs", .kind = ParamKind::crs},
        {.name = "datetime", .kind = ParamKind::datetime},
        {.name = "at", .kind = ParamKind::instant},
        {.name = "properties", .kind = ParamKind::text_list, .maximum = 3},
        {.name = "skip", .kind = ParamKind::boolean},
        {.name = "budget", .kind = ParamKind::number},
        {.name = "filter", .max_bytes = 20},
        format_param(),
    };
    return params;
}

std::optional<std::string> refused(const std::string& name, const std::string& value) {
    return refused([&] { Params{declared(), {{name, value}}}; });
}

Params with(const std::string& name, const std::string& value) {
    return Params{declared(), {{name, value}}};
}

} // namespace

// Hard case 14, and its whole class.
TEST(Params, IntegersAreWholeDecimalNumbersAndNothingElse) {
    for (const auto* text : {"", "abc", "0x1", "1e3", "1.0", " 1", "1 ", "+1", "--1", "1,2", "٣",
                             "12345678901234567890", "99999999999999999999", "1\n", "0b1", "1_000"})
        EXPECT_EQ(refused("offset", text), "offset") << text;
    EXPECT_EQ(with("offset", "0012").integer("offset"), 12);
    EXPECT_EQ(refused("offset", "-1"), "offset");
    EXPECT_EQ(refused("offset", "1000001"), "offset");
}

// Hard case 22.
TEST(Params, ALimitIsAtLeastOneAndClampedAbove) {
    for (const auto* text : {"0", "-1", "abc", ""}) EXPECT_EQ(refused("limit", text), "limit") << text;
    EXPECT_EQ(with("limit", "7").limit(), 7);
    EXPECT_EQ(with("limit", "5000000").limit(), 10'000);
    EXPECT_EQ(Params(declared(), {}).limit(), 10);
}

// Hard cases 19, 20.
TEST(Params, ABboxIsFourOrSixFiniteNumbersInOrder) {
    for (const auto* text :
         {"1", "1,2", "1,2,3", "1,2,3,4,5", "1,2,3,4,5,6,7", "", ",,,", "NaN,1,2,3", "1,2,inf,4", "1,5,2,4",
          "1,2,1e999,4", "1, 2,3,4", "1;2;3;4", "0x1,2,3,4", "60,-91,70,30", "60,20,181,30", "60,20,9,70,30,8"})
        EXPECT_EQ(refused("bbox", text), "bbox") << text;
    EXPECT_EQ(with("bbox", "60,20,70,30").bbox()->box, (geo::Box{60, 20, 70, 30}));
    EXPECT_EQ(with("bbox", "60,20,-5,70,30,9").bbox()->box, (geo::Box{60, 20, 70, 30}));
    EXPECT_EQ(with("bbox", "60,20,60,20").bbox()->boxes().size(), 1u) << "a point is a box";
}

// Hard case 21.
TEST(Params, ABboxMayRunAcrossTheAntimeridian) {
    const auto bbox = with("bbox", "170,-10,-170,10").bbox();
    EXPECT_TRUE(bbox->antimeridian);
    EXPECT_EQ(bbox->boxes(), (std::vector<geo::Box>{{170, -10, 180, 10}, {-180, -10, -170, 10}}));
}

TEST(Params, ABboxFollowsTheAxisOrderOfItsCrs) {
    const auto bbox = [](const std::string& crs, const std::string& numbers) {
        return Params{declared(), {{"bbox", numbers}, {"bbox-crs", "http://www.opengis.net/def/crs/" + crs}}}.bbox();
    };
    EXPECT_EQ(bbox("EPSG/0/4326", "20,60,30,70")->box, (geo::Box{60, 20, 70, 30}));
    EXPECT_EQ(bbox("EPSG/0/32642", "300000,3500000,400000,3600000")->crs, "EPSG:32642");
    EXPECT_EQ(refused([&] { bbox("EPSG/0/32642", "400000,3500000,300000,3600000"); }), "bbox")
        << "no antimeridian in metres";
}

// Hard case 29: nothing but the list, so nothing is ever opened or fetched.
TEST(Params, ACrsIsOneOfTheKnown) {
    for (const auto* uri :
         {"file:///etc/passwd", "http://127.0.0.1/def", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326", "",
          "http://www.opengis.net/def/crs/EPSG/0/4326 ", "http://www.opengis.net/def/crs/EPSG/0/2154"})
        EXPECT_EQ(refused("crs", uri), "crs") << uri;
    for (const auto& uri : known_crs()) EXPECT_FALSE(refused("crs", uri)) << uri;
    EXPECT_EQ(Params(declared(), {}).crs(), "OGC:CRS84");
}

// Hard case 31 and its class.
TEST(Params, ADatetimeIsAnInstantOrAnIntervalThatEndsAfterItBegins) {
    for (const auto* text :
         {"", "../..", "/", "2026-03-02T00:00:00Z/2026-03-01T00:00:00Z", "2026-03-02/2026-03-01", "yesterday", "2026",
          "2026-03-01T00:00:00", "2026-13-01", "2026-03-01/2026-03-02/2026-03-03", "..", "2026-03-01T25:00:00Z"})
        EXPECT_EQ(refused("datetime", text), "datetime") << text;
    const auto day = with("datetime", "2026-03-01").datetime();
    EXPECT_EQ(geo::to_rfc3339(*day->from), "2026-03-01T00:00:00Z");
    EXPECT_EQ(geo::to_rfc3339(*day->to), "2026-03-01T23:59:59.999999Z");
    const auto open = with("datetime", "2026-03-01T12:00:00+05:00/..").datetime();
    EXPECT_EQ(geo::to_rfc3339(*open->from), "2026-03-01T07:00:00Z");
    EXPECT_FALSE(open->to);
    EXPECT_FALSE(with("datetime", "/2026-03-01").datetime()->from);
}

// Hard cases 16 and 23.
TEST(Params, UnknownRepeatedEmptyAndOverlongAreRefused) {
    EXPECT_EQ(refused("lmit", "1"), "lmit");
    EXPECT_EQ(refused([] { Params{declared(), {{"f", "json"}, {"f", "json"}}}; }), "f");
    EXPECT_EQ(refused("properties", "a,b,a"), "properties");
    EXPECT_EQ(refused("properties", "a,,b"), "properties");
    EXPECT_EQ(refused("properties", "a,b,c,d"), "properties");
    EXPECT_EQ(refused("filter", std::string(21, 'a')), "filter");
    EXPECT_EQ(refused("f", "xml"), "f");
    EXPECT_EQ(refused("skip", "1"), "skip");
    EXPECT_EQ(refused("budget", "nan"), "budget");
    EXPECT_EQ(refused("at", "2026-03-01T00:00:00"), "at");
    EXPECT_EQ(refused([] { Params{{{.name = "id", .required = true}}, {}}; }), "id");
}

TEST(Params, OthersAreHandedOverOnlyWhereTheRowSaysSo) {
    const Params params{declared(), {{"kind", "som"}, {"limit", "3"}}, true};
    EXPECT_EQ(params.others(), (NameValues{{"kind", "som"}}));
    EXPECT_EQ(params.limit(), 3);
    EXPECT_EQ(refused([] { Params{declared(), {{"kind", "a"}, {"kind", "b"}}, true}; }), "kind");
}

TEST(Params, AskingForAnUndeclaredNameIsAFaultOfTheProgram) {
    EXPECT_THROW(Params(declared(), {}).text("nothing"), std::logic_error);
}

TEST(Params, PathVariablesAreCheckedByTheirRow) {
    const std::vector<Param> row{{.name = "z", .kind = ParamKind::integer, .in_path = true},
                                 {.name = "layers", .kind = ParamKind::text_list, .in_path = true}};
    EXPECT_EQ((PathParams{row, {{"z", "7"}}}.integer("z")), 7);
    EXPECT_EQ(refused([&] { PathParams{row, {{"z", "7.5"}}}; }), "z");
    EXPECT_EQ(refused([&] { PathParams{row, {{"layers", "a,a"}}}; }), "layers");
    EXPECT_EQ((PathParams{row, {{"id", "1' OR '1'='1"}}}.text("id")), "1' OR '1'='1") << "a text is any text";
}

TEST(Params, AnyBytesAreTakenOrRefused) {
    std::mt19937 random{11};
    const char* alphabet = "0123456789,.-+eE/:TZ NaNinf\"'\xC3\xA9\\%";
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (unsigned i = 0, n = random() % 24; i < n; ++i) text += alphabet[random() % 34];
        const auto& param = declared()[random() % declared().size()];
        refused(param.name, text);
    }
}
