// The inputs of silence as one caller may see them, read through the policy: for the process and for the layer alike.
#pragma once

#include "layers/access/caller.hpp"
#include "layers/fuse/silence_inputs.hpp"
#include "layers/index/read_model.hpp"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace layers::fuse {

// The collections that silence is made from: while none of them changes, only time changes it.
std::vector<std::string> silence_made_from();

// A stored layer's rows, whoever asks: as they are now (ReadModel::view) or were.
using ViewOf = std::function<std::shared_ptr<const index::View>(const std::string& layer)>;

// The border as everyone may see it, under the ids that chainage uses.
std::vector<normalise::Section> visible_sections(const ViewOf& view_of, const access::Caller& caller,
                                                 const std::stop_token& stop = {});

// `sections` as above. Reads the store for the first versions of rows that were changed. Error{cancelled}.
SilenceInputs read_silence(const ViewOf& view_of, const store::Store& store, const access::Caller& caller,
                           const std::vector<normalise::Section>& sections, const SilenceQuestion& question,
                           const std::stop_token& stop = {},
                           const std::function<void(double share, const char* what)>& progress = nullptr);

} // namespace layers::fuse
