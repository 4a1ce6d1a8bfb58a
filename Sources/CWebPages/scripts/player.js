// A message's player: its waveform, which can be clicked, and its speed. The peaks come from the server, so that nothing is fetched of a
// message but what is heard of it.
const speeds = [0.75, 1, 1.25, 1.5, 2];

export function dress(message) {
  const audio = message.querySelector("audio");
  if (!audio) return;
  audio.addEventListener("play", () => {
    for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
    show(message);
  });
  audio.addEventListener("ended", () => {
    const next = message.nextElementSibling?.querySelector("audio");
    if (next && document.querySelector("#play-on")?.checked) start(next);
  });
}

/** Plays a message. One that is paused before it has begun, or cannot be played, says so in its own controls. */
export function start(audio) {
  audio.play().catch(() => {});
}

/** Shows the waveform and the speed of a message; once. */
export async function show(message) {
  const audio = message.querySelector("audio");
  if (!audio || message.dataset.shown) return;
  message.dataset.shown = "1";
  const frame = audio.parentElement;
  addSpeed(frame, audio);
  const answer = await fetch(audio.src.replace(/\/play$/, "/peaks"));
  if (answer.ok) addWaveform(frame, audio, await answer.json());
}

function addSpeed(frame, audio) {
  const label = document.createElement("label"), select = document.createElement("select");
  label.append(document.querySelector("[data-speed]").dataset.speed + " ", select);
  for (const speed of speeds) select.add(new Option(`${speed} ×`, speed, speed === 1, speed === 1));
  select.addEventListener("change", () => { audio.playbackRate = Number(select.value); });
  frame.append(label);
}

/** One above the other where channels are kept apart: one of them is the caller, the other who was called. */
function addWaveform(frame, audio, channels) {
  const canvas = document.createElement("canvas");
  canvas.className = channels.length > 1 ? "wave apart" : "wave";
  // The player below does the same by keys and for screen readers.
  canvas.setAttribute("aria-hidden", "true");
  frame.prepend(canvas);

  function draw() {
    const width = canvas.clientWidth, height = canvas.clientHeight, scale = window.devicePixelRatio || 1;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const pen = canvas.getContext("2d"), style = getComputedStyle(canvas), row = height / channels.length;
    pen.scale(scale, scale);
    const heard = audio.duration ? audio.currentTime / audio.duration : 0;
    channels.forEach((peaks, channel) => peaks.forEach((peak, index) => {
      pen.fillStyle = style.getPropertyValue(index / peaks.length < heard ? "--accent" : "--soft");
      const half = Math.max(0.5, (peak / 100) * (row / 2)), step = width / peaks.length;
      pen.fillRect(index * step, (channel + 0.5) * row - half, Math.max(1, step - 1), 2 * half);
    }));
  }

  canvas.addEventListener("click", (event) => {
    if (!audio.duration) return start(audio);
    audio.currentTime = (event.offsetX / canvas.clientWidth) * audio.duration;
    start(audio);
  });
  audio.addEventListener("timeupdate", draw);
  audio.addEventListener("seeked", draw);
  new ResizeObserver(draw).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
}
