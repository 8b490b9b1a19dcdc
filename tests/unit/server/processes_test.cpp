// The table of processes: rows that describe themselves well, and a check that takes nothing else.
#include "server/processes/process.hpp"

#include "geo/error.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <random>
#include <set>

namespace {

using namespace server::processes;
using nlohmann::json;

Process every_kind() {
    return {
        .id = "every-kind",
        .inputs =
            {{.name = "flag", .kind = InputKind::boolean},
             {.name = "count", .kind = InputKind::integer, .minimum = 1, .maximum = 10, .otherwise = std::int64_t{3}},
             {.name = "share", .kind = InputKind::number, .minimum = 0, .maximum = 1},
             {.name = "word", .kind = InputKind::text, .most = 5},
             {.name = "mode", .kind = InputKind::choice, .choices = {"day", "night"}},
             {.name = "at", .kind = InputKind::instant},
             {.name = "names", .kind = InputKind::text_list, .most = 2}},
        .output = {.name = "out"}};
}

// The pointer of what is refused; empty when it passes.
std::string refused(const Process& process, const json& inputs) {
    try {
        checked_inputs(process, inputs);
    } catch (const geo::Error& error) {
        EXPECT_EQ(error.code, geo::ErrorCode::invalid_input);
        return error.pointer;
    }
    return {};
}

TEST(ProcessTable, RowsAreWholeAndTheirDefaultsPass) {
    std::set<std::string> ids;
    for (const auto& process : table()) {
        EXPECT_TRUE(ids.insert(process.id).second) << process.id << " is there twice";
        EXPECT_EQ(process.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string::npos) << process.id;
        EXPECT_EQ(find(process.id), &process);
        EXPECT_FALSE(process.title.empty() || process.description.empty() || process.version.empty()) << process.id;
        EXPECT_NE(process.run, nullptr) << process.id;
        EXPECT_TRUE(json::parse(process.output.schema).is_object());
        json defaults = json::object();
        const auto described = description(process);
        for (const auto& [name, input] : described["inputs"].items()) {
            EXPECT_FALSE(input["title"].get<std::string>().empty()) << process.id << '.' << name;
            if (input["schema"].contains("default")) defaults[name] = input["schema"]["default"];
            EXPECT_FALSE(input["minOccurs"] == 1 && input["schema"].contains("default")) << name;
        }
        const auto pointer = refused(process, defaults);
        const bool only_missing = pointer.empty() || !defaults.contains(pointer.substr(std::string{"/inputs/"}.size()));
        EXPECT_TRUE(only_missing) << process.id << ": its own default is refused: " << pointer;
    }
    EXPECT_EQ(find("none"), nullptr);
}

TEST(ProcessInputs, AreReadTypedAndCompletedByDefaults) {
    const auto values = checked_inputs(
        every_kind(), json::parse(R"({"flag":true,"share":0.5,"word":"salam","mode":"night","at":"2026-01-01T00:00:00Z",
                                      "names":["a","b"]})"));
    EXPECT_TRUE(values.boolean("flag"));
    EXPECT_EQ(values.integer("count"), 3);
    EXPECT_EQ(values.number("share"), 0.5);
    EXPECT_EQ(values.text("word"), "salam");
    EXPECT_EQ(values.text("mode"), "night");
    EXPECT_EQ(values.instant("at"), geo::from_rfc3339("2026-01-01T00:00:00Z"));
    EXPECT_EQ(values.list("names"), (geo::TextList{"a", "b"}));
    EXPECT_FALSE(checked_inputs(every_kind(), json::object()).has("flag"));
    EXPECT_EQ(checked_inputs(every_kind(), {{"count", 4.0}}).integer("count"), 4) << "an integer for JSON Schema";
    EXPECT_THROW(values.text("count"), std::logic_error);
}

TEST(ProcessInputs, OfAnotherTypeOrOutOfBoundsAreRefusedWhereTheyStand) {
    for (const auto& [inputs, pointer] : std::vector<std::pair<const char*, const char*>>{
             {R"({"flag":1})", "/inputs/flag"},
             {R"({"flag":"true"})", "/inputs/flag"},
             {R"({"count":0})", "/inputs/count"},
             {R"({"count":11})", "/inputs/count"},
             {R"({"count":2.5})", "/inputs/count"},
             {R"({"count":1e300})", "/inputs/count"},
             {R"({"share":1.01})", "/inputs/share"},
             {R"({"share":true})", "/inputs/share"},
             {R"({"word":"longer"})", "/inputs/word"},
             {R"({"mode":"noon"})", "/inputs/mode"},
             {R"({"mode":0})", "/inputs/mode"},
             {R"({"at":"2026-01-01T00:00:00"})", "/inputs/at"},
             {R"({"at":1})", "/inputs/at"},
             {R"({"names":"a"})", "/inputs/names"},
             {R"({"names":["a",1]})", "/inputs/names/1"},
             {R"({"names":["a","b","c"]})", "/inputs/names"},
             {R"({"flag":{"value":1}})", "/inputs/flag/value"},
             {R"({"flag":{}})", "/inputs/flag"},
             {R"({"none":1})", "/inputs/none"},
             {R"([])", "/inputs"},
             {R"(null)", "/inputs"},
         })
        EXPECT_EQ(refused(every_kind(), json::parse(inputs)), pointer) << inputs;
}

// Whatever stands in it, it is read or refused, and never anything else.
TEST(ProcessInputs, AnyJsonIsReadOrRefused) {
    std::mt19937 random{11};
    const auto process = every_kind();
    const auto any = [&](auto&& self, int depth) -> json {
        switch (random() % (depth > 2 ? 5 : 7)) {
        case 0:
            return nullptr;
        case 1:
            return random() % 2 == 0;
        case 2:
            return static_cast<std::int64_t>(random()) - 2'000'000'000;
        case 3:
            return static_cast<double>(random()) / 7e8;
        case 4:
            return std::string(random() % 8, 'x');
        case 5: {
            json list = json::array();
            for (auto n = random() % 4; n > 0; --n) list.push_back(self(self, depth + 1));
            return list;
        }
        default:
            return {{random() % 2 ? "value" : "href", self(self, depth + 1)}};
        }
    };
    for (int round = 0; round < 20'000; ++round) {
        json inputs = json::object();
        for (const auto& input : process.inputs)
            if (random() % 3 == 0) inputs[input.name] = any(any, 0);
        const auto pointer = refused(process, inputs);
        EXPECT_TRUE(pointer.empty() || pointer.starts_with("/inputs")) << inputs;
    }
}

} // namespace
