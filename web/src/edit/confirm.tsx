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

const asked = signal<{ question: Question; number: number } | null>(null);
let askedBefore = 0;

export function ask(question: Question): void {
  askedBefore += 1;
  asked.value = { question, number: askedBefore };
}

// Each question has a dialog of its own: the browser tells of a closed one late, maybe after the next question.
export function Confirm() {
  const now = asked.value;
  const closed = () => {
    if (asked.peek() === now) asked.value = null;
  };
  return now === null ? null : <Asking key={now.number} question={now.question} closed={closed} />;
}

function Asking({ question, closed }: { question: Question; closed: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => dialog.current?.close(); // gives the focus back to where it was
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="confirm-title" onClose={closed}>
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
