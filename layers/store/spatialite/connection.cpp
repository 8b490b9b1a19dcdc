#include "layers/store/spatialite/connection.hpp"

#include <exception>

namespace layers::store {

Query Connection::query(std::string_view sql) {
    auto it = statements_.find(sql);
    if (it == statements_.end()) {
        it = statements_.emplace(std::string{sql}, geo::wrap::Statement{database_, sql}).first;
    }
    return Query{it->second};
}

ReadPool::Lease ReadPool::lease() {
    {
        const std::lock_guard lock{mutex_};
        if (!idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            return {*this, std::move(connection)};
        }
    }
    // Opening takes a moment: outside the lock. The time-out is for the instant in which the writer resets its log.
    auto connection =
        std::make_unique<Connection>(path_, geo::wrap::OpenOptions{.mode = mode_, .busy_timeout_ms = 2000});
    connection->database().wal_autocheckpoint(0);
    return {*this, std::move(connection)};
}

void ReadPool::give_back(std::unique_ptr<Connection> connection) noexcept {
    // One that failed may be unfit for more; a new one costs less than finding out.
    if (std::uncaught_exceptions() > 0) return;
    const std::lock_guard lock{mutex_};
    if (idle_.size() < idle_limit_) idle_.push_back(std::move(connection));
}

} // namespace layers::store
