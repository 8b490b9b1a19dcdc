// The writes of one transaction: each decided against what is stored, then appended as version row, log line and audit
// leaf. The writer thread's; holds nothing that outlives the transaction, so a rollback only drops it.
#pragma once

#include "layers/store/spatialite/change_log.hpp"
#include "layers/store/spatialite/connection.hpp"
#include "layers/store/spatialite/migrations.hpp"
#include "layers/store/store.hpp"

#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace layers::store {

class Group {
public:
    Group(Connection& connection, const Schema& schema, LogEnd end, const std::function<geo::Instant()>& clock)
        : connection_{connection}, schema_{schema}, end_{end}, clock_{clock} {}

    // An error of the write itself comes back in the item; one of the storage is thrown, and the group is lost.
    // `alone`: under a savepoint, so that a statement refused for this write's sake takes only this write back.
    Store::Item apply(Write write, bool alone);
    void save(const ImportState& state);
    void finish(); // before the commit: the counts of rows

    LogEnd end() const { return end_; }
    const std::vector<Store::Applied>& applied() const { return applied_; }

private:
    struct Head;
    std::optional<Head> head_of(const LayerTable& table, const geo::Uuid& id);
    Record stored(const LayerTable& table, const Head& head);
    WriteResult unchanged(const Head& head);
    WriteResult decide_and_append(const LayerTable& table, Write& write, bool alone);
    WriteResult append(const LayerTable& table, Op op, Write& write, const std::optional<Head>& head);

    Connection& connection_;
    const Schema& schema_;
    LogEnd end_;
    const std::function<geo::Instant()>& clock_;
    std::vector<Store::Applied> applied_;
    std::map<std::int64_t, std::int64_t> growth_; // current rows gained, by layer number
};

} // namespace layers::store
