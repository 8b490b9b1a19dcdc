// What the tests of layers/query share: a row made by hand, and reading whole files.
#pragma once

#include "geo/error.hpp"
#include "layers/query/expression.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <vector>

namespace layers::query {

struct Row : RowView {
    std::vector<geo::Value> values;
    geo::Geometry shape;
    geo::Value id = std::string{"0190a0b0-0000-7000-8000-000000000001"};
    geo::Value version = std::int64_t{1};

    const geo::Value& value(std::size_t ordinal) const override {
        return ordinal == kIdOrdinal ? id : ordinal == kVersionOrdinal ? version : values[ordinal];
    }
    const geo::Geometry& geometry() const override { return shape; }
    geo::Box box() const override { return shape.box(); }
};

inline Field field(std::string name, FieldType type) {
    Field f;
    f.name = std::move(name);
    f.type = type;
    return f;
}

// A layer without the common fields: ordinals are those of `fields`.
inline Layer layer_of(std::vector<Field> fields) {
    Layer layer;
    layer.id = "test";
    layer.fields = std::move(fields);
    return layer;
}

inline ExpressionPtr bind_all(const ExpressionPtr& e, const Layer& layer) {
    return query::bind(e, layer, std::vector<bool>(layer.fields.size(), true));
}

inline ExpressionPtr filter(const std::string& text, const Layer& layer) {
    return bind_all(parse_cql2_text(text), layer);
}

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

// So far in this program, by operator new; nothing under a sanitizer.
std::optional<std::size_t> allocations();

// The message of the Error that `act` throws; empty when it throws none.
template <typename Act>
std::string refusal(Act act) {
    try {
        act();
        return {};
    } catch (const geo::Error& error) {
        EXPECT_EQ(error.code, geo::ErrorCode::invalid_input) << error.what();
        return error.what();
    }
}

inline std::filesystem::path shared_vectors() {
    return std::filesystem::path{SARHAD_SOURCE_DIR} / "../shared/vectors/cql2";
}
inline std::filesystem::path golden() {
    return std::filesystem::path{SARHAD_SOURCE_DIR} / "tests/golden/cql2";
}

inline std::ostream& operator<<(std::ostream& out, Truth t) {
    return out << (t == Truth::yes ? "yes" : t == Truth::no ? "no" : "unknown");
}

} // namespace layers::query
