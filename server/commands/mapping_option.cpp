#include "server/commands/mapping_option.hpp"

#include "geo/error.hpp"

#include <fstream>
#include <sstream>

namespace server::commands {

layers::normalise::Mapping mapping_named(const std::string& name) {
    if (auto known = layers::normalise::built_in_mapping(name)) return *std::move(known);
    std::ifstream file{name, std::ios::binary};
    if (!file) {
        std::string list;
        for (const auto& known : layers::normalise::built_in_mapping_names()) list += " " + known;
        throw geo::Error{geo::ErrorCode::invalid_input, "no mapping \"" + name + "\": neither a file nor one of" + list,
                         "mapping"};
    }
    std::ostringstream text;
    text << file.rdbuf();
    return layers::normalise::mapping_from_json(text.str());
}

} // namespace server::commands
