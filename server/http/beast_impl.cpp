// The compiled part of Asio and Beast.
#include "server/http/asio.hpp"

#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
