"use strict";

/* Geographies, their bodies, and who became whom: what geographies-data.js holds, ready to be asked. */
const Geographies = (() => {
  const data = window.GEOGRAPHIES;
  const every = data.vintages.map((one, number) => ({
    ...one, number, stem: `${one.level.replace("_", "-")}-${one.start}`,
    body: new Map(one.bodies.map(([code, ons, name]) => [code, { code, ons, name }])),
    ods: new Set(one.bodies.map(([code]) => code)),
    ons: new Map(one.bodies.filter(([, ons]) => ons).map(([code, ons]) => [ons, code])),
  }));

  /* The geographies of a day, one for each level, the finest first. */
  const finest = Object.keys(data.levels);
  const levelsOn = (day) => every.filter((one) => one.start <= day && day <= one.end).sort((a, b) => finest.indexOf(a.level) - finest.indexOf(b.level));

  /* From which of the days shares count anew a day counts; -1 before the first and after the last known. */
  const dayOf = (day) => (day > data.until ? -1 : data.days.findLastIndex((one) => one <= day));

  /* Who became whom: a row for each pair of bodies, as the look-up files have them. Null if there is no way. */
  function lookUp(day, start, goal) {
    const changed = data.maps[`${dayOf(day)}|${start.level}|${goal.number}`];
    if (!changed) return null;
    const rows = [];
    for (const from of start.body.keys()) {
      const into = changed[from];
      if (Array.isArray(into)) for (const [to, share, basis] of into) rows.push({ from, to, share, basis, status: "approximate" });
      else rows.push({ from, to: into || from, share: 1, basis: "whole", status: "exact" });
    }
    return rows;
  }

  return { data, every, levelsOn, dayOf, lookUp };
})();

/* A cell of CSV. */
const cellOf = (value) => (/[",\r\n]/.test(value) ? `"${`${value}`.replaceAll('"', '""')}"` : `${value ?? ""}`);
const toCsv = (rows) => rows.map((row) => row.map(cellOf).join(",")).join("\n") + "\n";

/* Hand a file to the reader; nothing leaves the machine. */
function hand(name, text, kind = "text/csv") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${kind};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/* Cells that stay text, whatever is in them. */
function fill(body, rows, head = 0) {
  body.replaceChildren(...rows.map((row) => {
    const line = document.createElement("tr");
    row.forEach((value, at) => {
      const cell = document.createElement(at < head ? "th" : "td");
      if (at < head) cell.scope = "row";
      cell.textContent = value;
      line.append(cell);
    });
    return line;
  }));
}
