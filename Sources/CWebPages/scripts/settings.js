// What makes greetings quick: recording one here, and dropping a file. Either fills the form's field for a file, which is sent as it always is.
import { record } from "./recorder.js";

const form = document.querySelector("#greeting-form"), field = document.querySelector("#file");

function take(file) {
  const files = new DataTransfer();
  files.items.add(file);
  field.files = files.files;
}

document.querySelector("#drop-hint").hidden = false;
for (const kind of ["dragenter", "dragover"]) {
  form.addEventListener(kind, (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("over");
  });
}
form.addEventListener("dragleave", (event) => { if (!form.contains(event.relatedTarget)) form.classList.remove("over"); });
form.addEventListener("drop", (event) => {
  form.classList.remove("over");
  const [file] = event.dataTransfer.files;
  if (!file) return;
  event.preventDefault();
  take(file);
});

// Browsers give a microphone to pages that came over TLS or from this machine, and to no others.
if (navigator.mediaDevices && window.AudioWorkletNode) record(document.querySelector("#recorder"), take);
else document.querySelector("#record-none").hidden = false;
