// What makes the list quick: keys, waveforms, speed. Without it the page does the same, by forms and links.
import { listen } from "./keys.js";
import { dress } from "./player.js";

const messages = [...document.querySelectorAll(".message")];
for (const message of messages) dress(message);
listen(messages);
