// Reads vector tiles for tests, with protozero: another hand than the one that writes them.
#pragma once

#include "geo/geometry.hpp"

#include <cstdint>
#include <map>
#include <protozero/pbf_reader.hpp>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace mvt {

using Value = std::variant<std::string, double, std::int64_t, bool>;

struct Feature {
    std::uint32_t type = 0;                     // 1 point, 2 line, 3 polygon
    std::vector<std::vector<geo::Point>> parts; // rings closed; points: one part
    std::map<std::string, Value> properties;
    std::string text(const std::string& name) const {
        const auto it = properties.find(name);
        return it == properties.end() ? "" : std::get<std::string>(it->second);
    }
    std::int64_t integer(const std::string& name) const { return std::get<std::int64_t>(properties.at(name)); }
    bool has(const std::string& name) const { return properties.contains(name); }
};

struct Layer {
    std::string name;
    std::uint32_t version = 0, extent = 0;
    std::vector<std::string> keys;
    std::vector<Feature> features;
};

inline void require(bool ok, const char* what) {
    if (!ok) throw std::runtime_error{what};
}

inline Value read_value(protozero::data_view bytes) {
    protozero::pbf_reader reader{bytes};
    Value value;
    int fields = 0;
    while (reader.next()) {
        ++fields;
        switch (reader.tag()) {
        case 1:
            value = reader.get_string();
            break;
        case 3:
            value = reader.get_double();
            break;
        case 4:
            value = reader.get_int64();
            break;
        case 7:
            value = reader.get_bool();
            break;
        default:
            throw std::runtime_error{"value of an unexpected type"};
        }
    }
    require(fields == 1, "a value has exactly one field");
    return value;
}

inline void read_geometry(const std::vector<std::uint32_t>& commands, Feature& feature) {
    std::int64_t x = 0, y = 0;
    const auto zigzag = [](std::uint32_t v) {
        return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
    };
    for (std::size_t i = 0; i < commands.size();) {
        const std::uint32_t id = commands[i] & 7, count = commands[i] >> 3;
        ++i;
        require(count > 0, "a command counts at least one");
        if (id == 7) {
            require(feature.type == 3 && count == 1 && feature.parts.back().size() >= 3, "close path closes a ring");
            feature.parts.back().push_back(feature.parts.back().front());
            continue;
        }
        require(id == 1 || id == 2, "a known command");
        for (std::uint32_t n = 0; n < count; ++n, i += 2) {
            require(i + 1 < commands.size(), "parameters for every command");
            const auto dx = zigzag(commands[i]), dy = zigzag(commands[i + 1]);
            require(id == 1 || dx != 0 || dy != 0, "a line goes somewhere (4.3.3.2)");
            x += dx;
            y += dy;
            if (id == 1 && (feature.type != 1 || feature.parts.empty())) feature.parts.emplace_back();
            feature.parts.back().push_back({static_cast<double>(x), static_cast<double>(y)});
        }
    }
}

inline Feature read_feature(protozero::data_view bytes, const std::vector<std::string>& keys,
                            const std::vector<Value>& values) {
    Feature feature;
    std::vector<std::uint32_t> tags, commands;
    protozero::pbf_reader reader{bytes};
    while (reader.next()) {
        switch (reader.tag()) {
        case 2:
            for (const auto tag : reader.get_packed_uint32()) tags.push_back(tag);
            break;
        case 3:
            feature.type = static_cast<std::uint32_t>(reader.get_enum());
            break;
        case 4:
            for (const auto command : reader.get_packed_uint32()) commands.push_back(command);
            break;
        default:
            reader.skip();
        }
    }
    require(tags.size() % 2 == 0, "tags come in pairs");
    for (std::size_t i = 0; i < tags.size(); i += 2) feature.properties[keys.at(tags[i])] = values.at(tags[i + 1]);
    read_geometry(commands, feature);
    return feature;
}

inline Layer read_layer(protozero::data_view bytes) {
    Layer layer;
    std::vector<protozero::data_view> features;
    std::vector<Value> values;
    protozero::pbf_reader reader{bytes};
    while (reader.next()) {
        switch (reader.tag()) {
        case 1:
            layer.name = reader.get_string();
            break;
        case 2:
            features.push_back(reader.get_view());
            break;
        case 3:
            layer.keys.push_back(reader.get_string());
            break;
        case 4:
            values.push_back(read_value(reader.get_view()));
            break;
        case 5:
            layer.extent = reader.get_uint32();
            break;
        case 15:
            layer.version = reader.get_uint32();
            break;
        default:
            throw std::runtime_error{"a field the specification does not know"};
        }
    }
    for (const auto feature : features) layer.features.push_back(read_feature(feature, layer.keys, values));
    return layer;
}

inline std::map<std::string, Layer> read(const std::string& tile) {
    std::map<std::string, Layer> layers;
    protozero::pbf_reader reader{tile};
    while (reader.next()) {
        require(reader.tag() == 3, "a tile holds layers");
        Layer layer = read_layer(reader.get_view());
        require(!layers.contains(layer.name), "each layer once");
        layers[layer.name] = std::move(layer);
    }
    return layers;
}

} // namespace mvt
