#include "layers/ingest/csv_records.hpp"

#include "geo/error.hpp"

#include <algorithm>
#include <array>

namespace layers::ingest {
namespace {

constexpr std::size_t kMaxCell = 16u << 20;
constexpr std::string_view kCandidates = ",;\t|";

// How often each candidate stands outside quotes in one line; moves past it.
std::array<int, kCandidates.size()> count_in_line(std::string_view& rest) {
    std::array<int, kCandidates.size()> counts{};
    bool quoted = false;
    std::size_t i = 0;
    for (; i < rest.size(); ++i) {
        if (rest[i] == '"') quoted = !quoted;
        if (quoted) continue;
        if (rest[i] == '\n') break;
        if (const auto at = kCandidates.find(rest[i]); at != std::string_view::npos) ++counts[at];
    }
    rest.remove_prefix(std::min(i + 1, rest.size()));
    return counts;
}

char sniff_delimiter(std::string_view window) {
    const auto first = count_in_line(window);
    auto steady = first; // candidates that stand as often in each of the next lines; text between them varies
    for (int line = 0; line < 10 && !window.empty(); ++line) {
        if (window.front() == '\n' || window.front() == '\r') {
            count_in_line(window);
            continue;
        }
        const bool whole = window.find('\n') != std::string_view::npos;
        const auto next = count_in_line(window);
        for (std::size_t i = 0; whole && i < steady.size(); ++i) {
            if (next[i] != first[i]) steady[i] = 0;
        }
    }
    const auto& counts = std::ranges::max(steady) > 0 ? steady : first;
    return kCandidates[static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin())];
}

} // namespace

CsvRecords::CsvRecords(Input& input) : input_{input} {
    rewind();
    delimiter_ = sniff_delimiter(input_.window());
}

void CsvRecords::rewind() {
    input_.rewind();
    if (input_.window().starts_with("\xEF\xBB\xBF")) input_.skip(3, 0);
}

bool CsvRecords::next(CsvRecord& record) {
    while (input_.peek() == '\n' || input_.peek() == '\r') input_.take();
    if (input_.peek() < 0) return false;
    record.line = input_.line();
    std::size_t count = 0;
    bool more = true;
    while (more) {
        if (count == record.cells.size()) record.cells.emplace_back();
        record.cells[count].clear();
        more = read_cell(record.cells[count]);
        if (++count > kMaxColumns) {
            throw geo::Error{geo::ErrorCode::too_large, "line " + std::to_string(record.line) + ": more than " +
                                                            std::to_string(kMaxColumns) + " columns"};
        }
    }
    record.cells.resize(count);
    return true;
}

bool CsvRecords::read_cell(std::string& cell) {
    const auto begin = input_.line();
    bool quoted = input_.peek() == '"';
    if (quoted) input_.take();
    for (;;) {
        const auto window = input_.window();
        if (window.empty()) {
            if (!quoted) return false;
            throw geo::Error{geo::ErrorCode::unreadable_file,
                             "line " + std::to_string(begin) + ": a quoted value never ends (cut off?)"};
        }
        std::size_t i = 0;
        if (quoted) {
            while (i < window.size() && window[i] != '"' && window[i] != '\n') ++i;
        } else {
            while (i < window.size() && window[i] != delimiter_ && window[i] != '\n') ++i;
        }
        cell.append(window.substr(0, i));
        input_.skip(i, 0);
        if (cell.size() > kMaxCell) {
            throw geo::Error{geo::ErrorCode::too_large,
                             "line " + std::to_string(begin) + ": a value larger than 16 MB"};
        }
        if (i == window.size()) continue;
        const int c = input_.take();
        if (quoted) {
            if (c == '\n') {
                cell.push_back('\n');
            } else if (input_.peek() == '"') { // a doubled quote is one
                cell.push_back('"');
                input_.take();
            } else {
                quoted = false; // what follows up to the delimiter is taken as it is
            }
            continue;
        }
        if (!cell.empty() && c == '\n' && cell.back() == '\r') cell.pop_back();
        return c == delimiter_;
    }
}

} // namespace layers::ingest
