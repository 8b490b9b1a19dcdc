// The embedded store: one SpatiaLite file under the data directory, which QGIS and GDAL open as it is.
//
// Decisions that close other roads:
// * One writer thread owns the only writing connection and alone checkpoints (SQLite 3.40.1 has a WAL-reset race
//   between two of them); a lock file keeps other processes away. What queues up while a commit runs shares the next.
// * A version row's primary key is the seq that wrote it, so rows are appended in order, a change leads straight to its
//   payload and "as of" is a comparison of keys. Two partial indexes on the item's id, one over current rows and one
//   over superseded ones, keep an import at one random index entry a row.
// * Spatial search belongs to the index in memory; the store only has the box of each row as four columns.
// * A write is decided (exists? right version? same content?) before its first statement, so a statement that fails is
//   the storage's failure: it takes the whole group back and nobody in it is told "stored".
#pragma once

#include "layers/store/store.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace layers::store {

struct SpatialiteOptions {
    std::function<geo::Instant()> clock = geo::now;     // recorded_at rises with seq whatever it says
    std::size_t idle_readers = 4;                       // read connections kept open between reads
    std::size_t queue_limit = 20'000;                   // writes waiting beyond which new ones are answered `busy`
    std::chrono::milliseconds checkpoint_every{60'000}; // signed, when something happened
    // A directory that can't be written is opened all the same: reads work, every write is Error{storage_failed}.
    bool read_only_too = false;
};

inline constexpr const char* kDatabaseName = "sarhad.sqlite";

// Opens, creates or migrates the database in `data_dir` (made when missing). Errors: busy when another process has it
// (the message says which), conflict when it was written by a newer Sarhad or isn't one of ours, storage_failed or
// storage_full when the disk won't.
std::unique_ptr<Store> open_spatialite(const std::string& data_dir, SpatialiteOptions options = {});

} // namespace layers::store
