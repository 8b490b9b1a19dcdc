// What a vector tile holds, by a decoder that shares nothing with the encoder: features, vertices, the length of all
// lines, where the points lie on average, and a number made of all attributes that doesn't depend on the order of the
// features. Ids are counted and not compared: each engine gives its own.
#include "tests/bench/client/client.hpp"

#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <protozero/pbf_reader.hpp>

namespace bench {

namespace {

struct Contents {
    std::size_t features = 0, with_id = 0, vertices = 0;
    std::uint64_t attributes = 0;
    double sum_x = 0, sum_y = 0, length = 0;
};

std::uint64_t hash(std::string_view text) { // FNV-1a
    std::uint64_t h = 14695981039346656037u;
    for (const unsigned char c : text) h = (h ^ c) * 1099511628211u;
    return h;
}

// Numbers alike whatever type they travel as.
std::string value_text(protozero::pbf_reader value) {
    char text[40];
    const auto number = [&](double v) {
        std::snprintf(text, sizeof text, "%.9g", v);
        return std::string{text};
    };
    while (value.next()) {
        switch (value.tag()) {
        case 1:
            return value.get_string();
        case 2:
            return number(static_cast<double>(value.get_float()));
        case 3:
            return number(value.get_double());
        case 4:
            return number(static_cast<double>(value.get_int64()));
        case 5:
            return number(static_cast<double>(value.get_uint64()));
        case 6:
            return number(static_cast<double>(value.get_sint64()));
        case 7:
            return value.get_bool() ? "true" : "false";
        default:
            value.skip();
        }
    }
    return {};
}

void read_geometry(protozero::pbf_reader& feature, Contents& out) {
    std::int32_t x = 0, y = 0;
    const auto numbers = feature.get_packed_uint32();
    for (auto it = numbers.begin(); it != numbers.end();) {
        const std::uint32_t command = *it++;
        if ((command & 7) == 7) continue; // ClosePath
        for (std::uint32_t i = 0; i < command >> 3; ++i) {
            const auto dx = protozero::decode_zigzag32(*it++), dy = protozero::decode_zigzag32(*it++);
            if ((command & 7) == 2) out.length += std::hypot(dx, dy); // LineTo
            x += dx;
            y += dy;
            out.sum_x += x;
            out.sum_y += y;
            ++out.vertices;
        }
    }
}

void read_layer(protozero::pbf_reader layer, Contents& out) {
    std::vector<std::string> keys, values;
    std::vector<protozero::data_view> features;
    while (layer.next()) {
        if (layer.tag() == 2)
            features.push_back(layer.get_view());
        else if (layer.tag() == 3)
            keys.push_back(layer.get_string());
        else if (layer.tag() == 4)
            values.push_back(value_text(layer.get_message()));
        else
            layer.skip();
    }
    for (const auto& bytes : features) {
        ++out.features;
        std::uint64_t attributes = 0;
        protozero::pbf_reader feature{bytes};
        while (feature.next()) {
            if (feature.tag() == 2) {
                const auto tags = feature.get_packed_uint32();
                for (auto it = tags.begin(); it != tags.end();) {
                    const auto& key = keys.at(*it++);
                    const auto& value = values.at(*it++);
                    if (key == "id")
                        out.with_id += value.size() == 36;
                    else
                        attributes += hash(key + "=" + value);
                }
            } else if (feature.tag() == 4) {
                read_geometry(feature, out);
            } else {
                feature.skip();
            }
        }
        attributes ^= attributes >> 29; // so that exchanged values of two features are seen
        out.attributes += attributes * 0x9E3779B97F4A7C15u;
    }
}

} // namespace

int decode(Arguments arguments) {
    std::printf("[");
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        std::ifstream in{arguments[i], std::ios::binary};
        const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
        Contents contents;
        protozero::pbf_reader tile{bytes};
        while (tile.next()) {
            if (tile.tag() == 3)
                read_layer(tile.get_message(), contents);
            else
                tile.skip();
        }
        const double n = contents.vertices > 0 ? static_cast<double>(contents.vertices) : 1;
        std::printf("%s{\"bytes\":%zu,\"features\":%zu,\"with_id\":%zu,\"vertices\":%zu,\"length\":%.0f,\"attributes\":"
                    "\"%016" PRIx64 "\",\"x\":%.2f,\"y\":%.2f}",
                    i > 0 ? "," : "", bytes.size(), contents.features, contents.with_id, contents.vertices,
                    contents.length, contents.attributes, contents.sum_x / n, contents.sum_y / n);
    }
    std::printf("]\n");
    return 0;
}

} // namespace bench
