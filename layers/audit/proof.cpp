#include "layers/audit/proof.hpp"

#include "geo/error.hpp"

#include <nlohmann/json.hpp>

namespace layers::audit {
namespace {

using nlohmann::json;

constexpr const char* kOps[] = {"create", "replace", "remove"};

json box_json(const geo::Box& box) {
    if (box.empty()) return nullptr;
    return json::array({box.min_x, box.min_y, box.max_x, box.max_y});
}

geo::Box box_from(const json& j) {
    if (j.is_null()) return {};
    return {j.at(0).get<double>(), j.at(1).get<double>(), j.at(2).get<double>(), j.at(3).get<double>()};
}

[[noreturn]] void refuse(const std::string& what) {
    throw geo::Error{geo::ErrorCode::invalid_input, "no proof: " + what};
}

template <typename Value>
Value must(std::optional<Value> value, const char* name) {
    if (!value) refuse(std::string{name} + " is malformed");
    return *std::move(value);
}

std::uint8_t op_from(const std::string& name) {
    for (std::uint8_t op = 0; op < std::size(kOps); ++op)
        if (name == kOps[op]) return op;
    refuse("op is none");
}

} // namespace

std::optional<std::string> fault_of(const Proof& proof, std::string_view key) {
    const auto checkpoint = checkpoint_from(proof.checkpoint);
    if (!checkpoint) return "the checkpoint is not readable";
    if (!signature_holds(*checkpoint)) return "the checkpoint bears a signature that is not its key's";
    if (!key.empty() && checkpoint->public_key != key) return "the checkpoint was signed by another key";
    if (proof.leaf.seq < 1 || static_cast<std::uint64_t>(proof.leaf.seq) > checkpoint->changes.size)
        return "the checkpoint is older than the change";
    const auto index = static_cast<std::uint64_t>(proof.leaf.seq) - 1;
    if (root_of_path(leaf_hash(proof.leaf), index, checkpoint->changes.size, proof.path) != checkpoint->changes.root)
        return "the change is not under the checkpoint's root";
    return {};
}

std::string to_json(const Proof& proof) {
    const Leaf& leaf = proof.leaf;
    json path = json::array();
    for (const Hash& hash : proof.path) path.push_back(to_hex(hash));
    const nlohmann::ordered_json out{{"type", "sarhad-proof-1"},
                                     {"change",
                                      {{"seq", leaf.seq},
                                       {"collection", leaf.layer},
                                       {"id", geo::to_string(leaf.id)},
                                       {"version", leaf.version},
                                       {"op", kOps[leaf.op % std::size(kOps)]},
                                       {"recorded_at", geo::to_rfc3339(leaf.recorded_at)},
                                       {"account", leaf.account},
                                       {"agency", leaf.agency},
                                       {"handling", leaf.handling},
                                       {"releasable_to", json(leaf.releasable_to)},
                                       {"scenario_id", leaf.scenario_id},
                                       {"old_box", box_json(leaf.old_box)},
                                       {"new_box", box_json(leaf.new_box)},
                                       {"payload", to_hex(leaf.payload)}}},
                                     {"leaf", to_hex(leaf_hash(leaf))},
                                     {"path", path},
                                     {"checkpoint", proof.checkpoint}};
    return out.dump();
}

Proof proof_from_json(std::string_view text) {
    try {
        const json in = json::parse(text);
        const json& change = in.at("change");
        Proof proof;
        Leaf& leaf = proof.leaf;
        leaf.seq = change.at("seq").get<std::int64_t>();
        leaf.layer = change.at("collection").get<std::string>();
        leaf.id = must(geo::parse_uuid(change.at("id").get<std::string>()), "id");
        leaf.version = change.at("version").get<std::int64_t>();
        leaf.op = op_from(change.at("op").get<std::string>());
        leaf.recorded_at = must(geo::from_rfc3339(change.at("recorded_at").get<std::string>()), "recorded_at");
        leaf.account = change.at("account").get<std::string>();
        leaf.agency = change.at("agency").get<std::string>();
        leaf.handling = change.at("handling").get<std::string>();
        leaf.releasable_to = change.at("releasable_to").get<std::vector<std::string>>();
        leaf.scenario_id = change.at("scenario_id").get<std::string>();
        leaf.old_box = box_from(change.at("old_box"));
        leaf.new_box = box_from(change.at("new_box"));
        leaf.payload = must(hash_from_hex(change.at("payload").get<std::string>()), "payload");
        for (const json& hash : in.at("path")) {
            proof.path.push_back(must(hash_from_hex(hash.get<std::string>()), "path"));
        }
        proof.checkpoint = in.at("checkpoint").get<std::string>();
        return proof;
    } catch (const json::exception&) {
        refuse("not of the form that `sarhad audit prove` prints");
    }
}

} // namespace layers::audit
