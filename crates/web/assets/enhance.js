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

// Drafts of long texts live in this tab and go when it is closed or the form is sent.
for (const field of document.querySelectorAll("textarea[data-keep]")) {
  const key = "draft:" + field.dataset.keep;
  if (!field.value && sessionStorage.getItem(key)) field.value = sessionStorage.getItem(key);
  field.addEventListener("input", () => sessionStorage.setItem(key, field.value));
  field.form?.addEventListener("submit", () => sessionStorage.removeItem(key));
}

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
