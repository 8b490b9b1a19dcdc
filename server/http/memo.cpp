#include "server/http/memo.hpp"

#include "server/http/wire.hpp"

#include <algorithm>
#include <vector>

namespace server::http {
namespace {
std::size_t size_of(const Memo::Kept& kept) {
    return kept.head.size() + (kept.body ? kept.body->size() : 0) + 1024;
}
} // namespace

std::size_t Memo::date_at(std::string_view head) {
    static constexpr std::string_view kName = "\r\nDate: ";
    const auto at = head.find(kName);
    return at == std::string_view::npos ? at : at + kName.size();
}

const Memo::Kept* Memo::find(std::string_view head_bytes) {
    const auto at = kept_.find(head_bytes);
    if (at == kept_.end()) return nullptr;
    auto& kept = at->second;
    if (!kept.holds()) {
        drop(at);
        return nullptr;
    }
    if (const auto now = std::time(nullptr); kept.dated != now) {
        const auto date = http_date(now);
        kept.head.replace(date_at(kept.head), date.size(), date);
        kept.dated = now;
    }
    kept.used = ++clock_;
    return &kept;
}

void Memo::drop(Table::iterator entry) {
    bytes_ -= size_of(entry->second);
    kept_.erase(entry);
}

// Half of it goes, the longest unused first: a sort now and then costs less than a list kept with every use.
void Memo::make_room() {
    std::vector<std::uint64_t> uses;
    uses.reserve(kept_.size());
    for (const auto& [bytes, kept] : kept_) uses.push_back(kept.used);
    const auto middle = uses.begin() + static_cast<std::ptrdiff_t>(uses.size() / 2);
    std::ranges::nth_element(uses, middle);
    const auto oldest = middle == uses.end() ? clock_ : *middle;
    for (auto at = kept_.begin(); at != kept_.end();) {
        const auto next = std::next(at);
        if (at->second.used <= oldest) drop(at);
        at = next;
    }
}

void Memo::keep(std::string_view head_bytes, Kept kept) {
    if (head_bytes.size() > kLongestHead || size_of(kept) > kMostBytes / 16) return;
    if (const auto at = kept_.find(head_bytes); at != kept_.end()) drop(at);
    kept.used = ++clock_;
    bytes_ += size_of(kept);
    kept_.emplace(head_bytes, std::move(kept));
    if (kept_.size() > kMostEntries || bytes_ > kMostBytes) make_room();
}

} // namespace server::http
