// What both CQL2 targets do with a tree: write and read it, bind it to a small layer, evaluate it on a row.
#pragma once

#include "layers/query/expression.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace fuzz {

inline const layers::Layer& small_layer() {
    static const layers::Layer layer = [] {
        layers::Layer l;
        using enum layers::FieldType;
        for (const auto& [name, type] : {std::pair{"a", integer},
                                         {"n", number},
                                         {"name", text},
                                         {"open", boolean},
                                         {"seen", instant},
                                         {"tags", text_list}}) {
            layers::Field field;
            field.name = name;
            field.type = type;
            l.fields.push_back(field);
        }
        return l;
    }();
    return layer;
}

struct SmallRow : layers::query::RowView {
    std::vector<geo::Value> values{std::int64_t{3},     2.5, std::string{"Torkham"}, true, geo::Instant{0},
                                   geo::TextList{"fia"}};
    geo::Value own = std::string{"id"};
    geo::Geometry shape = geo::make_point(71, 34);
    const geo::Value& value(std::size_t ordinal) const override {
        return ordinal < values.size() ? values[ordinal] : own;
    }
    const geo::Geometry& geometry() const override { return shape; }
    geo::Box box() const override { return shape.box(); }
};

inline void use(const layers::query::ExpressionPtr& tree) {
    using namespace layers::query;
    const std::string text = to_cql2_text(*tree);
    require(*parse_cql2_text(text) == *tree, "a written filter reads as the same tree");
    taken([&] {
        const auto bound = layers::query::bind(tree, small_layer(), std::vector<bool>(6, true));
        const SmallRow row;
        const auto box = bounding_box(*bound);
        require(evaluate(*bound, row) != Truth::yes || !box || box->intersects(row.box()),
                "no selected row lies outside the bounding box");
    });
}

} // namespace fuzz
