#include "layers/store/spatialite/layer_table.hpp"

#include "layers/store/spatialite/geometry_blob.hpp"

namespace layers::store {
namespace {

constexpr const char* kSystemColumns = R"("_seq_from","_seq_to","_id","_version","_removed","_account","_salt")";
constexpr const char* kInsertColumns =
    R"("_seq_from","_id","_version","_removed","_account","_salt","_min_x","_min_y","_max_x","_max_y")";
constexpr const char* kIsCurrent = R"("_seq_to" IS NULL)";
constexpr const char* kIsPast = R"("_seq_to" IS NOT NULL)";
constexpr const char* kInBox = R"( AND "_max_x">=?3 AND "_max_y">=?4 AND "_min_x"<=?5 AND "_min_y"<=?6)";

const char* sql_type(FieldType type) {
    switch (type) {
    case FieldType::boolean:
        return "BOOLEAN";
    case FieldType::integer:
    case FieldType::instant: // microseconds since 1970
        return "INTEGER";
    case FieldType::number:
        return "REAL";
    case FieldType::text:
    case FieldType::enumeration:
    case FieldType::text_list: // a JSON array
    case FieldType::json:
        return "TEXT";
    }
    return "TEXT";
}

std::string field_list(const Layer& layer) {
    std::string list;
    for (const Field& field : layer.fields) list += "," + quoted(field.name);
    return list + R"(,"_geom")";
}

// Microseconds as a date-time that any program reads.
std::string readable(const Field& field) {
    const std::string name = quoted(field.name);
    if (field.type != FieldType::instant) return name;
    return "strftime('%Y-%m-%dT%H:%M:%SZ'," + name + "/1000000,'unixepoch') AS " + name;
}

std::string view_sql(const Layer& layer) {
    std::string columns = R"("_seq_from" AS "_row",)"
                          R"(lower(substr(hex("_id"),1,8)||'-'||substr(hex("_id"),9,4)||'-'||substr(hex("_id"),13,4))"
                          R"(||'-'||substr(hex("_id"),17,4)||'-'||substr(hex("_id"),21)) AS "id",)"
                          R"("_version" AS "version")";
    for (const Field& field : layer.fields) columns += "," + readable(field);
    return "CREATE VIEW " + quoted(current_name(layer)) + " AS SELECT " + columns + R"(,"_geom" AS "geom" FROM )" +
           quoted(versions_name(layer)) + R"( WHERE "_seq_to" IS NULL AND "_removed"=0;)";
}

} // namespace

std::string quoted(const std::string& identifier) {
    std::string text = "\"";
    for (char c : identifier) text += c == '"' ? std::string{"\"\""} : std::string(1, c);
    return text + '"';
}

std::string versions_name(const Layer& layer) {
    return "versions_" + layer.id;
}

std::string current_name(const Layer& layer) {
    return "current_" + layer.id;
}

LayerTable::LayerTable(std::shared_ptr<const Layer> schema, std::int64_t layer_number)
    : layer{std::move(schema)}, number{layer_number}, digester{*layer} {
    const std::string from = " FROM " + quoted(versions_name(*layer)) + " WHERE ";
    const std::string fields = field_list(*layer);
    const std::string select = std::string{"SELECT "} + kSystemColumns + fields + from;
    const std::string is_current = kIsCurrent, is_past = kIsPast, there = R"( AND "_removed"=0)";

    insert = "INSERT INTO " + quoted(versions_name(*layer)) + "(" + kInsertColumns + fields + ") VALUES(?1";
    const int parameters = parameter::fields + static_cast<int>(layer->fields.size()); // the geometry is the last
    for (int i = 2; i <= parameters; ++i) insert += ",?" + std::to_string(i);
    insert += ")";

    supersede = "UPDATE " + quoted(versions_name(*layer)) + R"( SET "_seq_to"=?1 WHERE "_seq_from"=?2)";
    head = R"(SELECT "_seq_from","_version","_removed","_min_x","_min_y","_max_x","_max_y",)"
           R"("agency","handling","releasable_to","scenario_id")" +
           from + is_current + R"( AND "_id"=?1)";
    by_seq = select + R"("_seq_from"=?1)";
    current = select + is_current + there + R"( AND "_id"=?1)";
    const std::string one_at = there + R"( AND "_id"=?1 AND "_seq_from"<=?2)";
    at = select + is_current + one_at + " UNION ALL " + select + is_past + one_at + R"( AND "_seq_to">?2)";
    history = select + is_current + R"( AND "_id"=?1 UNION ALL )" + select + is_past +
              R"( AND "_id"=?1 ORDER BY "_seq_from")";

    // Two ordered index walks merged by id; at most one row of an item is valid at a seq.
    const std::string all_at = there + R"( AND "_id">?1 AND "_seq_from"<=?2)";
    const std::string past_at = all_at + R"( AND "_seq_to">?2)";
    const std::string by_id = R"( ORDER BY "_id")";
    scan_current = select + is_current + all_at + by_id;
    scan_current_in_box = select + is_current + all_at + kInBox + by_id;
    scan_at = select + is_current + all_at + " UNION ALL " + select + is_past + past_at + by_id;
    scan_at_in_box =
        select + is_current + all_at + kInBox + " UNION ALL " + select + is_past + past_at + kInBox + by_id;
    count_current = "SELECT count(*)" + from + is_current + there;
}

std::string create_sql(const Layer& layer) {
    const std::string table = quoted(versions_name(layer));
    std::string sql = "CREATE TABLE " + table +
                      R"(("_seq_from" INTEGER PRIMARY KEY,"_seq_to" INTEGER,"_id" BLOB NOT NULL,)"
                      R"("_version" INTEGER NOT NULL,"_removed" INTEGER NOT NULL,"_account" TEXT NOT NULL,)"
                      R"("_salt" BLOB,"_min_x" REAL,"_min_y" REAL,"_max_x" REAL,"_max_y" REAL)";
    for (const Field& field : layer.fields) sql += "," + quoted(field.name) + " " + sql_type(field.type);
    sql += R"(,"_geom" GEOMETRY);)";
    sql += "CREATE UNIQUE INDEX " + quoted("index_current_" + layer.id) + " ON " + table + "(\"_id\") WHERE " +
           kIsCurrent + ";";
    sql += "CREATE INDEX " + quoted("index_past_" + layer.id) + " ON " + table + "(\"_id\",\"_seq_to\") WHERE " +
           kIsPast + ";";
    sql += view_sql(layer);
    if (layer.geometry == GeometryKind::none) return sql;
    const std::string srid = std::to_string(kSrid);
    sql += "INSERT INTO geometry_columns(f_table_name,f_geometry_column,geometry_type,coord_dimension,srid,"
           "spatial_index_enabled) VALUES('" +
           versions_name(layer) + "','_geom',0,2," + srid + ",0);";
    sql += "INSERT INTO views_geometry_columns(view_name,view_geometry,view_rowid,f_table_name,f_geometry_column,"
           "read_only) VALUES('" +
           current_name(layer) + "','geom','_row','" + versions_name(layer) + "','_geom',1);";
    return sql;
}

std::string add_column_sql(const Layer& layer, const Field& field) {
    return "ALTER TABLE " + quoted(versions_name(layer)) + " ADD COLUMN " + quoted(field.name) + " " +
           sql_type(field.type) + ";";
}

std::string recreate_view_sql(const Layer& layer) {
    return "DROP VIEW " + quoted(current_name(layer)) + ";" + view_sql(layer);
}

} // namespace layers::store
