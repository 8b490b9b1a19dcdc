#include "server/serve.hpp"

#include "layers/store/spatialite/data_lock.hpp"
#include "server/app.hpp"
#include "server/assemble.hpp"
#include "server/http/cores.hpp"
#include "server/http/listener.hpp"
#include "server/live/live.hpp"
#include "server/log.hpp"
#include "server/metrics.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <pthread.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace server {
namespace {

// What the command line said; a value that wasn't given leaves the file's.
Config configure(int argc, char** argv) {
    std::string file, data_dir, listen, web, assets, elevation;
    bool open = false, demo = false;
    CLI::App line{"Serve tiles and features over HTTP."};
    line.add_option("--config", file, "configuration file (TOML)");
    line.add_option("--data-dir", data_dir, "where the data lives; made when it isn't there");
    line.add_option("--listen", listen, "ADDRESS:PORT; port 0 takes a free one");
    line.add_option("--web", web, "folder of the built map application");
    line.add_option("--assets", assets, "folder with fonts/ and sprites/");
    line.add_option("--elevation", elevation, "raster of heights for the relief");
    line.add_flag("--open", open, "everyone may do everything; only on a loopback address");
    line.add_flag("--demo", demo, "read and write the demonstration scenario");
    line.parse(argc, argv);
    Config config;
    if (!file.empty()) read_config_file(config, file);
    if (!data_dir.empty()) config.data_dir = data_dir;
    if (!listen.empty()) set_listen(config, listen);
    if (!web.empty()) config.web_dir = web;
    if (!assets.empty()) config.assets_dir = assets;
    if (!elevation.empty()) config.elevation = elevation;
    config.open = config.open || open;
    config.demo = config.demo || demo;
    if (config.data_dir.empty())
        throw geo::Error{geo::ErrorCode::invalid_input, "Say where the data lives: --data-dir DIR."};
    if (config.open && !is_loopback(config.address))
        throw geo::Error{geo::ErrorCode::invalid_input,
                         "--open lets everyone do everything: only on a loopback address, not on " + config.address +
                             "."};
    return config;
}

// Uploads of a run that was killed have no owner any more. Where nothing can be written, each upload is refused when it
// comes; that is no reason not to serve.
std::string fresh_spool_folder(const std::string& data_dir) {
    namespace fs = std::filesystem;
    const fs::path folder = fs::path{data_dir} / "spool";
    std::error_code trouble;
    fs::remove_all(folder, trouble);
    fs::create_directories(folder, trouble);
    fs::permissions(folder, fs::perms::owner_all, trouble);
    return folder.string();
}

// So that other verbs find their way here. Where the folder can't be written they can do nothing anyway.
void announce(const std::string& data_dir, const std::string& url) {
    try {
        layers::store::announce(data_dir, url);
    } catch (const geo::Error& error) {
        log::write(log::Level::warning, "not announced", {{"why", error.what()}});
    }
}

http::Limits limits_of(const Config& config) {
    using std::chrono::seconds;
    http::Limits limits;
    limits.header_timeout = seconds{config.header_timeout_s};
    limits.idle_timeout = seconds{config.idle_timeout_s};
    limits.stop_timeout = seconds{config.stop_timeout_s};
    limits.max_connections = static_cast<std::size_t>(config.max_connections);
    limits.queue_length = static_cast<std::size_t>(config.queue_length);
    // More than cores: a writer waits for the disk most of its time, and those who wait together share one flush.
    limits.workers = config.workers > 0 ? config.workers : std::max(8, 4 * http::cores_allowed());
    limits.spool_dir = fresh_spool_folder(config.data_dir);
    return limits;
}

// Streams and slow clients each hold a descriptor; what the operator's hard limit allows is asked for.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void watch(Metrics& metrics, const http::Listener& listener) {
    metrics.gauge("sarhad_connections", "Open connections.",
                  [&listener] { return static_cast<double>(listener.connections()); });
    metrics.gauge("sarhad_requests_waiting", "Requests waiting for a worker.",
                  [&listener] { return static_cast<double>(listener.waiting()); });
}

int serve(Config config) {
    // Blocked before any thread starts, so that only the wait below takes them.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    raise_descriptor_limit();
    std::error_code refused; // the store says what is wrong with it
    std::filesystem::create_directories(config.data_dir, refused);
    log::start(config.log_level);
    const auto context = assemble(std::move(config));
    App app{*context};
    http::Listener listener{context->config.address, context->config.port, limits_of(context->config), app.service()};
    context->config.port = listener.port();
    watch(*context->metrics, listener);
    context->live->hub.on_move([&listener] { listener.wake_streams(); });
    const bool v6 = context->config.address.find(':') != std::string::npos;
    const auto host = v6 ? "[" + context->config.address + "]" : context->config.address;
    const std::string url = "http://" + host + ":" + std::to_string(listener.port());
    announce(context->config.data_dir, url);
    std::printf("listening on %s\n", url.c_str());
    std::fflush(stdout);
    log::write(log::Level::info, "listening", {{"port", std::int64_t{listener.port()}}});

    int received = 0;
    sigwait(&signals, &received);
    log::write(log::Level::info, "stopping", {{"signal", std::int64_t{received}}});
    const bool clean = listener.stop();
    context->live->hub.on_move(nullptr);
    log::write(clean ? log::Level::info : log::Level::warning, "stopped", {{"clean", clean}});
    log::stop();
    // A handler that ignores its deadline may still run: what was acknowledged is durable, so leave without it.
    if (!clean) std::_Exit(EXIT_FAILURE);
    return EXIT_SUCCESS;
}

} // namespace

int serve_command(int argc, char** argv) {
    try {
        return serve(configure(argc, argv));
    } catch (const CLI::Success& asked) { // --help
        CLI::App line;
        return line.exit(asked);
    } catch (const CLI::ParseError& fault) {
        std::fprintf(stderr, "sarhad serve: %s\n", fault.what());
        return 2;
    } catch (const geo::Error& error) {
        log::stop();
        std::fprintf(stderr, "sarhad serve: %s\n", error.what());
        return error.code == geo::ErrorCode::invalid_input ? 2 : 1;
    } catch (const std::filesystem::filesystem_error& error) {
        log::stop();
        std::fprintf(stderr, "sarhad serve: %s\n", error.what());
        return 1;
    }
}

} // namespace server
