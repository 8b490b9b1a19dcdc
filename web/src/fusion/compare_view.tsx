// Both reports side by side. What differs is marked by a sign and a bar, what is alike lies folded below.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { getSchema, type Feature, type SchemaField } from "../api";
import { t, type TextKey } from "../i18n";
import { comparedRows, type ComparedRow, type Difference } from "./compare";
import { agencyName, Letter, ReportLink } from "./words";

const marks: Readonly<Record<Difference, readonly [sign: string, title: TextKey]>> = {
  alike: ["=", "compare.alike"],
  differs: ["≠", "compare.differs"],
  one: ["◐", "compare.one"],
};
const always = new Set(["agency", "kind", "time", "place", "position", "count", "grade"]);

export function CompareView({ reports }: { reports: readonly [Feature, Feature] }) {
  const fields = useSignal<readonly SchemaField[] | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    getSchema("reports", stop.signal).then((found) => (fields.value = found)).catch(() => (fields.value ??= []));
    return () => stop.abort();
  }, []);
  if (fields.value === null) return <p class="note" role="status">{t("review.loading_pair")}</p>;
  const rows = comparedRows(reports, fields.value);
  const open = rows.filter((row) => always.has(row.name) || row.difference !== "alike");
  const folded = rows.filter((row) => !open.includes(row));
  return (
    <section class="compare">
      <table>
        <caption class="unseen">{t("compare.caption")}</caption>
        <thead>
          <tr>
            <th scope="col"><span class="unseen">{t("compare.field")}</span></th>
            <Head of="A" report={reports[0]} />
            <Head of="B" report={reports[1]} />
          </tr>
        </thead>
        <tbody>{open.map((row) => <Row key={row.name} row={row} />)}</tbody>
      </table>
      {folded.length > 0 && (
        <details>
          <summary>{t("compare.folded", { n: folded.length })}</summary>
          <table><tbody>{folded.map((row) => <Row key={row.name} row={row} />)}</tbody></table>
        </details>
      )}
    </section>
  );
}

function Head({ of, report }: { of: "A" | "B"; report: Feature }) {
  const ref = report.properties["source_ref"];
  const agency = report.properties["agency"];
  return (
    <th scope="col">
      <Letter of={of} />{" "}
      <ReportLink report={report}>
        {typeof ref === "string" && ref !== "" ? ref : agencyName(typeof agency === "string" ? agency : "")}
      </ReportLink>
    </th>
  );
}

function Row({ row }: { row: ComparedRow }) {
  const [sign, title] = marks[row.difference];
  const cell = (lines: readonly string[]) => (
    <td>{lines.length === 0 ? <span class="soft">–</span> : lines.map((line, at) => <span key={at} class="line">{line}</span>)}</td>
  );
  return (
    <tr data-field={row.name} data-difference={row.difference}>
      <th scope="row">
        <span class="sign" aria-hidden="true">{sign}</span> {row.title}
        <span class="unseen">, {t(title)}</span>
      </th>
      {cell(row.said[0])}
      {cell(row.said[1])}
    </tr>
  );
}
