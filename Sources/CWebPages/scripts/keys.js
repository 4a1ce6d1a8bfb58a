// Single keys, as mail programs have them. They can be switched off (WCAG 2.1.4), which this browser remembers.
import { show, start } from "./player.js";
import { read, write } from "./store.js";

const settingName = "aftertone.keys", placeName = "aftertone.place", playName = "aftertone.playon";

export function listen() {
  const help = document.querySelector("#help"), button = document.querySelector("#help-button"), box = document.querySelector("#keys-on");
  let current = null;

  // Anew each time: messages come and go while the page is open.
  function messages() { return [...document.querySelectorAll(".message")]; }

  function place() { return messages().indexOf(current); }

  function go(index) {
    const message = messages()[index];
    if (!message) return;
    current?.removeAttribute("aria-current");
    current = message;
    message.setAttribute("aria-current", "true");
    message.tabIndex = -1;
    message.focus({ preventScroll: true });
    message.scrollIntoView({ block: "nearest" });
    show(message);
  }

  // The page comes again without this message: the next one is in its place.
  function keep(index) { if (index >= 0) write(sessionStorage, placeName, String(index)); }

  function press(button) {
    if (!button) return;
    keep(place());
    button.click();
  }

  function deed(name) { press(current?.querySelector(`button[value^="${name} "]`)); }

  function play() {
    if (!current) go(0);
    const audio = current?.querySelector("audio");
    if (audio) audio.paused ? start(audio) : audio.pause();
  }

  const deeds = {
    j: () => go(place() + 1),
    k: () => go(place() - 1),
    " ": play,
    s: () => deed("saved"),
    d: () => deed("trash"),
    u: () => press(document.querySelector(".notice form button")),
    r: () => current?.querySelector('a[href^="tel:"]')?.click(),
    "/": () => document.querySelector("#search")?.focus(),
    "?": () => help.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (!box.checked || help.open || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea")) return;
    if (event.key === " " && event.target.closest("a, button, summary, audio, canvas")) return;
    const meant = deeds[event.key];
    if (!meant) return;
    event.preventDefault();
    meant();
  });

  // A button that is pressed without a mouse.
  document.addEventListener("submit", ({ submitter }) => {
    if (submitter?.matches(":focus-visible")) keep(messages().indexOf(submitter.closest(".message")));
  });

  box.checked = read(localStorage, settingName) !== "off";
  box.addEventListener("change", () => write(localStorage, settingName, box.checked ? null : "off"));
  const playOn = document.querySelector("#play-on");
  playOn.checked = read(localStorage, playName) === "on";
  playOn.addEventListener("change", () => write(localStorage, playName, playOn.checked ? "on" : null));
  button.hidden = false;
  button.addEventListener("click", () => help.showModal());

  const last = read(sessionStorage, placeName);
  write(sessionStorage, placeName, null);
  if (last !== null) go(Math.min(Number(last), messages().length - 1));
}
