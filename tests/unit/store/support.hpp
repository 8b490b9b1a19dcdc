// What the store's tests share: a temporary folder, a small layer, rows of it.
#pragma once

#include "layers/store/spatialite/spatialite.hpp"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace store_test {

using namespace layers;
using namespace layers::store;

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "sarhad-test-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    std::string database() const { return path + "/" + kDatabaseName; }
    std::string path;
};

inline constexpr const char* kLayer = "hazards"; // any built-in layer will do: the store knows no difference

inline std::shared_ptr<const Layer> layer(const char* id = kLayer) {
    return Catalogue{}.find(id);
}

inline geo::Uuid id_of(int number) {
    return geo::uuid_from_hash("item " + std::to_string(number));
}

// A row with an owner, a label, a shape and remarks: what most tests need.
inline Record row(const geo::Uuid& id, const std::string& remarks, double lon = 66.5, double lat = 30.2) {
    Record record;
    record.id = id;
    record.values.resize(layer()->fields.size());
    record.values[common::agency] = std::string{"fia"};
    record.values[common::handling] = std::string{"H1"};
    record.values[common::releasable_to] = geo::TextList{"customs", "anf"};
    record.values[common::remarks] = remarks;
    record.geometry = geo::make_point(lon, lat);
    return record;
}

inline Write create(Record record) {
    Write write;
    write.op = Op::create;
    write.layer = kLayer;
    write.record = std::move(record);
    write.account = "tester";
    return write;
}

inline Write replace(Record record) {
    Write write = create(std::move(record));
    write.op = Op::replace;
    return write;
}

inline Write removal(const geo::Uuid& id) {
    Write write = create({});
    write.op = Op::remove;
    write.record.id = id;
    return write;
}

inline Store::Item put(Store& store, Write write) {
    std::vector<Write> batch;
    batch.push_back(std::move(write));
    return store.write(std::move(batch)).get().at(0);
}

// Writes what must succeed.
inline WriteResult must(Store& store, Write write) {
    const Store::Item item = put(store, std::move(write));
    if (item.error) throw std::runtime_error{item.error->what()};
    return *item.result;
}

inline std::string remarks(const Record& record) {
    return std::get<std::string>(record.values[common::remarks]);
}

inline std::vector<Record> scan_all(const Store& store, Seq at, const std::optional<geo::Box>& box = {},
                                    const std::optional<geo::Uuid>& after = {}) {
    std::vector<Record> rows;
    store.scan(kLayer, at, box, after, [&](const Record& record) {
        rows.push_back(record);
        return true;
    });
    return rows;
}

inline bool same(const Record& a, const Record& b) {
    return a.id == b.id && a.version == b.version && a.seq == b.seq && a.geometry == b.geometry && a.values == b.values;
}

#define EXPECT_ERROR(item, expected)                                                                                   \
    do {                                                                                                               \
        const layers::store::Store::Item got_item = (item);                                                            \
        ASSERT_TRUE(got_item.error);                                                                                   \
        EXPECT_FALSE(got_item.result);                                                                                 \
        EXPECT_EQ(got_item.error->code, geo::ErrorCode::expected);                                                     \
    } while (false)

} // namespace store_test
