// The one way to include Boost.Asio and Beast: compiled once (beast_impl.cpp), as 16 s a file is the price otherwise.
// Private to this room.
#pragma once

#define BOOST_ASIO_SEPARATE_COMPILATION
#define BOOST_BEAST_SEPARATE_COMPILATION

#include <utility> // Asio 1.74 uses std::exchange in its coroutines without including it

#include <boost/asio/buffer.hpp>
