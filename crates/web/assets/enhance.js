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
  const open = document.querySelector(".keys");
  if (open) return open.remove();
  const zh = document.documentElement.lang.startsWith("zh");
  const box = document.createElement("div");
  box.className = "keys";
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", zh ? "按键" : "Keys");
  const lines = [["/", zh ? "查找" : "find"], ["j k", zh ? "下一行、上一行" : "next row, row before"], ["Enter", zh ? "打开" : "open"], ["g d", zh ? "我的职责" : "my duties"], ["g m", zh ? "信访事项" : "matters"], ["g r", zh ? "登记" : "register"], ["?", zh ? "显示或关闭" : "show or close"]];
  for (const [key, what] of lines) {
    const line = document.createElement("div");
    const mark = document.createElement("kbd");
    mark.textContent = key;
    line.append(mark, "　" + what);
    box.append(line);
  }
  document.body.append(box);
}

if (document.body.classList.contains("desk")) {
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "Escape") document.querySelector(".keys")?.remove();
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
