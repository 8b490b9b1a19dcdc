// The in-memory read model: every layer's current rows as a few segments, fed by the change log, mapped from a snapshot
// at start-up. The store stays the truth; all here can be thrown away and rebuilt.
//
// A commit adds a small segment and marks the rows it replaced as dead from its seq on; a reader holds a View, which
// never changes: it sees a row unless it was dead at the view's seq. A background thread merges small segments, so
// that a search meets few of them, and a merge is never waited for by a commit.
#pragma once

#include "layers/access/caller.hpp"
#include "layers/index/filter.hpp"
#include "layers/index/segment.hpp"
#include "layers/index/touched_tiles.hpp"
#include "layers/store/store.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace layers::index {

// When each row of a segment died: 0 = alive, else the seq that replaced or removed it.
class DeadMarks {
public:
    explicit DeadMarks(Row rows) : rows_{rows} {}
    bool visible(Row row, store::Seq at) const {
        if (count_.load(std::memory_order_acquire) == 0) return true;
        const store::Seq died = marks_[row].load(std::memory_order_acquire);
        return died == 0 || died > at;
    }
    void mark(Row row, store::Seq seq); // one thread at a time
    store::Seq died(Row row) const { return count_.load(std::memory_order_acquire) == 0 ? 0 : marks_[row].load(); }
    Row count() const { return count_.load(); }

private:
    const Row rows_;
    std::atomic<Row> count_{0};
    std::unique_ptr<std::atomic<store::Seq>[]> marks_; // made with the first mark, read only where there is one
};

struct Piece {
    std::shared_ptr<const Segment> segment;
    std::shared_ptr<DeadMarks> dead;
};

// A layer as it was at `seq`. Immutable; hold it as long as the answer is being made.
struct View {
    std::shared_ptr<const Layer> layer;
    store::Seq seq = 0;
    std::vector<Piece> pieces;
    std::shared_ptr<const TouchedTiles> touched;

    std::int64_t live_rows() const;
    geo::MercatorBox extent() const; // of all rows, dead ones included until they are merged away

    struct Found {
        const Piece* piece;
        Row row;
    };
    std::optional<Found> find(const geo::Uuid& id) const;

    // fn(piece, row) for each live row that passes the filter and meets the box (nothing: no box).
    void each(const std::optional<geo::MercatorBox>& box, const query::ExpressionPtr& filter, const TimeWindow& window,
              const std::function<void(const Piece&, Row)>& fn) const;

    // Live rows that pass, in ascending id, after `after`; fn returns false to stop.
    void each_by_id(const std::optional<geo::Uuid>& after, const query::ExpressionPtr& filter, const TimeWindow& window,
                    const std::function<bool(const Piece&, Row)>& fn) const;
};

// A row as a Record again, exact.
Record to_record(const Segment& segment, Row row);

// A change with the row as it was and as it became; null: not there. What a reader may learn of it is policy's matter.
struct Step {
    store::Change change;
    std::shared_ptr<const Record> before;
    std::shared_ptr<const Record> after;
};

class ReadModel {
public:
    // Maps snapshots under `directory` (empty: none kept), replays the tail of the log, then follows the store's
    // commits. Blocks until the model equals the store. `progress` gets a line a layer.
    ReadModel(store::Store& store, std::string directory, std::function<void(const std::string&)> progress = nullptr);
    ~ReadModel(); // stops following; writes snapshots
    ReadModel(const ReadModel&) = delete;
    ReadModel& operator=(const ReadModel&) = delete;

    // Thread-safe. Null when there is no such layer; one made since the start appears with its first row.
    std::shared_ptr<const View> view(std::string_view layer) const;
    Catalogue catalogue() const;
    store::Seq applied() const;
    void write_snapshots() const; // of layers that changed since the last one

    // Called on the committing thread when views show the batch and before its writers hear of it, in seq order. One
    // listener; it must be quick and not throw. Set it before anybody writes, to nothing before what it refers to dies.
    void on_applied(std::function<void(std::vector<Step>)> listener);

private:
    struct State;
    std::unique_ptr<State> state_;
};

// A view over rows given one by one, for reads of the past (`at=`) and for tests.
std::shared_ptr<const View> make_view(std::shared_ptr<const Layer> layer, const std::vector<Record>& rows,
                                      store::Seq seq);

} // namespace layers::index
