// Reports out of a text table, for `sarhad fuse`: columns id, agency, valid_from, valid_to, lon, lat, geo_precision_m,
// time_precision_s, kind, count_min, count_max, place; and, where they are there, source_ref, geo_method, transport,
// nationalities, commodities, sar_phase. Takes lists as they come: any text as id, agency or kind, times without a zone
// as UTC, a bare date as its whole day. Knows files and reports; no store.
#pragma once

#include "layers/fuse/report.hpp"
#include "layers/normalise/normalise.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace layers::fuse {

struct ReportTable {
    std::vector<Report> reports;                      // complete(), in the file's order; an id is the hash of its text
    std::unordered_map<geo::Uuid, std::string> names; // the ids as they are written
    struct Skipped {
        std::int64_t line = 0;
        std::string why;
    };
    std::vector<Skipped> skipped; // the first kMostSkipped rows that could not be taken
    std::int64_t skipped_total = 0;
    static constexpr std::size_t kMostSkipped = 1'000;
};

geo::Uuid id_of(const std::string& text); // of a table's id

// `mapping` gives columns, constants, look-ups, whole days and the zone of naive times as for an import. Where no
// column is called id, the mapping's source_ref is it. Errors: unreadable_file, too_large, not_found (no such file),
// invalid_input (columns missing, a mapping that doesn't fit).
ReportTable read_reports(const std::string& path, const std::optional<normalise::Mapping>& mapping = {});

// Pairs of ids from a table with the columns a and b; a pair once, whatever its order.
std::vector<std::pair<geo::Uuid, geo::Uuid>> read_pairs(const std::string& path);

} // namespace layers::fuse
