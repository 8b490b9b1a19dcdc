#include "layers/store/spatialite/access_log.hpp"

#include <algorithm>
#include <cstring>

namespace layers::store {

std::int64_t append_access(Connection& connection, audit::Access access, geo::Instant now) {
    access.number = 1;
    access.recorded_at = now;
    {
        Query last = connection.query("SELECT number,recorded_at FROM access_log ORDER BY number DESC LIMIT 1");
        if (last->step()) {
            access.number = last->integer(0) + 1;
            access.recorded_at.us = std::max(now.us, last->integer(1));
        }
    }
    const audit::Hash hash = audit::leaf_hash(access);
    Query line = connection.query("INSERT INTO access_log(number,recorded_at,account,agency,what,subject,reason,detail,"
                                  "hash) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)");
    line->bind(1, access.number);
    line->bind(2, access.recorded_at.us);
    line->bind_text_view(3, access.account);
    line->bind_text_view(4, access.agency);
    line->bind_text_view(5, access.what);
    line->bind_text_view(6, access.subject);
    line->bind_text_view(7, access.reason);
    line->bind_text_view(8, access.detail);
    line->bind_blob_view(9, {reinterpret_cast<const char*>(hash.data()), hash.size()});
    line->step();
    return access.number;
}

std::vector<audit::AccessEntry> read_accesses(Connection& connection, std::int64_t after, std::size_t limit) {
    Query rows = connection.query("SELECT number,recorded_at,account,agency,what,subject,reason,detail,hash "
                                  "FROM access_log WHERE number>?1 ORDER BY number LIMIT ?2");
    rows->bind(1, after);
    rows->bind(2, std::min<std::size_t>(limit, INT64_MAX));
    std::vector<audit::AccessEntry> entries;
    while (rows->step()) {
        audit::AccessEntry entry;
        entry.access = {.number = rows->integer(0),
                        .recorded_at = {rows->integer(1)},
                        .account = std::string{rows->text(2)},
                        .agency = std::string{rows->text(3)},
                        .what = std::string{rows->text(4)},
                        .subject = std::string{rows->text(5)},
                        .reason = std::string{rows->text(6)},
                        .detail = std::string{rows->text(7)}};
        const auto hash = rows->blob(8); // one of another length is damaged: zeros match nothing
        if (hash.size() == entry.stored.size()) std::memcpy(entry.stored.data(), hash.data(), hash.size());
        entries.push_back(std::move(entry));
    }
    return entries;
}

} // namespace layers::store
