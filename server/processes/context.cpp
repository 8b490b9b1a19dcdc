#include "server/processes/context.hpp"

#include "geo/error.hpp"
#include "layers/index/read_model.hpp"
#include "layers/store/store.hpp"
#include "server/endpoint.hpp"

#include <chrono>

namespace server::processes {

using geo::Error;
using geo::ErrorCode;

void ProcessContext::go_on() const {
    if (stop.stop_requested()) throw Error{ErrorCode::cancelled, "The process was stopped."};
}

std::shared_ptr<const layers::Layer> ProcessContext::rows(std::string_view layer_id,
                                                          const std::vector<std::string>& fields, bool geometry,
                                                          const Visit& visit) const {
    constexpr int kRowsBetweenLooks = 1000;
    const auto view = app.index->view(layer_id);
    if (!view) return nullptr;
    const auto& layer = *view->layer;
    const auto policy = layers::access::compile(caller, layer);
    if (!policy.may_read) return nullptr;
    std::vector<std::size_t> wanted;
    for (const auto& field : fields)
        if (const auto ordinal = layer.find(field); ordinal && policy.visible[*ordinal]) wanted.push_back(*ordinal);
    layers::Record record;
    record.values.resize(layer.fields.size());
    int until_look = 0;
    view->each(std::nullopt, policy.filter, {}, [&](const layers::index::Piece& piece, layers::index::Row row) {
        if (--until_look < 0) {
            go_on();
            until_look = kRowsBetweenLooks;
        }
        const auto& segment = *piece.segment;
        record.id = segment.id(row);
        record.version = segment.version(row);
        record.seq = segment.seq(row);
        for (const auto ordinal : wanted) record.values[ordinal] = segment.column(ordinal).value(row);
        if (geometry) record.geometry = segment.geometry(row);
        visit(layer, record);
    });
    return view->layer;
}

geo::Instant ProcessContext::first_recorded(const layers::Layer& layer, const layers::Record& record) const {
    const auto recorded = [](const layers::Record& version) {
        const auto* at = std::get_if<geo::Instant>(&version.values[layers::common::recorded_at]);
        return at != nullptr ? *at : geo::Instant{};
    };
    if (record.version <= 1) return recorded(record);
    go_on();
    const auto versions = app.store->history(layer.id, record.id);
    return versions.empty() ? recorded(record) : recorded(versions.front().record);
}

} // namespace server::processes
