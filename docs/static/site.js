"use strict";

/* Where a page is opened from a folder the browser lets no script read another page: no summaries then. */
if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

/* Sphinx marks the words of a search on the page that is opened from it, and would draw a box around what has none. */
for (const one of document.querySelectorAll("svg :is(title, desc, style, metadata)")) one.classList.add("nohighlight");

/* Find a body by name, former name or code, of those in bodies.js. Whatever is typed stays text. */
const plain = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/&/g, " and ")
  .replace(/[^a-z0-9]+/g, " ").trim().replace(/^nhs (?=.)/, "");

/* Words for a kind of body, which everybody says and which tell none from another. */
const KINDS = /\b(?:ccgs?|icbs?|ics|boards?|integrated care (?:boards?|systems?)|clinical commissioning groups?)\b/g;
const bare = (text) => text.replace(KINDS, " ").replace(/\s+/g, " ").trim();

const BODIES = (window.BODIES || []).map(([code, name, years, former, codes, short, councils]) => ({
  code, name, years, former, councils, board: years.startsWith("board"), short: short.map((one) => bare(plain(one))), codes: [code, ...codes].map(plain),
  plain: bare(plain(name)), was: former.map((one) => bare(plain(one))).join(" "), towns: councils.map(plain).join(" "),
}));
const VOCABULARY = new Set(BODIES.flatMap((body) => `${body.plain} ${body.was} ${body.towns}`.split(" ")).filter((word) => word.length > 3));

/* How well a body fits: 0 by code, 1 and 2 by name or what it is called for short, 3 by a former name, 4 by a council, -1 not at all. */
function rank(body, typed) {
  if (!typed) return -1;
  if (body.codes.includes(typed)) return 0;
  const asked = bare(typed), boards = /\b(?:icbs?|boards?|integrated)\b/.test(typed);
  if (!asked) return boards === body.board ? 2 : -1;
  const words = asked.split(" "), all = (text) => words.every((word) => ` ${text}`.includes(` ${word}`));
  const kind = boards && !body.board ? 0.5 : 0;
  if (body.short.includes(asked)) return 1 + kind;
  if (all(body.plain)) return (body.plain.startsWith(asked) ? 1 : 2) + kind;
  if (words[0].length > 1 && words.length > 1 && body.short[0]?.startsWith(words[0]) && words.slice(1).every((word) => ` ${body.plain}`.includes(` ${word}`))) return 2 + kind;
  if (body.was && all(body.was)) return 3 + kind;
  return body.towns && all(body.towns) ? 4 + kind : -1;
}

/* Whether one letter after the first was left out, added, mistaken, or swapped with its neighbour. */
function slipped(typed, word) {
  if (typed === word || typed[0] !== word[0] || Math.abs(typed.length - word.length) > 1) return false;
  let from = 0, ends = 0;
  while (from < typed.length && typed[from] === word[from]) from += 1;
  while (ends < Math.min(typed.length, word.length) - from && typed.at(-1 - ends) === word.at(-1 - ends)) ends += 1;
  const one = typed.slice(from, typed.length - ends), other = word.slice(from, word.length - ends);
  return Math.max(one.length, other.length) <= 1 || (one.length === 2 && one === [...other].reverse().join(""));
}

const ranked = (typed) => BODIES.map((body) => ({ ...body, rank: rank(body, typed) })).filter((body) => body.rank >= 0)
  .sort((a, b) => a.rank - b.rank);

/* The bodies that fit what was typed; if none does, those that fit it with one letter mended. */
function find(typed) {
  const hits = ranked(typed);
  if (hits.length || typed.length < 4) return { hits, meant: "" };
  const near = (word) => (word.length > 3 && !VOCABULARY.has(word) ? [...VOCABULARY].find((other) => slipped(word, other)) : null) || word;
  const meant = typed.split(" ").map(near).join(" ");
  return { hits: meant === typed ? [] : ranked(meant), meant };
}

/* Sentences that hold all that was asked, numbers as whole numbers. */
const IDLE = new Set("how many much what is was were are a an the in of on did do does to for who which and there".split(" "));
const ANSWERS = (window.ANSWERS || []).map(([text, page]) => ({ text, page, words: ` ${text.toLowerCase().replace(/,(?=\d)/g, "").replace(/[^a-z0-9%£.]+/g, " ")} ` }));
function answer(asked) {
  const words = asked.toLowerCase().replace(/,(?=\d)/g, "").split(/[^a-z0-9%£.]+/).filter((word) => word && !IDLE.has(word));
  if (!words.length) return [];
  const holds = (one, word) => (/^\d/.test(word) ? [" ", "% ", ". "].some((end) => one.words.includes(` ${word.replace(/[.%]$/, "")}${end}`)) : one.words.includes(` ${word.replace(/s$/, "")}`));
  const whole = asked.toLowerCase().replace(/[^a-z0-9%£.]+/g, " ").trim(), said = (one) => one.words.includes(` ${whole} `);
  return ANSWERS.filter((one) => words.every((word) => holds(one, word))).sort((a, b) => said(b) - said(a)).slice(0, 3);
}
const POSTCODE = /^[a-z]{1,2}\d[a-z\d]?(?: ?\d[a-z]{2})?$/i;

/* The search of all pages sets a body's own page first: by how much, for docs/theme/scorer.js. */
const WEIGHTS = [1000, 300, 200, 100, 40];
function standing(page) {
  const typed = plain(new URLSearchParams(location.search).get("q") || "");
  const body = BODIES.find((one) => page === `body/${one.code}`);
  return (body && WEIGHTS[Math.floor(rank(body, typed))]) || 0;
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function answerItem({ text, page }, root) {
  const item = element("li", ""), link = element("a", "");
  link.href = root + page;
  link.append(element("b", text.split(/(?<=[?.:]) /)[0].replace(/:$/, "")), element("span", text.split(/(?<=[?.:]) /).slice(1).join(" ")));
  item.append(link);
  return item;
}

/* On the page of the full search what answers stands above what was found. */
function answerAbove(results) {
  const asked = new URLSearchParams(location.search).get("q") || "", told = answer(asked), { hits } = find(plain(asked));
  const body = hits.slice(0, 3).map((one) => ({ text: `${one.name} (${one.code}), ${one.years}`, page: `body/${one.code}.html` }));
  if (!told.length && !body.length) return;
  const list = element("ul", ""), box = element("section", "");
  box.className = "find";
  box.append(element("h2", "Straight to it"), list);
  list.append(...[...body, ...told].map((one) => answerItem(one, document.documentElement.dataset.content_root || "")));
  results.before(box);
}

function begin(box) {
  const root = document.documentElement.dataset.content_root || "";
  const input = box.querySelector("input"), list = box.querySelector("ul"), said = box.querySelector("[role=status]");
  const most = 8;
  const show = () => {
    const typed = plain(input.value), { hits, meant } = find(typed), told = answer(input.value);
    list.replaceChildren(...hits.slice(0, most).map((body) => {
      const link = element("a", ""), item = element("li", "");
      link.href = `${root}body/${body.code}.html`;
      link.append(element("b", body.name), element("span", `${body.code} · ${body.years}`));
      if (Math.floor(body.rank) === 3) link.append(element("span", `formerly ${body.former[0]}`));
      if (Math.floor(body.rank) === 4) link.append(element("span", `holds ${body.councils.filter((one) => plain(one).includes(bare(meant || typed).split(" ")[0]))[0] || body.councils[0]}`));
      item.append(link);
      return item;
    }), ...told.map((one) => answerItem(one, root)));
    said.textContent = !typed ? box.dataset.hint
      : POSTCODE.test(input.value.trim()) && !hits.length ? "Postcodes are not held here. The ONS Postcode Directory, on geoportal.statistics.gov.uk, has the CCG and location of each."
      : !hits.length && !told.length ? "Nothing by that name or code. Try one word of it, a council, or the list of all."
      : `${meant && hits.length ? `Nothing by that name; for ${meant}: ` : ""}${hits.length > most ? `${hits.length} found, the first ${most} shown` : hits.length ? `${hits.length} found` : "No body by that name; pages that answer:"}`;
  };
  box.dataset.hint = said.textContent;
  input.addEventListener("input", show);
  box.addEventListener("keydown", (event) => {
    const stops = [input, ...list.querySelectorAll("a")], at = stops.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && at >= 0 && stops[at + step]) { stops[at + step].focus(); event.preventDefault(); }
    if (event.key === "Enter" && at === 0 && stops[1]) stops[1].click();
    if (event.key === "Escape") { input.value = ""; input.focus(); show(); }
  });
  show();
}

/* The list of bodies, of one day: those open then. */
function choose(select) {
  const rows = [...document.querySelectorAll(".bodies li")], said = document.getElementById("shown");
  const show = () => {
    const day = select.value;
    for (const row of rows) row.hidden = Boolean(day) && (row.dataset.from > day || (row.dataset.to && row.dataset.to < day));
    for (const part of document.querySelectorAll(".region")) part.hidden = !part.querySelector("li:not([hidden])");
    const there = rows.filter((row) => !row.hidden), all = there.length;
    const boards = there.filter((row) => row.querySelector(".board")).length;
    said.textContent = [all - boards && `${all - boards} CCGs`, boards && `${boards} boards`].filter(Boolean).join(" and ");
  };
  select.addEventListener("change", show);
  show();
}

/* The drawings of a body as files, with a title and their source: SVG, and PNG at twice the size. */
const INK = { own: "#12436D", was: "#BFBFBF", all: "#BFBFBF" };
function picture(section, pair) {
  const drawn = section.querySelector("svg.draw").cloneNode(true), [, , wide, high] = drawn.getAttribute("viewBox").split(" ").map(Number);
  for (const one of drawn.querySelectorAll("title, desc")) one.remove();
  for (const one of drawn.querySelectorAll("[class]")) if (INK[one.getAttribute("class")]) one.setAttribute("fill", INK[one.getAttribute("class")]);
  for (const one of drawn.querySelectorAll("line")) one.setAttribute("stroke", one.classList.contains("stripe") ? "#fff" : "#3D3D3D");
  for (const one of drawn.querySelectorAll("line.stripe")) one.setAttribute("stroke-width", 3);
  for (const one of drawn.querySelectorAll(".hex path, path")) { one.setAttribute("stroke", "#fff"); one.setAttribute("stroke-width", 0.8); }
  for (const one of drawn.querySelectorAll("text")) { one.setAttribute("font-size", one.classList.contains("value") ? 14 : 12); one.setAttribute("fill", "#3D3D3D"); if (one.classList.contains("value")) one.setAttribute("font-weight", 700); }
  const width = 640, height = Math.round((width - 40) * high / wide), file = "http://www.w3.org/2000/svg", whole = document.createElementNS(file, "svg");
  const limit = Math.min(height, 560), lines = (text, most) => text.split(" ").reduce((out, word) => { if (`${out.at(-1)} ${word}`.length > most) out.push(word); else out[out.length - 1] = `${out.at(-1)} ${word}`.trim(); return out; }, [""]);
  const heads = lines(`${pair.dataset.title}: ${section.querySelector("h2").textContent.replace(/[#¶].*$/, "").toLowerCase()}`, 62), note = lines(section.querySelector(".note").textContent, 88), ends = lines(`Source: ${pair.dataset.source} england-ccgs, body/${pair.dataset.file}.`, 96);
  const top = 24 + heads.length * 24 + note.length * 18 + 8, tall = top + limit + 24 + ends.length * 16;
  Object.entries({ xmlns: file, viewBox: `0 0 ${width} ${tall}`, width, height: tall, "font-family": "Source Sans Pro, Arial, sans-serif" }).forEach(([name, value]) => whole.setAttribute(name, value));
  const put = (name, attributes, text = "") => { const made = document.createElementNS(file, name); Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value)); made.textContent = text; whole.append(made); };
  put("rect", { width, height: tall, fill: "#fff" });
  heads.forEach((text, i) => put("text", { x: 20, y: 32 + i * 24, "font-size": 20, "font-weight": 700, fill: "#0B0C0C" }, text));
  note.forEach((text, i) => put("text", { x: 20, y: 32 + heads.length * 24 + i * 18, "font-size": 14, fill: "#3D3D3D" }, text));
  Object.entries({ x: 20, y: top, width: width - 40, height: limit }).forEach(([name, value]) => drawn.setAttribute(name, value));
  drawn.removeAttribute("class");
  whole.append(drawn);
  ends.forEach((text, i) => put("text", { x: 20, y: top + limit + 26 + i * 16, "font-size": 12, fill: "#595959" }, text));
  return { text: new XMLSerializer().serializeToString(whole), width, tall };
}

function save(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function pictures(pair) {
  for (const section of pair.querySelectorAll("section")) {
    if (!section.querySelector("svg.draw")) continue;
    const box = element("p", ""), what = section.querySelector("svg.hex") ? "map" : "size", name = `${pair.dataset.file}-${what}`;
    box.className = "take";
    const button = (kind, act) => { const made = element("button", `Picture (${kind})`); made.type = "button"; made.append(Object.assign(element("span", ` of ${section.querySelector("h2").textContent}`), { className: "unseen" })); made.addEventListener("click", act); box.append(made, " "); };
    button("SVG", () => save(`${name}.svg`, new Blob([picture(section, pair).text], { type: "image/svg+xml" })));
    button("PNG", () => {
      const { text, width, tall } = picture(section, pair), image = new Image(), canvas = document.createElement("canvas");
      Object.assign(canvas, { width: width * 2, height: tall * 2 });
      image.onload = () => { canvas.getContext("2d").drawImage(image, 0, 0, width * 2, tall * 2); canvas.toBlob((blob) => save(`${name}.png`, blob)); };
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    });
    section.append(box);
  }
}

/* The name of the hexagon under the pointer, below the maps. */
function nameHexagons(line) {
  const show = (event) => {
    const one = event.target.closest?.(".days a");
    line.textContent = one ? `${one.getAttribute("aria-label")}, ${one.closest("figure").querySelector("figcaption").lastChild.textContent}` : line.dataset.hint;
  };
  for (const kind of ["pointerover", "focusin"]) document.querySelector(".days").addEventListener(kind, show);
  document.querySelector(".days").addEventListener("pointerleave", () => { line.textContent = line.dataset.hint; });
}

/* The toggles of code are called what they say. */
function nameToggles() {
  for (const summary of document.querySelectorAll("details.hide > summary[aria-label]")) summary.removeAttribute("aria-label");
}

/* What the theme leaves without a name or a heading. */
function nameParts() {
  for (const [part, name] of [[".sidebar-drawer", "Pages of the site"], [".toc-drawer", "On this page"]]) document.querySelector(part)?.setAttribute("aria-label", name);
  /* the theme's way up comes when one scrolls up, and stands outside every part that has a name */
  const up = document.querySelector(".back-to-top"), named = element("nav", "");
  named.setAttribute("aria-label", "Up");
  up?.replaceWith(named);
  named.append(...(up ? [up] : []));
  const article = document.querySelector("#search-results")?.closest("article") || document.querySelector("#search-results")?.parentElement;
  if (article && !document.querySelector("h1")) article.prepend(element("h1", "Search"));
}

/* A table of words in a notebook becomes cards on a phone: see .cards. Each cell knows its column's head. */
function label() {
  for (const table of document.querySelectorAll(".cell_output table.docutils")) {
    const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
    if (heads.length < 4) continue;
    table.classList.add("cards");
    for (const row of table.tBodies[0].rows) {
      [...row.cells].forEach((cell, at) => {
        if (at && heads[at]) cell.dataset.head = heads[at];
        cell.classList.toggle("none", !cell.textContent.trim());
      });
    }
  }
}

/* What scrolls inside a page must be reachable by keyboard too. */
function reach() {
  for (const box of document.querySelectorAll(".chart-picture, .table-wrapper, pre, .scroll")) {
    box.closest(".chart-card")?.classList.toggle("goes-on", box.scrollWidth > box.clientWidth + 1);
    if (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1) { box.tabIndex = 0; } else { box.removeAttribute("tabindex"); }
  }
}

document.addEventListener("DOMContentLoaded", () => {
  if (BODIES.length) document.querySelectorAll("search.find").forEach(begin);
  if (document.getElementById("search-results")) answerAbove(document.getElementById("search-results"));
  if (document.getElementById("day")) choose(document.getElementById("day"));
  if (document.getElementById("hex-name")) nameHexagons(document.getElementById("hex-name"));
  document.querySelectorAll(".pair[data-file]").forEach(pictures);
  nameToggles();
  nameParts();
  label();
  reach();
  addEventListener("resize", reach);
});
