// Backups: everything as it was at one moment, as a set of files that stands for itself, and the way back.
//
//   sarhad.sqlite       the database, one file without a log
//   sarhad.checkpoints  the signed checkpoints up to that moment
//   manifest.json       what it is: identity, last seq, roots of the audit, SHA-256 of the two files above
//   manifest.sig        KEY SIGNATURE: Ed25519 over the bytes of manifest.json, in hexadecimal
//
// The signing key itself is not among them: a backup travels further than the directory. A restored copy makes a key of
// its own and says so in the access log; it also gets an identity of its own, so that cursors and snapshots made after
// the moment of the backup are not taken for its own. Index snapshots are made anew.
#pragma once

#include "layers/store/spatialite/checkpointer.hpp"
#include "layers/store/store.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace layers::store {

inline constexpr const char* kManifestName = "manifest.json";
inline constexpr const char* kSignatureName = "manifest.sig";
// All that a backup consists of, the manifest last.
std::vector<std::string> backup_files();

// See Store::backup. `source` gives the snapshot; writers go on beside it.
std::string back_up(Connection& source, Checkpointer& checkpointer, const std::string& data_dir,
                    const std::string& folder, geo::Instant now, const Watch& watch);

struct RestoreReport {
    std::string manifest; // as it was in the backup
    std::string key;      // hexadecimal: whose signature it bears
    std::string identity; // of the restored copy
    CheckReport audit;
};

// A restore in three steps, so that the files may come from anywhere: begin_restore gives an empty folder inside the
// data directory, the caller puts backup_files() there, finish_restore verifies every byte and the whole audit on the
// new disk and moves the files to their places, the database last. Killed anywhere it leaves no database; run again it
// starts anew.
//
// Error{conflict} when the directory holds anything, busy when another process works on it, storage_failed or
// storage_full when it can't be written.
std::string begin_restore(const std::string& data_dir);
// Error{unreadable_file} naming what doesn't fit; then, as after any other error, the folder is removed. `key`: the
// public key that must have signed, in hexadecimal; empty: any. `account` stands in the access log.
RestoreReport finish_restore(const std::string& data_dir, const std::string& key, const std::string& account,
                             const Watch& watch);

} // namespace layers::store
