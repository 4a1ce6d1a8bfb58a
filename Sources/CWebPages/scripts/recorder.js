// Records what the microphone hears, as WAV: 16 bits at 16 kHz, which is more than a telephone carries.
const rate = 16000;

/** Shows what records, in `frame`. `done` is called with each finished file. */
export function record(frame, done) {
  const start = frame.querySelector("#record"), stop = frame.querySelector("#record-stop"), level = frame.querySelector("#record-level");
  const state = frame.querySelector("#record-state"), listen = frame.querySelector("#record-listen");
  let running = null;

  function show(isRunning) {
    start.hidden = isRunning;
    stop.hidden = level.hidden = !isRunning;
    (isRunning ? stop : start).focus();
  }

  async function begin() {
    listen.pause();
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: true, autoGainControl: true } });
    const context = new AudioContext(), blocks = [];
    running = { stream, context, blocks };
    await context.audioWorklet.addModule(frame.dataset.worklet);
    const node = new AudioWorkletNode(context, "recorder", { numberOfOutputs: 0 });
    context.createMediaStreamSource(stream).connect(node);
    const most = Number(frame.dataset.seconds) * context.sampleRate;
    let count = 0, shown = -1;
    node.port.onmessage = ({ data }) => {
      if (running?.context !== context || count >= most) return;
      blocks.push(data);
      count += data.length;
      level.value = Math.min(1, data.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0));
      const seconds = Math.floor(count / context.sampleRate);
      if (seconds !== shown) state.textContent = `${frame.dataset.running} ${seconds} s`;
      shown = seconds;
      if (count >= most) end();
    };
    show(true);
    await context.resume();
  }

  async function end() {
    if (!running) return;
    const { stream, context, blocks } = running;
    running = null;
    for (const track of stream.getTracks()) track.stop();
    await context.close();
    show(false);
    state.textContent = "";
    if (!blocks.length) return;
    const file = new File([wave(await resampled(blocks, context.sampleRate))], "greeting.wav", { type: "audio/wav" });
    URL.revokeObjectURL(listen.src);
    listen.src = URL.createObjectURL(file);
    listen.hidden = false;
    done(file);
    state.textContent = frame.dataset.done;
  }

  start.addEventListener("click", () => begin().catch(async () => {
    await end();
    state.textContent = frame.dataset.refused;
  }));
  stop.addEventListener("click", end);
  frame.hidden = false;
}

async function resampled(blocks, from) {
  const count = blocks.reduce((sum, block) => sum + block.length, 0);
  const context = new OfflineAudioContext(1, Math.max(1, Math.round((count * rate) / from)), rate), sound = new AudioBuffer({ length: count, sampleRate: from });
  let place = 0;
  for (const block of blocks) {
    sound.copyToChannel(block, 0, place);
    place += block.length;
  }
  const source = new AudioBufferSourceNode(context, { buffer: sound });
  source.connect(context.destination);
  source.start();
  return (await context.startRendering()).getChannelData(0);
}

function wave(samples) {
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const text = (at, letters) => [...letters].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + 2 * samples.length, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, index) => view.setInt16(44 + 2 * index, Math.max(-1, Math.min(1, sample)) * 32767, true));
  return view.buffer;
}
