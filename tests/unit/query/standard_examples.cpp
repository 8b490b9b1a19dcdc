// The examples of OGC 21-065r2 (schema/examples of the standard's repository), when they lie beside the project.
#include "tests/unit/query/support.hpp"

#include <algorithm>

namespace layers::query {
namespace {

namespace fs = std::filesystem;

class StandardExamples : public testing::Test {
protected:
    void SetUp() override {
        if (!fs::exists(shared_vectors() / "examples"))
            GTEST_SKIP() << "the standard's examples are not here: " << shared_vectors();
    }

    static std::vector<fs::path> files(const char* folder, const char* extension) {
        std::vector<fs::path> found;
        for (const auto& entry : fs::directory_iterator{shared_vectors() / "examples" / folder})
            if (entry.path().extension() == extension) found.push_back(entry.path());
        std::ranges::sort(found);
        return found;
    }
};

TEST_F(StandardExamples, EveryTextParses) {
    const auto texts = files("text", ".txt");
    EXPECT_GE(texts.size(), 110U);
    for (const auto& path : texts) EXPECT_NO_THROW(parse_cql2_text(read_file(path))) << path;
}

TEST_F(StandardExamples, EveryJsonParses) {
    const auto documents = files("json", ".json");
    EXPECT_GE(documents.size(), 100U);
    for (const auto& path : documents) EXPECT_NO_THROW(parse_cql2_json(read_file(path))) << path;
}

TEST_F(StandardExamples, TextAndJsonGiveTheSameTree) {
    std::size_t pairs = 0;
    for (const auto& path : files("text", ".txt")) {
        std::string stem = path.stem().string();
        stem = stem.substr(0, stem.find("-alt"));
        const fs::path json = shared_vectors() / "examples/json" / (stem + ".json");
        if (!fs::exists(json)) continue;
        ++pairs;
        const auto a = parse_cql2_text(read_file(path));
        const auto b = parse_cql2_json(read_file(json));
        EXPECT_TRUE(*a == *b) << path << "\n" << to_cql2_text(*a) << "\n" << to_cql2_text(*b);
    }
    EXPECT_GE(pairs, 100U);
}

TEST_F(StandardExamples, EveryExampleSurvivesBeingWrittenAndReadAgain) {
    for (const auto& path : files("json", ".json")) {
        const auto tree = parse_cql2_json(read_file(path));
        const std::string text = to_cql2_text(*tree);
        EXPECT_TRUE(*parse_cql2_text(text) == *tree) << path << "\n" << text;
    }
}

} // namespace
} // namespace layers::query
