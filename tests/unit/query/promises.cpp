// What expression.hpp promises beyond single filters: limits, hidden fields, three-valued logic, kinds, helpers.
#include "tests/unit/query/support.hpp"

namespace layers::query {
namespace {

Layer layer() {
    return layer_of({field("a", FieldType::integer), field("b", FieldType::text), field("t", FieldType::instant),
                     field("tags", FieldType::text_list), field("doc", FieldType::json)});
}

std::string repeat(const std::string& part, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += part;
    return all;
}

// ---- limits (hard cases 24 to 27) --------------------------------------------------------------------------------

TEST(Limits, NestingOf1600IsRefusedInEveryWayToNest) {
    const std::size_t n = 1600;
    const std::vector<std::string> texts{
        repeat("(", n) + "a = 1" + repeat(")", n),
        repeat("NOT ", n) + "a = 1",
        repeat("NOT (", n) + "a = 1" + repeat(")", n),
        repeat("CASEI(", n) + "b" + repeat(")", n) + " = 'x'",
        "a = " + repeat("- ", n) + "a",
        "a = 1" + repeat(" ^ 1", n),
        "a = 1" + repeat(" + 1", n),
        "S_INTERSECTS(geom, " + repeat("GEOMETRYCOLLECTION(", n) + "POINT(1 1)" + repeat(")", n) + ")",
        repeat("f(", n) + "a" + repeat(")", n),
    };
    for (const auto& text : texts) EXPECT_NE(refusal([&] { parse_cql2_text(text); }), "") << text.substr(0, 60);
    const std::vector<std::string> documents{
        repeat(R"({"op":"not","args":[)", n) + "true" + repeat("]}", n),
        repeat("[", n) + repeat("]", n),
        repeat(R"({"a":)", n) + "1" + repeat("}", n),
    };
    for (const auto& json : documents) EXPECT_NE(refusal([&] { parse_cql2_json(json); }), "") << json.substr(0, 60);
}

TEST(Limits, WhatTheLimitAllowsIsTakenInBothLanguages) {
    const std::string json = repeat(R"({"op":"not","args":[)", 63) + "true" + repeat("]}", 63);
    const auto tree = parse_cql2_json(json);
    EXPECT_TRUE(*parse_cql2_text(to_cql2_text(*tree)) == *tree);
    EXPECT_NE(refusal([&] { parse_cql2_json(R"({"op":"not","args":[)" + json + "]}"); }), "");

    // The worst for brackets: an IN list inside an IN list costs two of them a level.
    std::string in = "TRUE";
    for (int i = 0; i < 62; ++i) in = "(a IN (" + in + "))";
    const auto nested = parse_cql2_text("TRUE = " + in);
    EXPECT_TRUE(*parse_cql2_text(to_cql2_text(*nested)) == *nested);
}

TEST(Limits, OrTakes256AlternativesAndNot257) {
    EXPECT_NO_THROW(parse_cql2_text("a = 0" + repeat(" OR a = 1", 255)));
    EXPECT_NE(refusal([] { parse_cql2_text("a = 0" + repeat(" OR a = 1", 256)); }).find("256"), std::string::npos);
}

TEST(Limits, InTakes1000ValuesAndNot10000) {
    EXPECT_NO_THROW(parse_cql2_text("a IN (0" + repeat(",1", 999) + ")"));
    EXPECT_NE(refusal([] { parse_cql2_text("a IN (0" + repeat(",1", 1000) + ")"); }).find("1000"), std::string::npos);
    EXPECT_NE(refusal([] { parse_cql2_text("a IN (0" + repeat(",1", 9999) + ")"); }), "");
    EXPECT_NE(
        refusal([] { parse_cql2_json(R"({"op":"in","args":[{"property":"a"},[0)" + repeat(",1", 1000) + "]]}"); }), "");
}

TEST(Limits, AFilterHas10000PartsAndNotMore) {
    EXPECT_NO_THROW(parse_cql2_text("a = 1" + repeat(" AND a = 1", 3000)));
    EXPECT_NE(refusal([] { parse_cql2_text("a = 1" + repeat(" AND a = 1", 4000)); }).find("10000"), std::string::npos);
}

TEST(Limits, MoreThanAMebibyteIsRefusedUnread) {
    EXPECT_NE(refusal([] { parse_cql2_text(std::string((1 << 20) + 1, ' ')); }).find("1 MiB"), std::string::npos);
    EXPECT_NE(refusal([] { parse_cql2_json(std::string((1 << 20) + 1, ' ')); }).find("1 MiB"), std::string::npos);
}

TEST(Limits, BytesThatAreNotUtf8AreRefused) {
    for (const std::string bad :
         {"b = '\xFF'", "b = '\xC3'", "b = '\xED\xA0\x80'", "b = '\xC0\xAF'", "b = '\xF5\x80\x80\x80'"}) {
        EXPECT_NE(refusal([&] { parse_cql2_text(bad); }), "");
        EXPECT_NE(refusal([&] { parse_cql2_json("{\"property\":\"" + bad + "\"}"); }), "");
    }
}

TEST(Limits, AnUnknownFunctionIsRefusedByName) {
    EXPECT_NO_THROW(parse_cql2_text("load_extension(b) = 1"));
    EXPECT_EQ(refusal([] { filter("load_extension(b) = 1", layer()); }), "unknown function 'load_extension'");
}

// ---- what does not exist for this caller (hard case 28) ----------------------------------------------------------

TEST(Hidden, AHiddenFieldAnswersAsOneThatIsNotThere) {
    const Layer with = layer();
    Layer without = with;
    without.fields.erase(without.fields.begin() + 1);
    const auto e = parse_cql2_text("b = 'x'");
    const std::string hidden = refusal([&] { query::bind(e, with, {true, false, true, true, true}); });
    const std::string missing = refusal([&] { bind_all(e, without); });
    EXPECT_EQ(hidden, missing);
    EXPECT_EQ(hidden, "unknown property 'b'");
    EXPECT_EQ(refusal([&] { query::bind(e, with, {true}); }), hidden) << "a mask too short hides the rest";
}

TEST(Hidden, ALongNameComesBackShortenedAndWhole) {
    const std::string name = std::string(79, 'x') + "\xD9\x86\xD9\x86";
    const std::string message = refusal([&] { filter(name + " IS NULL", layer()); });
    EXPECT_EQ(message, "unknown property '" + std::string(79, 'x') + "'");
}

// ---- kinds -------------------------------------------------------------------------------------------------------

TEST(Kinds, WhatCanNotBeComparedIsRefusedBeforeAnyRow) {
    for (const auto* text : {"a = 'x'",
                             "b = 1",
                             "b > TIMESTAMP('2026-01-01T00:00:00Z')",
                             "t = '2026-01-01'",
                             "tags = 'x'",
                             "doc = 'x'",
                             "a LIKE 'x'",
                             "CASEI(a) = 'x'",
                             "a + b = 1",
                             "b IN (1)",
                             "a BETWEEN 'x' AND 'y'",
                             "S_INTERSECTS(a, geom)",
                             "T_AFTER(a, t)",
                             "A_CONTAINS(b, ('x'))",
                             "A_CONTAINS(tags, (b))",
                             "T_DURING(INTERVAL(a, t), t)",
                             "a",
                             "NOT b",
                             "geom",
                             "geom = 1",
                             "id = 5",
                             "version = 'x'"}) {
        EXPECT_NE(refusal([&] { filter(text, layer()); }), "") << text;
    }
    EXPECT_NE(refusal([&] { filter("t = '2026-01-01'", layer()); }).find("DATE("), std::string::npos);
}

TEST(Kinds, AGeometryOffTheEarthOrNotValidIsRefused) {
    EXPECT_NE(refusal([] { filter("S_INTERSECTS(geom, POINT(181 0))", layer()); }).find("off the earth"),
              std::string::npos);
    EXPECT_NE(refusal([] { filter("S_WITHIN(geom, POLYGON((0 0,2 2,2 0,0 2,0 0)))", layer()); }).find("not valid"),
              std::string::npos);
    EXPECT_NE(refusal([] { filter("S_WITHIN(geom, POLYGON((0 0,2 2,2 0,0 2)))", layer()); }).find("not valid"),
              std::string::npos);
}

// ---- three-valued logic ------------------------------------------------------------------------------------------

TEST(ThreeValues, AndOrNotFollowSql) {
    const Layer one = layer_of({field("x", FieldType::boolean), field("y", FieldType::boolean)});
    const auto both = filter("x AND y", one), either = filter("x OR y", one), inverse = filter("NOT x", one);
    const auto value = [](Truth t) { return t == Truth::unknown ? geo::Value{} : geo::Value{t == Truth::yes}; };
    constexpr auto no = Truth::no, yes = Truth::yes, unknown = Truth::unknown;
    struct Case {
        Truth x, y, both, either;
    };
    for (const Case c :
         {Case{no, no, no, no}, Case{no, yes, no, yes}, Case{yes, no, no, yes}, Case{yes, yes, yes, yes},
          Case{no, unknown, no, unknown}, Case{unknown, no, no, unknown}, Case{yes, unknown, unknown, yes},
          Case{unknown, yes, unknown, yes}, Case{unknown, unknown, unknown, unknown}}) {
        Row row;
        row.values = {value(c.x), value(c.y)};
        EXPECT_EQ(evaluate(*both, row), c.both) << c.x << ' ' << c.y;
        EXPECT_EQ(evaluate(*either, row), c.either) << c.x << ' ' << c.y;
        EXPECT_EQ(evaluate(*inverse, row), c.x == yes ? no : c.x == no ? yes : unknown);
    }
}

TEST(ThreeValues, ANullOperandMakesEveryPredicateUnknown) {
    Row row;
    row.values.resize(5);
    for (const auto* text : {"a = 1", "a <> 1", "a IN (1,2)", "a NOT IN (1,2)", "a BETWEEN 1 AND 2", "b LIKE '%'",
                             "b NOT LIKE '%'", "a + 1 = 2", "a = a", "S_DISJOINT(geom, POINT(0 0))",
                             "T_DISJOINT(t, DATE('2026-01-01'))", "A_CONTAINEDBY(tags, ('x'))", "CASEI(b) = 'x'",
                             "T_AFTER(INTERVAL('..', t), DATE('2026-01-01'))", "1 IN (a)"}) {
        EXPECT_EQ(evaluate(*filter(text, layer()), row), Truth::unknown) << text;
    }
    EXPECT_EQ(evaluate(*filter("a BETWEEN 2 AND 1", layer()), row), Truth::unknown);
    row.values[0] = std::int64_t{5};
    EXPECT_EQ(evaluate(*filter("a BETWEEN 6 AND 1 / 0", layer()), row), Truth::no) << "one half decides";
}

TEST(ThreeValues, AShapeThatGeosRefusesIsUnknownAndDoesNotThrow) {
    Row row;
    row.values.resize(5);
    row.shape = geo::make_polygon({{{0, 0}, {1, 0}, {1, 1}, {0, 1}}}); // not closed
    EXPECT_EQ(evaluate(*filter("S_CROSSES(geom, LINESTRING(0 0, 0.5 0.5))", layer()), row), Truth::unknown);
}

// ---- helpers -----------------------------------------------------------------------------------------------------

TEST(Helpers, AllOfAndAnyOfDropWhatChangesNothing) {
    const auto part = parse_cql2_text("a = 1");
    EXPECT_TRUE(is_always(all_of({})));
    EXPECT_TRUE(is_always(all_of({always(), always()})));
    EXPECT_EQ(all_of({always(), part}), part);
    EXPECT_TRUE(*all_of({part, never()}) == *never());
    EXPECT_TRUE(*any_of({}) == *never());
    EXPECT_EQ(any_of({never(), part}), part);
    EXPECT_TRUE(is_always(any_of({part, always()})));
    EXPECT_EQ(to_cql2_text(*all_of({part, any_of({part, part})})), "a = 1 AND (a = 1 OR a = 1)");
}

TEST(Helpers, ALiteralOfEveryValueEqualsWhatTheParserMakes) {
    EXPECT_TRUE(*literal(*geo::from_rfc3339("2026-01-01T00:00:00Z")) ==
                *parse_cql2_text("t = TIMESTAMP('2026-01-01T00:00:00Z')")->children[1]);
    EXPECT_TRUE(*literal(geo::TextList{"x", "y"}) == *parse_cql2_text("A_EQUALS(tags, ('x', 'y'))")->children[1]);
    EXPECT_NE(refusal([] { to_cql2_text(*literal(geo::Null{})); }), "");
}

TEST(Helpers, ATreeMadeByHandEvaluatesAsTheBoundOne) {
    Expression property;
    property.op = Op::property;
    property.value = std::string{"b"};
    property.ordinal = 1;
    const auto b = std::make_shared<const Expression>(property);
    const auto node = [](Op op, std::vector<ExpressionPtr> children) {
        Expression e;
        e.op = op;
        e.children = std::move(children);
        return e;
    };
    Row row;
    row.values.resize(5);
    row.values[1] = std::string{"Chaman"};
    const auto text = [](const char* t) { return literal(std::string{t}); };
    EXPECT_EQ(evaluate(node(Op::in, {b, text("Torkham"), text("Chaman")}), row), Truth::yes);
    EXPECT_EQ(evaluate(node(Op::like, {b, text("Cha%")}), row), Truth::yes);
    EXPECT_EQ(evaluate(node(Op::eq, {text("Chaman"), b}), row), Truth::yes);
}

// ---- bounds ------------------------------------------------------------------------------------------------------

TEST(Bounds, FollowAndOrAndNot) {
    const auto bounds = [](const char* text) { return bounding_box(*filter(text, layer())); };
    using geo::Box;
    EXPECT_EQ(bounds("S_INTERSECTS(geom, BBOX(1,2,3,4))"), (Box{1, 2, 3, 4}));
    EXPECT_EQ(bounds("S_CONTAINS(POLYGON((0 0,1 0,1 1,0 0)), geom) AND a = 1"), (Box{0, 0, 1, 1}));
    EXPECT_EQ(bounds("S_WITHIN(geom, BBOX(0,0,4,4)) AND S_WITHIN(geom, BBOX(2,2,6,6))"), (Box{2, 2, 4, 4}));
    EXPECT_EQ(bounds("S_WITHIN(geom, BBOX(0,0,1,1)) OR S_WITHIN(geom, BBOX(2,2,6,6))"), (Box{0, 0, 6, 6}));
    EXPECT_EQ(bounds("NOT S_DISJOINT(geom, BBOX(0,0,1,1))"), (Box{0, 0, 1, 1}));
    EXPECT_EQ(bounds("NOT (S_DISJOINT(geom, BBOX(0,0,1,1)) OR a = 1)"), (Box{0, 0, 1, 1}));
    EXPECT_EQ(bounds("S_WITHIN(geom, BBOX(0,0,1,1)) OR a = 1"), std::nullopt);
    EXPECT_EQ(bounds("NOT S_WITHIN(geom, BBOX(0,0,1,1))"), std::nullopt);
    EXPECT_EQ(bounds("S_DISJOINT(geom, BBOX(0,0,1,1))"), std::nullopt);
    EXPECT_EQ(bounds("a = 1"), std::nullopt);
    EXPECT_EQ(bounds("TRUE"), std::nullopt);
    for (const auto* nowhere :
         {"FALSE", "NOT TRUE", "S_WITHIN(geom, BBOX(0,0,1,1)) AND S_WITHIN(geom, BBOX(2,2,3,3))"}) {
        const auto box = bounds(nowhere);
        ASSERT_TRUE(box) << nowhere;
        EXPECT_TRUE(box->empty()) << nowhere;
    }
    EXPECT_EQ(bounds("FALSE OR S_WITHIN(geom, BBOX(0,0,1,1))"), (Box{0, 0, 1, 1}));
}

} // namespace
} // namespace layers::query
