// Keeps the record on the server while it is typed: after a power cut it is there. Enhancement only; every button of
// the page keeps it as well.

const form = document.querySelector("form[data-draft]");
const state = document.querySelector("[data-draft-state]");
const PAUSE = 1500;
const LONGEST = 10000;

if (form) {
  let timer = null;
  let since = 0;
  let sent = false;
  const keep = async () => {
    timer = null;
    since = 0;
    if (sent) return;
    const answer = await fetch(form.dataset.draft, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true }).catch(() => null);
    if (!sent) state.textContent = answer?.ok ? state.dataset.kept : state.dataset.failed;
  };
  form.ownerDocument.addEventListener("input", (event) => {
    if (event.target.form !== form) return;
    since ||= Date.now();
    clearTimeout(timer);
    // Whoever types without a pause is kept as well.
    timer = setTimeout(keep, Math.min(PAUSE, Math.max(0, LONGEST - (Date.now() - since))));
  });
  // What was sent is not kept once more behind it.
  form.addEventListener("submit", () => { sent = true; clearTimeout(timer); });
  addEventListener("pageshow", () => { sent = false; });
  addEventListener("pagehide", () => { if (timer) { clearTimeout(timer); keep(); } });
}
