"use strict";

/* The page of look-ups: two geographies and a scheme of codes chosen, the table shown and handed over. */
document.addEventListener("DOMContentLoaded", () => {
  const get = (id) => document.getElementById(id);
  const from = get("from"), to = get("to"), scheme = get("scheme"), say = get("said"), body = get("rows");
  const named = (one) => `${one.said.replace(/^the /, "").replace(/^./, (c) => c.toUpperCase())} (${one.bodies.length})`;
  const most = 40;
  let shown = [], all = false;

  const option = (one) => new Option(named(one), one.stem);
  from.append(...Geographies.every.map(option));

  const chosen = (select) => Geographies.every.find((one) => one.stem === select.value);
  const reached = (start) => Geographies.every.filter((goal) => goal !== start && goal.start >= start.start
    && Geographies.lookUp(start.start, start, goal) && !(goal.level === "sub_icb" && start.level === "icb" )
    && !(goal.start === start.start && goal.number < start.number));

  function choices() {
    const before = to.value, ends = reached(chosen(from));
    to.replaceChildren(...ends.map(option));
    to.value = ends.some((one) => one.stem === before) ? before : ends.at(-1)?.stem ?? "";
  }

  function draw() {
    const start = chosen(from), goal = chosen(to), code = (where, id) => {
      const { ods = id, ons = "" } = { ods: id, ons: where.body.get(id)?.ons };
      return scheme.value === "ons" ? ons : ods;
    };
    if (!goal) { say.textContent = "No later geography is known."; fill(body, []); return; }
    const rows = Geographies.lookUp(start.start, start, goal);
    shown = rows.map((row) => [
      code(start, row.from), start.body.get(row.from).name, code(goal, row.to), goal.body.get(row.to).name,
      row.share, row.basis, row.status,
    ]);
    fill(body, (all ? shown : shown.slice(0, most)).map((row) => row.map((cell, at) => (at === 4 ? share(cell) : cell))), 1);
    const rough = new Set(rows.filter((row) => row.status !== "exact").map((row) => row.from)).size;
    say.textContent = `From ${start.said} to ${goal.said}: ${start.bodies.length} bodies become ${goal.bodies.length}. `
      + (rough ? `${rough} ${rough === 1 ? "was" : "were"} divided, so what is moved of ${rough === 1 ? "it" : "them"} is approximate.`
        : "Each went into one body whole.");
    get("more").hidden = all || shown.length <= most;
    get("more").textContent = `Show all ${shown.length} rows`;
    const stem = `${start.stem}-to-${goal.stem}`;
    get("csv").href = `look-ups/${stem}.csv`;
    get("xlsx").href = `look-ups/${stem}.xlsx`;
    for (const place of document.querySelectorAll("[data-file]")) place.textContent = `${stem}.csv`;
    for (const place of document.querySelectorAll("[data-rows]")) place.textContent = shown.length + 1;
    history.replaceState(null, "", `#${stem}`);
  }
  const share = (value) => (value === 1 ? "1" : value < 0.0001 ? value.toExponential(2) : value.toFixed(4));

  /* The address names the pair: it can be sent. */
  const [asked, wanted] = location.hash.slice(1).split("-to-");
  const known = (stem) => Geographies.every.some((one) => one.stem === stem);
  from.value = known(asked) ? asked : "ccg-2019-04-01";
  choices();
  to.value = [...to.options].some((one) => one.value === wanted) ? wanted : "icb-2022-07-01";
  if (!to.value) to.selectedIndex = to.options.length - 1;
  from.addEventListener("change", () => { all = false; choices(); draw(); });
  for (const one of [to, scheme]) one.addEventListener("change", () => { all = false; draw(); });
  get("more").addEventListener("click", () => { all = true; draw(); });
  draw();
});
