// Bytes of the database change under a stopped server: no crash and no wrong row that looks right. The server refuses
// to start, or an answer is an error, or it is what was acknowledged.
#include "tests/faults/counts.hpp"
#include "tests/faults/ledger.hpp"
#include "tests/faults/machine.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

namespace faults {
namespace {

namespace fs = std::filesystem;

void flip(const std::string& path, std::mt19937_64& random) {
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    const auto at = static_cast<std::streamoff>(random() % fs::file_size(path));
    file.seekg(at);
    const char now = static_cast<char>(file.get());
    file.seekp(at);
    file.put(static_cast<char>(now ^ static_cast<char>(1 + random() % 255)));
}

struct Outcomes {
    int refused = 0, noticed = 0, harmless = 0;
};

class Damage : public testing::Test {
protected:
    // `choose` names the file to damage.
    template <typename Choose>
    void flips(int all, const std::string& name, Choose choose) {
        auto random = random_for(name);
        Machine machine;
        Ledger ledger{4, name};
        machine.start();
        ledger.write(machine.server().port(), [](const Ledger& now) { return now.acknowledged() > 200; });
        ledger.compare(machine.server().port(), true);
        ASSERT_TRUE(ledger.faults().empty()) << ledger.faults();
        ASSERT_EQ(machine.stop(), 0);
        const std::string whole = machine.scratch("whole");
        fs::copy(machine.data(), whole, fs::copy_options::recursive);
        Outcomes outcomes;
        for (int i = 0; i < all; ++i) {
            fs::remove_all(machine.data());
            fs::copy(whole, machine.data(), fs::copy_options::recursive);
            const std::string file = choose(machine.data(), random);
            flip(file, random);
            SCOPED_TRACE("flip " + std::to_string(i) + " in " + fs::path{file}.filename().string() + ", seed " +
                         std::to_string(seed()));
            start_and_look(machine, ledger, outcomes);
            if (HasFatalFailure()) return;
        }
        std::printf("%d bytes changed: %d starts refused, %d noticed in answers, %d without effect\n", all,
                    outcomes.refused, outcomes.noticed, outcomes.harmless);
    }

    static void start_and_look(Machine& machine, Ledger& ledger, Outcomes& outcomes) {
        try {
            machine.start();
        } catch (const std::runtime_error& refusal) {
            const std::string words = refusal.what();
            EXPECT_TRUE(is_refusal(words)) << words;
            ++outcomes.refused;
            return;
        }
        int errors = 0;
        const std::string wrong = ledger.differences(machine.server().port(), errors);
        EXPECT_TRUE(wrong.empty()) << "a wrong row that looks right: " << wrong.substr(0, 500);
        EXPECT_TRUE(machine.running()) << "it crashed";
        machine.stop();
        ++(errors > 0 ? outcomes.noticed : outcomes.harmless);
    }
};

TEST_F(Damage, OfTheDatabaseIsNeverServedAsARow) {
    flips(count("flips", 50, 5000), "flips",
          [](const std::string& data, std::mt19937_64&) { return data + "/sarhad.sqlite"; });
}

// The index is made of the database and could be made again.
TEST_F(Damage, OfTheIndexIsNeverServedAsARow) {
    flips(count("index_flips", 20, 1000), "index flips", [](const std::string& data, std::mt19937_64& random) {
        std::vector<std::string> files;
        for (const char* layer : {"hazards", "fence_segments"})
            for (const auto& entry : fs::directory_iterator{data + "/index"})
                if (entry.path().filename().string().starts_with(layer)) files.push_back(entry.path().string());
        return files.at(random() % files.size());
    });
}

} // namespace
} // namespace faults
