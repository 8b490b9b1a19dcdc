// The one way to include Boost.Asio and Beast: compiled once (beast_impl.cpp), as 16 s a file is the price otherwise.
// Private to this room.
#pragma once

#define BOOST_ASIO_SEPARATE_COMPILATION
#define BOOST_BEAST_SEPARATE_COMPILATION
// Asio 1.74 knows standard coroutines of g++ only, though clang has them too.
#define BOOST_ASIO_HAS_CO_AWAIT 1
#define BOOST_ASIO_HAS_STD_COROUTINE 1

// g++ 12 takes the frame of an inlined coroutine, which Asio allocates by its own operator new, for mismatched.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

#include <utility> // Asio 1.74 uses std::exchange in its coroutines without including it

#include <boost/asio/buffer.hpp>
