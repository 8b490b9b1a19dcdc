// A refused or failed write in words, and the field it is about. Pure but for the language.
import { ApiError } from "../api";
import { t, type TextKey } from "../i18n";
import { fieldOfPointer } from "./form_values";

export interface Failure {
  status: number; // 0: no answer
  headline: string;
  detail: string; // the server's own words
  field: string; // empty: about the whole
}

const headlines: Readonly<Record<number, TextKey>> = {
  0: "fail.network",
  400: "fail.refused",
  401: "fail.token",
  403: "fail.forbidden",
  404: "fail.gone",
  405: "fail.append_only",
  409: "fail.conflict",
  412: "fail.changed",
  413: "fail.too_large",
  422: "fail.refused",
  428: "fail.no_version",
  429: "fail.busy",
  503: "fail.busy",
  507: "fail.full",
};

export function failureOf(reason: unknown): Failure {
  if (!(reason instanceof ApiError)) return { status: -1, headline: t("fail.other"), detail: String(reason), field: "" };
  const { status, message, pointer, retryAfter } = reason;
  const again = retryAfter === null ? "" : ` ${t("fail.retry_after", { n: retryAfter })}`;
  return {
    status,
    headline: t(headlines[status] ?? "fail.other") + again,
    detail: status === 0 ? "" : message,
    field: fieldOfPointer(pointer),
  };
}
