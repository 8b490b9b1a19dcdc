#include "layers/alert/sight.hpp"

#include "layers/query/record_row.hpp"

#include <algorithm>

namespace layers::alert {

namespace {

feed::Notice notice_of(const Alert& alert, feed::Happened happened, geo::Instant at) {
    feed::Notice notice{.layer = alerts_layer().id, .id = alert.id, .happened = happened, .at = at, .boxes = {}};
    if (const auto box = alert.place.box(); !box.empty()) notice.boxes.push_back(box);
    return notice;
}

bool is_watched(const std::string& collection) {
    return std::ranges::find(built_in_rules(), collection, &Rule::collection) != built_in_rules().end();
}

std::vector<Alert> about(const index::ReadModel& model, const geo::Uuid& subject) {
    std::vector<Alert> found;
    const auto view = model.view(alerts_layer().id);
    if (!view) return found;
    view->each({}, over_alerts("subject = '" + geo::to_string(subject) + "'"), {},
               [&](const index::Piece& piece, index::Row row) {
                   found.push_back(alert_of(index::to_record(*piece.segment, row)));
               });
    return found;
}

} // namespace

query::ExpressionPtr over_alerts(const std::string& filter) {
    const auto& layer = alerts_layer();
    return query::bind(query::parse_cql2_text(filter), layer, std::vector<bool>(layer.fields.size(), true));
}

const Sight::Known& Sight::known(const std::string& collection) {
    if (const auto at = known_.find(collection); at != known_.end()) return at->second;
    Known fresh{model_.view(collection), {}};
    if (fresh.view) fresh.policy = access::compile(caller_, *fresh.view->layer);
    return known_.emplace(collection, std::move(fresh)).first->second;
}

bool Sight::sees(const std::string& collection, const geo::Uuid& subject) {
    const auto& layer = known(collection);
    if (!layer.view || !layer.policy.may_read) return false;
    const auto found = layer.view->find(subject);
    return found &&
           index::SegmentFilter{*found->piece->segment, *layer.view->layer, layer.policy.filter, {}}(found->row);
}

std::optional<Alert> Sight::find(const geo::Uuid& id) {
    const auto view = model_.view(alerts_layer().id);
    const auto found = view ? view->find(id) : std::nullopt;
    if (!found) return {};
    auto alert = alert_of(index::to_record(*found->piece->segment, found->row));
    if (!sees(alert.collection, alert.subject)) return {};
    return alert;
}

std::vector<Alert> Sight::list(const query::ExpressionPtr& filter, const std::optional<Alert>& after) {
    std::vector<Alert> all;
    const auto view = model_.view(alerts_layer().id);
    if (!view) return all;
    view->each({}, filter, {}, [&](const index::Piece& piece, index::Row row) {
        auto alert = alert_of(index::to_record(*piece.segment, row));
        if ((!after || before(*after, alert)) && sees(alert.collection, alert.subject)) all.push_back(std::move(alert));
    });
    std::ranges::sort(all, before);
    return all;
}

std::vector<feed::Notice> notices(const index::ReadModel& model, const access::Caller& caller,
                                  const index::Step& step) {
    const auto at = step.change.recorded_at;
    std::vector<feed::Notice> told;
    if (step.change.layer == alerts_layer().id) {
        if (!step.after) return told;
        const auto alert = alert_of(*step.after);
        if (!Sight{model, caller}.sees(alert.collection, alert.subject)) return told;
        told.push_back(notice_of(alert, step.before ? feed::Happened::updated : feed::Happened::created, at));
        return told;
    }
    if (!step.before || !is_watched(step.change.layer)) return told; // of what has just come there is no alert yet
    const auto view = model.view(step.change.layer);
    if (!view || view->layer->internal) return told;
    const auto policy = access::compile(caller, *view->layer);
    const bool saw = policy.may_read && query::passes(policy.filter, *step.before);
    const bool sees = policy.may_read && step.after && query::passes(policy.filter, *step.after);
    if (saw == sees) return told;
    for (const auto& alert : about(model, step.change.id))
        told.push_back(notice_of(alert, sees ? feed::Happened::created : feed::Happened::removed, at));
    return told;
}

} // namespace layers::alert
