#include "geo/error.hpp"
#include "geo/wrap/ogr_reader.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <sqlite3.h>
#include <string_view>

namespace geo::wrap {
namespace {

std::string lower(std::string_view text) {
    std::string out{text};
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

// The words of an SQL text, quoted names and strings as one word each, so that a table named "with" is no keyword.
std::vector<std::string> words_of(std::string_view sql) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < sql.size();) {
        const char c = sql[i];
        if (std::isspace(static_cast<unsigned char>(c)) != 0) {
            ++i;
        } else if (c == '"' || c == '\'' || c == '`' || c == '[') {
            const auto end = sql.find(c == '[' ? ']' : c, i + 1);
            words.emplace_back("\"");
            i = end == std::string_view::npos ? sql.size() : end + 1;
        } else if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0) {
            const auto begin = i;
            while (i < sql.size() &&
                   (std::isalnum(static_cast<unsigned char>(sql[i])) != 0 || sql[i] == '_' || (sql[i] & 0x80) != 0)) {
                ++i;
            }
            words.push_back(lower(sql.substr(begin, i - begin)));
        } else {
            words.emplace_back(1, c);
            ++i;
        }
    }
    return words;
}

// Columns of one table: no join, no common table expression, no subquery, no function. Such a view can't run longer
// than its table is long (a view over a view over a view … is still one table).
bool plain_view(std::string_view sql) {
    const auto words = words_of(sql);
    static constexpr std::array kNever{"with",  "recursive", "join",   "union",  "intersect", "except",
                                       "group", "order",     "having", "window", "values"};
    const auto never = [](const std::string& word) {
        return std::find(kNever.begin(), kNever.end(), word) != kNever.end();
    };
    const auto select = std::find(words.begin(), words.end(), "select");
    const auto from = std::find(select, words.end(), "from");
    return std::count(words.begin(), words.end(), "select") == 1 && from != words.end() &&
           std::none_of(words.begin(), words.end(), never) &&
           std::find(select, words.end(), "(") == words.end() && // no function, no subquery
           std::find(from, words.end(), ",") == words.end();     // no second table
}

// Names that the GeoPackage standard (OGC 12-128r18, annexes F.3 and B) and GDAL give their triggers.
bool standard_trigger(const std::string& name) {
    static constexpr std::array<std::string_view, 4> kPrefixes{"rtree_", "trigger_insert_feature_count_",
                                                               "trigger_delete_feature_count_", "gpkg_"};
    static constexpr std::array<std::string_view, 6> kSuffixes{// of tile tables
                                                               "_zoom_insert",        "_zoom_update",
                                                               "_tile_column_insert", "_tile_column_update",
                                                               "_tile_row_insert",    "_tile_row_update"};
    return std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](auto prefix) { return name.starts_with(prefix); }) ||
           std::any_of(kSuffixes.begin(), kSuffixes.end(), [&](auto suffix) { return name.ends_with(suffix); });
}

std::string column(sqlite3_stmt* statement, int index) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
    return text == nullptr ? std::string{}
                           : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, index)));
}

void check_entry(const std::string& type, const std::string& name, const std::string& sql) {
    if (type == "view") {
        if (name.starts_with("gpkg_")) {
            throw Error{ErrorCode::invalid_input, "the GeoPackage has a view in the place of the table " + name};
        }
        if (!plain_view(sql)) {
            throw Error{ErrorCode::invalid_input,
                        "the GeoPackage has a view that is more than columns of one table: " + name.substr(0, 60)};
        }
    } else if (type == "trigger") {
        if (!standard_trigger(name)) {
            throw Error{ErrorCode::invalid_input,
                        "the GeoPackage has a trigger that the standard does not know: " + name.substr(0, 60)};
        }
    } else if (type == "table") {
        const auto words = words_of(sql);
        if (words.size() > 1 && words[1] == "virtual") {
            const auto by = std::find(words.begin(), words.end(), "using");
            const bool known = by != words.end() && by + 1 != words.end() &&
                               (by[1] == "rtree" || by[1] == "rtree_i32" || by[1].starts_with("fts"));
            if (!known) {
                throw Error{ErrorCode::invalid_input, "the GeoPackage has a virtual table: " + name.substr(0, 60)};
            }
        }
    }
}

} // namespace

struct GeoPackageInspector::Impl {
    sqlite3* database = nullptr;
    ~Impl() { sqlite3_close_v2(database); }
};

// SQLite opens the file here and reads its first byte in check(). "immutable": no lock, no journal, no side file.
GeoPackageInspector::GeoPackageInspector(int descriptor) : impl_{std::make_unique<Impl>()} {
    const auto name = "file:/proc/self/fd/" + std::to_string(descriptor) + "?mode=ro&immutable=1";
    if (sqlite3_open_v2(name.c_str(), &impl_->database, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr) != SQLITE_OK) {
        throw Error{ErrorCode::unreadable_file, "the GeoPackage can't be opened"};
    }
}

GeoPackageInspector::~GeoPackageInspector() = default;
GeoPackageInspector::GeoPackageInspector(GeoPackageInspector&&) noexcept = default;
GeoPackageInspector& GeoPackageInspector::operator=(GeoPackageInspector&&) noexcept = default;

void GeoPackageInspector::check() const {
    auto* db = impl_->database;
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_progress_handler(
        db, 50'000'000, [](void*) { return 1; }, nullptr);
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(db, "SELECT type, lower(name), sql FROM sqlite_master", -1, &raw, nullptr) != SQLITE_OK) {
        throw Error{ErrorCode::unreadable_file, "the GeoPackage is damaged: its schema can't be read"};
    }
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement{raw, sqlite3_finalize};
    int step = sqlite3_step(raw);
    for (; step == SQLITE_ROW; step = sqlite3_step(raw)) check_entry(column(raw, 0), column(raw, 1), column(raw, 2));
    if (step != SQLITE_DONE)
        throw Error{ErrorCode::unreadable_file, "the GeoPackage is damaged: its schema can't be read"};
}

} // namespace geo::wrap
