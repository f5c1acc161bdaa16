// The tablet at the door: after some seconds without a touch the first page is back, and nothing of whoever stood there.

const main = document.querySelector("main[data-reset]");
const first = "/kiosk";

if (main) {
  let timer = null;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => location.replace(first), Number(main.dataset.reset) * 1000);
  };
  for (const touch of ["pointerdown", "keydown", "focusin"]) document.addEventListener(touch, wait);
  wait();
}
// Going back shows no ticket of whoever was there before.
addEventListener("pageshow", (event) => { if (event.persisted && !document.querySelector("main.wall")) location.replace(first); });

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
// One touch is one ticket.
for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
}
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
