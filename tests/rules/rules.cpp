// The rules of the layout that no compiler checks: who may include whom, where a library's header may stand, which
// file is long without a reason, which words don't belong. Each fault is named with its file and line.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Include {
    std::string name; // geo/error.hpp, vector
    bool quoted = false;
    std::size_t line = 0;
};

struct Source {
    std::string path; // from the top: geo/error.hpp
    std::string text;
    std::vector<Include> includes;

    bool is_header() const { return path.ends_with(".hpp"); }
    // geo, geo/wrap, layers/query, server, server/http: the top folder and the room in it
    std::string room() const {
        const auto first = path.find('/');
        const auto second = path.find('/', first + 1);
        return path.substr(0, second == std::string::npos ? first : second);
    }
};

std::string read_file(const fs::path& path) {
    std::ifstream in{path, std::ios::binary};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::vector<Include> includes_of(const std::string& text) {
    std::vector<Include> found;
    std::istringstream in{text};
    std::string line;
    for (std::size_t number = 1; std::getline(in, line); ++number) {
        static constexpr std::string_view kStart = "#include ";
        if (!line.starts_with(kStart)) continue;
        const char open = line[kStart.size()];
        const auto end = line.find(open == '<' ? '>' : '"', kStart.size() + 1);
        found.push_back({line.substr(kStart.size() + 1, end - kStart.size() - 1), open == '"', number});
    }
    return found;
}

// Every file that belongs to the project, from the top; what is built or installed is not.
std::vector<std::string> project_files() {
    static const std::set<std::string> kFolders{"server", "geo", "layers", "web", "tests", "data", ".ci"};
    static const std::set<std::string> kSkipped{"node_modules", "dist", "results", "test-results"};
    const fs::path top{SARHAD_SOURCE_DIR};
    std::vector<std::string> files;
    const auto add = [&](const fs::path& path) { files.push_back(fs::relative(path, top).string()); };
    for (const auto& entry : fs::directory_iterator{top}) {
        if (entry.is_regular_file()) add(entry.path());
        if (!entry.is_directory() || !kFolders.contains(entry.path().filename())) continue;
        for (auto it = fs::recursive_directory_iterator{entry.path()}; it != fs::recursive_directory_iterator{}; ++it) {
            if (it->is_directory() && kSkipped.contains(it->path().filename())) it.disable_recursion_pending();
            if (it->is_regular_file()) add(it->path());
        }
    }
    std::ranges::sort(files);
    return files;
}

const std::vector<Source>& sources() {
    static const std::vector<Source> all = [] {
        std::vector<Source> found;
        for (const auto& path : project_files()) {
            const bool code = path.ends_with(".cpp") || path.ends_with(".hpp");
            const bool ours = path.starts_with("geo/") || path.starts_with("layers/") || path.starts_with("server/");
            if (!code || !ours) continue;
            Source source{path, read_file(fs::path{SARHAD_SOURCE_DIR} / path), {}};
            source.includes = includes_of(source.text);
            found.push_back(std::move(source));
        }
        return found;
    }();
    return all;
}

template <typename Allowed>
void check_includes(Allowed allowed, const char* rule) {
    for (const Source& source : sources())
        for (const Include& include : source.includes)
            EXPECT_TRUE(allowed(source, include))
                << source.path << ':' << include.line << ": " << include.name << "\n  " << rule;
}

bool is_under(std::string_view path, std::string_view folder) {
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool is_one_of(std::string_view name, const std::vector<std::string_view>& names) {
    return std::ranges::find(names, name) != names.end();
}

// ---- direction ---------------------------------------------------------------------------------------------------

// The data's path: a room uses only those before it.
constexpr std::array<std::string_view, 15> kRooms{"model",   "query",  "ingest", "normalise", "audit",
                                                  "store",   "access", "index",  "feed",      "fuse",
                                                  "analyse", "alert",  "encode", "tiles",     "package"};

std::size_t place_of(std::string_view path) { // layers/query/… -> 1
    path.remove_prefix(std::string_view{"layers/"}.size());
    return static_cast<std::size_t>(std::ranges::find(kRooms, path.substr(0, path.find('/'))) - kRooms.begin());
}

TEST(Rules, IncludesStartAtTheTopAndExist) {
    check_includes(
        [](const Source&, const Include& include) {
            return !include.quoted || fs::is_regular_file(fs::path{SARHAD_SOURCE_DIR} / include.name);
        },
        "a quoted include is a path from the top of the project");
}

TEST(Rules, GeoKnowsNeitherLayersNorServer) {
    check_includes(
        [](const Source& source, const Include& include) {
            return !is_under(source.path, "geo") || !include.quoted || is_under(include.name, "geo");
        },
        "geo <- layers <- server");
}

TEST(Rules, LayersDoNotKnowTheServer) {
    check_includes(
        [](const Source& source, const Include& include) {
            return !is_under(source.path, "layers") || !is_under(include.name, "server");
        },
        "geo <- layers <- server");
}

TEST(Rules, ARoomOfLayersIsOnTheListAndUsesOnlyRoomsAboveIt) {
    for (const Source& source : sources())
        if (is_under(source.path, "layers")) EXPECT_LT(place_of(source.path), kRooms.size()) << source.path;
    check_includes(
        [](const Source& source, const Include& include) {
            return !is_under(source.path, "layers") || !is_under(include.name, "layers") ||
                   place_of(include.name) <= place_of(source.path);
        },
        "a room uses only those above it: model query ingest normalise audit store access index feed fuse analyse "
        "alert "
        "encode tiles package");
}

TEST(Rules, NoProgramCodeIncludesTests) {
    check_includes([](const Source&, const Include& include) { return !is_under(include.name, "tests"); },
                   "tests know the program, not the other way round");
}

// ---- libraries ---------------------------------------------------------------------------------------------------

// Where a library's headers may stand; a prefix of the header's name, and the folders (empty: nowhere but in .cpp files
// anywhere). A new library is a new row, on purpose.
struct Library {
    std::string_view prefix;
    std::vector<std::string_view> folders;
    bool in_headers = true;
};

const std::vector<Library>& libraries() {
    static const std::vector<std::string_view> wrap{"geo/wrap"};
    static const std::vector<Library> rows{
        // C libraries: handles, sentinels and macros stay behind the fence.
        {"gdal", wrap},
        {"ogr", wrap},
        {"cpl_", wrap},
        {"vrtdataset", wrap},
        {"geos_c.h", wrap},
        {"proj.h", wrap},
        {"geodesic.h", wrap},
        {"sqlite3", wrap},
        {"spatialite", wrap},
        {"zlib.h", wrap},
        {"libdeflate.h", wrap},
        {"zstd", wrap},
        {"brotli/", wrap},
        {"sodium", wrap},
        {"seccomp.h", wrap},
        {"linux/", wrap},
        {"cpuid.h", wrap, false},
        {"immintrin.h", wrap, false},
        {"libpq", wrap},
        // C++ libraries
        {"GeographicLib/", {"geo"}, false},
        {"boost/beast", {"server/http"}},
        {"boost/asio", {"server/http"}},
        {"nlohmann/json_fwd.hpp", {"geo", "layers", "server"}},
        {"nlohmann/json.hpp", {"geo", "layers", "server"}, false},
        {"simdjson.h", {"layers/ingest"}, false},
        {"protozero/", {"layers"}, false},
        {"CLI/", {"server"}},
        {"toml++/", {"server"}, false},
    };
    return rows;
}

// POSIX: system calls are no library, but only .cpp files speak to the system.
bool is_posix(std::string_view name) {
    static const std::vector<std::string_view> kNames{"unistd.h",  "fcntl.h",  "poll.h",    "spawn.h", "signal.h",
                                                      "pthread.h", "dirent.h", "strings.h", "netdb.h", "sched.h"};
    return is_one_of(name, kNames) || name.starts_with("sys/") || name.starts_with("arpa/") ||
           name.starts_with("netinet/");
}

bool is_standard(std::string_view name) { // <vector>, <cstdint>: no extension, no folder
    return name.find_first_of("./") == std::string_view::npos;
}

TEST(Rules, ALibraryIsIncludedOnlyWhereItMayBe) {
    check_includes(
        [](const Source& source, const Include& include) {
            if (include.quoted || is_standard(include.name)) return true;
            if (is_posix(include.name)) return !source.is_header();
            for (const Library& library : libraries()) {
                if (!include.name.starts_with(library.prefix)) continue;
                const bool here = std::ranges::any_of(
                    library.folders, [&](std::string_view folder) { return is_under(source.path, folder); });
                return here && (library.in_headers || !source.is_header());
            }
            return false;
        },
        "C libraries stay in geo/wrap, Beast and Asio in server/http; heavy headers in .cpp files; see libraries()");
}

// ---- form --------------------------------------------------------------------------------------------------------

// The comment at the top of a file, without the code behind it.
std::string first_comment(const std::string& text) {
    std::istringstream in{text};
    std::string comment, line;
    while (std::getline(in, line) && line.starts_with("//")) comment += line + '\n';
    return comment;
}

TEST(Rules, EveryHeaderSaysFirstWhatItIsFor) {
    for (const Source& source : sources())
        if (source.is_header()) EXPECT_NE(first_comment(source.text), "") << source.path;
}

TEST(Rules, EveryHeaderIsGuarded) {
    for (const Source& source : sources())
        if (source.is_header()) EXPECT_NE(source.text.find("#pragma once\n"), std::string::npos) << source.path;
}

TEST(Rules, AFileOfMoreThan400LinesSaysWhyItIsLong) {
    for (const Source& source : sources()) {
        const auto lines = std::ranges::count(source.text, '\n');
        if (lines <= 400) continue;
        const std::string comment = first_comment(source.text);
        const bool says = comment.find("Long") != std::string::npos || comment.find("long") != std::string::npos;
        EXPECT_TRUE(says) << source.path << " has " << lines
                          << " lines: say in its first comment why it is that long, or cut it";
    }
}

// ---- words -------------------------------------------------------------------------------------------------------

// Put together here so that this file doesn't hold them.
const std::vector<std::string> kWords{
    std::string{"/wo"} + "rk/",                               // where one machine keeps its clone
    std::string{"/ro"} + "ot/",                               // somebody's home
    std::string{"/ho"} + "me/", std::string{"regi"} + "stry", // where packages come from is the client's configuration
};

bool is_text(const std::string& bytes) {
    return bytes.substr(0, 8000).find('\0') == std::string::npos;
}

TEST(Rules, NoFileNamesAMachineOrAPackageHost) {
    for (const auto& path : project_files()) {
        if (path == "web/.npmrc") continue; // npm's own key for leaving addresses out has the word in it
        const std::string text = read_file(fs::path{SARHAD_SOURCE_DIR} / path);
        if (!is_text(text)) continue;
        for (const auto& word : kWords) {
            const auto at = text.find(word);
            if (at == std::string::npos) continue;
            ADD_FAILURE() << path << ':' << 1 + std::count(text.begin(), text.begin() + static_cast<long>(at), '\n')
                          << ": " << word;
        }
    }
}

TEST(Rules, LockFilesHoldNoAddresses) {
    for (const auto& path : project_files()) {
        if (!path.ends_with("package-lock.json")) continue;
        const std::string text = read_file(fs::path{SARHAD_SOURCE_DIR} / path);
        EXPECT_EQ(text.find("\"resolved\": \"http"), std::string::npos) << path;
        EXPECT_NE(text.find("\"integrity\""), std::string::npos) << path << " pins no content";
    }
}

} // namespace
