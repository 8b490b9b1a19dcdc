#include "server/config.hpp"

#include "geo/error.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace server;

namespace {

class ConfigTest : public testing::Test {
protected:
    ~ConfigTest() override { std::filesystem::remove(file); }
    Config read(const std::string& text) {
        std::ofstream{file} << text;
        Config config;
        read_config_file(config, file);
        return config;
    }
    std::string refused(const std::string& text) {
        try {
            read(text);
            return "taken";
        } catch (const geo::Error& error) {
            return error.pointer;
        }
    }
    std::string file =
        std::filesystem::temp_directory_path() / ("sarhad-config-" + std::to_string(::getpid()) + ".toml");
};

} // namespace

TEST_F(ConfigTest, ReadsWhatItKnows) {
    const auto config = read("listen = \"[::1]:9000\"\nworkers = 3\nopen = true\npublic_url = \"https://a/\"\n");
    EXPECT_EQ(config.address, "::1");
    EXPECT_EQ(config.port, 9000);
    EXPECT_EQ(config.workers, 3);
    EXPECT_TRUE(config.open);
    EXPECT_EQ(config.public_url, "https://a");
    EXPECT_EQ(config.queue_length, 256) << "the rest stays";
}

TEST_F(ConfigTest, RefusesUnknownKeysAndWrongValues) {
    EXPECT_EQ(refused("wrokers = 3\n"), "wrokers");
    EXPECT_EQ(refused("workers = \"3\"\n"), "workers");
    EXPECT_EQ(refused("workers = -1\n"), "workers");
    EXPECT_EQ(refused("open = 1\n"), "open");
    EXPECT_EQ(refused("data_dir = 5\n"), "data_dir");
    EXPECT_EQ(refused("queue_length = 0\n"), "queue_length");
    EXPECT_EQ(refused("workers = \n"), "") << "a syntax error is told by its line";
    EXPECT_EQ(refused("[server]\nworkers = 3\n"), "server");
}

TEST_F(ConfigTest, RefusesAddressesThatAreNone) {
    for (const auto* text : {"", "8080", "host:80", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80x",
                             "127.0.0.1", "127.0.1:80", ":80"}) {
        Config config;
        EXPECT_THROW(set_listen(config, text), geo::Error) << text;
    }
    Config config;
    set_listen(config, "localhost:0");
    EXPECT_EQ(config.address, "127.0.0.1");
}

TEST(Loopback, IsWhatNobodyElseReaches) {
    for (const auto* address : {"127.0.0.1", "127.8.9.1", "::1"}) EXPECT_TRUE(is_loopback(address)) << address;
    for (const auto* address : {"0.0.0.0", "::", "192.168.0.1", "128.0.0.1", "localhost"})
        EXPECT_FALSE(is_loopback(address)) << address;
}
