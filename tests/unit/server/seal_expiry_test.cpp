#include "server/seal_expiry.hpp"

#include "layers/model/sealed.hpp"
#include "layers/store/spatialite/spatialite.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace {

using namespace layers;

class SealsEnd : public testing::Test {
protected:
    SealsEnd() {
        std::string name = (std::filesystem::temp_directory_path() / "sarhad-test-XXXXXX").string();
        folder = ::mkdtemp(name.data());
    }
    ~SealsEnd() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }

    static geo::Instant ago(int days) { return {geo::now().us - days * 24LL * 3600 * 1'000'000}; }

    // A report whose number was sealed that many days ago, and a second version of it.
    static geo::Uuid make(store::Store& store, const std::string& number, int days) {
        const auto reports = Catalogue{}.find("reports");
        store::Write write;
        write.layer = "reports";
        write.record.id = geo::make_uuid7();
        write.record.values.resize(reports->fields.size());
        write.record.values[*reports->find("kind")] = std::string{"distress"};
        write.record.values[sealed()] = seal({{"remarks", number}}, ago(days));
        const auto id = write.record.id;
        for (const char* remarks : {"first", "second"}) {
            write.record.values[common::remarks] = std::string{remarks};
            write.op = remarks[0] == 'f' ? store::Op::create : store::Op::replace;
            std::vector<store::Write> batch{write};
            EXPECT_TRUE(store.write(std::move(batch)).get().at(0).result);
        }
        return id;
    }
    static std::size_t sealed() { return *Catalogue{}.find("reports")->find("sealed"); }

    bool in_a_file(const std::string& text) const {
        for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
            if (!entry.is_regular_file()) continue;
            std::ifstream in{entry.path(), std::ios::binary};
            std::stringstream bytes;
            bytes << in.rdbuf();
            if (bytes.str().find(text) != std::string::npos) return true;
        }
        return false;
    }

    std::string folder;
};

TEST_F(SealsEnd, in_every_version_and_in_the_files_and_the_proof_still_stands) {
    {
        const std::shared_ptr<store::Store> store = store::open_spatialite(folder);
        const auto over = make(*store, "0300-1234567", 31), running = make(*store, "0301-7654321", 29);
        {
            const index::ReadModel model{*store, folder + "/index"};
            EXPECT_EQ(server::expire_seals(*store, model, geo::now()), 1);
            EXPECT_EQ(server::expire_seals(*store, model, geo::now()), 0) << "once";
            const auto view = model.view("reports");
            EXPECT_TRUE(geo::is_null(
                index::to_record(*view->find(over)->piece->segment, view->find(over)->row).values[sealed()]));
        }
        const auto versions = store->history("reports", over);
        ASSERT_EQ(versions.size(), 3u);
        for (const auto& version : versions) EXPECT_TRUE(geo::is_null(version.record.values[sealed()]));
        EXPECT_EQ(versions[2].account, "sarhad");
        EXPECT_EQ(versions[0].record.values[common::remarks], geo::Value{std::string{"first"}});
        for (const auto& version : store->history("reports", running))
            EXPECT_FALSE(geo::is_null(version.record.values[sealed()]));
        EXPECT_EQ(store->check().changes, 5) << "what ended leaves every proof whole";
    }
    EXPECT_TRUE(in_a_file("0301-7654321")) << "else this finds nothing";
    EXPECT_FALSE(in_a_file("0300-1234567"));
}

} // namespace
