#include "tests/fuzz/query.hpp"

FUZZ_TARGET(cql2_json) {
    layers::query::ExpressionPtr tree;
    if (fuzz::taken([&] { tree = layers::query::parse_cql2_json(input); })) fuzz::use(tree);
}
