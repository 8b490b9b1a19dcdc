#include "layers/encode/feature_json.hpp"
#include "layers/index/read_model.hpp"
#include "layers/model/sealed.hpp"

#include <gtest/gtest.h>

namespace {

using namespace layers;

// A report with a number that was sealed that long ago, as one who may read it is shown it.
std::string shown(std::int64_t age_us) {
    const auto reports = Catalogue{}.find("reports");
    Record row;
    row.values.resize(reports->fields.size());
    row.values[*reports->find("sealed")] = seal({{"remarks", "0300-1234567"}}, {geo::now().us - age_us});
    const auto view = index::make_view(reports, {row}, 1);
    std::string out;
    encode::FeatureWriter{*reports, std::vector<bool>(reports->fields.size(), true), {}, {}}.append(
        out, *view->pieces[0].segment, 0);
    return out;
}

TEST(FeatureWriter, shows_a_sealed_number_until_its_end_and_then_nothing) {
    EXPECT_NE(shown(0).find("0300-1234567"), std::string::npos);
    EXPECT_EQ(shown(kSealedFor_us + 1).find("0300"), std::string::npos);
    EXPECT_NE(shown(kSealedFor_us + 1).find(R"("sealed":null)"), std::string::npos);
}

} // namespace
