// A Record as the evaluator sees it. One thread; lives no longer than the record.
#pragma once

#include "layers/query/expression.hpp"

namespace layers::query {

class RecordRow final : public RowView {
public:
    explicit RecordRow(const Record& record) : record_{record} {}
    const geo::Value& value(std::size_t ordinal) const override {
        if (ordinal == kIdOrdinal) return scratch_ = geo::to_string(record_.id);
        if (ordinal == kVersionOrdinal) return scratch_ = record_.version;
        return record_.values[ordinal];
    }
    const geo::Geometry& geometry() const override { return record_.geometry; }
    geo::Box box() const override { return record_.geometry.box(); }

private:
    const Record& record_;
    mutable geo::Value scratch_;
};

inline bool passes(const ExpressionPtr& bound, const Record& record) {
    return evaluate(*bound, RecordRow{record}) == Truth::yes;
}

} // namespace layers::query
