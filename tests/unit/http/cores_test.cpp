#include "server/http/cores.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <thread>

using server::http::cores_allowed;

TEST(Cores, CountsThoseThisProcessMayUseAndNotTheMachines) {
    std::thread pinned{[] {
        cpu_set_t all, one;
        ASSERT_EQ(::sched_getaffinity(0, sizeof all, &all), 0);
        EXPECT_EQ(cores_allowed(), CPU_COUNT(&all));
        int first = 0;
        while (!CPU_ISSET(first, &all)) ++first;
        CPU_ZERO(&one);
        CPU_SET(first, &one);
        ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0); // of this thread alone
        EXPECT_EQ(cores_allowed(), 1);
    }};
    pinned.join();
}
