#include "tests/fuzz/query.hpp"

FUZZ_TARGET(cql2_text) {
    layers::query::ExpressionPtr tree;
    if (fuzz::taken([&] { tree = layers::query::parse_cql2_text(input); })) fuzz::use(tree);
}
