// Tries a request of an interface against the server that describes it, and shows the same as a line for a shell. A token stays in this page,
// and the session of the web page is not sent.
const words = document.querySelector("#main").dataset, longest = 100000;
let token = "", count = 0;

for (const article of document.querySelectorAll("article[data-path]")) {
  const button = make("button", { type: "button", textContent: words.try, lang: document.documentElement.lang });
  button.setAttribute("aria-label", `${words.try}: ${article.dataset.method} ${article.dataset.path}`);
  button.addEventListener("click", () => button.replaceWith(open(article)));
  article.append(button);
}
document.querySelector("#try-hint").hidden = false;

function make(kind, values) { return Object.assign(document.createElement(kind), values); }

function open(article) {
  const { method, path, scheme, schemeName, body } = article.dataset, line = article.querySelector("pre");
  const form = make("form", { className: "try", lang: document.documentElement.lang }), fields = [], answer = make("pre", { tabIndex: 0, hidden: true });
  answer.setAttribute("role", "status");

  function add(kind, label, values) {
    const id = `try-${count += 1}`, field = make(kind, { id, autocomplete: "off", spellcheck: false, ...values });
    form.append(make("label", { htmlFor: id, textContent: label }), field);
    return field;
  }

  for (const [, name] of path.matchAll(/\{([^}]+)\}/g)) fields.push({ name, place: "path", field: add("input", name, { required: true }) });
  for (const part of article.querySelectorAll("[data-name]")) {
    const { name, in: place } = part.dataset;
    if (place === "query" || place === "header") fields.push({ name, place, field: add("input", name, {}) });
  }
  const secret = scheme ? add("input", words.token, { value: token, className: "secret" }) : null;
  const isText = /json|xml|text|urlencoded/.test(body);
  const text = body && isText ? add("textarea", words.body, { rows: 4, value: body.includes("json") ? "{}" : "" }) : null;
  const file = body && !isText ? add("input", words.file, { type: "file" }) : null;
  form.append(make("button", { type: "submit", className: "primary", textContent: words.send }), answer);

  /** What is to be sent, as it stands. */
  function request() {
    const query = new URLSearchParams(), headers = {};
    let place = path;
    for (const { name, place: where, field } of fields) {
      if (where === "path") place = place.replace(`{${name}}`, encodeURIComponent(field.value));
      else if (field.value) where === "query" ? query.append(name, field.value) : (headers[name] = field.value);
    }
    if (secret?.value) {
      if (scheme === "query") query.append(schemeName, secret.value);
      else headers[scheme === "bearer" ? "Authorization" : schemeName] = (scheme === "bearer" ? "Bearer " : "") + secret.value;
    }
    if (text && text.value) headers["Content-Type"] = body;
    return { place: place.slice(1) + (query.size ? `?${query}` : ""), headers };
  }

  function show() {
    const { place, headers } = request(), quote = (words) => `'${words.replaceAll("'", "'\\''")}'`;
    const parts = ["curl", ...(method === "GET" ? [] : ["-X", method]), quote(new URL(words.server + place, document.baseURI).href)];
    for (const [name, value] of Object.entries(headers)) parts.push("-H", quote(`${name}: ${value}`));
    if (text?.value) parts.push("-d", quote(text.value));
    if (file) parts.push(body.includes("multipart") ? "-F" : "--data-binary", (body.includes("multipart") ? "file=@" : "@") + quote(file.files[0]?.name ?? "FILE"));
    line.textContent = parts.join(" ");
  }

  function content() {
    if (text) return text.value || undefined;
    if (!file?.files.length) return undefined;
    if (!body.includes("multipart")) return file.files[0];
    const parts = new FormData();
    parts.append("file", file.files[0]);
    return parts;
  }

  form.addEventListener("input", () => {
    if (secret) token = secret.value;
    show();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { place, headers } = request();
    answer.hidden = false;
    answer.textContent = "…";
    try {
      const reply = await fetch(words.server + place, { method, headers, body: content(), credentials: "omit", cache: "no-store" });
      const type = reply.headers.get("Content-Type") ?? "", bytes = await reply.arrayBuffer();
      const shown = /json|xml|text/.test(type) ? pretty(new TextDecoder().decode(bytes), type) : `${bytes.byteLength} ${words.bytes}`;
      answer.textContent = `${reply.status} ${type}\n\n${shown}`;
    } catch {
      answer.textContent = words.none;
    }
  });
  show();
  return form;
}

function pretty(text, type) {
  if (text.length > longest) return text.slice(0, longest) + "…";
  if (!type.includes("json")) return text;
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}
