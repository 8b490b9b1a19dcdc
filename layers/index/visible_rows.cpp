#include "layers/index/visible_rows.hpp"

#include "geo/error.hpp"

namespace layers::index {

void visible_rows(const View& view, const access::Caller& caller, const std::vector<std::string>& fields, bool geometry,
                  const std::stop_token& stop, const VisitRow& visit) {
    constexpr int kRowsBetweenLooks = 1000;
    const auto& layer = *view.layer;
    const auto policy = access::compile(caller, layer);
    if (!policy.may_read) return;
    std::vector<std::size_t> wanted;
    for (const auto& field : fields)
        if (const auto ordinal = layer.find(field); ordinal && policy.visible[*ordinal]) wanted.push_back(*ordinal);
    Record record;
    record.values.resize(layer.fields.size());
    int until_look = 0;
    view.each(std::nullopt, policy.filter, {}, [&](const Piece& piece, Row row) {
        if (--until_look < 0) {
            if (stop.stop_requested()) throw geo::Error{geo::ErrorCode::cancelled, "It was stopped."};
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
}

} // namespace layers::index
