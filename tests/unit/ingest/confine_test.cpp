#include "geo/wrap/confine.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// What `attempt` returns in a confined process (0..99), or 100 + the signal that ended it.
int confined(const std::function<int()>& attempt, geo::wrap::Limits limits = {4096ull << 20, 20}) {
    const int pid = fork();
    if (pid == 0) {
        try {
            geo::wrap::confine(limits);
        } catch (...) {
            _exit(99);
        }
        _exit(attempt());
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? 100 + WTERMSIG(status) : WEXITSTATUS(status);
}

int errno_if_negative(long result) {
    return result < 0 ? errno : 0;
}

} // namespace

TEST(confine, a_confined_process_opens_nothing) {
    EXPECT_EQ(confined([] { return errno_if_negative(open("/etc/passwd", O_RDONLY)); }), EACCES);
    EXPECT_EQ(confined([] { return errno_if_negative(open("/tmp/sarhad-confined", O_CREAT | O_WRONLY, 0600)); }),
              EACCES);
    EXPECT_NE(access("/tmp/sarhad-confined", F_OK), 0);
}

TEST(confine, a_confined_process_makes_no_socket_process_or_program) {
    EXPECT_EQ(confined([] { return errno_if_negative(socket(AF_INET, SOCK_STREAM, 0)); }), EACCES);
    EXPECT_EQ(confined([] { return errno_if_negative(socket(AF_UNIX, SOCK_STREAM, 0)); }), EACCES);
    EXPECT_EQ(confined([] {
                  const auto pid = fork();
                  if (pid == 0) _exit(0);
                  return errno_if_negative(pid);
              }),
              EACCES);
    EXPECT_EQ(confined([] {
                  char name[] = "/bin/true";
                  char* argv[] = {name, nullptr};
                  return errno_if_negative(execv(name, argv));
              }),
              EACCES);
    EXPECT_EQ(confined([] { return errno_if_negative(kill(getppid(), 0)); }), EACCES);
}

TEST(confine, a_confined_process_still_reads_what_it_was_handed) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    ASSERT_EQ(write(ends[1], "x", 1), 1);
    EXPECT_EQ(confined([&] {
                  char c = 0;
                  return read(ends[0], &c, 1) == 1 && c == 'x' ? 7 : 8;
              }),
              7);
    close(ends[0]);
    close(ends[1]);
}

TEST(confine, processor_time_is_limited) {
    const auto ended = confined(
        [] {
            volatile bool running = true;
            while (running) {}
            return 0;
        },
        {4096ull << 20, 1});
    EXPECT_EQ(ended, 100 + SIGXCPU);
}

TEST(confine, memory_is_limited) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "the sanitizer's allocator aborts instead of throwing";
#endif
    EXPECT_EQ(confined(
                  [] {
                      try {
                          std::string big(2048ull << 20, 'x');
                          return big.size() > 5 ? 1 : 2;
                      } catch (const std::bad_alloc&) {
                          return 3;
                      }
                  },
                  {1536ull << 20, 20}),
              3);
}
