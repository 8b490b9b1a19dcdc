#include "layers/store/spatialite/writer.hpp"

#include "geo/error.hpp"
#include "geo/wrap/descriptor.hpp"
#include "layers/store/spatialite/row.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <pthread.h>

namespace layers::store {
namespace {

using geo::Error, geo::ErrorCode;

constexpr std::size_t kEditsAGroup = 1000; // some 40 ms of work
constexpr int kCheckpointPages = 20'000;   // 80 MB of log: a third to a half faster than SQLite's 1 000
constexpr int kBusyTimeout_ms = 500;       // another program looks into the file
constexpr std::chrono::seconds kIdle{1};

// SQLite syncs the directory of a log that it has made, but takes no notice when that fails: commits would be
// acknowledged into a file that a power loss takes away whole. So it is done once more here, and counts.
void sync_folder_of(const std::string& path) {
    if (!geo::wrap::sync_folder(std::filesystem::path{path}.parent_path().string()))
        throw Error{ErrorCode::storage_failed, "the storage failed"};
}

// What callers are told when the whole group failed: only codes that say "not stored".
Error group_error(const Error& error) {
    switch (error.code) {
    case ErrorCode::storage_full:
    case ErrorCode::busy:
        return error;
    default:
        return {ErrorCode::storage_failed, "the change could not be stored"};
    }
}

} // namespace

Writer::Writer(std::string path, SpatialiteOptions options) : path_{std::move(path)}, options_{std::move(options)} {
    migrate(path_);
    schema_ = open_layers(connection().database());
    thread_ = std::thread{[this] { loop(); }};
}

Writer::~Writer() {
    {
        const std::lock_guard lock{queue_mutex_};
        stopping_ = true;
    }
    queued_.notify_one();
    thread_.join();
}

// ---- callers' side -----------------------------------------------------------------------------------------------

std::future<std::vector<Store::Item>> Writer::submit(std::vector<Write> batch, std::optional<ImportState> import) {
    Job job;
    job.batch = std::move(batch);
    job.import = std::move(import);
    return enqueue_and_promise(std::move(job));
}

void Writer::submit(std::vector<Write> batch, Store::Done done) {
    Job job;
    job.batch = std::move(batch);
    job.done = std::move(done);
    enqueue(std::move(job));
}

std::future<std::vector<Store::Item>> Writer::enqueue_and_promise(Job job) {
    const auto promise = std::make_shared<std::promise<std::vector<Store::Item>>>();
    job.done = [promise](std::vector<Store::Item> items) { promise->set_value(std::move(items)); };
    enqueue(std::move(job));
    return promise->get_future();
}

void Writer::enqueue(Job job) {
    const std::size_t writes = job.batch.size();
    {
        const std::lock_guard lock{queue_mutex_};
        if (waiting_ == 0 || waiting_ + writes <= options_.queue_limit || job.task) {
            waiting_ += writes;
            (job.import ? imports_ : edits_).push_back(std::move(job));
            queued_.notify_one();
            return;
        }
    }
    job.done({writes, Store::Item{{}, Error{ErrorCode::busy, "too many changes are waiting"}}});
}

void Writer::run(std::function<void(Connection&)> task, std::function<void()> committed) {
    Job job;
    job.task = std::move(task);
    job.committed = std::move(committed);
    const auto items = enqueue_and_promise(std::move(job)).get();
    if (!items.empty() && items.front().error) throw *items.front().error;
}

void Writer::listen(std::function<void(const std::vector<Store::Applied>&)> listener) {
    const std::lock_guard lock{state_mutex_};
    listener_ = std::move(listener);
}

std::shared_ptr<const Schema> Writer::schema() const {
    const std::lock_guard lock{state_mutex_};
    return schema_;
}

void Writer::replace_schema(std::shared_ptr<const Schema> schema) {
    const std::lock_guard lock{state_mutex_};
    schema_ = std::move(schema);
}

Seq Writer::last_seq() const {
    const std::lock_guard lock{state_mutex_};
    return last_seq_;
}

bool Writer::wait_beyond(Seq after, std::stop_token stop) const {
    std::unique_lock lock{state_mutex_};
    return advanced_.wait(lock, std::move(stop), [&] { return announced_seq_ > after; });
}

std::optional<std::string> Writer::trouble() const {
    const std::lock_guard lock{state_mutex_};
    return trouble_;
}

void Writer::set_trouble(std::optional<std::string> why) {
    const std::lock_guard lock{state_mutex_};
    trouble_ = std::move(why);
}

// ---- the thread --------------------------------------------------------------------------------------------------

void Writer::loop() {
    ::pthread_setname_np(::pthread_self(), "store");
    std::vector<Job> jobs;
    while (wait_for_work(jobs)) {
        if (!jobs.empty() || suspect_)
            run_group(jobs);
        else
            move_log_into_database();
        jobs.clear();
    }
    connection_.reset();
}

void Writer::move_log_into_database() {
    checkpointed_ = true;
    try {
        connection().database().checkpoint(geo::wrap::CheckpointMode::passive);
    } catch (const Error&) {
        suspect_ = true; // the next turn finds out what is wrong and says so
    }
}

// Everything that edits, up to a group's worth, and one import batch: an edit never waits for two of them.
bool Writer::wait_for_work(std::vector<Job>& jobs) {
    std::unique_lock lock{queue_mutex_};
    const auto there_is_work = [&] { return stopping_ || !edits_.empty() || !imports_.empty(); };
    // With nothing to do: find out whether a failed storage is well again, or move the log into the database.
    if (suspect_ || !checkpointed_)
        queued_.wait_for(lock, kIdle, there_is_work);
    else
        queued_.wait(lock, there_is_work);
    std::size_t writes = 0;
    while (!edits_.empty() && writes < kEditsAGroup) {
        writes += edits_.front().batch.size();
        jobs.push_back(std::move(edits_.front()));
        edits_.pop_front();
    }
    if (!imports_.empty()) {
        writes += imports_.front().batch.size();
        jobs.push_back(std::move(imports_.front()));
        imports_.pop_front();
    }
    waiting_ -= writes;
    return !(stopping_ && jobs.empty());
}

void Writer::run_group(std::vector<Job>& jobs) {
    std::optional<Error> failure;
    try {
        write_group(jobs);
    } catch (const Error& error) {
        failure = error;
    } catch (const std::exception&) { // out of memory
        failure = Error{ErrorCode::storage_failed, "the change could not be stored"};
    }
    suspect_ = failure.has_value();
    set_trouble(failure ? std::optional<std::string>{failure->what()} : std::nullopt);
    for (Job& job : jobs) {
        if (failure) job.items.assign(std::max<std::size_t>(job.batch.size(), 1), {{}, group_error(*failure)});
        job.done(std::move(job.items));
    }
}

void Writer::write_group(std::vector<Job>& jobs) {
    Connection& db = connection();
    geo::wrap::Transaction transaction{db.database()};
    const auto schema_now = schema();
    Group group{db, *schema_now, end_, options_.clock};
    for (Job& job : jobs) run_job(job, group);
    group.finish();
    if (jobs.empty()) db.database().exec("INSERT OR REPLACE INTO meta(key,value) VALUES('probe',random())");
    transaction.commit();
    if (suspect_) db.database().busy_timeout(kBusyTimeout_ms);
    checkpointed_ = false;
    for (Job& job : jobs) {
        if (job.committed && job.items.empty()) job.committed();
    }
    publish(group.end(), group.applied());
}

void Writer::run_job(Job& job, Group& group) {
    if (job.task) {
        geo::wrap::Savepoint savepoint{connection_->database()};
        try {
            job.task(*connection_);
            savepoint.release();
        } catch (const Error& error) {
            if (error.code != ErrorCode::conflict && error.code != ErrorCode::invalid_input) throw;
            job.items.push_back({{}, error});
        }
        return;
    }
    job.items.reserve(job.batch.size());
    for (Write& write : job.batch) job.items.push_back(group.apply(std::move(write), !job.import));
    if (job.import) group.save(*job.import);
}

Connection& Writer::connection() {
    if (connection_ && !suspect_) return *connection_;
    // The old one stays open until the new one is: were there none for a moment, the next would recover the log from
    // disk and could take up a commit whose sync failed, which nobody may build upon.
    // While it fails nobody is kept waiting for what will fail again: the callers' threads serve readers too.
    auto fresh =
        std::make_unique<Connection>(path_, geo::wrap::OpenOptions{.mode = geo::wrap::OpenMode::read_write,
                                                                   .busy_timeout_ms = suspect_ ? 0 : kBusyTimeout_ms,
                                                                   .gather_log = true});
    fresh->database().wal_autocheckpoint(kCheckpointPages);
    const bool first = !connection_;
    const LogEnd end = log_end(*fresh); // this makes the log's file
    sync_folder_of(path_);
    connection_ = std::move(fresh);
    if (first)
        publish(end, {});
    else if (end.seq > end_.seq)
        catch_up(end);
    return *connection_;
}

void Writer::publish(LogEnd end, const std::vector<Store::Applied>& applied) {
    end_ = end;
    std::function<void(const std::vector<Store::Applied>&)> listener;
    {
        const std::lock_guard lock{state_mutex_};
        last_seq_ = end.seq;
        listener = listener_;
    }
    // An index that missed a change would lie until the next start: a listener that throws ends the program.
    [&]() noexcept {
        if (listener && !applied.empty()) listener(applied);
    }();
    {
        const std::lock_guard lock{state_mutex_};
        announced_seq_ = end.seq;
    }
    advanced_.notify_all();
}

// A commit that was reported as failed turned out to be in the file: its callers were told "not stored", which they may
// repeat, but everything derived must see it.
void Writer::catch_up(LogEnd end) {
    const auto schema_now = schema();
    std::vector<Store::Applied> applied;
    for (Change& change :
         read_changes(*connection_, *schema_now, end_.seq, static_cast<std::size_t>(end.seq - end_.seq))) {
        const LayerTable& table = schema_now->table(change.layer);
        std::shared_ptr<const Record> record;
        if (change.op != Op::remove) {
            Query row = connection_->query(table.by_seq);
            row->bind(1, change.seq);
            if (row->step()) record = std::make_shared<const Record>(read_record(*row, *table.layer));
        }
        applied.push_back({std::move(change), std::move(record)});
    }
    publish(end, applied);
}

} // namespace layers::store
