// /audit: both logs by pages, checkpoints, proofs and the verification, for the auditor. Rows are never shown here.
#pragma once

#include "server/endpoint.hpp"

#include <nlohmann/json_fwd.hpp>

#include <vector>

namespace layers::store {
class Store;
struct AuditReport;
struct CheckReport;
} // namespace layers::store

namespace server {

std::vector<Endpoint> audit_endpoints();

// For the endpoints and the verbs alike.
nlohmann::json audit_report_json(const layers::store::AuditReport& report);
nlohmann::json check_report_json(const layers::store::Store& store, const layers::store::CheckReport& report);

} // namespace server
