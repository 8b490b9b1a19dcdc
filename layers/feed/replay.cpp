#include "layers/feed/follower.hpp"

namespace layers::feed {

using store::Seq, store::Store;

Seq replay(const Store& store, Seq after, const std::function<void(const Store::Applied&)>& apply) {
    constexpr std::size_t kPage = 1000;
    for (;;) {
        auto changes = store.changes(after, kPage);
        if (changes.empty()) return after;
        for (auto& change : changes) {
            after = change.seq;
            std::shared_ptr<const Record> record;
            if (change.op != store::Op::remove) {
                if (auto row = store.get_at(change.layer, change.id, change.seq)) {
                    record = std::make_shared<const Record>(std::move(*row));
                }
            }
            apply({std::move(change), std::move(record)});
        }
    }
}

} // namespace layers::feed
