"use strict";

/* The page of re-basing: a file is looked through, what was found is shown to be changed, and moved. */
document.addEventListener("DOMContentLoaded", () => {
  const get = (id) => document.getElementById(id);
  const ROLES = [["out", "leave out"], ["code", "the codes"], ["key", "a key, kept apart"], ["date", "date of the codes, a key"], ["sum", "a count, added up"], ["mean", "a rate, averaged"]];
  let table = null, result = null;

  const show = (words = "") => { get("wrong").textContent = words; get("wrong").hidden = !words; };
  const working = (share) => { get("progress").hidden = share === null; get("progress").value = share ?? 0; };
  const lock = (on) => { get("go").disabled = on; };

  /* What goes wrong is said, whatever it is; nothing half-made stays on the page. */
  async function attempt(work) {
    show(); lock(true);
    try { await work(); } catch (error) {
      get("result").hidden = true;
      show(`${error.message}.`.replace(/\.\.$/, "."));
      if (!(error instanceof Rebasing.Refused)) console.error(error);
    } finally { working(null); lock(false); }
  }

  function select(options, value, label) {
    const made = document.createElement("select");
    made.append(...options.map(([id, text]) => new Option(text, id)));
    made.value = value;
    made.setAttribute("aria-label", label);
    return made;
  }

  function guess(column, code) {
    if (column === code) return "code";
    if (column.coded > 0.5) return "out";
    if (column.period) return "key";
    return column.numeric && !column.noCount && !column.rowNumbers ? "sum" : "out";
  }

  function listColumns() {
    const code = Rebasing.codeColumn(table), numeric = table.columns.filter((column) => column.numeric && column !== code);
    get("columns").replaceChildren(...table.columns.map((column) => {
      const row = document.createElement("tr"), head = document.createElement("th"), cells = document.createElement("td"), role = document.createElement("td"), by = document.createElement("td");
      head.scope = "row"; head.textContent = column.name;
      cells.textContent = [...column.cells.keys()].slice(0, 3).join(", ");
      const chosen = select(ROLES, guess(column, code), `What ${column.name} is`);
      const weight = select([["", "choose"], ...numeric.filter((one) => one !== column).map((one) => [one.name, one.name])], "", `What weighs ${column.name}`);
      weight.hidden = chosen.value !== "mean";
      chosen.addEventListener("change", () => { weight.hidden = chosen.value !== "mean"; told(); });
      weight.addEventListener("change", told);
      role.append(chosen); by.append(weight); row.append(head, cells, role, by);
      return row;
    }));
    listGeographies();
  }

  const roles = () => table.columns.map((column, i) => {
    const [role, weight] = get("columns").rows[i].querySelectorAll("select");
    return { column, role: role.value, weight: weight.value };
  });

  function listGeographies() {
    const code = roles().find((one) => one.role === "code")?.column;
    const dates = roles().find((one) => one.role === "date");
    const options = Geographies.every.map((one) => new Option(one.said.replace(/^the /, ""), one.number));
    get("at").replaceChildren(new Option(dates ? `the dates in ${dates.column.name}` : "found from the codes", "auto"), ...(dates ? [] : options));
    get("fits").textContent = code && !dates ? fitting(code) : "";
    if (!get("goal").options.length) {
      get("goal").append(...Geographies.every.filter((one) => one.level !== "pct").map((one) => new Option(one.said.replace(/^the /, ""), one.number)));
      get("goal").value = Geographies.every.at(-1).number;
    }
  }

  function fitting(column) {
    try {
      const given = [...column.cells.keys()].map(Rebasing.meant).filter((one) => one && Rebasing.isBody(one));
      const fits = Rebasing.which(given);
      if (!fits.length) return "No code of a body is in that column.";
      const whole = fits.filter((fit) => !fit.extra.length);
      if (!whole.length) return `The codes are of no one geography. Nearest: ${fits[0].vintage.said}, without ${fits[0].extra.slice(0, 5).join(", ")}.`;
      return `The codes fit ${whole.map((fit) => `${fit.vintage.said}${fit.missing.length ? ` (${fit.missing.length} missing)` : ""}`).slice(0, 4).join(", or ")}.`;
    } catch (error) { return `${error.message}.`; }
  }

  function asked() {
    const chosen = roles(), names = (role) => chosen.filter((one) => one.role === role).map((one) => one.column.name);
    const dates = names("date");
    const at = get("at").value, start = at === "auto" ? null : Geographies.every[at];
    return {
      code: names("code")[0], by: chosen.filter((one) => one.role === "key" || one.role === "date").map((one) => one.column.name), dates: dates[0] || null,
      sums: names("sum"), means: chosen.filter((one) => one.role === "mean").map((one) => [one.column.name, one.weight]),
      at: start ? start.start : "auto", start, goal: Geographies.every[get("goal").value], names: get("names").checked, unknown: get("unknown").checked,
    };
  }

  /* The same for the command, to be copied. */
  function told() {
    if (!table) return;
    if (get("columns").rows.length) {
      const before = get("at").value;
      listGeographies();
      if ([...get("at").options].some((one) => one.value === before)) get("at").value = before;
    }
    const it = asked(), word = (text) => (/^[\w.,:/-]+$/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`);
    const many = (option, list) => (list.length ? ` ${option} ${list.map(word).join(" ")}` : "");
    get("command").textContent = `python -m ccg rebase ${word(table.file.name)}${it.code ? ` --code ${word(it.code)}` : ""} --at ${word(it.dates || it.at)} --to ${it.goal.start}`
      + `${["sub_icb", "partnership"].includes(it.goal.level) ? ` --level ${it.goal.level}` : ""}${many("--by", it.by)}${many("--sum", it.sums)}${many("--mean", it.means.map(([rate, weight]) => `${rate}:${weight || "WEIGHT"}`))} --drop rest`
      + `${it.names ? " --names" : ""}${it.unknown ? " --unknown unmapped" : ""} -o out.csv`;
    get("same").hidden = false;
  }

  const open = (file) => attempt(async () => {
    table = null; result = null;
    for (const id of ["ask", "result", "same"]) get(id).hidden = true;
    get("told").textContent = `Reading ${file.name} …`;
    working(0);
    table = await Rebasing.look(file, working);
    get("told").textContent = `${file.name}: ${table.rows.toLocaleString("en-GB")} rows, ${table.columns.length} columns${table.notes.length ? `; ${table.notes.join("; ")}` : ""}.`;
    get("ask").hidden = false;
    listColumns();
    told();
    if (!Rebasing.codeColumn(table)) show("No one column holds the codes: choose it below. A column of names, or of damaged codes, is read by the command with --repair");
  }).catch(() => {});

  get("file").addEventListener("change", () => { if (get("file").files[0]) open(get("file").files[0]); });
  for (const kind of ["dragover", "dragleave", "drop"]) get("drop").addEventListener(kind, (event) => {
    event.preventDefault();
    get("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files[0]) open(event.dataTransfer.files[0]);
  });
  for (const id of ["at", "goal", "names", "unknown"]) get(id).addEventListener("change", told);

  get("go").addEventListener("click", () => attempt(async () => {
    const begun = performance.now();
    working(0);
    result = await Rebasing.rebase(table, asked(), working);
    const [header, ...rows] = result.rows, most = 100;
    get("report").textContent = [result.report.verdict, ...result.report.lines].join("\n");
    const head = document.createElement("tr");
    head.append(...header.map((name) => Object.assign(document.createElement("th"), { scope: "col", textContent: name })));
    get("result-columns").replaceChildren(head);
    fill(get("result-rows"), rows.slice(0, most));
    get("result-note").textContent = `${rows.length.toLocaleString("en-GB")} rows${rows.length > most ? `, the first ${most} shown` : ""}, in ${((performance.now() - begun) / 1000).toFixed(1)} seconds. The file holds them all.`;
    get("take-unmapped").hidden = result.unmapped.length < 2;
    get("result").hidden = false;
    get("result-head").scrollIntoView({ block: "start" });
  }));
  const stem = () => table.file.name.replace(/\.[^.]*$/, "");
  get("take").addEventListener("click", () => hand(`${stem()}.re-based.csv`, toCsv(result.rows)));
  get("take-unmapped").addEventListener("click", () => hand(`${stem()}.unmapped.csv`, toCsv(result.unmapped)));
  get("take-report").addEventListener("click", () => hand(`${stem()}.report.txt`, `${get("report").textContent}\n`, "text/plain"));
});
