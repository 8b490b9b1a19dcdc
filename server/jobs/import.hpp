// A file into a layer: read in the confined child, normalised here, committed by the store, all three at once and in
// bounded memory. What is in stays in: a stopped import says so and goes on from there.
#pragma once

#include "layers/ingest/reader.hpp"
#include "layers/normalise/normalise.hpp"
#include "layers/store/store.hpp"
#include "server/jobs/import_report.hpp"
#include "server/jobs/manager.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace server::jobs {

enum class Axes { ask, keep, swap }; // ask: Error{invalid_input} when they look swapped

struct ImportOptions {
    std::string layer;      // id
    bool new_layer = false; // make the layer from the file
    std::optional<layers::normalise::Mapping> mapping;
    bool strict = false; // all rows or none, and no repairs
    bool dry_run = false;
    Axes axes = Axes::ask;
    std::string crs;            // overrides the file's
    std::string agency;         // owner where the row doesn't say
    bool agency_forced = false; // the token decides
    std::string scenario_id;
    std::string account;                 // for the audit
    layers::ingest::ReadOptions reading; // source layer, columns, declared name, limits; skip_rows is set here

    std::stop_token stop;
    std::function<void(const layers::ingest::SourceSchema&)> on_schema; // once format and columns are known to fit
    std::function<void(double share, const std::string& detail)> progress;
};

// Errors before anything is in: those of ingest::read and Normaliser; not_found (no such layer); conflict (--new-layer:
// another one has the id); invalid_input with pointer "swap_axes" when the axes look swapped. Once a row is in, the
// report says `stopped` instead. Strict: a rejected row gives a report with nothing created and `stopped`.
// The same import (file content, layer, mapping and options) that was stopped goes on where it was.
ImportReport run_import(layers::store::Store& store, const std::string& path, const ImportOptions& options);

// Starts run_import as a job and returns once the file's format and columns are read, so that a bad file is answered
// at once: throws what run_import would have thrown by then. When other jobs keep it waiting past `at_most` it returns
// without. Takes the file over: it is renamed beside itself now and removed when the job ends.
struct StartedImport {
    std::string job;
    std::optional<layers::ingest::SourceSchema> schema;
};
StartedImport start_import(Manager& manager, layers::store::Store& store, const std::string& spool_file,
                           ImportOptions options, std::chrono::milliseconds at_most = std::chrono::milliseconds{4500});

// The border as chainage needs it, from the layer border_sections; empty when it has no rows.
std::vector<layers::normalise::Section> border_sections_of(const layers::store::Store& store);

} // namespace server::jobs
