#include "tests/faults/machine.hpp"

#include "tests/faults/platter.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <map>
#include <new>
#include <nlohmann/json.hpp>
#include <set>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace faults {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSector = 512;

std::string read(const std::string& path) {
    std::string bytes(fs::exists(path) ? fs::file_size(path) : 0, '\0');
    std::ifstream{path, std::ios::binary}.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return bytes;
}

void write(const std::string& path, const std::string& bytes) {
    std::ofstream{path, std::ios::binary | std::ios::trunc} << bytes;
}

ino_t inode_of(const std::string& path) {
    struct stat about {};
    return ::stat(path.c_str(), &about) == 0 ? about.st_ino : 0;
}

// Names of regular files below the data directory -> inodes.
std::map<std::string, ino_t> names_in(const std::string& data) {
    std::map<std::string, ino_t> names;
    for (const auto& entry : fs::recursive_directory_iterator{data})
        if (entry.is_regular_file()) names[fs::relative(entry.path(), data).string()] = inode_of(entry.path().string());
    return names;
}

// Chosen anew for each loss: how much of what was not synced had reached the disk by itself.
double share_that_arrived(std::mt19937_64& random) {
    switch (random() % 4) {
    case 0:
        return 0;
    case 1:
        return 0.1;
    case 2:
        return 0.9;
    default:
        return 0.5;
    }
}

std::string after_loss(const std::string& safe, const std::string& now, double share, std::mt19937_64& random) {
    std::bernoulli_distribution arrived{share};
    std::string left = safe;
    if (arrived(random)) left.resize(now.size(), '\0');
    for (std::size_t at = 0; at < left.size() && at < now.size(); at += kSector) {
        const std::size_t size = std::min({kSector, left.size() - at, now.size() - at});
        if (left.compare(at, size, now, at, size) != 0 && arrived(random)) left.replace(at, size, now, at, size);
    }
    return left;
}

} // namespace

Machine::Machine(Disk disk) : disk_{disk}, data_{folder_.path("data")}, platter_{folder_.path("platter")} {
    new_control();
}

Machine::Machine(Disk disk, std::string data_dir)
    : disk_{disk}, data_{std::move(data_dir)}, platter_{folder_.path("platter")} {
    new_control();
}

void Machine::new_control() {
    const int file = ::open(scratch("control").c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    void* page = MAP_FAILED;
    if (file >= 0 && ::ftruncate(file, sizeof(Control)) == 0)
        page = ::mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page == MAP_FAILED) throw std::runtime_error{"no shared page"};
    ::close(file);
    control_ = std::shared_ptr<Control>{new (page) Control, [](Control* p) { ::munmap(p, sizeof(Control)); }};
}

void Machine::adopt() {
    fs::remove_all(platter_);
    for (const char* part : {"/inode", "/name", "/live", "/dropped"}) fs::create_directories(platter_ + part);
    fs::create_directories(data_);
    for (const auto& [name, inode] : names_in(data_)) {
        fs::copy_file(data_ + "/" + name, platter_inode(platter_, inode), fs::copy_options::overwrite_existing);
        fs::create_hard_link(data_ + "/" + name, platter_live(platter_, inode));
        write(platter_name(platter_, name), std::to_string(inode));
    }
}

test::Environment Machine::environment() const {
    if (disk_ == Disk::kernel) return {};
    test::Environment all{{"LD_PRELOAD", SARHAD_SHIM}, {kControlVariable, scratch("control")}, {kDataVariable, data_}};
    if (disk_ == Disk::platter) all.emplace_back(kPlatterVariable, platter_);
    return all;
}

test::Server& Machine::start(const std::vector<std::string>& arguments) {
    if (disk_ == Disk::platter) adopt();
    server_.reset();
    server_ = std::make_unique<test::Server>(data_, arguments, environment());
    return *server_;
}

test::Server& Machine::restart() {
    server_.reset();
    server_ = std::make_unique<test::Server>(data_, std::vector<std::string>{"--open"}, environment());
    return *server_;
}

int Machine::stop() {
    return server_->stop();
}

void Machine::kill() {
    server_->signal(SIGKILL);
    server_->wait();
}

void Machine::lose_power(std::mt19937_64& random) {
    const auto now = names_in(data_);
    std::map<std::string, ino_t> safe;
    for (const auto& entry : fs::directory_iterator{platter_ + "/name"}) {
        std::string name = entry.path().filename().string();
        std::ranges::replace(name, '%', '/');
        safe[name] = std::stoul(read(entry.path().string()));
    }
    const double share = share_that_arrived(random);
    std::bernoulli_distribution arrived{share};
    std::set<std::string> names;
    for (const auto* some : {&now, &std::as_const(safe)})
        for (const auto& [name, inode] : *some) names.insert(name);
    struct File {
        std::string bytes;
        fs::perms rights;
    };
    std::map<std::string, File> left;
    for (const auto& name : names) {
        const auto& names_then = arrived(random) ? now : safe;
        const auto it = names_then.find(name);
        if (it == names_then.end()) continue;
        const auto live = platter_live(platter_, it->second);
        left[name] = {after_loss(read(platter_inode(platter_, it->second)), read(live), share, random),
                      fs::status(live).permissions()};
    }
    for (const auto& [name, inode] : now) fs::remove(data_ + "/" + name);
    for (const auto& [name, file] : left) {
        write(data_ + "/" + name, file.bytes);
        fs::permissions(data_ + "/" + name, file.rights);
    }
    new_control();
}

std::optional<std::int64_t> Machine::check(std::string* why) const {
    const auto ran = test::run({"check", "--data-dir", data_, "--json"});
    if (ran.exit_code != 0) {
        if (why) *why = "check ends with " + std::to_string(ran.exit_code) + ": " + ran.err;
        return {};
    }
    return nlohmann::json::parse(ran.out)["seq"].get<std::int64_t>();
}

} // namespace faults
