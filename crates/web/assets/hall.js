// Enhancement of the hall's pages, never dependency: they show what has changed, call out tickets, and let a clerk work
// by keyboard. The voice is the machine's own; nothing is sent to a service of somebody else.

const main = document.querySelector("main[data-watch], main[data-renew]");
const called = new Map();
let sound = false;

// Tickets that are called now, with how they are called out.
const calls = (root) => [...root.querySelectorAll("[data-called]")].map((line) => [line.dataset.called, line.dataset.sayText]);

function chime() {
  const context = new AudioContext();
  for (const [at, pitch] of [[0, 660], [0.35, 528]]) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.3, context.currentTime + at);
    volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + at + 0.6);
    tone.connect(volume).connect(context.destination);
    tone.start(context.currentTime + at);
    tone.stop(context.currentTime + at + 0.6);
  }
}

function say(text) {
  chime();
  const language = document.documentElement.lang;
  const own = window.speechSynthesis?.getVoices().filter((voice) => voice.localService) ?? [];
  const voice = own.find((one) => one.lang.toLowerCase().startsWith(language.slice(0, 2).toLowerCase()));
  if (!voice) return;
  const spoken = new SpeechSynthesisUtterance(text);
  spoken.voice = voice;
  spoken.lang = voice.lang;
  spoken.rate = 0.9;
  speechSynthesis.speak(spoken);
}

function announce(root) {
  const now = new Map(calls(root));
  for (const [ticket, text] of now) if (sound && !called.has(ticket)) say(text);
  called.clear();
  for (const [ticket, text] of now) called.set(ticket, text);
}

// Whether somebody is at work on the page: typing, with something typed or chosen and not sent, or with a button held
// down. A page renewed under a pressed button loses the click.
let pressed = false;
function busy() {
  const at = document.activeElement;
  if (pressed || (at && main.contains(at) && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName))) return true;
  const typed = [...main.querySelectorAll("input:not([type=hidden])")].some((field) => field.value !== field.defaultValue);
  return typed || [...main.querySelectorAll("select")].some((field) => field.selectedIndex > 0);
}

// What has changed while somebody was at work is shown when they are done.
let missed = false;

async function renew() {
  missed = busy();
  if (missed) return;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  // Work may have begun while the answer was on its way.
  if (!page) return;
  missed = busy();
  if (missed) return;
  const button = main.querySelector("[data-sound]");
  const at = document.activeElement;
  const kept = at && main.contains(at) && at.name ? `[name="${CSS.escape(at.name)}"][value="${CSS.escape(at.value)}"]` : null;
  main.replaceChildren(...page.childNodes);
  if (button && main.hasAttribute("data-say")) main.querySelector("[data-sound]")?.replaceWith(button);
  // Whoever works by keyboard stays where they were.
  if (kept) main.querySelector(kept)?.focus({ preventScroll: true });
  announce(main);
}

if (main) {
  for (const [ticket, text] of calls(main)) called.set(ticket, text);
  // A phone asks now and then and holds no line: a hall full of them would hold all there are.
  if (main.dataset.watch) {
    // The browser opens it again by itself when the line was gone; a change in between is read then.
    const source = new EventSource(main.dataset.watch);
    source.addEventListener("changed", renew);
    source.addEventListener("open", renew);
  } else setInterval(renew, 15000);
  // Waiting times grow without any change.
  setInterval(renew, 60000);
  document.addEventListener("pointerdown", () => { pressed = true; });
  for (const end of ["pointerup", "pointercancel"]) {
    // The click comes after the pointer is up.
    document.addEventListener(end, () => setTimeout(() => { pressed = false; if (missed) renew(); }));
  }
  document.addEventListener("focusout", () => setTimeout(() => { if (missed) renew(); }));
  window.addEventListener("blur", () => { pressed = false; });
  const button = main.querySelector("[data-sound]");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => { sound = true; button.hidden = true; chime(); });
  }
  document.addEventListener("keydown", (event) => {
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
    const wanted = [...main.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key);
    if (wanted) { event.preventDefault(); wanted.click(); }
  });
}
