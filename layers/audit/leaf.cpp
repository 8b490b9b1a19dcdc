#include "layers/audit/leaf.hpp"

#include "geo/wkb.hpp"
#include "geo/wrap/crypto.hpp"

#include <algorithm>
#include <bit>
#include <type_traits>

namespace layers::audit {
namespace {

void put(std::string& out, std::uint64_t number) {
    char bytes[8];
    for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(number >> (8 * i));
    out.append(bytes, 8);
}

void put(std::string& out, std::int64_t number) {
    put(out, static_cast<std::uint64_t>(number));
}

// SQLite keeps -0.0 as 0: both must hash alike.
void put(std::string& out, double number) {
    put(out, std::bit_cast<std::uint64_t>(number == 0 ? 0.0 : number));
}

void put(std::string& out, std::string_view text) {
    put(out, static_cast<std::uint64_t>(text.size()));
    out.append(text);
}

void put(std::string& out, const std::vector<std::string>& texts) {
    put(out, static_cast<std::uint64_t>(texts.size()));
    for (const auto& text : texts) put(out, std::string_view{text});
}

void put(std::string& out, const geo::Box& box) {
    out += box.empty() ? '\0' : '\1';
    if (box.empty()) return;
    for (double side : {box.min_x, box.min_y, box.max_x, box.max_y}) put(out, side);
}

// The alternative's index is the type tag: geo::Value's order is part of the format.
void put(std::string& out, const geo::Value& value) {
    out += static_cast<char>(value.index());
    std::visit(
        [&](const auto& v) {
            using T = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<T, bool>)
                out += v ? '\1' : '\0';
            else if constexpr (std::is_same_v<T, geo::Instant>)
                put(out, v.us);
            else if constexpr (std::is_same_v<T, geo::Json>)
                put(out, std::string_view{v.text});
            else if constexpr (std::is_same_v<T, std::string>)
                put(out, std::string_view{v});
            else if constexpr (!std::is_same_v<T, geo::Null>)
                put(out, v);
        },
        value);
}

} // namespace

std::string serialise(const Leaf& leaf) {
    std::string out = "sarhad-leaf-1";
    out.reserve(256);
    put(out, leaf.seq);
    put(out, std::string_view{leaf.layer});
    out.append(reinterpret_cast<const char*>(leaf.id.bytes.data()), leaf.id.bytes.size());
    put(out, leaf.version);
    out += static_cast<char>(leaf.op);
    put(out, leaf.recorded_at.us);
    put(out, std::string_view{leaf.account});
    put(out, std::string_view{leaf.agency});
    put(out, std::string_view{leaf.handling});
    put(out, leaf.releasable_to);
    put(out, std::string_view{leaf.scenario_id});
    put(out, leaf.old_box);
    put(out, leaf.new_box);
    out.append(reinterpret_cast<const char*>(leaf.payload.data()), leaf.payload.size());
    return out;
}

Hash leaf_hash(const Leaf& leaf) {
    return geo::wrap::sha256_digest(std::string(1, '\0') + serialise(leaf));
}

std::string serialise(const Access& access) {
    std::string out = "sarhad-access-1";
    put(out, access.number);
    put(out, access.recorded_at.us);
    for (const std::string* text :
         {&access.account, &access.agency, &access.what, &access.subject, &access.reason, &access.detail}) {
        put(out, std::string_view{*text});
    }
    return out;
}

Hash leaf_hash(const Access& access) {
    return geo::wrap::sha256_digest(std::string(1, '\0') + serialise(access));
}

PayloadDigester::PayloadDigester(const Layer& layer) {
    for (std::size_t i = 0; i < layer.fields.size(); ++i) {
        const bool covered = i != common::recorded_at && layer.fields[i].access != AccessClass::sealed;
        if (covered) by_name_.push_back({layer.fields[i].name, i});
    }
    std::ranges::sort(by_name_, {}, &Column::name);
}

Hash PayloadDigester::digest(const Record& record, std::string_view salt) const {
    std::string bytes = "sarhad-payload-1";
    bytes.reserve(512);
    put(bytes, salt);
    put(bytes, std::string_view{geo::to_wkb(record.geometry)});
    for (const Column& column : by_name_) {
        const geo::Value& value = record.values[column.ordinal];
        if (geo::is_null(value)) continue;
        put(bytes, std::string_view{column.name});
        put(bytes, value);
    }
    return geo::wrap::sha256_digest(bytes);
}

} // namespace layers::audit
