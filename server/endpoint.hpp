// What an endpoint is: one row in its file's table, read by the router, the parameter check and the OpenAPI document
// alike. An endpoint parses, validates, calls and answers; it throws geo::Error and never sees a socket.
// A new endpoint: a function `std::vector<Endpoint> NAME_endpoints()` in endpoints/NAME.cpp and its line in routes.cpp.
#pragma once

#include "server/config.hpp"
#include "server/params.hpp"
#include "server/request.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace geo {
class Raster;
}
namespace layers::store {
class Store;
}
namespace layers::index {
class ReadModel;
class FactsCache;
class Sources;
} // namespace layers::index
namespace layers::tiles {
class TileService;
}

namespace server {

namespace jobs {
class Manager;
}
namespace live {
struct Live;
}
class Metrics;
class SealExpiry;
class SectionCache;
class Router;

// Everything a handler may use. Filled by main() before the listener starts, then only read; what it points to is
// thread-safe by itself. A null pointer: not in this process (a test, a command), the endpoint answers not_implemented.
struct AppContext {
    Config config;
    std::shared_ptr<layers::store::Store> store;
    std::shared_ptr<layers::index::ReadModel> index;
    std::shared_ptr<layers::index::Sources> sources;  // every collection as a caller may have it
    std::shared_ptr<layers::index::FactsCache> facts; // counts and extents of layers, by policy group
    std::shared_ptr<layers::tiles::TileService> tiles;
    std::shared_ptr<SectionCache> sections; // the border, for chainage of what is written
    std::shared_ptr<geo::Raster> elevation; // null: none was given
    std::shared_ptr<live::Live> live;       // events; follows the index, so it goes before that
    std::shared_ptr<SealExpiry> seals;      // ends people's numbers in time; writes, so it goes before the index
    std::shared_ptr<jobs::Manager> jobs;
    std::shared_ptr<Metrics> metrics;
    std::shared_ptr<const Router> router;
    // Who asks; Error{unauthenticated} for a token that is no good. Empty: an anonymous caller, or all-may-do `--open`.
    std::function<layers::access::Caller(const Request&)> authenticate;
    // Why the server can't do its work now, in words for an operator; empty when it can.
    std::function<std::string()> not_ready;
};

using Handler = Response (*)(AppContext&, Request&, const PathParams&, const Params&);
// Of an upload, before its body is read: throws to refuse it (rights, a parameter that makes no sense).
using Admit = void (*)(AppContext&, const Request&, const PathParams&, const Params&);

struct Body { // of a request or an answer, for the document and the check of Content-Type
    std::vector<std::string> media_types = {}; // empty: none
    std::string schema = {}; // JSON Schema as text, or the name of a component ("Problem"); empty: any
    std::string description = {};
};

struct Endpoint {
    std::string method = {}; // "GET" also answers HEAD
    std::string path = {};   // "/collections/{id}/items", "/tiles/{layers}/{z}/{x}/{y}.mvt", "/map/{path*}" (rest)
    std::string operation_id = {}; // also the route's name in the log and the metrics
    std::string summary = {};
    std::string tag = {};
    std::vector<Param> params = {}; // of the query and, where not plain text, of the path
    Handler handler = nullptr;
    Body answer = {}; // of the 200 (or 201/202, see `status`)
    Body request = {};
    int status = 200;               // the usual good answer
    std::vector<int> problems = {}; // other statuses worth a line in the document; 400 and 404 are understood
    bool other_params = false;      // further query parameters go to Params::others(); the handler refuses unknown ones
    bool spool_body = false;        // the body goes to Request::body_file, up to config.max_upload_bytes
    Admit admit = nullptr;          // with spool_body
    bool urgent = false;            // answered by a thread of its own while all workers are busy (health)
    bool hidden = false;            // left out of the document (static files)
    std::chrono::milliseconds deadline{5000};
};

} // namespace server
