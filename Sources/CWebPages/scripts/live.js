// Follows what happens in the mailbox: the server says that something has changed, and the page is asked for again, as it would be by hand.
// What stays in the list stays as it is, so that a message that is being played plays on.
import { dress } from "./player.js";

// Milliseconds: between two looks at the page, and between two where no events come through.
const rest = 400, poll = 30000;

export function follow() {
  const main = document.querySelector("#main"), place = main.dataset.live;
  if (!place) return;
  let source = null, timer = null, isBusy = false, isDue = false;

  function open() {
    if (source || document.hidden) return;
    source = new EventSource(`${place}?state=${encodeURIComponent(main.dataset.state)}`);
    source.addEventListener("change", look);
    source.addEventListener("end", () => location.reload());
    source.addEventListener("error", () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      source = null;
      // It may be that the session has ended, and then nothing of it is to be seen any longer.
      look();
      clearInterval(timer);
      timer = setInterval(() => { if (!document.hidden) look(); }, poll);
    });
  }

  // A browser has few connections to one server: pages that nobody sees hold none.
  function close() {
    source?.close();
    source = null;
  }

  async function look() {
    if (isBusy) { isDue = true; return; }
    isBusy = true;
    isDue = false;
    try { await take(); } catch { /* The next event, or the next look, brings it. */ }
    await new Promise((done) => setTimeout(done, rest));
    isBusy = false;
    if (isDue) look();
  }

  async function take() {
    const address = new URL(location.href);
    address.searchParams.set("live", "1");
    const answer = await fetch(address);
    if (answer.redirected) return location.reload();
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    main.dataset.state = page.querySelector("#main")?.dataset.state ?? main.dataset.state;
    document.title = page.title;
    for (const part of [".boxes", ".folders", ".pages"]) exchange(part, page);
    if (merge(page)) document.querySelector("#news").textContent = main.dataset.news;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
}

function exchange(part, page) {
  const old = document.querySelector(part), fresh = page.querySelector(part);
  if (old && fresh && !old.contains(document.activeElement)) old.replaceWith(document.adoptNode(fresh));
}

function name(message) { return message.querySelector("input").value; }

/** Makes the list that of the page. Returns whether there is a message that was not there. */
function merge(page) {
  const list = document.querySelector("#list .messages"), fresh = page.querySelector("#list .messages");
  if (!list || !fresh) {
    const whole = page.querySelector("#list");
    if (!list && !fresh) return false;
    if (list && isInUse(list)) return false;
    document.querySelector("#list").replaceWith(document.adoptNode(whole));
    for (const message of whole.querySelectorAll(".message")) dress(message);
    return !list;
  }
  const there = new Map([...list.children].map((message) => [name(message), message]));
  let isNews = false, before = null;
  for (const message of [...fresh.children]) {
    const known = there.get(name(message));
    there.delete(name(message));
    if (known) { before = known; continue; }
    const taken = document.adoptNode(message);
    before ? before.after(taken) : list.prepend(taken);
    dress(taken);
    before = taken;
    isNews = true;
  }
  // What somebody else has filed goes, unless it is being heard.
  for (const gone of there.values()) if (!isInUse(gone)) gone.remove();
  return isNews;
}

function isInUse(part) {
  return part.contains(document.activeElement) || [...part.querySelectorAll("audio")].some((audio) => !audio.paused);
}
