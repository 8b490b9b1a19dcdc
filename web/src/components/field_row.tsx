import type { Json, SchemaField } from "../api";
import { columnTitle, rowsOf, valueText, wordOrText } from "../feature_text";
import { t } from "../i18n";

export function FieldRow({ field, value }: { field: SchemaField; value: Json | undefined }) {
  if (value === undefined || value === null) return null;
  const rows = rowsOf(value);
  return (
    <>
      <dt title={field.description}>
        {field.title}
        {field.access === "need_to_know" && <span class="badge">{t("detail.need_to_know")}</span>}
      </dt>
      {rows === null ? <dd>{valueText(value, field)}</dd> : <dd class="wide"><Rows rows={rows} /></dd>}
    </>
  );
}

// A list of objects as a small table: its columns are the names that occur.
export function Rows({ rows }: { rows: readonly Readonly<Record<string, Json>>[] }) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value: Json | undefined) =>
    value === undefined || value === null ? "" : typeof value === "string" ? wordOrText(value) : JSON.stringify(value);
  return (
    <table>
      <thead><tr>{columns.map((column) => <th key={column} scope="col">{columnTitle(column)}</th>)}</tr></thead>
      <tbody>
        {rows.map((row, at) => (
          <tr key={at}>{columns.map((column) => <td key={column}>{cell(row[column])}</td>)}</tr>
        ))}
      </tbody>
    </table>
  );
}
