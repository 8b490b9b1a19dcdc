#include "server/seal_expiry.hpp"

#include "layers/model/sealed.hpp"
#include "server/log.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace server {
namespace {

using layers::Record;
using layers::store::Write;

constexpr std::chrono::hours kEvery{6};
constexpr const char* kAccount = "sarhad"; // who, in the history and the audit

std::vector<geo::Uuid> rows_with_what_is_over(const layers::index::View& view, std::size_t field, geo::Instant now) {
    std::vector<geo::Uuid> ids;
    for (const auto& piece : view.pieces) {
        const auto& segment = *piece.segment;
        const auto& column = segment.column(field);
        for (layers::index::Row row = 0; row < segment.size(); ++row) {
            if (column.is_null(row) || !piece.dead->visible(row, view.seq)) continue;
            const std::string text{column.entry(column.codes[row])};
            if (layers::sealed_at(text, now) != geo::Value{geo::Json{text}}) ids.push_back(segment.id(row));
        }
    }
    return ids;
}

Write without_what_is_over(const layers::Layer& layer, const geo::Uuid& id, std::size_t field, geo::Instant now) {
    Write write;
    write.op = layers::store::Op::replace;
    write.layer = layer.id;
    write.record.id = id;
    write.account = kAccount;
    write.amend = [field, now](const Record& current, Record& next) {
        next = current;
        if (const auto* text = std::get_if<geo::Json>(&current.values[field]))
            next.values[field] = layers::sealed_at(text->text, now);
    };
    return write;
}

} // namespace

std::int64_t expire_seals(layers::store::Store& store, const layers::index::ReadModel& index, geo::Instant now) {
    std::int64_t rows = 0;
    for (const auto& layer : index.catalogue().all()) {
        const auto view = index.view(layer->id);
        for (std::size_t i = 0; view && i < layer->fields.size(); ++i) {
            if (layer->fields[i].access != layers::AccessClass::sealed) continue;
            std::vector<Write> writes;
            for (const auto& id : rows_with_what_is_over(*view, i, now))
                writes.push_back(without_what_is_over(*layer, id, i, now));
            rows += static_cast<std::int64_t>(writes.size());
            if (!writes.empty()) store.write(std::move(writes)).get();
        }
    }
    store.forget_sealed(now);
    return rows;
}

SealExpiry::SealExpiry(std::shared_ptr<layers::store::Store> store,
                       std::shared_ptr<const layers::index::ReadModel> index)
    : thread_{[store = std::move(store), index = std::move(index)](const std::stop_token& stop) {
          std::mutex mutex;
          std::condition_variable_any wake;
          std::unique_lock lock{mutex};
          while (!stop.stop_requested()) {
              try {
                  if (const auto rows = expire_seals(*store, *index, geo::now()); rows > 0)
                      log::write(log::Level::info, "seals ended", {{"rows", rows}});
              } catch (const std::exception& error) {
                  log::write(log::Level::error, "seals not ended", {{"why", std::string_view{error.what()}}});
              }
              wake.wait_for(lock, stop, kEvery, [] { return false; });
          }
      }} {}

} // namespace server
