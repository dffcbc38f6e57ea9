"use strict";

/* Where a page is opened from a folder the browser lets no script read another page: no summaries then. */
if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

/* Find a body by name, former name or code, of those in bodies.js. Whatever is typed stays text. */
const plain = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/&/g, " and ")
  .replace(/[^a-z0-9]+/g, " ").trim().replace(/^nhs (?=.)/, "");

const BODIES = (window.BODIES || []).map(([code, name, years, former, ons]) => ({
  code, name, years, former, codes: [code, ...ons].map(plain), plain: plain(name), was: former.map(plain).join(" "),
}));

/* How well a body fits: 0 by code, 1 and 2 by name, 3 by a former name, -1 not at all. */
function rank(body, typed) {
  const words = typed.split(" "), all = (text) => words.every((word) => ` ${text}`.includes(` ${word}`));
  if (!typed) return -1;
  if (body.codes.includes(typed)) return 0;
  if (all(body.plain)) return body.plain.startsWith(typed) ? 1 : 2;
  return body.was && all(body.was) ? 3 : -1;
}

const find = (typed) => BODIES.map((body) => ({ ...body, rank: rank(body, typed) })).filter((body) => body.rank >= 0)
  .sort((a, b) => a.rank - b.rank);

/* The search of all pages sets a body's own page first: by how much, for docs/theme/scorer.js. */
function standing(page) {
  const typed = plain(new URLSearchParams(location.search).get("q") || "");
  const body = BODIES.find((one) => page === `body/${one.code}`);
  return body ? { 0: 1000, 1: 300, 2: 200, 3: 100 }[rank(body, typed)] || 0 : 0;
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function begin(box) {
  const root = document.documentElement.dataset.content_root || "";
  const input = box.querySelector("input"), list = box.querySelector("ul"), said = box.querySelector("[role=status]");
  const most = 8;
  const show = () => {
    const typed = plain(input.value), hits = find(typed);
    list.replaceChildren(...hits.slice(0, most).map((body) => {
      const link = element("a", ""), item = element("li", "");
      link.href = `${root}body/${body.code}.html`;
      link.append(element("b", body.name), element("span", `${body.code} · ${body.years}`));
      if (body.rank === 3) link.append(element("span", `formerly ${body.former[0]}`));
      item.append(link);
      return item;
    }));
    said.textContent = !typed ? box.dataset.hint
      : !hits.length ? "Nothing by that name or code. Try one word of it."
      : hits.length > most ? `${hits.length} found, the first ${most} shown` : `${hits.length} found`;
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
    if (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1) { box.tabIndex = 0; } else { box.removeAttribute("tabindex"); }
  }
}

document.addEventListener("DOMContentLoaded", () => {
  if (BODIES.length) document.querySelectorAll(".find").forEach(begin);
  if (document.getElementById("day")) choose(document.getElementById("day"));
  label();
  reach();
  addEventListener("resize", reach);
});
