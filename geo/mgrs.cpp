#include "geo/mgrs.hpp"

#include "geo/error.hpp"

#include <GeographicLib/MGRS.hpp>
#include <GeographicLib/UTMUPS.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>

namespace geo {
namespace {

constexpr std::size_t kLongest = 32; // the longest reference is 3 + 2 + 22 characters

[[noreturn]] void fail(const std::string& what) {
    throw Error{ErrorCode::invalid_geometry, "MGRS: " + what};
}

// "42SVC1234567890" -> "42S VC 12345 67890"; polar references have no zone number.
std::string spaced(const std::string& packed, int digits) {
    const auto square = packed.size() - 2 * static_cast<std::size_t>(digits) - 2;
    std::string text = packed.substr(0, square) + ' ' + packed.substr(square, 2);
    if (digits > 0) {
        const auto half = static_cast<std::size_t>(digits);
        text += ' ' + packed.substr(square + 2, half) + ' ' + packed.substr(square + 2 + half, half);
    }
    return text;
}

} // namespace

std::string to_mgrs(Point lon_lat, int digits) {
    if (digits < 0 || digits > 5) throw Error{ErrorCode::invalid_input, "MGRS: digits must be 0 to 5"};
    if (!(std::abs(lon_lat.y) <= 90 && std::abs(lon_lat.x) <= 180)) fail("not on the earth");
    try {
        int zone = 0;
        bool north = false;
        double x = 0, y = 0;
        GeographicLib::UTMUPS::Forward(lon_lat.y, lon_lat.x, zone, north, x, y);
        std::string packed;
        GeographicLib::MGRS::Forward(zone, north, x, y, lon_lat.y, digits, packed);
        return spaced(packed, digits);
    } catch (const GeographicLib::GeographicErr&) {
        fail("no reference for this place");
    }
}

MgrsPosition from_mgrs(std::string_view text) {
    std::string packed;
    for (char c : text) {
        if (c == ' ') continue;
        if (!std::isalnum(static_cast<unsigned char>(c)) || packed.size() == kLongest) fail("not a reference");
        packed += c;
    }
    // The library also reads "INV" as not-a-number, and a zone alone; neither is a place.
    if (packed.size() < 3 || std::toupper(static_cast<unsigned char>(packed[0])) == 'I') fail("not a reference");
    try {
        int zone = 0, digits = 0;
        bool north = false;
        double x = 0, y = 0;
        GeographicLib::MGRS::Reverse(packed, zone, north, x, y, digits, true);
        if (digits < 0) fail("a grid zone alone is not a place");
        MgrsPosition position;
        GeographicLib::UTMUPS::Reverse(zone, north, x, y, position.lon_lat.y, position.lon_lat.x);
        position.precision_m = std::pow(10.0, 5 - digits);
        return position;
    } catch (const GeographicLib::GeographicErr&) {
        fail("not a reference");
    }
}

} // namespace geo
