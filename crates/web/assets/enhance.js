// Enhancement, never dependency: every page works without this file. Keyboard moves on the desk, drafts kept
// in this tab only, copying and printing. Nothing is sent anywhere.

const rows = () => [...document.querySelectorAll("[data-row]")];
let at = -1;
let last = "";

function go(step) {
  const all = rows();
  if (!all.length) return;
  all[at]?.classList.remove("here");
  at = Math.max(0, Math.min(all.length - 1, at + step));
  all[at].classList.add("here");
  all[at].scrollIntoView({ block: "nearest" });
  all[at].querySelector("a")?.focus({ preventScroll: true });
}

function keys() {
  const box = document.querySelector(".keys");
  if (box) box.hidden = !box.hidden;
}

if (document.body.classList.contains("desk")) {
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "Escape") document.querySelector(".keys")?.setAttribute("hidden", "");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const pair = last + event.key;
    last = event.key === "g" ? "g" : "";
    const places = { gd: "/staff/duties", gm: "/staff/matters", gr: "/staff/register" };
    if (places[pair]) location.href = places[pair];
    else if (event.key === "/") { event.preventDefault(); document.querySelector(".find input")?.focus(); }
    else if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "?") keys();
  });
}

// Drafts of long texts live in this tab. One goes when the form it belongs to was taken: the page that came back neither
// names a fault nor shows the field again. Until then it stays, also over a slow line, an expired session or a closed page.
const kept = "draft:";
const sent = "sent";
const fields = [...document.querySelectorAll("textarea[data-keep]")];
// What was closed, cleared or signed out leaves no words in this tab for whoever comes next.
if (document.querySelector("[data-clear]")) sessionStorage.clear();
const refused = document.querySelector("[data-problem], [data-resume], .errors, input[name=kept][value]:not([value=''])");
if (sessionStorage.getItem(sent)) {
  const names = JSON.parse(sessionStorage.getItem(sent));
  if (!refused) for (const name of names) if (!fields.some((field) => kept + field.dataset.keep === name)) sessionStorage.removeItem(name);
  sessionStorage.removeItem(sent);
}
for (const field of fields) {
  const name = kept + field.dataset.keep;
  if (!field.value && sessionStorage.getItem(name)) field.value = sessionStorage.getItem(name);
  field.addEventListener("input", () => sessionStorage.setItem(name, field.value));
  field.form?.addEventListener("submit", () => {
    const names = fields.filter((other) => other.form === field.form).map((other) => kept + other.dataset.keep);
    sessionStorage.setItem(sent, JSON.stringify(names));
  });
}

// A double click sends once; after a while, or when the page is shown again, it can be sent again.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 3000);
  });
}
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
    button.textContent += " ✓";
    button.disabled = true;
  });
}

document.querySelector(".errors")?.focus();
