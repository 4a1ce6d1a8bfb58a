// Waveforms and speed of recorded calls. Without it they play as well.
import { dress } from "./player.js";

for (const recording of document.querySelectorAll(".message")) dress(recording);
