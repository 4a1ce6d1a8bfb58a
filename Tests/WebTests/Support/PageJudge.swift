import Voicemail

/// Looks a page over in the browser for what keeps people out: landmarks, names of what can be used, labels, ids, languages, contrast. What the
/// checkers of the trade find by rule, as far as it concerns pages like these; none of them is a package here.
enum PageJudge {
    /// Returns a list of what is wrong.
    static let script = #"""
        const wrong = [];
        const note = (what, element) => wrong.push(what + ": " + (element ? element.outerHTML.slice(0, 120) : ""));
        const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
        if (!document.documentElement.lang) note("no language");
        if (!document.title.trim()) note("no title");
        if (document.querySelectorAll("main").length !== 1) note("not one main");
        if (document.querySelectorAll("h1").length !== 1) note("not one h1");
        let level = 0;
        for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
          const next = Number(heading.tagName[1]);
          if (shown(heading) && next > level + 1) note("a level left out", heading);
          level = next;
        }
        const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
        for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) note("an id twice: " + id);
        for (const element of document.querySelectorAll("[aria-labelledby], [aria-describedby]"))
          for (const name of ["aria-labelledby", "aria-describedby"])
            for (const id of (element.getAttribute(name) || "").split(" ").filter(Boolean))
              if (!document.getElementById(id)) note("names what is not there", element);
        const name = (element) => (element.getAttribute("aria-label") || element.textContent || "").trim();
        for (const element of document.querySelectorAll("a, button, summary")) if (!name(element)) note("has no name", element);
        for (const link of document.querySelectorAll("a")) if (!link.hasAttribute("href")) note("leads nowhere", link);
        for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
          if (!field.labels?.length && !field.getAttribute("aria-label")) note("has no label", field);
        for (const part of document.querySelectorAll("nav, audio, dialog"))
          if (!part.getAttribute("aria-label") && !part.getAttribute("aria-labelledby")) note("has no name", part);
        for (const list of document.querySelectorAll("ul, ol"))
          for (const child of list.children) if (child.tagName !== "LI") note("is no item", child);
        for (const list of document.querySelectorAll("dl")) if (!list.querySelector("dt")) note("is empty", list);
        const channels = (text) => (text.match(/[\d.]+/g) || []).map(Number);
        const light = ([r, g, b]) => {
          const [x, y, z] = [r, g, b].map((value) => { value /= 255; return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; });
          return 0.2126 * x + 0.7152 * y + 0.0722 * z;
        };
        const ground = (element) => {
          for (let part = element; part; part = part.parentElement) {
            const colour = channels(getComputedStyle(part).backgroundColor);
            if (colour.length === 3 || colour[3] > 0.99) return colour;
          }
          return [255, 255, 255];
        };
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          const element = walker.currentNode.parentElement;
          if (!walker.currentNode.data.trim() || !shown(element) || element.closest(".hidden, .skip, canvas, audio, datalist, option")) continue;
          const style = getComputedStyle(element), size = parseFloat(style.fontSize), isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
          const one = light(channels(style.color)), other = light(ground(element));
          const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
          if (contrast < (isLarge ? 3 : 4.5)) note("too little contrast, " + contrast.toFixed(2), element);
        }
        for (const element of document.querySelectorAll("button, summary, nav a, input:not([type=hidden]):not([type=checkbox]), select")) {
          const box = element.getBoundingClientRect();
          if (shown(element) && box.width > 1 && (box.height < 24 || box.width < 24)) note("too small to be met", element);
        }
        if (document.documentElement.scrollWidth > innerWidth) note("sticks out: " + document.documentElement.scrollWidth);
        return wrong;
        """#
}

extension Chromium {
    /// What is wrong with the page that is shown.
    func faults() async throws -> [String] { try await run(PageJudge.script).array?.compactMap(\.string) ?? ["no answer"] }
}
