// What the operator decides: TOML file, then command line. Plain data, read once. An unknown key is an error.
#pragma once

#include <cstdint>
#include <string>

namespace server {

struct Config {
    std::string data_dir;
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;      // 0: a free one
    std::string public_url;         // "https://maps.example" behind a proxy; empty: from the request's Host
    std::string web_dir;            // the built map application; empty: none
    std::string assets_dir;         // fonts/, sprites/; empty: none
    std::string elevation;          // raster of heights for the relief, any format of GDAL; empty: none
    bool open = false;              // everyone may do everything; loopback only
    bool demo = false;              // reads and writes are of the scenario "demo"
    std::string log_level = "info"; // debug, info, warning, error
    bool log_requests = true;

    int workers = 0;        // 0: four a core, at least 8
    int queue_length = 256; // requests waiting for a worker; more are shed with 503
    int max_connections = 16'384;
    int max_streams = 10'000; // open event streams; more are refused with 503
    int events_kept = 20'000; // in memory; a stream that falls further behind is cut off and resumes
    std::uint64_t max_body_bytes = 1u << 20;
    std::uint64_t max_upload_bytes = 2ull << 30;
    int header_timeout_s = 10;
    int idle_timeout_s = 60;
    int stop_timeout_s = 10;
    std::uint64_t tile_budget_bytes = 500'000; // before compression; 0: none
    std::uint64_t tile_cache_bytes = 256u << 20;
};

// Error{invalid_input} with the key as pointer: unknown key, wrong type, out of range. A missing or unreadable file:
// Error{not_found}.
void read_config_file(Config& config, const std::string& path);

// "127.0.0.1:8080", "[::1]:0" -> address, port. Error{invalid_input}.
void set_listen(Config& config, const std::string& host_port);

bool is_loopback(const std::string& address);

} // namespace server
