// Uploads of files into the collection `places` beside the writers of the ledger, and what the server has promised of
// them: a job that was said to be successful has all its rows in. Knows the HTTP interface as a client does.
#pragma once

#include "tests/api/program.hpp"

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace faults {

// `rows` places of its own, named after `name`, as GeoJSON.
std::string places_geojson(const std::string& name, int rows);

struct Upload {
    std::string name;
    int rows = 0;
    bool promised = false; // the job ended well
    std::string job;       // its path; empty: the upload was never accepted
    std::string last;      // status or answer seen last, for people
};

// Uploads and waits for the end of the job, of the server or of a minute.
void run_upload(Upload& upload, std::uint16_t port);

// One thread's.
class Imports {
public:
    explicit Imports(std::string seed_name) : seed_name_{std::move(seed_name)} {}

    void begin(std::uint16_t port); // a new file, on a thread of its own
    bool end();                     // waits; false: the file is not in, as far as was told
    void complete(std::uint16_t port);

    static std::int64_t rows_served(std::uint16_t port);
    std::int64_t rows_promised() const;
    std::int64_t rows_sent() const;
    std::string faults() const;

private:
    std::string seed_name_;
    std::vector<Upload> uploads_;
    std::jthread thread_; // on the last of them
};

} // namespace faults
