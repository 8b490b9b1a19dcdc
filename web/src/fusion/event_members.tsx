// The reports of an event, each as its owner tells it, and taking one out.
import { useSignal } from "@preact/signals";
import type { Feature } from "../api";
import { ask } from "../edit/confirm";
import { failureOf } from "../edit/failure";
import { lengthText } from "../feature_text";
import { t, word } from "../i18n";
import { refreshTouched } from "../map/refresh";
import { announcement, select } from "../state";
import { readableInstant } from "../time";
import { countText, gradeText } from "./compare";
import type { Member, Why } from "./model";
import { takingOut } from "./queue";
import { RefusalView } from "./refusal_view";
import { eventOfReport, type Refusal } from "./requests";
import { judgeSteps } from "./review";
import { mayJudge } from "./state";
import { reportShort, reportTitle, ReportLink } from "./words";

export function EventMembers({ event, why }: { event: Feature; why: Why }) {
  const met = useSignal<Refusal | null>(null);
  const failed = useSignal("");
  const takeOut = (report: Feature) => {
    const { steps, parts } = takingOut(report.id, why.members.map((member) => member.report.id), why.judgements);
    const split = parts > 1 ? ` ${t("event.out_parts", { n: parts })}` : "";
    const judgeOut = async () => {
      met.value = null;
      failed.value = "";
      try {
        met.value = await judgeSteps(steps, t("event.out_why"), "different");
        refreshTouched("events", []);
        if (met.value !== null) return;
        announcement.value = t("event.out_done", { name: reportTitle(report) });
        // the id stays with the oldest report: what is left of this event may bear another
        const rest = why.members.find((member) => member.report.id !== report.id)?.report.id;
        const left = report.id === event.id && rest !== undefined ? await eventOfReport(rest) : null;
        if (left !== null) select({ collection: "events", id: left.id });
      } catch (reason) {
        failed.value = failureOf(reason).headline;
      }
    };
    ask({
      title: t("event.out_title", { name: reportTitle(report) }),
      text: `${t("event.out_text")}${split}`,
      yes: t("event.out"),
      grave: true,
      act: () => void judgeOut(),
    });
  };
  return (
    <section>
      <h3>{t("event.members")}</h3>
      {failed.value !== "" && <p class="problem" role="alert">{failed.value}</p>}
      {met.value !== null && <RefusalView met={met.value} onPath={() => undefined} />}
      <ol class="members">
        {why.members.map((member) => (
          <Row key={member.report.id} member={member} why={why}
            takeOut={mayJudge.value && why.members.length > 1 ? () => takeOut(member.report) : null} />
        ))}
      </ol>
    </section>
  );
}

function Row({ member, why, takeOut }: { member: Member; why: Why; takeOut: (() => void) | null }) {
  const { report, withdrawn, fromPlace } = member;
  const { kind, valid_from: from } = report.properties;
  const best = why.place?.report === report.id;
  const grade = gradeText(report.properties);
  const many = countText(report.properties);
  const parts = [typeof kind === "string" ? word(kind) : "", typeof from === "string" ? readableInstant(from) : "", grade === "" ? "" : t("event.graded", { grade }),
    many === "" ? "" : t("event.persons", { n: many }),
    best ? t("event.is_best") : fromPlace === null ? "" : t("event.from_place", { distance: lengthText(fromPlace) })];
  return (
    <li data-report={report.id}>
      <span class="member-sign" aria-hidden="true">{best ? "●" : withdrawn ? "◌" : "○"}</span>
      <span class="edit-name">
        <ReportLink report={report}>{reportShort(report)}</ReportLink>
        {withdrawn && <span class="badge">{t("event.member_withdrawn")}</span>}
        <small>{parts.filter((part) => part !== "").join(" · ")}</small>
      </span>
      {takeOut !== null && (
        <button type="button" aria-label={t("event.out_of", { name: reportTitle(report) })} onClick={takeOut}>{t("event.out")}</button>
      )}
    </li>
  );
}
