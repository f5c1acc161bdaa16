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
  let going = null;
  const keep = async (leaving) => {
    timer = null;
    since = 0;
    if (sent) return;
    going = new AbortController();
    // Only what is sent while the page goes away may be no longer than a browser allows for that.
    const sending = { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: leaving, signal: going.signal };
    const answer = await fetch(form.dataset.draft, sending).catch(() => null);
    if (!sent) state.textContent = answer?.ok ? state.dataset.kept : state.dataset.failed;
  };
  form.ownerDocument.addEventListener("input", (event) => {
    if (event.target.form !== form) return;
    sent = false;
    since ||= Date.now();
    clearTimeout(timer);
    // Whoever types without a pause is kept as well.
    timer = setTimeout(() => keep(false), Math.min(PAUSE, Math.max(0, LONGEST - (Date.now() - since))));
  });
  // What was sent is not kept once more behind it.
  form.addEventListener("submit", () => { sent = true; clearTimeout(timer); going?.abort(); });
  addEventListener("pageshow", () => { sent = false; });
  addEventListener("pagehide", () => { if (timer) { clearTimeout(timer); keep(true); } });
}
