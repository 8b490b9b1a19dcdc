#include "layers/index/read_model.hpp"

#include "geo/background.hpp"
#include "geo/error.hpp"
#include "geo/wrap/compress.hpp"
#include "geo/wrap/mapped_file.hpp"
#include "layers/index/few_rows.hpp"
#include "layers/index/merge.hpp"
#include "layers/index/tiers.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <pthread.h>
#include <thread>

namespace layers::index {

namespace {

// In front of a snapshot's segment: of which database, up to which seq, and that not a byte has changed since.
struct Stamp {
    char identity[64];
    store::Seq seq;
    std::int64_t checksum; // over the members above and the segment
};

std::int64_t checksum_of(const Stamp& stamp, std::span<const std::byte> segment) {
    const auto text = [](const void* bytes, std::size_t size) {
        return std::string_view{static_cast<const char*>(bytes), size};
    };
    return geo::wrap::checksum(text(segment.data(), segment.size()),
                               geo::wrap::checksum(text(&stamp, offsetof(Stamp, checksum))));
}

// A snapshot that would have to catch up on more than this is rebuilt by a scan instead.
constexpr store::Seq kLongTail = 50'000;

// One layer: its current pieces, and how they change. `mutex` guards `current`; only the committing thread applies.
struct LayerModel {
    explicit LayerModel(std::shared_ptr<const Layer> of) : layer{std::move(of)} {}

    const std::shared_ptr<const Layer> layer;
    const std::uint64_t schema = schema_hash(*layer);
    std::shared_ptr<TouchedTiles> touched = std::make_shared<TouchedTiles>();
    mutable std::mutex mutex;
    std::shared_ptr<const View> current;
    store::Seq snapshot_seq = -1; // what the file holds; -1: none

    std::shared_ptr<const View> view() const {
        const std::lock_guard lock{mutex};
        return current;
    }
    void publish(std::vector<Piece> pieces, store::Seq seq) { // with the mutex held
        auto next = std::make_shared<View>();
        next->layer = layer;
        next->seq = seq;
        next->pieces = std::move(pieces);
        next->touched = touched;
        current = std::move(next);
    }
};

Piece piece_of(std::shared_ptr<const Segment> segment) {
    auto dead = std::make_shared<DeadMarks>(segment->size());
    return {std::move(segment), std::move(dead)};
}

void mark_dead(const std::vector<Piece>& pieces, const geo::Uuid& id, store::Seq seq) {
    for (const auto& piece : pieces) {
        const auto row = piece.segment->find(id);
        if (row && piece.dead->died(*row) == 0) piece.dead->mark(*row, seq);
    }
}

} // namespace

struct ReadModel::State {
    store::Store& store;
    std::string directory;
    mutable std::mutex mutex; // guards `models` and `catalogue`
    std::map<std::string, std::shared_ptr<LayerModel>, std::less<>> models;
    Catalogue catalogue;
    std::atomic<store::Seq> applied{0};

    std::mutex listener_mutex;
    std::function<void(std::vector<Step>)> listener;

    std::mutex merge_mutex;
    std::condition_variable_any merge_wanted;
    bool merge_pending = false;
    std::jthread merger;

    State(store::Store& s, std::string d) : store{s}, directory{std::move(d)}, catalogue{s.catalogue()} {}

    std::shared_ptr<LayerModel> model(std::string_view id) const {
        const std::lock_guard lock{mutex};
        const auto it = models.find(id);
        return it == models.end() ? nullptr : it->second;
    }
    std::vector<std::shared_ptr<LayerModel>> all() const {
        const std::lock_guard lock{mutex};
        std::vector<std::shared_ptr<LayerModel>> list;
        for (const auto& [id, m] : models) list.push_back(m);
        return list;
    }
    std::string file_of(const Layer& layer) const { return directory + "/" + layer.id + ".segment"; }

    std::optional<store::Seq> map_snapshot(LayerModel& m) const;
    void rebuild(LayerModel& m, store::Seq seq) const;
    void catch_up(LayerModel& m, const std::map<geo::Uuid, store::Seq>& changed, store::Seq seq) const;
    void load(const std::function<void(const std::string&)>& progress);
    std::shared_ptr<LayerModel> adopt(const std::string& id);
    void apply(const std::vector<store::Store::Applied>& batch);
    std::vector<Step> steps_of(const std::vector<store::Store::Applied>& batch) const;
    bool merge_once(LayerModel& m) const;
    void run_merger(const std::stop_token& stop);
    void write_snapshot(LayerModel& m) const;
};

std::optional<store::Seq> ReadModel::State::map_snapshot(LayerModel& m) const {
    if (directory.empty()) return {};
    const auto file = geo::wrap::map_file(file_of(*m.layer));
    Stamp stamp;
    if (!file || file->bytes.size() < sizeof stamp) return {};
    std::memcpy(&stamp, file->bytes.data(), sizeof stamp);
    const std::string identity = store.identity();
    if (identity.size() > sizeof stamp.identity || std::memcmp(stamp.identity, identity.data(), identity.size()) != 0 ||
        stamp.seq > store.last_seq() || stamp.checksum != checksum_of(stamp, file->bytes.subspan(sizeof stamp)))
        return {};
    try {
        auto segment = Segment::from_bytes(file->owner, file->bytes.subspan(sizeof stamp), *m.layer);
        m.publish({piece_of(std::move(segment))}, stamp.seq);
        m.snapshot_seq = stamp.seq;
        return stamp.seq;
    } catch (const geo::Error&) {
        return {}; // of another schema, or damaged: the store knows better
    }
}

void ReadModel::State::rebuild(LayerModel& m, store::Seq seq) const {
    SegmentBuilder builder{*m.layer};
    store.scan(m.layer->id, seq, {}, {}, [&](const Record& record) {
        builder.add(record);
        return true;
    });
    std::vector<Piece> pieces;
    if (builder.size() > 0) pieces.push_back(piece_of(builder.finish()));
    m.publish(std::move(pieces), seq);
}

void ReadModel::State::catch_up(LayerModel& m, const std::map<geo::Uuid, store::Seq>& changed, store::Seq seq) const {
    std::vector<Piece> pieces = m.current->pieces;
    SegmentBuilder builder{*m.layer};
    for (const auto& [id, changed_at] : changed) {
        mark_dead(pieces, id, changed_at);
        if (const auto record = store.get(m.layer->id, id)) builder.add(*record);
    }
    if (builder.size() > 0) pieces.push_back(piece_of(builder.finish()));
    m.publish(std::move(pieces), seq);
}

void ReadModel::State::load(const std::function<void(const std::string&)>& progress) {
    const store::Seq last = store.last_seq();
    store::Seq oldest = last;
    std::vector<std::shared_ptr<LayerModel>> stale;
    for (const auto& layer : catalogue.all()) {
        auto m = std::make_shared<LayerModel>(layer);
        const auto mapped = map_snapshot(*m);
        if (mapped && last - *mapped <= kLongTail) {
            oldest = std::min(oldest, *mapped);
            stale.push_back(m);
        } else {
            rebuild(*m, last);
        }
        m->touched->touch_all(last);
        models.emplace(layer->id, m);
    }
    std::map<std::string, std::map<geo::Uuid, store::Seq>> changed;
    for (store::Seq at = oldest; at < last;) {
        const auto page = store.changes(at, 10'000);
        if (page.empty()) break;
        for (const auto& change : page) {
            // The oldest snapshot sets where reading starts; a younger one already holds part of the page.
            const auto m = models.find(change.layer);
            if (m != models.end() && change.seq > m->second->snapshot_seq)
                changed[change.layer][change.id] = change.seq;
        }
        at = page.back().seq;
    }
    for (const auto& m : stale) catch_up(*m, changed[m->layer->id], last);
    applied = last;
    if (!progress) return;
    for (const auto& [id, m] : models) {
        const auto rows = m->current->live_rows();
        if (rows > 0) progress(id + ": " + std::to_string(rows) + " rows");
    }
}

std::shared_ptr<LayerModel> ReadModel::State::adopt(const std::string& id) {
    const auto layer = store.catalogue().find(id);
    if (!layer) return nullptr;
    auto m = std::make_shared<LayerModel>(layer);
    m->publish({}, applied);
    const std::lock_guard lock{mutex};
    if (!catalogue.find(id)) catalogue = catalogue.with(*layer);
    return models.emplace(id, std::move(m)).first->second;
}

// Before the batch is applied: the rows it replaces are still in the views.
std::vector<Step> ReadModel::State::steps_of(const std::vector<store::Store::Applied>& batch) const {
    std::vector<Step> steps;
    steps.reserve(batch.size());
    std::map<geo::Uuid, std::shared_ptr<const Record>> written; // earlier in this batch
    for (const auto& item : batch) {
        std::shared_ptr<const Record> before;
        if (item.change.version > 1) {
            const auto m = model(item.change.layer);
            const auto view = m ? m->view() : nullptr;
            if (const auto earlier = written.find(item.change.id); earlier != written.end())
                before = earlier->second;
            else if (const auto found = view ? view->find(item.change.id) : std::nullopt)
                before = std::make_shared<const Record>(to_record(*found->piece->segment, found->row));
        }
        written[item.change.id] = item.record;
        steps.push_back({item.change, std::move(before), item.record});
    }
    return steps;
}

void ReadModel::State::apply(const std::vector<store::Store::Applied>& batch) {
    const std::lock_guard listening{listener_mutex};
    std::vector<Step> steps;
    if (listener) steps = steps_of(batch);
    std::map<std::string, std::vector<const store::Store::Applied*>> by_layer;
    for (const auto& item : batch) by_layer[item.change.layer].push_back(&item);
    bool many = false;
    for (const auto& [id, items] : by_layer) {
        auto m = model(id);
        if (!m) m = adopt(id); // made by an import since the start: these are its first rows
        if (!m) continue;
        // Several versions of one item in a batch: only the last is built, the others were never visible.
        std::map<geo::Uuid, const store::Store::Applied*> last;
        for (const auto* item : items) last[item->change.id] = item;
        std::vector<const Record*> rows;
        for (const auto& [item_id, item] : last)
            if (item->record) rows.push_back(item->record.get());
        const store::Seq seq = batch.back().change.seq;
        std::shared_ptr<const Segment> fresh = pack(*m->layer, m->schema, rows);
        const std::lock_guard lock{m->mutex};
        std::vector<Piece> pieces = m->current->pieces;
        for (const auto& [item_id, item] : last)
            if (item->change.op != store::Op::create || item->change.version > 1) mark_dead(pieces, item_id, seq);
        if (fresh) pieces.push_back(piece_of(std::move(fresh)));
        m->touched->touch(items);
        many |= some_tier_is_full(pieces);
        m->publish(std::move(pieces), seq);
    }
    if (!batch.empty()) applied = batch.back().change.seq;
    if (listener && !steps.empty()) listener(std::move(steps));
    if (!many) return;
    {
        const std::lock_guard lock{merge_mutex};
        merge_pending = true;
    }
    merge_wanted.notify_one();
}

// Merges one tier that is full, or a piece that is mostly dead. False when there is nothing to do.
bool ReadModel::State::merge_once(LayerModel& m) const {
    const auto before = m.view();
    std::map<int, std::vector<const Piece*>> tiers;
    std::vector<const Piece*> chosen;
    for (const auto& piece : before->pieces) {
        tiers[tier(piece.segment->size())].push_back(&piece);
        if (piece.dead->count() * 2 > piece.segment->size()) chosen = {&piece};
    }
    for (const auto& [t, pieces] : tiers) {
        if (pieces.size() < most_of(t)) continue;
        chosen = pieces;
        break;
    }
    if (chosen.empty()) return false;
    std::vector<Part> parts;
    for (const Piece* piece : chosen)
        parts.push_back(part_of(*piece->segment, [&](Row row) { return piece->dead->died(row) == 0; }));
    std::optional<Piece> merged;
    if (auto segment = merge(*m.layer, m.schema, parts)) merged = piece_of(std::move(segment));

    const std::lock_guard lock{m.mutex};
    const auto is_chosen = [&](const Piece& piece) {
        return std::ranges::any_of(chosen, [&](const Piece* c) { return c->segment == piece.segment; });
    };
    // Rows that died while they were copied die in the copy too.
    for (const Piece* piece : chosen) {
        if (!merged || piece->dead->count() == 0) continue;
        for (Row row = 0; row < piece->segment->size(); ++row) {
            const store::Seq died = piece->dead->died(row);
            if (died == 0) continue;
            const auto copy = merged->segment->find(piece->segment->id(row));
            if (copy && merged->segment->version(*copy) == piece->segment->version(row) &&
                merged->dead->died(*copy) == 0)
                merged->dead->mark(*copy, died);
        }
    }
    std::vector<Piece> pieces;
    for (const auto& piece : m.current->pieces)
        if (!is_chosen(piece)) pieces.push_back(piece);
    if (merged) pieces.push_back(std::move(*merged));
    m.publish(std::move(pieces), m.current->seq);
    return true;
}

void ReadModel::State::run_merger(const std::stop_token& stop) {
    ::pthread_setname_np(::pthread_self(), "merge");
    geo::go_to_background(10); // nobody waits for a merge
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock{merge_mutex};
            merge_wanted.wait(lock, stop, [this] { return merge_pending; });
            merge_pending = false;
        }
        for (const auto& m : all())
            while (!stop.stop_requested() && merge_once(*m)) {}
    }
}

void ReadModel::State::write_snapshot(LayerModel& m) const {
    const auto view = m.view();
    if (directory.empty() || view->seq == m.snapshot_seq) return;
    std::vector<Part> parts;
    for (const auto& piece : view->pieces)
        parts.push_back(part_of(*piece.segment, [&](Row row) { return piece.dead->visible(row, view->seq); }));
    auto segment = merge(*m.layer, m.schema, parts);
    if (!segment) segment = SegmentBuilder{*m.layer}.finish(); // of no rows
    Stamp stamp{};
    const std::string identity = store.identity();
    std::memcpy(stamp.identity, identity.data(), std::min(identity.size(), sizeof stamp.identity));
    stamp.seq = view->seq;
    stamp.checksum = checksum_of(stamp, segment->bytes());
    geo::wrap::write_file_atomically(file_of(*m.layer), {std::as_bytes(std::span{&stamp, 1}), segment->bytes()});
    m.snapshot_seq = view->seq;
}

ReadModel::ReadModel(store::Store& store, std::string directory, std::function<void(const std::string&)> progress)
    : state_{std::make_unique<State>(store, std::move(directory))} {
    if (!state_->directory.empty()) std::filesystem::create_directories(state_->directory);
    state_->load(progress);
    store.on_commit([this](const auto& batch) { state_->apply(batch); });
    state_->merger = std::jthread{[this](const std::stop_token& stop) { state_->run_merger(stop); }};
}

ReadModel::~ReadModel() {
    state_->store.on_commit(nullptr);
    state_->merger.request_stop();
    state_->merger.join();
    try {
        write_snapshots();
    } catch (const geo::Error&) {
        // A snapshot only saves time at the next start; the store has everything.
    }
}

std::shared_ptr<const View> ReadModel::view(std::string_view layer) const {
    const auto m = state_->model(layer);
    return m ? m->view() : nullptr;
}

Catalogue ReadModel::catalogue() const {
    const std::lock_guard lock{state_->mutex};
    return state_->catalogue;
}

store::Seq ReadModel::applied() const {
    return state_->applied;
}

void ReadModel::write_snapshots() const {
    for (const auto& m : state_->all()) state_->write_snapshot(*m);
}

void ReadModel::on_applied(std::function<void(std::vector<Step>)> listener) {
    const std::lock_guard lock{state_->listener_mutex};
    state_->listener = std::move(listener);
}

} // namespace layers::index
