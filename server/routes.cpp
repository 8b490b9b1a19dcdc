#include "server/routes.hpp"

#include "server/endpoints/alerts.hpp"
#include "server/endpoints/audit.hpp"
#include "server/endpoints/backup.hpp"
#include "server/endpoints/collections.hpp"
#include "server/endpoints/conformance.hpp"
#include "server/endpoints/edit.hpp"
#include "server/endpoints/event_why.hpp"
#include "server/endpoints/events.hpp"
#include "server/endpoints/health.hpp"
#include "server/endpoints/import.hpp"
#include "server/endpoints/items.hpp"
#include "server/endpoints/jobs.hpp"
#include "server/endpoints/judgements.hpp"
#include "server/endpoints/landing.hpp"
#include "server/endpoints/me.hpp"
#include "server/endpoints/metrics.hpp"
#include "server/endpoints/openapi.hpp"
#include "server/endpoints/processes.hpp"
#include "server/endpoints/raster.hpp"
#include "server/endpoints/review.hpp"
#include "server/endpoints/static_files.hpp"
#include "server/endpoints/styles.hpp"
#include "server/endpoints/tiles.hpp"
#include "server/endpoints/tokens.hpp"

#include <iterator>

namespace server {

std::vector<Endpoint> all_endpoints() {
    std::vector<Endpoint> all;
    // One line an endpoint file; the order is that of the document.
    // clang-format off
    for (auto* rows : {
             landing_endpoints,
             conformance_endpoints,
             openapi_endpoints,
             health_endpoints,
             metrics_endpoints,
             me_endpoints,
             tokens_endpoints,
             audit_endpoints,
             backup_endpoints,
             collections_endpoints,
             items_endpoints,
             edit_endpoints,
             events_endpoints,
             judgement_endpoints,
             review_endpoints,
             event_why_endpoints,
             alert_endpoints,
             tiles_endpoints,
             raster_endpoints,
             import_endpoints,
             processes_endpoints,
             jobs_endpoints,
             styles_endpoints,
             static_files_endpoints,
         }) {
        // clang-format on
        auto some = rows();
        all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
    }
    return all;
}

} // namespace server
