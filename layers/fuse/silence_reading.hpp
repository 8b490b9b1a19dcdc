// The inputs of silence as one caller may see them, read through the policy: for the process and for the layer alike.
#pragma once

#include "layers/access/caller.hpp"
#include "layers/fuse/silence_inputs.hpp"
#include "layers/index/read_model.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

namespace layers::fuse {

// The collections that silence is made from: while none of them changes, only time changes it.
std::vector<std::string> silence_made_from();

// A stored layer's rows, whoever asks: as they are now (ReadModel::view) or were.
using ViewOf = std::function<std::shared_ptr<const index::View>(const std::string& layer)>;

// The border as everyone may see it, under the ids that chainage uses.
std::vector<normalise::Section> visible_sections(const ViewOf& view_of, const access::Caller& caller,
                                                 const std::stop_token& stop = {});

// When the first version of a row was stored: a correction makes no report later than it was. Asks the store for rows
// that were changed, and remembers. Thread-safe.
class FirstStored {
public:
    explicit FirstStored(const store::Store& store) : store_{store} {} // which must outlive this
    geo::Instant operator()(const Layer& layer, const Record& record);

private:
    static constexpr std::size_t kMost = 200'000; // remembered; then it begins anew
    const store::Store& store_;
    std::mutex mutex_;
    std::unordered_map<geo::Uuid, geo::Instant> known_;
};

// `sections` as above. Error{cancelled}.
SilenceInputs read_silence(const ViewOf& view_of, FirstStored& first_stored, const access::Caller& caller,
                           const std::vector<normalise::Section>& sections, const SilenceQuestion& question,
                           const std::stop_token& stop = {},
                           const std::function<void(double share, const char* what)>& progress = nullptr);

} // namespace layers::fuse
