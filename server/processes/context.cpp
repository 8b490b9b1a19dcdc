#include "server/processes/context.hpp"

#include "geo/error.hpp"
#include "layers/index/visible_rows.hpp"
#include "server/endpoint.hpp"

namespace server::processes {

using geo::Error;
using geo::ErrorCode;

void ProcessContext::go_on() const {
    if (stop.stop_requested()) throw Error{ErrorCode::cancelled, "The process was stopped."};
}

std::shared_ptr<const layers::Layer> ProcessContext::rows(std::string_view layer,
                                                          const std::vector<std::string>& fields, bool geometry,
                                                          const Visit& visit) const {
    const auto view = app.index->view(layer);
    if (!view || !layers::access::compile(caller, *view->layer).may_read) return nullptr;
    layers::index::visible_rows(*view, caller, fields, geometry, stop, visit);
    return view->layer;
}

} // namespace server::processes
