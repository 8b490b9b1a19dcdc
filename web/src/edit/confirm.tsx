// One question at a time, in the browser's own dialog: it holds the focus, and Escape means no.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";

interface Question {
  title: string;
  text: string;
  yes: string;
  no?: string;
  grave: boolean; // it takes something away
  act: () => void;
}

const asked = signal<Question | null>(null);

export function ask(question: Question): void {
  asked.value = question;
}

export function Confirm() {
  const dialog = useRef<HTMLDialogElement>(null);
  const question = asked.value;
  useEffect(() => {
    if (question !== null) dialog.current?.showModal();
  }, [question]);
  if (question === null) return null;
  const close = () => dialog.current?.close(); // gives the focus back to where it was
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="confirm-title" onClose={() => (asked.value = null)}>
      <h2 id="confirm-title">{question.title}</h2>
      <p>{question.text}</p>
      <div class="row-buttons end">
        <button type="button" onClick={close}>{question.no ?? t("edit.cancel")}</button>
        <button type="button" class={question.grave ? "grave" : "main"} onClick={() => { close(); question.act(); }}>
          {question.yes}
        </button>
      </div>
    </dialog>
  );
}
