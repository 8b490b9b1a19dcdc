#include "layers/fuse/report_table.hpp"

#include "geo/error.hpp"
#include "layers/fuse/taxonomy.hpp"
#include "layers/ingest/csv_records.hpp"
#include "layers/ingest/type_guess.hpp"

#include <algorithm>
#include <cmath>
#include <fcntl.h>
#include <map>
#include <set>
#include <unistd.h>

namespace layers::fuse {
namespace {

using geo::Error;
using geo::ErrorCode;

constexpr std::int64_t kDay_us = 86'400'000'000;

class File {
public:
    explicit File(const std::string& path) : descriptor_{::open(path.c_str(), O_RDONLY | O_CLOEXEC)} {
        if (descriptor_ < 0) throw Error{ErrorCode::not_found, "can't open " + path};
    }
    ~File() { ::close(descriptor_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos ? std::string_view{}
                                           : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::string lower(std::string_view text) {
    std::string out{trimmed(text)};
    for (auto& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        if (c == ' ') c = '_';
    }
    return out;
}

std::map<std::string, std::size_t> columns_of(const ingest::CsvRecord& header) {
    std::map<std::string, std::size_t> columns;
    for (std::size_t i = 0; i < header.cells.size(); ++i) columns.try_emplace(lower(header.cells[i]), i);
    return columns;
}

// What a row can't be taken for; told with its line.
struct BadRow {
    std::string why;
};

// The columns of a table by the field that they fill.
class Fields {
public:
    Fields(const ingest::CsvRecord& header, const std::optional<normalise::Mapping>& mapping) : mapping_{mapping} {
        const auto columns = columns_of(header);
        for (const auto& [column, i] : columns) by_field_.emplace(column, i);
        for (const auto& [field, names] : std::map<std::string, std::vector<std::string>>{
                 {"lon", {"longitude", "lng", "long", "x"}}, {"lat", {"latitude", "y"}}}) {
            for (const auto& name : names)
                if (columns.contains(name)) by_field_.try_emplace(field, columns.at(name));
        }
        if (mapping) {
            for (const auto& [field, column] : mapping->columns) {
                const auto known = columns.find(lower(column));
                if (known == columns.end())
                    throw Error{ErrorCode::invalid_input,
                                "the table has no column \"" + column + "\", which the mapping names", "mapping"};
                by_field_[field] = known->second;
            }
        }
        if (!by_field_.contains("id") && by_field_.contains("source_ref")) by_field_["id"] = by_field_["source_ref"];
        for (const auto* needed : {"id", "valid_from", "lon", "lat"}) {
            if (!by_field_.contains(needed))
                throw Error{ErrorCode::invalid_input, std::string{"the table has no column \""} + needed + "\"",
                            "reports"};
        }
    }

    bool has(const std::string& field) const { return by_field_.contains(field); }
    std::size_t column(const std::string& field) const { return by_field_.at(field); }

    // Empty where the row has nothing there.
    std::string text(const ingest::CsvRecord& row, const std::string& field) const {
        const auto known = by_field_.find(field);
        std::string value;
        if (known != by_field_.end() && known->second < row.cells.size()) value = trimmed(row.cells[known->second]);
        if (!mapping_) return value;
        if (const auto table = mapping_->lookups.find(field); table != mapping_->lookups.end() && !value.empty()) {
            const auto entry = table->second.find(value);
            if (entry == table->second.end())
                throw BadRow{field + ": the mapping has no meaning for \"" + value.substr(0, 40) + "\""};
            value = as_text(entry->second);
        }
        if (const auto constant = mapping_->constants.find(field);
            value.empty() && constant != mapping_->constants.end())
            value = as_text(constant->second);
        return value;
    }

    std::optional<double> number(const ingest::CsvRecord& row, const std::string& field) const {
        const auto value = text(row, field);
        if (value.empty()) return std::nullopt;
        const auto number = ingest::number_from(value);
        if (!number) throw BadRow{field + ": \"" + value.substr(0, 40) + "\" is no number"};
        return number;
    }

    bool whole_days(const std::string& field) const {
        return mapping_ && std::ranges::find(mapping_->whole_days, field) != mapping_->whole_days.end();
    }

private:
    static std::string as_text(const geo::Value& value) {
        if (const auto* text = std::get_if<std::string>(&value)) return *text;
        if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
        if (const auto* number = std::get_if<double>(&value)) return std::to_string(*number);
        return {};
    }
    const std::optional<normalise::Mapping>& mapping_;
    std::map<std::string, std::size_t> by_field_;
};

struct Time {
    geo::Instant at;
    bool whole_day = false; // a date without a time of day
};

std::optional<Time> time_in(const Fields& fields, const ingest::CsvRecord& row, const std::string& field) {
    const auto text = fields.text(row, field);
    if (text.empty()) return std::nullopt;
    auto at = geo::from_rfc3339(text);
    if (!at) at = geo::from_naive_utc(text);
    if (!at) throw BadRow{field + ": \"" + text.substr(0, 40) + "\" is no time (2026-03-01T12:00:00Z)"};
    const bool bare = text.size() <= 10 || (fields.whole_days(field) && at->us % kDay_us == 0);
    return Time{*at, bare};
}

std::vector<std::string> list_in(const Fields& fields, const ingest::CsvRecord& row, const std::string& field) {
    std::vector<std::string> list;
    const auto text = fields.text(row, field);
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find_first_of(";|", begin), text.size());
        const auto part = trimmed(std::string_view{text}.substr(begin, end - begin));
        if (!part.empty() && part != "unknown") list.emplace_back(part);
        begin = end + 1;
    }
    std::ranges::sort(list);
    return list;
}

std::optional<std::int64_t> count_in(const Fields& fields, const ingest::CsvRecord& row, const std::string& field) {
    const auto number = fields.number(row, field);
    if (!number) return std::nullopt;
    if (*number < 0 || *number > 1e9) throw BadRow{field + ": no number of persons"};
    return static_cast<std::int64_t>(std::llround(*number));
}

void set_times(const Fields& fields, const ingest::CsvRecord& row, Report& report) {
    const auto from = time_in(fields, row, "valid_from");
    if (!from) throw BadRow{"valid_from is empty"};
    const auto to = time_in(fields, row, "valid_to");
    report.from = from->at;
    report.to = to ? to->at : from->at;
    if (to ? to->whole_day : from->whole_day) report.to.us += kDay_us;
    // a day that ends what began in it lies before it by its midnight only
    if (to && to->at < from->at && (!to->whole_day || report.to <= report.from))
        throw BadRow{"valid_to lies before valid_from"};
}

// All that the row says but who it is.
std::uint64_t content_of(const Fields& fields, const ingest::CsvRecord& row) {
    std::uint64_t hash = 1469598103934665603ull;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
        if (i == fields.column("id") || (fields.has("source_ref") && i == fields.column("source_ref"))) continue;
        for (const char c : row.cells[i]) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
        hash = (hash ^ 0x1f) * 1099511628211ull;
    }
    return hash == 0 ? 1 : hash;
}

Report report_in(const Fields& fields, const ingest::CsvRecord& row, std::size_t columns) {
    if (row.cells.size() != columns)
        throw BadRow{std::to_string(row.cells.size()) + " cells, the header has " + std::to_string(columns)};
    Report report;
    const auto id = fields.text(row, "id");
    if (id.empty()) throw BadRow{"id is empty"};
    report.id = id_of(id);
    report.agency = fields.text(row, "agency");
    // A row's own number is its reference where there is no other: rows that are else the same are then two reports.
    report.source_ref = fields.has("source_ref") ? fields.text(row, "source_ref") : id;
    report.kind = fields.text(row, "kind");
    report.rescue = is_rescue(report.kind, fields.text(row, "sar_phase"));
    const auto lon = fields.number(row, "lon"), lat = fields.number(row, "lat");
    if (!lon || !lat) throw BadRow{"lon or lat is empty"};
    if (std::abs(*lon) > 180 || std::abs(*lat) > 90) throw BadRow{"lon and lat are off the earth"};
    report.at = {*lon, *lat};
    report.geo_precision_m = fields.number(row, "geo_precision_m").value_or(0);
    report.time_precision_s = fields.number(row, "time_precision_s").value_or(0);
    if (report.geo_precision_m < 0 || report.time_precision_s < 0) throw BadRow{"a precision below 0"};
    set_times(fields, row, report);
    report.count_min = count_in(fields, row, "count_min");
    report.count_max = count_in(fields, row, "count_max");
    if (report.count_min && report.count_max && *report.count_min > *report.count_max)
        std::swap(report.count_min, report.count_max); // still a range
    report.nationalities = list_in(fields, row, "nationalities");
    report.transport = fields.text(row, "transport");
    report.commodities = list_in(fields, row, "commodities");
    report.place = fields.text(row, "place");
    report.content = content_of(fields, row);
    complete(report, fields.text(row, "geo_method"));
    return report;
}

} // namespace

geo::Uuid id_of(const std::string& text) {
    return geo::uuid_from_hash("report of a table\x1f" + text);
}

ReportTable read_reports(const std::string& path, const std::optional<normalise::Mapping>& mapping) {
    const File file{path};
    ingest::Input input{file.descriptor()};
    ingest::CsvRecords records{input};
    ingest::CsvRecord row;
    if (!records.next(row))
        throw Error{ErrorCode::unreadable_file, path + " is empty: a table begins with the names of its columns"};
    while (row.cells.size() > 1 && trimmed(row.cells.back()).empty()) row.cells.pop_back();
    const Fields fields{row, mapping};
    const auto columns = row.cells.size();
    ReportTable table;
    while (records.next(row)) {
        while (row.cells.size() > columns && row.cells.back().empty()) row.cells.pop_back();
        try {
            auto report = report_in(fields, row, columns);
            const auto id = fields.text(row, "id");
            if (!table.names.emplace(report.id, id).second)
                throw BadRow{"the id \"" + id.substr(0, 60) + "\" was there before"};
            table.reports.push_back(std::move(report));
        } catch (const BadRow& bad) {
            if (table.skipped.size() < ReportTable::kMostSkipped) table.skipped.push_back({row.line, bad.why});
            ++table.skipped_total;
        }
    }
    return table;
}

std::vector<std::pair<geo::Uuid, geo::Uuid>> read_pairs(const std::string& path) {
    const File file{path};
    ingest::Input input{file.descriptor()};
    ingest::CsvRecords records{input};
    ingest::CsvRecord row;
    if (!records.next(row)) throw Error{ErrorCode::unreadable_file, path + " is empty"};
    const auto columns = columns_of(row);
    if (!columns.contains("a") || !columns.contains("b"))
        throw Error{ErrorCode::invalid_input, path + " has no columns \"a\" and \"b\""};
    const auto a = columns.at("a"), b = columns.at("b");
    std::set<std::pair<geo::Uuid, geo::Uuid>> pairs;
    while (records.next(row)) {
        if (row.cells.size() <= std::max(a, b))
            throw Error{ErrorCode::unreadable_file, path + ", line " + std::to_string(row.line) + ": too few cells"};
        auto one = id_of(std::string{trimmed(row.cells[a])}), other = id_of(std::string{trimmed(row.cells[b])});
        if (one == other) continue;
        if (other < one) std::swap(one, other);
        pairs.emplace(one, other);
    }
    return {pairs.begin(), pairs.end()};
}

} // namespace layers::fuse
