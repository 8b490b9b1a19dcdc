// Durable writes of the store: rows a second of import batches and of single writes by one and eight threads, and what
// reading it all back costs. Prints figures; judges nothing.
//   store_bench [ROWS] [FOLDER]
#include "layers/store/spatialite/spatialite.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <random>
#include <thread>

namespace {

using namespace layers;
using namespace layers::store;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

Write point(const Layer& layer, std::mt19937_64& random) {
    Write write;
    write.layer = layer.id;
    write.account = "bench";
    write.replace_if_exists = true;
    Record& record = write.record;
    record.id = geo::uuid_from_hash(std::to_string(random()));
    record.values.resize(layer.fields.size());
    record.values[common::agency] = std::string{"fia"};
    record.values[common::source_ref] = std::to_string(random());
    record.values[common::valid_from] = geo::Instant{static_cast<std::int64_t>(random() % 1'000'000'000) * 1'000'000};
    record.values[common::handling] = std::string{"H1"};
    record.values[common::releasable_to] = geo::TextList{"customs"};
    record.values[common::geo_precision_m] = 500.0;
    record.values[common::section_id] = std::string{"afghanistan-balochistan"};
    record.values[common::distance_along_m] = static_cast<double>(random() % 2'000'000);
    record.geometry = geo::make_point(60 + static_cast<double>(random() % 18'000) / 1000,
                                      24 + static_cast<double>(random() % 13'000) / 1000);
    return write;
}

void import_rows(Store& store, const Layer& layer, int rows) {
    constexpr int kBatch = 1000;
    std::mt19937_64 random{1};
    std::vector<std::vector<Write>> batches;
    for (int i = 0; i < rows; i += kBatch) {
        auto& batch = batches.emplace_back();
        for (int j = 0; j < kBatch; ++j) batch.push_back(point(layer, random));
    }
    const auto start = Clock::now();
    std::deque<std::future<std::vector<Store::Item>>> running;
    double longest = 0;
    for (std::size_t i = 0; i < batches.size(); ++i) {
        const auto batch_start = Clock::now();
        running.push_back(
            store.write_import(std::move(batches[i]), {"bench", static_cast<int>(i) * kBatch, "{}", false}));
        if (running.size() > 1) { // one is prepared while one is written
            running.front().get();
            running.pop_front();
        }
        longest = std::max(longest, seconds_since(batch_start));
    }
    for (auto& batch : running) batch.get();
    const double seconds = seconds_since(start);
    std::printf("import, batches of %d: %.0f rows/s (longest batch %.0f ms)\n", kBatch, rows / seconds, longest * 1000);
}

void single_writes(Store& store, const Layer& layer, int threads, int writes) {
    std::vector<std::thread> writers;
    const auto start = Clock::now();
    for (int t = 0; t < threads; ++t) {
        writers.emplace_back([&, t] {
            std::mt19937_64 random{static_cast<unsigned>(t + 100 * threads)};
            for (int i = 0; i < writes / threads; ++i) {
                std::vector<Write> batch;
                batch.push_back(point(layer, random));
                store.write(std::move(batch)).get();
            }
        });
    }
    for (auto& writer : writers) writer.join();
    std::printf("single writes, %d threads: %.0f rows/s\n", threads, writes / seconds_since(start));
}

void read_back(const Store& store, const Layer& layer) {
    auto start = Clock::now();
    std::size_t rows = 0;
    store.scan(layer.id, store.last_seq(), {}, {}, [&](const Record&) { return ++rows > 0; });
    std::printf("scan: %.0f rows/s of %zu\n", rows / seconds_since(start), rows);
    start = Clock::now();
    rows = 0;
    store.scan(layer.id, store.last_seq() / 2, {}, {}, [&](const Record&) { return ++rows > 0; });
    std::printf("scan as of half way: %.0f rows/s of %zu\n", rows / seconds_since(start), rows);
    start = Clock::now();
    rows = 0;
    store.scan(layer.id, store.last_seq(), geo::Box{66, 30, 66.5, 30.5}, {}, [&](const Record&) { return ++rows > 0; });
    std::printf("scan of a half-degree box: %.0f ms, %zu rows\n", seconds_since(start) * 1000, rows);
    start = Clock::now();
    store.check();
    std::printf("check: %.1f s\n", seconds_since(start));
}

} // namespace

int main(int argc, char** argv) {
    const int rows = argc > 1 ? std::atoi(argv[1]) : 200'000;
    const std::string folder = argc > 2 ? argv[2] : (std::filesystem::temp_directory_path() / "sarhad-bench").string();
    std::filesystem::remove_all(folder);
    {
        const auto store = open_spatialite(folder);
        const auto layer = store->catalogue().find("hazards");
        import_rows(*store, *layer, rows);
        single_writes(*store, *layer, 1, 5000);
        single_writes(*store, *layer, 8, 20000);
        read_back(*store, *layer);
    }
    std::printf("file: %.0f MB\n", static_cast<double>(std::filesystem::file_size(folder + "/" + kDatabaseName)) / 1e6);
    const auto start = Clock::now();
    open_spatialite(folder);
    std::printf("open and close: %.0f ms\n", seconds_since(start) * 1000);
    std::filesystem::remove_all(folder);
}
