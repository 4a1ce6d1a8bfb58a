// What makes the list quick: keys, waveforms, speed, and new messages as they come. Without it the page does the same, by forms and links.
import { listen } from "./keys.js";
import { follow } from "./live.js";
import { dress } from "./player.js";

for (const message of document.querySelectorAll(".message")) dress(message);
listen();
follow();
