// Fills the list from a file, so that it can be looked at and mended before it is sent.
const frame = document.querySelector("#list-from"), file = document.querySelector("#list-file"), list = document.querySelector("#list");

file.addEventListener("change", async () => { if (file.files.length) list.value = await file.files[0].text(); });
frame.hidden = false;
