#include "layers/store/spatialite/forget.hpp"

#include "layers/model/sealed.hpp"
#include "layers/store/spatialite/layer_table.hpp"

namespace layers::store {

std::vector<Forgotten> find_what_is_over(Connection& reader, const Schema& schema, geo::Instant now) {
    std::vector<Forgotten> over;
    for (const auto& [id, table] : schema.tables) {
        for (const Field& field : table->layer->fields) {
            if (field.access != AccessClass::sealed) continue;
            const auto name = versions_name(*table->layer);
            const auto column = quoted(field.name);
            Query row = reader.query("SELECT \"_seq_from\"," + column + " FROM " + quoted(name) + " WHERE " + column +
                                     " IS NOT NULL AND \"_seq_to\" IS NOT NULL");
            while (row->step()) {
                const std::string text{row->text(1)};
                auto left = sealed_at(text, now);
                if (left != geo::Value{geo::Json{text}})
                    over.push_back({quoted(name), column, row->integer(0), std::move(left)});
            }
        }
    }
    return over;
}

void forget(Connection& writer, const std::vector<Forgotten>& over) {
    writer.database().exec("PRAGMA secure_delete=ON");
    for (const auto& version : over) {
        Query row = writer.query("UPDATE " + version.table + " SET " + version.column + "=?1 WHERE \"_seq_from\"=?2");
        if (const auto* left = std::get_if<geo::Json>(&version.left))
            row->bind_text_view(1, left->text);
        else
            row->bind(1, nullptr);
        row->bind(2, version.seq);
        row->step();
    }
}

} // namespace layers::store
