// Signing in with a token, which decides what is shown and what may be written.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ApiError, getCaller } from "../api";
import { Glyph } from "../components/glyph";
import { t, word } from "../i18n";
import { beginSession, caller, endSession, forgetToken, looksLikeToken, token } from "../session";

export function SignIn() {
  const open = useSignal(false);
  useEffect(() => {
    getCaller().then((me) => (caller.value = me)).catch((reason: unknown) => {
      if (reason instanceof ApiError && reason.status === 401) forgetToken(); // revoked: from now on as anybody
    });
  }, []);
  const me = caller.value;
  if (token.value !== "") {
    const roles = (me?.roles ?? []).map(word).join(", ");
    return (
      <div class="session">
        <span class="who"><Glyph name="user" /> {t("session.signed_in", { who: word(me?.agency ?? me?.account ?? "…"), roles })}</span>
        <button type="button" onClick={endSession}>{t("session.sign_out")}</button>
      </div>
    );
  }
  return (
    <div class="session">
      <button type="button" onClick={() => (open.value = true)}><Glyph name="user" /> {t("session.sign_in")}</button>
      {open.value && <TokenDialog close={() => (open.value = false)} />}
    </div>
  );
}

function TokenDialog({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const typed = useSignal("");
  const fault = useSignal("");
  useEffect(() => dialog.current?.showModal(), []);
  const send = async () => {
    const wanted = typed.value.trim();
    if (!looksLikeToken(wanted)) return void (fault.value = t("session.no_token"));
    try {
      await getCaller(wanted);
      beginSession(wanted);
    } catch (reason) {
      fault.value = reason instanceof ApiError && reason.status === 401 ? t("session.refused") : t("fail.other");
    }
  };
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="token-title" onClose={close}>
      <form class="form" noValidate onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <h2 id="token-title">{t("session.title")}</h2>
        <div class="field" data-fault={fault.value !== ""}>
          <label for="token">{t("session.token")}</label>
          <input id="token" type="password" dir="ltr" autocomplete="off" spellcheck={false} value={typed.value}
            aria-invalid={fault.value !== ""} aria-describedby="token-note"
            onInput={(event) => { typed.value = event.currentTarget.value; fault.value = ""; }} />
          {fault.value !== "" && <p class="fault" role="alert">{fault.value}</p>}
          <p class="help" id="token-note">{t("session.note")}</p>
        </div>
        <div class="row-buttons end">
          <button type="button" onClick={() => dialog.current?.close()}>{t("edit.cancel")}</button>
          <button type="submit" class="main">{t("session.sign_in")}</button>
        </div>
      </form>
    </dialog>
  );
}
