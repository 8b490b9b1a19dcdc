// Imports into the real store through the real reading child.
#include "geo/error.hpp"
#include "layers/store/spatialite/spatialite.hpp"
#include "server/jobs/import.hpp"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace server::jobs;
using namespace std::chrono_literals;
using geo::ErrorCode;
using testing::HasSubstr;

namespace {

class Imports : public testing::Test {
protected:
    Imports() {
        std::string pattern = (std::filesystem::temp_directory_path() / "sarhad-import-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
        store = layers::store::open_spatialite(folder_ + "/data");
        options.layer = "reports";
    }
    ~Imports() override {
        store.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    std::string write(const std::string& name, const std::string& bytes) const {
        std::ofstream{folder_ + "/" + name, std::ios::binary} << bytes;
        return folder_ + "/" + name;
    }

    // `rows` reports; those in `bad` have an unknown kind.
    std::string reports(int rows, std::vector<int> bad = {}, const std::string& place = "Torkham") const {
        std::string text = "source_ref,agency,kind,place,lon,lat\n";
        for (int i = 0; i < rows; ++i) {
            const bool is_bad = std::ranges::find(bad, i) != bad.end();
            text += "r" + std::to_string(i) + ",fia," + (is_bad ? "dragon" : "sighting") + "," + place + ",71.1,34.1\n";
        }
        return write("reports.csv", text);
    }

    std::optional<geo::Error> error_of(const std::string& path) {
        try {
            run_import(*store, path, options);
        } catch (const geo::Error& error) {
            return error;
        }
        return std::nullopt;
    }

    std::unique_ptr<layers::store::Store> store;
    ImportOptions options;

private:
    std::string folder_;
};

} // namespace

TEST_F(Imports, the_same_file_twice_adds_nothing) {
    const auto path = reports(2500, {7});
    const auto first = run_import(*store, path, options);
    EXPECT_TRUE(first.complete);
    EXPECT_EQ(first.rows, 2500);
    EXPECT_EQ(first.created, 2499);
    EXPECT_EQ(first.rejected, 1);
    ASSERT_EQ(first.notes.size(), 1u);
    EXPECT_EQ(first.notes[0].line, 9);
    EXPECT_EQ(first.notes[0].field, "kind");
    const auto seq = store->last_seq();
    const auto second = run_import(*store, path, options);
    EXPECT_EQ(second.created, 0);
    EXPECT_EQ(second.unchanged, 2499);
    EXPECT_EQ(second.rejected, 1);
    EXPECT_FALSE(second.resumed);
    EXPECT_EQ(store->last_seq(), seq);
    EXPECT_EQ(store->count("reports"), 2499);
}

TEST_F(Imports, changed_content_is_a_new_version_of_the_same_item) {
    run_import(*store, reports(3), options);
    const auto changed = run_import(*store, reports(3, {}, "Chaman"), options);
    EXPECT_EQ(changed.replaced, 3);
    EXPECT_EQ(store->count("reports"), 3);
}

TEST_F(Imports, strict_takes_all_or_none) {
    options.strict = true;
    const auto refused = run_import(*store, reports(2500, {2400}), options);
    EXPECT_FALSE(refused.complete);
    ASSERT_TRUE(refused.stopped);
    EXPECT_EQ(refused.created, 0);
    EXPECT_EQ(refused.rejected, 1);
    EXPECT_EQ(store->count("reports"), 0);
    const auto taken = run_import(*store, reports(2500), options);
    EXPECT_TRUE(taken.complete);
    EXPECT_EQ(taken.created, 2500);
    EXPECT_EQ(taken.rows, 2500);
}

TEST_F(Imports, a_dry_run_writes_nothing) {
    options.dry_run = true;
    options.new_layer = true;
    options.layer = "things";
    const auto report = run_import(*store, write("t.csv", "name,lon,lat\na,71,34\nb,x,34\n"), options);
    EXPECT_TRUE(report.complete);
    EXPECT_EQ(report.accepted(), 1);
    EXPECT_EQ(report.rejected, 1);
    EXPECT_FALSE(store->catalogue().find("things"));
    EXPECT_EQ(store->last_seq(), 0);
}

TEST_F(Imports, a_stopped_import_says_what_is_in_and_goes_on_from_there) {
    const auto path = reports(5000, {10, 4500});
    std::stop_source stop;
    options.stop = stop.get_token();
    int batches = 0;
    options.progress = [&](double, const std::string&) {
        if (++batches == 2) stop.request_stop();
    };
    const auto stopped = run_import(*store, path, options);
    EXPECT_FALSE(stopped.complete);
    ASSERT_TRUE(stopped.stopped);
    EXPECT_EQ(stopped.stopped->code, ErrorCode::cancelled);
    EXPECT_EQ(stopped.created, store->count("reports")) << "what is counted is what is in";
    EXPECT_GT(stopped.created, 0);
    EXPECT_LT(stopped.created, 4998);
    EXPECT_THAT(to_text(stopped), HasSubstr("goes on from there"));

    options.stop = {};
    options.progress = nullptr;
    const auto rest = run_import(*store, path, options);
    EXPECT_TRUE(rest.complete);
    EXPECT_TRUE(rest.resumed);
    EXPECT_EQ(rest.rows, 5000);
    EXPECT_EQ(rest.rejected, 2) << "a fault of the first part is in the report of the whole, once";
    EXPECT_EQ(rest.notes.size(), 2u);
    EXPECT_EQ(rest.created + rest.earlier, 4998);
    EXPECT_EQ(rest.unchanged, 0);
    EXPECT_EQ(store->count("reports"), 4998);
    EXPECT_EQ(store->last_seq(), 4998);
}

TEST_F(Imports, a_file_that_breaks_off_leaves_nothing_when_nothing_went_in) {
    const auto error =
        error_of(write("cut.geojson", R"({"type":"FeatureCollection","features":[{"type":"Feature","prop)"));
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::unreadable_file);
    EXPECT_EQ(store->last_seq(), 0);
}

TEST_F(Imports, swapped_axes_are_a_question_that_names_the_answer) {
    const auto path = write("t.csv", "agency,kind,lon,lat\nfia,sighting,34.1,71.1\nfia,sighting,30.9,66.4\n");
    const auto error = error_of(path);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::invalid_input);
    EXPECT_EQ(error->pointer, "swap_axes");
    EXPECT_THAT(error->what(), HasSubstr("--swap-axes"));
    EXPECT_EQ(store->last_seq(), 0);
    options.axes = Axes::swap;
    EXPECT_EQ(run_import(*store, path, options).created, 2);
    options.axes = Axes::keep;
    EXPECT_EQ(run_import(*store, path, options).created, 2);
}

TEST_F(Imports, a_new_layer_holds_every_column_and_takes_its_own_file_again) {
    options.layer = "districts";
    options.new_layer = true;
    const auto path = write("d.geojson", R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":
{"NAME":"Khyber","pop":5},"geometry":{"type":"Polygon","coordinates":[[[71,34],[72,34],[72,35],[71,34]]]}}]})");
    const auto report = run_import(*store, path, options);
    EXPECT_TRUE(report.new_layer);
    EXPECT_EQ(report.created, 1);
    const auto layer = store->catalogue().find("districts");
    ASSERT_TRUE(layer);
    EXPECT_TRUE(layer->find("name") && layer->find("pop"));
    EXPECT_EQ(run_import(*store, path, options).unchanged, 1);
    const auto error = error_of(write("e.csv", "other,lon,lat\n1,71,34\n"));
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::conflict);
    options.layer = "reports";
    EXPECT_EQ(error_of(path)->code, ErrorCode::conflict);
}

TEST_F(Imports, a_layer_or_reference_system_that_is_not_there_is_an_error) {
    options.layer = "nowhere";
    EXPECT_EQ(error_of(reports(1))->code, ErrorCode::not_found);
    options.layer = "reports";
    options.crs = "EPSG:999999";
    EXPECT_EQ(error_of(reports(1))->code, ErrorCode::invalid_input);
}

TEST_F(Imports, rows_near_a_border_section_get_chainage_from_the_store) {
    ImportOptions border;
    border.layer = "border_sections";
    border.agency = "survey";
    run_import(*store,
               write("b.geojson", R"({"type":"Feature","properties":{"source_ref":"AFG-1","name":"north","kind":"land"},
"geometry":{"type":"LineString","coordinates":[[71,34],[72,34]]}})"),
               border);
    run_import(*store, reports(1), options);
    const auto layer = store->catalogue().find("reports");
    int seen = 0;
    store->scan("reports", store->last_seq(), std::nullopt, std::nullopt, [&](const layers::Record& row) {
        EXPECT_EQ(row.values[layers::common::section_id], geo::Value{std::string{"AFG-1"}});
        EXPECT_NEAR(std::get<double>(row.values[layers::common::distance_along_m]), 9230, 100);
        ++seen;
        return true;
    });
    EXPECT_EQ(seen, 1);
}

TEST_F(Imports, the_report_counts_all_faults_and_keeps_a_thousand) {
    std::vector<int> bad(1500);
    for (int i = 0; i < 1500; ++i) bad[static_cast<std::size_t>(i)] = i;
    const auto report = run_import(*store, reports(1600, bad), options);
    EXPECT_EQ(report.rejected, 1500);
    EXPECT_EQ(report.notes.size(), 1000u);
    EXPECT_EQ(report.notes_total, 1500);
    const auto json = nlohmann::json::parse(to_json(report));
    EXPECT_EQ(json["rejected"], 1500);
    EXPECT_EQ(json["created"], 100);
    EXPECT_EQ(json["notes"].size(), 1000u);
    EXPECT_EQ(json["notes"][0]["line"], 2);
    EXPECT_THAT(json["notes"][0]["reason"].get<std::string>(), HasSubstr("dragon"));
}

TEST_F(Imports, ucdp_goes_in_whole_and_once) {
    const auto path = std::string{SARHAD_SOURCE_DIR} + "/../shared/data/incidents/ucdp_ged_pakistan_1989_2018.csv";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "shared data set is not here: " << path;
    options.mapping = layers::normalise::built_in_mapping("ucdp-ged");
    const auto report = run_import(*store, path, options);
    EXPECT_EQ(report.created, 5983) << to_text(report);
    EXPECT_EQ(report.rejected, 0);
    EXPECT_THAT(to_text(report), HasSubstr("UTC"));
    EXPECT_EQ(run_import(*store, path, options).unchanged, 5983);
}

TEST_F(Imports, as_a_job_it_answers_a_bad_file_at_once_and_cleans_up) {
    Manager manager;
    const auto bad = write("upload1", "<OGRVRTDataset/>");
    try {
        start_import(manager, *store, bad, options);
        ADD_FAILURE() << "a VRT was taken";
    } catch (const geo::Error& error) {
        EXPECT_EQ(error.code, ErrorCode::unsupported_format);
    }
    options.account = "ali";
    options.reading.declared_name = "reports.csv";
    const auto good = reports(10, {3});
    const auto started = start_import(manager, *store, good, options);
    ASSERT_TRUE(started.schema);
    EXPECT_EQ(started.schema->format, "csv");
    const auto job = manager.wait(started.job, "ali", 10s);
    EXPECT_EQ(job.state, State::successful) << job.message;
    EXPECT_EQ(nlohmann::json::parse(*job.result)["created"], 9);
    EXPECT_FALSE(std::filesystem::exists(bad) || std::filesystem::exists(bad + ".import"));
    EXPECT_FALSE(std::filesystem::exists(good) || std::filesystem::exists(good + ".import"));
}
