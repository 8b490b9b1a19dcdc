// Turning a client's GeoJSON into a row of a layer, for every endpoint that writes one.
#pragma once

#include "layers/normalise/normalise.hpp"
#include "server/endpoints/reading.hpp"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace server {

// The border as chainage needs it, made again only when a section changed. Thread-safe.
class SectionCache {
public:
    explicit SectionCache(const AppContext& context) : context_{context} {}
    std::shared_ptr<const std::vector<layers::normalise::Section>> get();

private:
    const AppContext& context_;
    std::mutex mutex_;
    std::int64_t seq_ = -1;
    std::shared_ptr<const std::vector<layers::normalise::Section>> sections_;
};

// The body as a JSON object. Error{invalid_input}: no JSON, or nested deeper than 64. Error{invalid_geometry}: JSON,
// but no GeoJSON Feature (RFC 7946, 3.2), with a pointer.
nlohmann::json read_feature_body(std::string_view body);
nlohmann::json read_object_body(std::string_view body); // any object

// A JSON pointer to a member of `parent` (RFC 6901: "~" and "/" in its name are escaped).
std::string pointer_to(std::string_view parent, std::string_view name);

// The member `id` that a client made; nothing when it is absent or null. Error{invalid_geometry} with its pointer: no
// UUID of version 7. Others are the server's: the ids of imported rows follow from agency and source_ref.
std::optional<geo::Uuid> client_id(const nlohmann::json& body, std::string_view parent = {});

// The CRS that the body's shapes are in: a code, from Content-Crs (OGC 20-002r1; "<uri>"), CRS84 without. Shapes are
// stored as lon,lat. Error{invalid_input}: none of known_crs().
std::string content_crs(const Request& request);

// Somebody wrote in another agency's name, or over its row: into the audit with who it was, then Error{forbidden}.
[[noreturn]] void refuse_foreign(const AppContext& context, const layers::access::Caller& caller,
                                 const layers::Layer& layer, const char* why, const std::string& pointer = {});

// A row of the layer from a Feature whose geometry is in `crs`. Nothing is repaired: what doesn't fit is
// Error{invalid_geometry} with a pointer into the body. Server's fields are ignored, unknown and masked ones refused in
// the same words. The owner is the caller's agency; another one in the body is Error{forbidden}. The id is the
// Feature's, or a new one.
layers::Record record_from_feature(const AppContext& context, const layers::access::Caller& caller,
                                   const ReadableLayer& readable, const nlohmann::json& feature,
                                   const std::string& crs = "OGC:CRS84");

// The Feature as get_item shows it without parameters, and its strong entity tag.
struct ItemText {
    std::string feature; // without links
    std::string etag;
};
ItemText item_text(const ReadableLayer& readable, const layers::index::Segment& segment, layers::index::Row row);

} // namespace server
