#include "server/config.hpp"

#include "geo/error.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <filesystem>
#include <limits>
#include <string_view>
#include <variant>
#include <vector>

namespace server {
namespace {

[[noreturn]] void refuse(std::string_view key, const std::string& why) {
    throw geo::Error{geo::ErrorCode::invalid_input, "Configuration '" + std::string{key} + "': " + why,
                     std::string{key}};
}

// One row a key: where it goes and what it may be. Booleans and texts need no range.
struct Key {
    std::string_view name;
    std::variant<std::string*, bool*, int*, std::uint64_t*> target;
    std::int64_t least = 0;
    std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

void assign(const Key& key, const toml::node& node) {
    if (auto* const* text = std::get_if<std::string*>(&key.target)) {
        const auto value = node.value_exact<std::string>();
        if (!value) refuse(key.name, "a text is expected.");
        **text = *value;
    } else if (auto* const* flag = std::get_if<bool*>(&key.target)) {
        const auto value = node.value_exact<bool>();
        if (!value) refuse(key.name, "true or false is expected.");
        **flag = *value;
    } else {
        const auto value = node.value_exact<std::int64_t>();
        if (!value) refuse(key.name, "a whole number is expected.");
        if (*value < key.least || *value > key.most)
            refuse(key.name, "between " + std::to_string(key.least) + " and " + std::to_string(key.most) + ".");
        if (auto* const* number = std::get_if<int*>(&key.target))
            **number = static_cast<int>(*value);
        else
            *std::get<std::uint64_t*>(key.target) = static_cast<std::uint64_t>(*value);
    }
}

} // namespace

void read_config_file(Config& config, const std::string& path) {
    if (!std::filesystem::is_regular_file(path))
        throw geo::Error{geo::ErrorCode::not_found, "There is no configuration file '" + path + "'."};
    std::string listen;
    const std::vector<Key> keys{
        {"data_dir", &config.data_dir},
        {"listen", &listen},
        {"public_url", &config.public_url},
        {"web_dir", &config.web_dir},
        {"assets_dir", &config.assets_dir},
        {"elevation", &config.elevation},
        {"open", &config.open},
        {"demo", &config.demo},
        {"log_level", &config.log_level},
        {"log_requests", &config.log_requests},
        {"workers", &config.workers, 0, 1024},
        {"queue_length", &config.queue_length, 1, 100'000},
        {"max_connections", &config.max_connections, 1, 100'000},
        {"max_streams", &config.max_streams, 0, 100'000},
        {"events_kept", &config.events_kept, 1, 10'000'000},
        {"max_body_bytes", &config.max_body_bytes, 1024, 64 << 20},
        {"max_upload_bytes", &config.max_upload_bytes, 1024, std::int64_t{1} << 40},
        {"header_timeout_s", &config.header_timeout_s, 1, 600},
        {"idle_timeout_s", &config.idle_timeout_s, 1, 3600},
        {"stop_timeout_s", &config.stop_timeout_s, 1, 600},
        {"tile_budget_bytes", &config.tile_budget_bytes, 0, 64 << 20},
        {"tile_cache_bytes", &config.tile_cache_bytes, 0, std::int64_t{1} << 40},
    };
    toml::table table;
    try {
        table = toml::parse_file(path);
    } catch (const toml::parse_error& fault) {
        throw geo::Error{geo::ErrorCode::invalid_input, "Configuration, line " +
                                                            std::to_string(fault.source().begin.line) + ": " +
                                                            std::string{fault.description()}};
    }
    for (const auto& [name, node] : table) {
        const auto at = std::ranges::find(keys, name.str(), &Key::name);
        if (at == keys.end()) refuse(name.str(), "no such key.");
        assign(*at, node);
    }
    if (!listen.empty()) set_listen(config, listen);
    while (config.public_url.ends_with('/')) config.public_url.pop_back();
}

void set_listen(Config& config, const std::string& host_port) {
    const auto colon = host_port.rfind(':');
    if (colon == std::string::npos) refuse("listen", "ADDRESS:PORT is expected.");
    std::string address = host_port.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
    if (address == "localhost") address = "127.0.0.1";
    in6_addr scratch{};
    if (inet_pton(AF_INET, address.c_str(), &scratch) != 1 && inet_pton(AF_INET6, address.c_str(), &scratch) != 1)
        refuse("listen", "'" + address + "' is no IP address.");
    const std::string_view port = std::string_view{host_port}.substr(colon + 1);
    const auto got = std::from_chars(port.data(), port.data() + port.size(), config.port);
    if (port.empty() || got.ec != std::errc{} || got.ptr != port.data() + port.size())
        refuse("listen", "a port is a number from 0 to 65535.");
    config.address = address;
}

bool is_loopback(const std::string& address) {
    in_addr v4{};
    if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
    in6_addr v6{};
    return inet_pton(AF_INET6, address.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

} // namespace server
