// Parts of the detail panel that say more than one field: position, grade, lengths, states.
import type { Geometry } from "geojson";
import { object, type Json, type Properties, type SchemaField } from "../api";
import { isEmpty, lengthText, rowsOf, valueText } from "../feature_text";
import { anchorOf } from "../geometry";
import { formatNumber, t, word } from "../i18n";
import { degreesText, mgrsText } from "../position";
import { readableInstant } from "../time";

export function Place({ geometry, properties }: { geometry: Geometry | null; properties: Properties }) {
  const position = geometry === null ? null : anchorOf(geometry);
  return (
    <>
      <dt>{t("detail.position")}</dt>
      {position === null ? <dd>{t("detail.no_position")}</dd> : <dd dir="ltr">{degreesText(position)}</dd>}
      {position !== null && (
        <>
          <dt>{t("detail.mgrs")}</dt>
          <dd dir="ltr">{mgrsText(position)}</dd>
        </>
      )}
      <Chainage properties={properties} />
    </>
  );
}

function Chainage({ properties }: { properties: Properties }) {
  const { section_id: section, distance_along_m: along, offset_m: offset } = properties;
  if (typeof along !== "number") return null;
  const km = formatNumber(along / 1000, 3);
  const side = typeof offset !== "number" || Math.abs(offset) < 1 ? ""
    : t(offset > 0 ? "detail.inside" : "detail.outside", { distance: lengthText(Math.abs(offset)) });
  return (
    <>
      <dt>{t("detail.chainage")}</dt>
      <dd>
        {t("detail.chainage_value", { km, section: typeof section === "string" ? section : "?" })}
        {side !== "" && `, ${side}`}
      </dd>
    </>
  );
}

// The two independent Admiralty grades, never folded into one.
export function Grade({ properties }: { properties: Properties }) {
  const { source_reliability: source, info_credibility: information } = properties;
  if (typeof source !== "string" && typeof information !== "string") return null;
  return (
    <>
      <dt>{t("detail.grade")}</dt>
      <dd>
        <strong class="grade">{typeof source === "string" ? source : "–"}</strong> {t("detail.grade_source")}{" "}
        <strong class="grade">{typeof information === "string" ? information : "–"}</strong>{" "}
        {t("detail.grade_information")}
      </dd>
    </>
  );
}

// Declared lengths beside the measured one: kept as stated, with what they differ by.
export function BorderLengths({ properties }: { properties: Properties }) {
  const measured = properties["measured_length_m"];
  if (typeof measured !== "number") return null;
  const declared = rowsOf(properties["declared"]) ?? [];
  return (
    <section class="lengths">
      <h3>{t("detail.declared_length")}</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("detail.declared_source")}</th>
            <th scope="col">{t("detail.declared_year")}</th>
            <th scope="col">{t("detail.declared_length")}</th>
            <th scope="col">{t("detail.declared_difference")}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{t("detail.measured")}</th>
            <td />
            <td>{formatNumber(measured / 1000, 1)} km</td>
            <td />
          </tr>
          {declared.map((row, at) => <Declared key={at} row={row} measured={measured} />)}
        </tbody>
      </table>
      {declared.length > 0 && <p class="note">{t("detail.declared_note")}</p>}
    </section>
  );
}

function Declared({ row, measured }: { row: Readonly<Record<string, Json>>; measured: number }) {
  const km = typeof row["km"] === "number" ? row["km"] : null;
  const scope = typeof row["of"] === "string" && row["of"] !== "" ? row["of"] : null; // more than this section
  const difference = km === null || scope !== null ? null : ((km * 1000 - measured) / measured) * 100;
  return (
    <tr>
      <th scope="row">{t("detail.declared")}: {[String(row["source"] ?? "?"), scope].filter(Boolean).join(", ")}</th>
      <td>{String(row["year"] ?? "")}</td>
      <td>{km === null ? "" : `${formatNumber(km, 1)} km`}</td>
      <td dir="ltr">{difference === null ? "" : `${difference > 0 ? "+" : ""}${formatNumber(difference, 1)} %`}</td>
    </tr>
  );
}

// Appended states, newest first; the fields beside state and time follow as they are.
export function StateHistory({ value }: { value: Json | undefined }) {
  const rows = rowsOf(value);
  if (rows === null) return null;
  const when = (row: Readonly<Record<string, Json>>) => String(row["observed_at"] ?? row["at"] ?? "");
  const newest = [...rows].sort((a, b) => when(b).localeCompare(when(a)));
  return (
    <section>
      <h3>{t("detail.history")}</h3>
      <ol class="history">
        {newest.map((row, at) => (
          <li key={at}>
            <strong>{word(String(row["state"] ?? "?"))}</strong>{" "}
            <time dateTime={when(row)}>{when(row) === "" ? "" : readableInstant(when(row))}</time>
            {Object.entries(row)
              .filter(([name, part]) => !["id", "state", "observed_at", "at"].includes(name) && part !== null && part !== "")
              .map(([name, part]) => <span key={name} class="history-part">{word(name)}: {plain(part)}</span>)}
          </li>
        ))}
      </ol>
    </section>
  );
}

// What was appended to a report, newest first: who said what about it, and why.
export function StatementList({ value, fields }: { value: Json | undefined; fields: readonly SchemaField[] }) {
  const rows = rowsOf(value);
  if (rows === null) return null;
  const told = ["id", "type", "at", "agency", "changes", "before"];
  return (
    <section>
      <h3>{t("state.list")}</h3>
      <ol class="history">
        {[...rows].reverse().map((row) => (
          <li key={String(row["id"])}>
            <strong>{word(String(row["type"] ?? "?"))}</strong>{" "}
            <time dateTime={String(row["at"] ?? "")}>{typeof row["at"] === "string" ? readableInstant(row["at"]) : ""}</time>
            {typeof row["agency"] === "string" && <span class="history-part">{t("state.by", { who: word(row["agency"]) })}</span>}
            {Object.entries(object(row["changes"])).map(([name, change]) => (
              <span key={name} class="history-part">{changeText(name, object(change), fields)}</span>
            ))}
            {Object.entries(row)
              .filter(([name, part]) => !told.includes(name) && part !== null && part !== "")
              .map(([name, part]) => <span key={name} class="history-part">{word(name)}: {plain(part)}</span>)}
          </li>
        ))}
      </ol>
    </section>
  );
}

// "Persons, at least: 3 → 5"
function changeText(name: string, change: Readonly<Record<string, Json>>, fields: readonly SchemaField[]): string {
  if (name === "geometry") return t("state.moved");
  const field = fields.find((known) => known.name === name);
  const said = (value: Json | undefined) => (value === undefined || isEmpty(value) || field === undefined
    ? t("conflict.nothing") : valueText(value, field));
  return t("state.change", { field: field?.title ?? name, from: said(change["from"]), to: said(change["to"]) });
}

// A word of the data is made readable; what a person wrote stays as it was written.
function plain(value: Json): string {
  if (typeof value !== "string") return JSON.stringify(value);
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return readableInstant(value);
  return /^[A-Za-z0-9_]+$/.test(value) ? word(value) : value;
}
