// What the repository ships must fit the layers it is loaded into: a renamed field or a new enumeration value that the
// files don't follow is found here, not by a user's first start.
#include "geo/chainage.hpp"
#include "geo/geodesic.hpp"
#include "geo/time.hpp"
#include "layers/model/layer.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace {

using nlohmann::json;
const std::string kData = SARHAD_SOURCE_DIR "/data/";

json read_json(const std::string& file) {
    std::ifstream in{kData + file};
    if (!in) throw std::runtime_error{"no file " + file};
    return json::parse(in);
}

bool ends_with(const std::string& s, const std::string& end) {
    return s.size() >= end.size() && s.compare(s.size() - end.size(), end.size(), end) == 0;
}

layers::Layer layer_of(const std::string& id) {
    for (const auto& layer : layers::built_in_layers())
        if (layer.id == id) return layer;
    throw std::runtime_error{"no layer " + id};
}

geo::Geometry line_of(const json& coordinates) {
    std::vector<geo::Point> points;
    for (const auto& c : coordinates) points.push_back({c.at(0), c.at(1)});
    return geo::make_line(std::move(points));
}

// What the value must be for the field, as check() of the model asks of a row; empty when it fits.
std::string misfit(const layers::Field& field, const json& value) {
    using layers::FieldType;
    switch (field.type) {
    case FieldType::boolean:
        return value.is_boolean() ? "" : "no boolean";
    case FieldType::integer:
        return value.is_number_integer() ? "" : "no integer";
    case FieldType::number:
        return value.is_number() ? "" : "no number";
    case FieldType::json:
        return value.is_structured() ? "" : "no JSON object or list";
    case FieldType::text:
        return value.is_string() ? "" : "no text";
    case FieldType::text_list:
        return value.is_array() && std::ranges::all_of(value, [](const json& v) { return v.is_string(); })
                   ? ""
                   : "no list of texts";
    case FieldType::instant:
        return value.is_string() && ends_with(value.get<std::string>(), "Z") ? "" : "no instant in UTC";
    case FieldType::enumeration:
        return value.is_string() && std::ranges::count(field.values, value.get<std::string>()) == 1
                   ? ""
                   : value.dump() + " is none of its values";
    }
    return "of an unknown type";
}

std::vector<json> rows_of(const std::string& file) {
    const json collection = read_json(file);
    return collection.at("features").get<std::vector<json>>();
}

// Fence pieces, the hand-written ones and those of the year.
std::vector<json> fence_pieces() {
    auto rows = rows_of("scenario/demo/fence_segments.geojson");
    for (auto& row : rows_of("scenario/demo/year/fence_segments.geojson")) rows.push_back(std::move(row));
    return rows;
}

std::vector<std::string> header_of(const std::string& file) {
    std::ifstream in{kData + file};
    std::string line, name;
    std::getline(in, line);
    std::vector<std::string> names;
    for (std::istringstream cells{line}; std::getline(cells, name, ',');) names.push_back(name);
    return names;
}

TEST(ShippedData, EveryFieldOfAFileIsAFieldOfItsLayer) {
    for (const auto& entry : read_json("manifest.json")) {
        const std::string file = entry.at("file");
        const layers::Layer layer = layer_of(entry.at("layer"));
        if (ends_with(file, ".csv")) {
            for (const auto& name : header_of(file)) {
                EXPECT_TRUE(name == "lon" || name == "lat" || layer.find(name)) << file << ": " << name;
            }
            continue;
        }
        for (const auto& row : rows_of(file)) {
            for (const auto& [name, value] : row.at("properties").items()) {
                const auto ordinal = layer.find(name);
                ASSERT_TRUE(ordinal) << file << ": " << name;
                const auto& field = layer.fields[*ordinal];
                EXPECT_EQ(field.setter, layers::Setter::client) << file << ": " << name;
                if (!value.is_null()) {
                    EXPECT_EQ(misfit(field, value), "")
                        << file << " " << row["properties"]["source_ref"] << " " << name;
                }
            }
        }
    }
}

TEST(ShippedData, EverythingInventedIsOfTheDemoScenarioAndNothingElseIs) {
    for (const auto& entry : read_json("manifest.json")) {
        const std::string file = entry.at("file");
        if (!ends_with(file, ".geojson")) continue;
        const bool invented = file.starts_with("scenario/demo/");
        EXPECT_EQ(entry.value("scenario", ""), invented ? "demo" : "") << file;
        for (const auto& row : rows_of(file)) {
            EXPECT_EQ(row.at("properties").value("scenario_id", ""), invented ? "demo" : "") << file;
        }
    }
}

TEST(ShippedData, SourceReferencesAreUniqueInEachLayerOfAScenario) {
    std::map<std::string, std::set<std::string>> seen;
    for (const auto& entry : read_json("manifest.json")) {
        const std::string file = entry.at("file");
        if (!ends_with(file, ".geojson")) continue;
        auto& references = seen[entry.at("layer").get<std::string>() + "/" + entry.value("scenario", "")];
        for (const auto& row : rows_of(file)) {
            EXPECT_TRUE(references.insert(row.at("properties").at("source_ref")).second) << file << row["properties"];
        }
    }
}

TEST(ShippedData, NoTwoFencePiecesStandOnOneKilometre) {
    std::map<std::string, std::map<double, double>> pieces; // by section: from -> to
    for (const auto& row : fence_pieces()) {
        const auto& p = row.at("properties");
        pieces[p.at("section")][p.at("from_m")] = p.at("to_m");
    }
    for (const auto& [section, along] : pieces) {
        double end = 0;
        for (const auto& [from, to] : along) {
            EXPECT_GE(from, end) << section;
            end = to;
        }
    }
}

TEST(ShippedData, MeasuredLengthsOfSectionsAreThoseOfTheirLinesOnTheEllipsoid) {
    for (const auto& row : rows_of("border_sections.geojson")) {
        const double stated = row.at("properties").at("measured_length_m");
        EXPECT_NEAR(geo::length_m(line_of(row.at("geometry").at("coordinates"))), stated, 0.1)
            << row["properties"]["source_ref"];
    }
}

TEST(ShippedData, SectionsFollowEachOtherClockwiseAndCloseTheRing) {
    const auto rows = rows_of("border_sections.geojson");
    double twice_area = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& line = rows[i].at("geometry").at("coordinates");
        const auto& before = rows[(i + rows.size() - 1) % rows.size()].at("geometry").at("coordinates");
        EXPECT_EQ(before.back(), line.front()) << rows[i]["properties"]["source_ref"];
        for (std::size_t k = 1; k < line.size(); ++k) {
            twice_area += line[k - 1][0].get<double>() * line[k][1].get<double>() -
                          line[k][0].get<double>() * line[k - 1][1].get<double>();
        }
    }
    EXPECT_LT(twice_area, 0); // clockwise: Pakistan on the right
}

TEST(ShippedData, FencePiecesLieOnTheirSectionAtTheirKilometres) {
    std::map<std::string, json> sections;
    for (const auto& row : rows_of("border_sections.geojson")) {
        sections[row["properties"]["source_ref"]] = row["geometry"]["coordinates"];
    }
    for (const auto& row : fence_pieces()) {
        const auto& p = row.at("properties");
        const auto& line = row.at("geometry").at("coordinates");
        EXPECT_NEAR(geo::length_m(line_of(line)), p["to_m"].get<double>() - p["from_m"].get<double>(), 1)
            << p["source_ref"];
        const geo::Chain chain{line_of(sections.at(p["section"]))};
        for (const auto& [vertex, at_m] : {std::pair{line.front(), p["from_m"]}, std::pair{line.back(), p["to_m"]}}) {
            const auto found = chain.locate({vertex.at(0), vertex.at(1)});
            ASSERT_TRUE(found) << p["source_ref"];
            EXPECT_NEAR(found->distance_along_m, at_m.get<double>(), 1) << p["source_ref"];
            EXPECT_NEAR(found->offset_m, 0, 0.2) << p["source_ref"];
        }
        // All vertices but the two cut ones are vertices of the section, in its order.
        const auto& section = sections.at(p["section"]);
        auto at = section.begin();
        for (std::size_t k = 1; k + 1 < line.size(); ++k) {
            at = std::find(at, section.end(), line[k]);
            ASSERT_NE(at, section.end()) << p["source_ref"];
        }
    }
}

TEST(ShippedData, StatesRiseInTimeAndTheLastIsTheState) {
    for (const auto& row : fence_pieces()) {
        const auto& p = row.at("properties");
        std::string last;
        for (const auto& state : p.at("states")) {
            const std::string at = state.at("observed_at");
            EXPECT_LT(last, at) << p["source_ref"];
            last = at;
        }
        EXPECT_EQ(p.at("states").back().at("state"), p.at("state")) << p["source_ref"];
    }
}

} // namespace
