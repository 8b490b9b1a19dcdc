// A text table cut into records (RFC 4180; also with single line feeds, and blank lines between). One thread.
#pragma once

#include "layers/ingest/input.hpp"

#include <string>
#include <vector>

namespace layers::ingest {

struct CsvRecord {
    std::int64_t line = 0; // where it begins
    std::vector<std::string> cells;
};

class CsvRecords {
public:
    static constexpr std::size_t kMaxColumns = 2000;

    // The delimiter is the one of , ; tab | that stands equally often in each of the first lines outside quotes, else
    // most often in the first of them.
    explicit CsvRecords(Input& input);
    void rewind();
    char delimiter() const { return delimiter_; }
    // False at the end. Error{unreadable_file} for a quoted cell that never ends, Error{too_large} for a giant one.
    bool next(CsvRecord& record);

private:
    bool read_cell(std::string& cell); // true when another cell follows in the record
    Input& input_;
    char delimiter_ = ',';
};

} // namespace layers::ingest
