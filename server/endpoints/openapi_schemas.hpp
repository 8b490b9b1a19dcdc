// The named parts of the OpenAPI document: what several endpoints' bodies share. A row names one in Body::schema.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace server {

nlohmann::json openapi_schemas();

} // namespace server
