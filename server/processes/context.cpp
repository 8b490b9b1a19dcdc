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
    return layers::index::visible_rows(*app.index, caller, layer, fields, geometry, stop, visit);
}

} // namespace server::processes
