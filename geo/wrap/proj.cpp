#include "geo/wrap/proj.hpp"

#include "geo/error.hpp"

#include <algorithm>
#include <cctype>
#include <proj.h>
#include <string_view>

namespace geo::wrap {
namespace {

constexpr std::size_t kLongestCrs = 65'536;
constexpr Box kWorld{-180, -90, 180, 90};

struct FreeContext {
    void operator()(PJ_CONTEXT* context) const noexcept { proj_context_destroy(context); }
};
struct Free {
    void operator()(PJ* object) const noexcept { proj_destroy(object); }
};
using Context = std::unique_ptr<PJ_CONTEXT, FreeContext>;
using Object = std::unique_ptr<PJ, Free>;

[[noreturn]] void unknown() {
    throw Error{ErrorCode::invalid_input, "unknown coordinate reference system"};
}

Context make_context() {
    Context context{proj_context_create()};
    if (!context) throw Error{ErrorCode::internal, "no coordinate transformations available"};
    proj_context_set_enable_network(context.get(), 0);
    proj_log_level(context.get(), PJ_LOG_NONE);
    return context;
}

// PROJ also takes pipelines, "init=" files and grids by path; those must not come from outside.
bool safe(std::string_view text) {
    if (text.empty() || text.size() > kLongestCrs || text.find('\0') != std::string_view::npos) return false;
    if (text.front() == '{') return true;
    const auto word = static_cast<std::size_t>(
        std::find_if(text.begin(), text.end(), [](unsigned char c) { return !std::isalnum(c) && c != '_'; }) -
        text.begin());
    if (word == 0 || word == text.size()) return false;
    if (text[word] == '[' || text[word] == '(') return true;
    const auto code_character = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.' || c == ':'; };
    return text[word] == ':' && std::all_of(text.begin(), text.end(), code_character);
}

Object parse(PJ_CONTEXT* context, const std::string& text) {
    if (!safe(text)) unknown();
    Object crs{proj_create(context, text.c_str())};
    if (!crs || !proj_is_crs(crs.get())) unknown();
    return crs;
}

// Down to the part that says where on the ground.
Object horizontal(PJ_CONTEXT* context, Object crs) {
    for (;;) {
        switch (proj_get_type(crs.get())) {
        case PJ_TYPE_BOUND_CRS:
            crs.reset(proj_get_source_crs(context, crs.get()));
            break;
        case PJ_TYPE_COMPOUND_CRS:
            crs.reset(proj_crs_get_sub_crs(context, crs.get(), 0));
            break;
        case PJ_TYPE_GEOCENTRIC_CRS:
        case PJ_TYPE_VERTICAL_CRS:
        case PJ_TYPE_TEMPORAL_CRS:
        case PJ_TYPE_ENGINEERING_CRS:
            unknown();
        default:
            return crs;
        }
        if (!crs) unknown();
    }
}

} // namespace

void ProjTransform::FreeContext::operator()(pj_ctx* context) const noexcept {
    proj_context_destroy(context);
}
void ProjTransform::Free::operator()(PJconsts* object) const noexcept {
    proj_destroy(object);
}

ProjTransform::ProjTransform(const std::string& from, const std::string& to) : context_{make_context().release()} {
    const Object source = parse(context_.get(), from);
    const Object target = parse(context_.get(), to);
    // Only to refuse what has no place on the ground; the transformation itself takes the whole, datum shifts included.
    horizontal(context_.get(), Object{proj_clone(context_.get(), source.get())});
    horizontal(context_.get(), Object{proj_clone(context_.get(), target.get())});
    identity_ = proj_is_equivalent_to_with_ctx(context_.get(), source.get(), target.get(),
                                               PJ_COMP_EQUIVALENT_EXCEPT_AXIS_ORDER_GEOGCRS) != 0;
    const Object raw{proj_create_crs_to_crs_from_pj(context_.get(), source.get(), target.get(), nullptr, nullptr)};
    if (!raw) unknown();
    transform_.reset(proj_normalize_for_visualization(context_.get(), raw.get()));
    if (!transform_) unknown();
}

void ProjTransform::apply(std::span<Point> points) const {
    if (identity_ || points.empty()) return;
    proj_errno_reset(transform_.get());
    proj_trans_generic(transform_.get(), PJ_FWD, &points[0].x, sizeof(Point), points.size(), &points[0].y,
                       sizeof(Point), points.size(), nullptr, 0, 0, nullptr, 0, 0);
}

Box proj_area_of_use(const std::string& crs) {
    const Context context = make_context();
    const Object object = parse(context.get(), crs);
    Box box;
    if (!proj_get_area_of_use(context.get(), object.get(), &box.min_x, &box.min_y, &box.max_x, &box.max_y, nullptr)) {
        return kWorld;
    }
    if (box.min_y < -90) return kWorld; // -1000 stands for unknown
    if (box.min_x > box.max_x) {
        box.min_x = kWorld.min_x;
        box.max_x = kWorld.max_x;
    }
    return box;
}

bool proj_north_first(const std::string& crs) {
    const Context context = make_context();
    const Object object = horizontal(context.get(), parse(context.get(), crs));
    const Object system{proj_crs_get_coordinate_system(context.get(), object.get())};
    if (!system) unknown();
    const char *first = nullptr, *second = nullptr;
    const auto direction = [&](int axis, const char** out) {
        return proj_cs_get_axis_info(context.get(), system.get(), axis, nullptr, nullptr, out, nullptr, nullptr,
                                     nullptr, nullptr) != 0 &&
               *out;
    };
    if (!direction(0, &first) || !direction(1, &second)) unknown();
    return std::string_view{first} == "north" && std::string_view{second} != "north";
}

} // namespace geo::wrap
