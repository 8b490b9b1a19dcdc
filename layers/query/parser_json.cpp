// CQL2 JSON (OGC 21-065r2, annex B). Errors carry the JSON pointer of the node at fault.
#include "geo/error.hpp"
#include "layers/query/builder.hpp"
#include "layers/query/geojson_literal.hpp"
#include "layers/query/names.hpp"

#include <nlohmann/json.hpp>

namespace layers::query {

namespace {

using nlohmann::json;

// An operator is an object in an array: two levels of JSON for one of the tree; a geometry at the bottom adds eight.
constexpr int kMaxJsonDepth = 2 * static_cast<int>(kMaxDepth) + 16;

[[noreturn]] void fail_at(const std::string& pointer, const std::string& what) {
    throw geo::Error{geo::ErrorCode::invalid_input, what, pointer};
}

class JsonParser {
public:
    JsonParser() : build_{[this](const std::string& what) { fail_at(pointer_, what); }} {}

    ExpressionPtr whole(const json& document) {
        const Node root = node(document);
        build_.require_filter(root);
        return root.expression;
    }

private:
    [[noreturn]] void fail(const std::string& what) const { fail_at(pointer_, what); }

    // Calls `read` with the pointer one step further. Not undone on an exception: the pointer is what it carries.
    template <typename Read>
    auto below(const std::string& step, Read read) {
        const std::size_t length = pointer_.size();
        pointer_ += '/' + step;
        auto result = read();
        pointer_.resize(length);
        return result;
    }

    Node node(const json& j) {
        switch (j.type()) {
        case json::value_t::boolean:
            return build_.literal(j.get<bool>());
        case json::value_t::number_integer:
            return build_.literal(j.get<std::int64_t>());
        case json::value_t::number_unsigned:
            if (j.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) return build_.literal(j.get<double>());
            return build_.literal(static_cast<std::int64_t>(j.get<std::uint64_t>()));
        case json::value_t::number_float:
            return build_.literal(j.get<double>());
        case json::value_t::string:
            return build_.literal(j.get<std::string>());
        case json::value_t::object:
            return object(j);
        case json::value_t::array:
            fail("an array only stands in IN and in A_ functions");
        default:
            fail("null is no value: use isNull");
        }
    }

    Node object(const json& j) {
        if (j.contains("op")) return operation(j);
        if (j.contains("property")) return build_.property(text(j, "property"));
        if (j.contains("date")) return build_.date(text(j, "date"));
        if (j.contains("timestamp")) return build_.timestamp(text(j, "timestamp"));
        if (j.contains("interval")) return interval(j["interval"]);
        if (j.contains("bbox") && !j.contains("type")) return bbox(j["bbox"]);
        if (j.contains("type")) {
            auto read = read_geojson_literal(j);
            if (!read.fault.empty()) fail(read.fault);
            return build_.geometry(std::move(read.geometry));
        }
        fail("an object needs op, property, date, timestamp, interval, bbox or type");
    }

    std::string text(const json& j, const char* key) const {
        const json& value = j[key];
        if (!value.is_string()) fail(std::string{key} + " is no text");
        return value.get<std::string>();
    }

    Node operation(const json& j) {
        const std::string op = text(j, "op");
        const auto args = j.find("args");
        if (args == j.end() || !args->is_array()) fail("an operation needs args, an array");
        return below("args", [&] {
            const Operator* known = find_json_operator(op);
            if (!known) return build_.call(op, all(*args));
            if (known->op == Op::in) return in(*args);
            if (is_array_predicate(known->op)) return build_.operation(known->op, arrays(*args));
            return build_.operation(known->op, all(*args));
        });
    }

    template <typename Read>
    Nodes each(const json& list, Read read) {
        Nodes nodes;
        for (std::size_t i = 0; i < list.size(); ++i)
            nodes.push_back(below(std::to_string(i), [&] { return read(list[i]); }));
        return nodes;
    }

    Nodes all(const json& list) {
        return each(list, [this](const json& j) { return node(j); });
    }

    Node in(const json& args) {
        if (args.size() != 2 || !args[1].is_array() || args[1].empty()) fail("IN takes a value and a list of values");
        Node operand = below("0", [&] { return node(args[0]); });
        Nodes operands = below("1", [&] { return all(args[1]); });
        operands.insert(operands.begin(), std::move(operand));
        return build_.operation(Op::in, std::move(operands));
    }

    Nodes arrays(const json& args) {
        return each(args, [this](const json& j) { return j.is_array() ? build_.array(all(j)) : node(j); });
    }

    Node interval(const json& ends) {
        if (!ends.is_array()) fail("an interval is an array of two ends");
        return below("interval", [&] {
            return build_.interval(each(ends, [this](const json& end) {
                return end.is_string() ? build_.interval_end(end.get<std::string>()) : node(end);
            }));
        });
    }

    Node bbox(const json& numbers) {
        std::vector<double> values;
        const bool all_numbers =
            numbers.is_array() && std::ranges::all_of(numbers, [](const json& n) { return n.is_number(); });
        if (!all_numbers) fail("a bbox is an array of numbers");
        for (const json& number : numbers) values.push_back(number.get<double>());
        return build_.bbox(values);
    }

    std::string pointer_;
    Builder build_;
};

// Depth is stopped while reading: a document is never built that would be too deep to walk.
json read(std::string_view text) {
    const auto limit_depth = [](int depth, json::parse_event_t, json&) {
        if (depth > kMaxJsonDepth) fail_at("", "the filter is nested deeper than " + std::to_string(kMaxDepth));
        return true;
    };
    try {
        return json::parse(text.begin(), text.end(), limit_depth);
    } catch (const json::parse_error& error) {
        fail_at("", "not JSON, at byte " + std::to_string(error.byte));
    } catch (const json::exception&) {
        fail_at("", "a number is out of range");
    }
}

} // namespace

ExpressionPtr parse_cql2_json(std::string_view text) {
    if (text.size() > kMaxBytes) fail_at("", "the filter is longer than 1 MiB");
    const json document = read(text);
    return JsonParser{}.whole(document);
}

} // namespace layers::query
