// Who sees an alert: who may see its subject, and nobody else learns that there is one, not by a count, an id or a
// notice. Asked of the subject's row as it is now, never of the alert's own label. Knows callers; no HTTP.
#pragma once

#include "layers/access/caller.hpp"
#include "layers/alert/alert.hpp"
#include "layers/feed/notice.hpp"
#include "layers/index/read_model.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace layers::alert {

// One caller, one answer, one thread.
class Sight {
public:
    Sight(const index::ReadModel& model, access::Caller caller) : model_{model}, caller_{std::move(caller)} {}
    bool sees(const std::string& collection, const geo::Uuid& subject);
    std::optional<Alert> find(const geo::Uuid& id); // nothing: not there, or not for this caller
    // Those that the caller sees and that pass `filter` (bound to alerts_layer()), behind `after`, in everybody's
    // order.
    std::vector<Alert> list(const query::ExpressionPtr& filter, const std::optional<Alert>& after);

private:
    struct Known {
        std::shared_ptr<const index::View> view;
        access::Policy policy;
    };
    const Known& known(const std::string& collection);

    const index::ReadModel& model_;
    const access::Caller caller_;
    std::map<std::string, Known, std::less<>> known_;
};

// CQL2 text over the alerts' own fields, for this program's own questions.
query::ExpressionPtr over_alerts(const std::string& filter);

// What a step means for the alerts that the caller sees, as collection "alerts": those it writes, and those whose
// subject comes into sight or leaves it.
std::vector<feed::Notice> notices(const index::ReadModel& model, const access::Caller& caller, const index::Step& step);

} // namespace layers::alert
