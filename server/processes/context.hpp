// What a process is given: its checked inputs, who asks, how to say how far it is, and the rows that this caller may
// see. A process reads rows here, or by functions that take the caller, and never past the policy.
#pragma once

#include "layers/access/caller.hpp"
#include "layers/model/layer.hpp"

#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace server {
struct AppContext;
}

namespace server::processes {

// Checked inputs by name. A getter's value is there and of its type: asking for another is a programming fault
// (std::logic_error). Instants, lists, texts and numbers as their row declares them; a choice is a text.
class Values {
public:
    void set(std::string name, geo::Value value) { values_[std::move(name)] = std::move(value); }
    bool has(std::string_view name) const { return values_.contains(name); }
    bool boolean(std::string_view name) const { return get<bool>(name); }
    std::int64_t integer(std::string_view name) const { return get<std::int64_t>(name); }
    double number(std::string_view name) const { return get<double>(name); }
    const std::string& text(std::string_view name) const { return get<std::string>(name); }
    geo::Instant instant(std::string_view name) const { return get<geo::Instant>(name); }
    const geo::TextList& list(std::string_view name) const { return get<geo::TextList>(name); }

private:
    template <typename T>
    const T& get(std::string_view name) const {
        const auto at = values_.find(name);
        const T* value = at == values_.end() ? nullptr : std::get_if<T>(&at->second);
        if (value == nullptr) throw std::logic_error{"no such input: " + std::string{name}};
        return *value;
    }
    std::map<std::string, geo::Value, std::less<>> values_;
};

// One run of one process. One thread.
class ProcessContext {
public:
    using Report = std::function<void(double share, const std::string& message)>;
    ProcessContext(const AppContext& app_, layers::access::Caller caller_, Values inputs_, std::stop_token stop_,
                   Report report)
        : app{app_}, caller{std::move(caller_)}, inputs{std::move(inputs_)}, stop{std::move(stop_)}, report_{std::move(
                                                                                                         report)} {}

    const AppContext& app;               // for what is no row, and for functions of layers/ that take a caller
    const layers::access::Caller caller; // reads the scenario of the request
    const Values inputs;
    const std::stop_token stop;

    void report(double share, const std::string& message) const { // share 0..1
        if (report_) report_(share, message);
    }
    void go_on() const; // Error{cancelled} once somebody asked to stop

    // The current rows of a layer that the caller may see, in no order, with the values of `fields` alone and a
    // geometry only when asked for (layers/index/visible_rows). The layer, or null where there is none for the caller.
    using Visit = std::function<void(const layers::Layer& layer, const layers::Record& record)>;
    std::shared_ptr<const layers::Layer> rows(std::string_view layer, const std::vector<std::string>& fields,
                                              bool geometry, const Visit& visit) const;

private:
    const Report report_;
};

} // namespace server::processes
