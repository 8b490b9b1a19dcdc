#include "geo/crs.hpp"
#include "geo/error.hpp"
#include "geo/wkb.hpp"
#include "layers/normalise/coerce.hpp"
#include "layers/normalise/names.hpp"
#include "layers/normalise/normalise.hpp"
#include "layers/normalise/row_numbers.hpp"
#include "layers/normalise/shape.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_map>

namespace layers::normalise {
namespace {

constexpr double kChainageReach_m = 100'000;

using Lookup = std::map<std::string, geo::Value>;

struct Target {
    std::size_t ordinal = 0;
    const Lookup* lookup = nullptr; // into the mapping
    TimeRule times;
};

std::string lower(std::string_view text) {
    std::string out{text};
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

// What a look-up table is asked with: numbers as they would be written.
std::string key_text(const geo::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
    if (const auto* number = std::get_if<double>(&value)) {
        return *number == std::trunc(*number) && std::abs(*number) < 1e15
                   ? std::to_string(static_cast<std::int64_t>(*number))
                   : std::to_string(*number);
    }
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    return {};
}

nlohmann::json as_json(const geo::Value& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag;
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
    if (const auto* number = std::get_if<double>(&value)) return *number;
    if (const auto* text = std::get_if<std::string>(&value)) {
        // A text table knows no numbers; a member that is written as one is one.
        const auto number = nlohmann::json::parse(*text, nullptr, false);
        return number.is_number() ? number : nlohmann::json(*text);
    }
    if (const auto* list = std::get_if<geo::TextList>(&value)) return *list;
    if (const auto* time = std::get_if<geo::Instant>(&value)) return geo::to_rfc3339(*time);
    if (const auto* json = std::get_if<geo::Json>(&value)) return nlohmann::json::parse(json->text, nullptr, false);
    return nullptr;
}

template <class T>
void append(std::string& out, const T& value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void append_text(std::string& out, std::string_view text) {
    append(out, static_cast<std::uint64_t>(text.size()));
    out.append(text);
}

void append_value(std::string& out, const geo::Value& value) {
    out.push_back(static_cast<char>(value.index()));
    std::visit(
        [&out](const auto& v) {
            using T = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::int64_t> || std::is_same_v<T, double>)
                append(out, v);
            if constexpr (std::is_same_v<T, geo::Instant>) append(out, v.us);
            if constexpr (std::is_same_v<T, std::string>) append_text(out, v);
            if constexpr (std::is_same_v<T, geo::Json>) append_text(out, v.text);
            if constexpr (std::is_same_v<T, geo::TextList>) {
                for (const auto& text : v) append_text(out, text);
            }
        },
        value);
}

geo::Transformer transformer_for(const Options& options) {
    std::string from = options.mapping && !options.mapping->crs.empty() ? options.mapping->crs : options.source_crs;
    if (from.empty())
        from = "OGC:CRS84"; // what is off the earth then is refused with a word about the reference system
    return {from, "OGC:CRS84"};
}

} // namespace

struct Normaliser::State {
    State(Options given, const ingest::SourceSchema& schema)
        : options{std::move(given)}, to_lon_lat{transformer_for(options)} {
        if (options.mapping) check_mapping(*options.mapping, *options.layer);
        kind_field = options.layer->find("kind");
        plan_mapping();
        plan_same_names(schema);
    }

    const Layer& layer() const { return *options.layer; }

    TimeRule times_for(const std::string& field) const {
        if (!options.mapping) return {};
        const auto& days = options.mapping->whole_days;
        return {options.mapping->naive_times_are == "UTC", std::ranges::find(days, field) != days.end()};
    }

    void plan_mapping() {
        if (!options.mapping) return;
        for (const auto& [field, column] : options.mapping->columns) {
            const auto lookup = options.mapping->lookups.find(field);
            mapped[lower(column)].push_back({*layer().find(field),
                                             lookup == options.mapping->lookups.end() ? nullptr : &lookup->second,
                                             times_for(field)});
            taken.push_back(field);
        }
        for (const auto& [field, members] : options.mapping->objects) {
            for (const auto& [name, member] : members) {
                if (!member.column.empty()) object_columns.push_back(lower(member.column));
            }
            taken.push_back(field);
        }
    }

    // Columns of the same name, where no mapping has spoken for the field. An imported layer's own fields were named
    // from such a schema: the same names lead back.
    void plan_same_names(const ingest::SourceSchema& schema) {
        const auto numbered = field_names(schema);
        for (std::size_t i = 0; i < schema.fields.size(); ++i) {
            const auto& column = schema.fields[i].name;
            auto field = snake_case(column);
            if (!layer().built_in && layer().find(numbered[i])) field = numbered[i];
            const auto ordinal = layer().find(field);
            if (!ordinal || layer().fields[*ordinal].setter == Setter::server) continue;
            if (std::ranges::find(taken, field) != taken.end()) continue;
            taken.push_back(field);
            by_name[column].push_back({*ordinal, nullptr, times_for(field)});
        }
    }

    const std::vector<Target>* targets(const std::string& column) {
        const auto known = resolved.find(column);
        if (known != resolved.end()) return known->second.empty() ? nullptr : &known->second;
        std::vector<Target> all;
        if (const auto at = mapped.find(lower(column)); at != mapped.end()) all = at->second;
        if (const auto at = by_name.find(column); at != by_name.end())
            all.insert(all.end(), at->second.begin(), at->second.end());
        const auto& kept = resolved.emplace(column, std::move(all)).first->second;
        return kept.empty() ? nullptr : &kept;
    }

    Options options;
    geo::Transformer to_lon_lat;
    std::optional<std::size_t> kind_field;
    std::unordered_map<std::string, std::vector<Target>> mapped;   // by column in lower case
    std::unordered_map<std::string, std::vector<Target>> by_name;  // by column as written
    std::unordered_map<std::string, std::vector<Target>> resolved; // both, as columns are met
    std::vector<std::string> taken;
    std::vector<std::string> object_columns;
};

namespace {

// One row on its way; gathers every fault, so that a user sees them all at once.
class Row {
public:
    Row(const Options& options, std::int64_t line, std::vector<Note>& notes)
        : options_{options}, line_{line}, notes_{notes} {
        record_.values.resize(options.layer->fields.size());
    }

    Record& record() { return record_; }
    bool rejected() const { return rejected_; }
    const Layer& layer() const { return *options_.layer; }

    void reject(const std::string& field, const std::string& reason) {
        notes_.push_back({line_, field, reason, true});
        rejected_ = true;
    }
    void remark(const std::string& field, const std::string& reason) {
        notes_.push_back({line_, field, reason, false});
    }

    void set(const Target& target, const geo::Value& raw) {
        const auto& field = layer().fields[target.ordinal];
        const geo::Value* value = &raw;
        if (target.lookup != nullptr) {
            const auto key = key_text(raw);
            if (key.empty()) return;
            const auto entry = target.lookup->find(key);
            if (entry == target.lookup->end()) {
                return reject(field.name, "the mapping has no meaning for '" + key.substr(0, 40) + "'");
            }
            value = &entry->second;
        }
        auto result = coerce(*value, field, target.times);
        if (auto* refusal = std::get_if<Refusal>(&result)) return reject(field.name, refusal->reason);
        record_.values[target.ordinal] = std::get<geo::Value>(std::move(result));
    }

private:
    const Options& options_;
    std::int64_t line_;
    std::vector<Note>& notes_;
    Record record_;
    bool rejected_ = false;
};

void set_shape(Row& row, const geo::RawFeature& raw, const geo::Transformer& to_lon_lat, const Options& options) {
    try {
        auto shape = make_shape(raw.geometry, to_lon_lat, {options.swap_axes, row.layer().geometry});
        if (shape.repaired) {
            if (options.strict) return row.reject("geometry", "the shape is not valid: " + *shape.repaired);
            row.remark("geometry", "repaired: " + *shape.repaired);
        }
        row.record().geometry = std::move(shape.geometry);
    } catch (const geo::Error& error) {
        row.reject("geometry", error.what());
    }
}

// JSON values put together from columns; a member whose column is empty is left out.
void set_objects(Row& row, const geo::RawFeature& raw, const Mapping& mapping) {
    for (const auto& [field, members] : mapping.objects) {
        auto object = nlohmann::json::object();
        bool any = false;
        for (const auto& [name, member] : members) {
            if (member.column.empty()) {
                object[name] = as_json(member.constant);
                continue;
            }
            const auto wanted = lower(member.column);
            for (const auto& [column, value] : raw.fields) {
                if (lower(column) != wanted || geo::is_null(value)) continue;
                object[name] = as_json(value);
                any = true;
            }
        }
        if (any) row.record().values[*row.layer().find(field)] = geo::Json{object.dump()};
    }
}

void set_constants(Row& row, const Mapping& mapping) {
    for (const auto& [name, constant] : mapping.constants) {
        const auto ordinal = *row.layer().find(name);
        if (geo::is_null(row.record().values[ordinal])) row.set({ordinal, nullptr, {}}, constant);
    }
}

void set_owner(Row& row, const Options& options) {
    auto& agency = row.record().values[common::agency];
    if (options.agency_forced && !geo::is_null(agency) && agency != geo::Value{options.agency}) {
        return row.reject("agency", "another agency's row: the owner is " + options.agency);
    }
    if (geo::is_null(agency) && !options.agency.empty()) agency = options.agency;
}

void set_scenario(Row& row, const Options& options) {
    auto& scenario = row.record().values[common::scenario_id];
    if (!geo::is_null(scenario) && scenario != geo::Value{options.scenario_id}) {
        return row.reject("scenario_id", "a row of another scenario: name it with the import");
    }
    if (!options.scenario_id.empty()) scenario = options.scenario_id;
}

void set_chainage(Record& record, const std::vector<Section>& sections) {
    const auto place = place_of(record.geometry);
    if (!place) return;
    const Section* nearest = nullptr;
    geo::Chainage best;
    double reach = kChainageReach_m;
    for (const auto& section : sections) {
        const auto found = section.chain.locate(*place, reach);
        if (!found || (nearest != nullptr && std::abs(found->offset_m) >= reach)) continue;
        nearest = &section;
        best = *found;
        reach = std::abs(found->offset_m);
    }
    if (nearest == nullptr) return;
    record.values[common::section_id] = nearest->id;
    record.values[common::distance_along_m] = best.distance_along_m;
    record.values[common::offset_m] = best.offset_m;
}

// The owner's own reference where there is one, so that changed content is a new version of the same item; else the
// content itself, so that the same row is never taken twice. Each part carries its length: no two keys run together.
geo::Uuid identity_of(const Layer& layer, const Record& record) {
    std::string key;
    append_text(key, layer.id);
    const auto& reference = record.values[common::source_ref];
    if (!geo::is_null(reference)) {
        append_value(key, record.values[common::agency]);
        append_value(key, record.values[common::scenario_id]);
        append_value(key, reference);
        return geo::uuid_from_hash(key);
    }
    for (std::size_t i = 0; i < record.values.size(); ++i) {
        if (layer.fields[i].setter != Setter::server) append_value(key, record.values[i]);
    }
    key += geo::to_wkb(record.geometry);
    return geo::uuid_from_hash(key);
}

} // namespace

geo::Uuid id_of_reference(const Layer& layer, const std::string& agency, const std::string& scenario,
                          const std::string& source_ref) {
    Record record;
    record.values.resize(layer.fields.size());
    if (!agency.empty()) record.values[common::agency] = agency;
    if (!scenario.empty()) record.values[common::scenario_id] = scenario;
    record.values[common::source_ref] = source_ref;
    return identity_of(layer, record);
}

Normaliser::Normaliser(Options options, const ingest::SourceSchema& schema)
    : state_{std::make_unique<State>(std::move(options), schema)} {}
Normaliser::~Normaliser() = default;

std::optional<Record> Normaliser::row(const geo::RawFeature& raw, std::vector<Note>& notes) {
    auto& state = *state_;
    const auto& options = state.options;
    Row row{options, raw.line, notes};
    for (const auto& [column, value] : raw.fields) {
        const auto* targets = state.targets(column);
        if (targets == nullptr) continue;
        for (const auto& target : *targets) row.set(target, value);
    }
    if (options.mapping) set_objects(row, raw, *options.mapping);
    set_owner(row, options);
    if (options.mapping) set_constants(row, *options.mapping);
    set_scenario(row, options);
    set_shape(row, raw, state.to_lon_lat, options);
    for (const auto& note : keep_numbers_apart(row.layer(), row.record(), state.kind_field))
        note.rejected ? row.reject(note.field, note.reason) : row.remark(note.field, note.reason);
    if (row.rejected()) return std::nullopt;

    auto& record = row.record();
    for (const auto& fault : check(row.layer(), record)) row.reject(fault.field, fault.reason);
    if (row.rejected()) return std::nullopt;
    if (const auto withdrawn = row.layer().find("withdrawn"); withdrawn && row.layer().built_in)
        record.values[*withdrawn] = false; // said, so that withdrawn=false finds it
    record.id = identity_of(row.layer(), record);
    if (options.sections != nullptr) set_chainage(record, *options.sections);
    return std::move(record);
}

} // namespace layers::normalise
