// What an import did, for people and machines. Plain data.
#pragma once

#include "geo/error.hpp"
#include "layers/normalise/normalise.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace server::jobs {

struct ImportReport {
    static constexpr std::size_t kMaxNotes = 1000; // kept; all are counted

    std::string file, format, source_layer, crs, layer;
    std::vector<std::string> other_layers; // in the file too, not read
    bool new_layer = false;
    bool counts_lines = true; // notes name lines of the text, else numbers of features
    bool dry_run = false;
    bool strict = false;
    bool complete = false; // the file was read to its end and all that can be is in (dry run: could be)
    bool resumed = false;  // went on after an earlier run that was stopped
    std::string assumes;   // of the mapping

    std::int64_t rows = 0; // read, good and bad
    std::int64_t created = 0, replaced = 0, unchanged = 0;
    std::int64_t earlier = 0; // stored by a run that was killed before it could say as what
    std::int64_t rejected = 0;
    std::int64_t repaired = 0;
    std::int64_t unowned = 0; // accepted without an agency: everyone sees them
    std::vector<layers::normalise::Note> notes;
    std::int64_t notes_total = 0;
    std::optional<geo::Error> stopped; // why it is not complete

    std::int64_t accepted() const { return rows - rejected; }
    void add(layers::normalise::Note note);
};

std::string to_json(const ImportReport& report);
ImportReport report_from_json(const std::string& json); // Error{invalid_input} when it is none
// One line a fact, then the notes; for a terminal.
std::string to_text(const ImportReport& report, std::size_t most_notes = 20);

// The counts and notes alone, as they are kept in the store between two runs of one import.
std::string progress_to_json(const ImportReport& report);
void progress_from_json(ImportReport& report, const std::string& json); // ignores what it can't read

} // namespace server::jobs
