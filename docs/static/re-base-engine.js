"use strict";

/* Re-basing in the page, by the rules of ccg/core/rebasing: add up by key and old code, then map, then judge whether
   each body is whole. It knows one geography at a time, or a column of dates that is a key; what it cannot do it
   refuses, as the command does. tests/browser puts the same files through both. */
const Rebasing = (() => {
  class Refused extends Error {}
  const refuse = (words) => { throw new Refused(words); };
  const { data, every } = Geographies;
  const { pattern, isBody, isBeside, written, isGiven, plain } = Cells;
  const quoted = (text) => `'${text}'`;
  const count = (n, what) => `${n.toLocaleString("en-GB")} ${what}${n === 1 ? "" : "s"}`;
  const and = (names) => [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(" and ");
  const number = (x) => {
    const rounded = Math.round(x * 100) / 100 + 0;
    const digits = Number.isInteger(rounded) ? 0 : 2;
    return rounded.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  };
  const byText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

  // --- reading a file in pieces -------------------------------------------------------------------

  const PIECE = 1 << 21, NO_WIDTH = /[\u200b-\u200f\u2060\ufeff]/g, SEPARATORS = [",", ";", "\t", "|"];
  const pause = () => new Promise((go) => setTimeout(go));

  /* Cells of text, row by row, whatever pieces it comes in: quotation marks may hold separators and line ends. */
  class Rows {
    constructor(separator, take) { Object.assign(this, { separator, take, rest: "", line: 1 }); }

    push(text, last) {
      text = this.rest + text;
      let end = last ? text.length : text.lastIndexOf("\n") + 1;
      if (text.includes('"')) return this.withQuotes(text, last);
      this.rest = text.slice(end);
      const lines = text.slice(0, end).split("\n");
      if (lines.at(-1) === "") lines.pop();
      for (const line of lines) this.row((line.endsWith("\r") ? line.slice(0, -1) : line).split(this.separator), 1);
      return undefined;
    }

    withQuotes(text, last) {
      let at = 0, begun = 0, cells = [], lines = 1;
      const size = text.length, separator = this.separator;
      while (at < size) {
        let cell;
        if (text[at] === '"') {
          let from = at + 1, said = "";
          for (;;) {
            const close = text.indexOf('"', from);
            if (close < 0) {
              if (last) refuse(`line ${this.line}: a quotation mark opens there that is never closed`);
              this.rest = text.slice(begun);
              return;
            }
            said += text.slice(from, close);
            if (text[close + 1] !== '"') { at = close + 1; break; }
            said += '"'; from = close + 2;
          }
          cell = said;
          lines += said.split("\n").length - 1;
          if (at < size && text[at] !== separator && text[at] !== "\n" && text[at] !== "\r") refuse(`line ${this.line}: a quotation mark is out of place in the row that begins here; a cell that holds one is written "like ""this"""`);
        } else {
          let end = at;
          while (end < size && text[end] !== separator && text[end] !== "\n") end += 1;
          cell = text.slice(at, end);
          if (cell.endsWith("\r")) cell = cell.slice(0, -1);
          at = end;
        }
        if (text[at] === "\r") at += 1;
        if (at >= size && !last) { this.rest = text.slice(begun); return; }
        cells.push(cell);
        if (at >= size || text[at] === "\n") {
          this.row(cells, lines);
          cells = []; lines = 1; at += 1; begun = at;
        } else {
          at += 1;
          if (at >= size && last) { cells.push(""); this.row(cells, lines); cells = []; }
          else if (at >= size) { this.rest = text.slice(begun); return; }
        }
      }
      this.rest = text.slice(Math.min(begun, size));
    }

    row(cells, lines) {
      if (cells.some((cell) => cell.trim())) this.take(cells, this.line);
      this.line += lines;
    }
  }

  /* The file's own words for what it is not. */
  const STARTS = [["PK\u0003\u0004", "a workbook or a zipped file"], ["\u00d0\u00cf\u0011\u00e0", "a workbook of old Excel"], ["\u001f\u008b", "a file compressed by gzip; unpack it first"], ["PAR1", "a Parquet file"], ["%PDF", "a PDF; look for the table as a workbook or CSV"]];

  async function encodingOf(file) {
    const bytes = new Uint8Array(await file.slice(0, 1 << 16).arrayBuffer());
    const start = String.fromCharCode(...bytes.slice(0, 4));
    const other = STARTS.find(([mark]) => start.startsWith(mark));
    if (other) refuse(`${file.name} is ${other[1]}, not a CSV file. This page reads CSV and TSV; the command reads workbooks and Parquet`);
    if (!file.size) refuse(`${file.name}: the file is empty`);
    if (start.startsWith("\u00ff\u00fe")) return "utf-16le";
    if (start.startsWith("\u00fe\u00ff")) return "utf-16be";
    return "utf-8";
  }

  /* Every row of a file. A file that is not UTF-8 is read again as Windows-1252. */
  async function rowsOf(file, encoding, separator, take, progress) {
    const decoder = new TextDecoder(encoding, { fatal: true }), rows = new Rows(separator, take);
    for (let at = 0; at < file.size; at += PIECE) {
      const last = at + PIECE >= file.size;
      const text = decoder.decode(await file.slice(at, at + PIECE).arrayBuffer(), { stream: !last }).replace(NO_WIDTH, "");
      if (text.includes("\0")) refuse(`${file.name} holds zero bytes, which are no text: it may be damaged, or of another kind than its name says. Open it in a spreadsheet and save it as CSV UTF-8`);
      rows.push(text, last);
      progress?.(Math.min(1, (at + PIECE) / file.size));
      await pause();
    }
  }

  // --- what a file holds --------------------------------------------------------------------------

  const words = new Map(Object.keys(data.beside).reverse().map((word) => [word.toLowerCase(), word]));

  const codes = new Map();
  /* A cell of codes as it is meant: "" where none is given. */
  function meant(cell) {
    let code = codes.get(cell);
    if (code !== undefined) return code;
    if (isBeside(cell)) code = cell;
    else if (/^[-–—.*:…/\s]*$/.test(cell)) code = "";
    else code = written(cell) || words.get(cell.trim().split(/\s+/).join(" ").toLowerCase()) || cell;
    codes.set(cell, code);
    return code;
  }

  const DATE = /^\d{4}-\d\d-\d\d(?:[T ][\d:.+Z-]*)?$/;
  const MOST = 20000;

  function separatorOf(text) {
    const lines = text.split(/\r?\n/).filter((line) => line.trim()).slice(0, 200);
    const score = (separator) => {
      const sizes = lines.map((line) => line.split(separator).length), tally = new Map();
      for (const size of sizes) if (size > 1) tally.set(size, (tally.get(size) || 0) + 1);
      return Math.max(0, ...[...tally].map(([size, times]) => times * Math.log(size)));
    };
    const scored = SEPARATORS.map((one) => [one, score(one)]).sort((a, b) => b[1] - a[1]);
    return scored[0][1] > 0 ? scored[0][0] : ",";
  }

  /* Look through a file: its columns, what each holds, and how often each cell comes. */
  async function look(file, progress) {
    let encoding = await encodingOf(file);
    const first = await file.slice(0, 1 << 16).arrayBuffer();
    const separator = separatorOf(new TextDecoder(encoding).decode(first).replace(/^\ufeff/, ""));
    try {
      return await lookAt(file, encoding, separator, progress);
    } catch (error) {
      if (error.name !== "TypeError" || encoding !== "utf-8") throw error;
      encoding = "windows-1252";
      return lookAt(file, encoding, separator, progress);
    }
  }

  const typical = (rows) => {
    const tally = new Map();
    for (const { cells } of rows) tally.set(cells.length, (tally.get(cells.length) || 0) + 1);
    return [...tally].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0][0];
  };

  async function lookAt(file, encoding, separator, progress) {
    const head = [], table = { file, encoding, separator, columns: [], rows: 0, notes: [], skip: 0 };
    const again = (table.again = []);
    let late = null;
    const begin = () => {
      const width = typical(head), at = head.findIndex(({ cells }) => cells.length === width && cells.filter((cell) => cell.trim()).length > 0.5 * width);
      if (at < 0) refuse(`${file.name}: no row of the first ${head.length} names the columns`);
      const names = head[at].cells.map((cell) => cell.trim());
      const data = names.find((name) => isCode(name) || (plain(name) !== null && !pattern.period.test(name)));
      if (data !== undefined) refuse(`${file.name}: the first line should name the columns and reads as data (${data}). Put a line with names above it; if codes do head your columns, turn the table`);
      oneRowOfNames(head, at, file.name);
      table.head = head[at].cells;
      table.title = head.slice(0, at).flatMap(({ cells }) => cells).filter((cell) => cell.trim()).join(" ");
      names.forEach((name, i) => { if (!name) names[i] = `column ${i + 1}`; });
      const twice = names.find((name, i) => names.indexOf(name) < i);
      if (twice !== undefined) refuse(`${file.name}: columns ${names.indexOf(twice) + 1} and ${names.lastIndexOf(twice) + 1} are both called ${quoted(twice)}; rename one`);
      if (at) table.notes.push(`header in line ${head[at].line}`);
      table.columns = names.map((name, i) => ({ name, cells: new Map(), many: false, unnamed: !head[at].cells[i].trim() }));
      table.skip = head[at].line;
      for (const row of head.slice(at + 1)) take(row.cells, row.line);
      head.length = 0;
    };
    const take = (cells, line) => {
      if (!table.columns.length) { head.push({ cells, line }); if (head.length === 200) begin(); return; }
      if (line <= table.skip) return;
      if (isHeadAgain(table, cells)) { again.push(line); return; }
      const filled = cells.filter((cell) => cell.trim()), odd = cells.length !== table.columns.length;
      const note = filled.length === 1 && table.columns.length > 1 && !isFigure(filled[0]) && !written(filled[0]);
      if (odd && !note) refuse(`${file.name} line ${line}: ${count(cells.length, "cell")}, and the header has ${table.columns.length}. A separator may be missing, or stand unquoted in a cell`);
      if (note) { late ??= { cells, line }; return; }
      if (late) alone(table, late);
      table.rows += 1;
      table.columns.forEach((column, i) => {
        if (column.many) return;
        column.cells.set(cells[i], (column.cells.get(cells[i]) || 0) + 1);
        if (column.cells.size > MOST) column.many = true;
      });
    };
    await rowsOf(file, encoding, separator, take, progress);
    if (!table.columns.length && head.length) begin();
    if (!table.columns.length || !table.rows) refuse(`${file.name}: there is no row below the names of the columns`);
    if (late) { table.until = late.line; table.notes.push(`lines from ${late.line} on, below the table, left out`); }
    if (again.length) table.notes.push(`the header stands again in line ${again.slice(0, 3).join(", ")}${again.length > 3 ? " …" : ""}; left out`);
    const limits = Cells.hasLimits(table.columns.map((column) => column.name));
    table.columns.forEach((column) => judge(column, limits));
    table.columns.forEach((column, i) => {
      const cells = [...column.cells.keys()], filled = cells.find((cell) => cell.trim());
      column.rowNumbers = i === 0 && /^(?:column 1|Unnamed: 0)$/.test(column.name) && (column.many || column.cells.size === table.rows) && cells.every((cell) => /^\d{1,12}$/.test(cell.trim()));
      if (column.unnamed && filled !== undefined && !column.rowNumbers) refuse(`${file.name}: ${column.name}, which holds ${quoted(filled.trim())}, has no name; give it one in the header`);
    });
    return table;
  }

  const isCode = (cell) => cell.length < 30 && (/\d/.test(cell) || cell === cell.toUpperCase()) && Boolean(written(cell)) && isBody(written(cell));
  const isFigure = (cell) => plain(cell) !== null && !pattern.year.test(cell.trim()) && !pattern.thousands.test(cell.trim());
  /* Refuse a row within a table that has one cell of words, such as Female above the rows of women. */
  function alone({ file, columns }, { cells, line }) {
    const text = cells.find((cell) => cell.trim() && isGiven(cell)) || "";
    refuse(`${file.name} line ${line}: one cell filled, ${quoted(text.trim())}, and the header has ${columns.length}. If it is a heading, write what it says into a column of its own, which tells the rows below it from others, or take it out; the command leaves headings out`);
  }
  const isHeadAgain = (table, cells) => cells[0] === table.head[0] && cells.length === table.head.length && cells.every((cell, i) => cell === table.head[i]);

  /* Whether some cells number their columns from one on: 1, 2, 3, or (a), (b), (c). */
  function countsColumns(cells) {
    const filled = cells.map((cell) => cell.trim().replace(/^[()[\].]+|[()[\].]+$/g, "").toLowerCase()).filter(Boolean);
    return filled.length > 2 && (filled.every((cell, i) => cell === `${i + 1}`) || filled.every((cell, i) => cell === String.fromCharCode(97 + i)));
  }

  /* Refuse a table whose columns are named in several rows: which names go together the command finds out. */
  function oneRowOfNames(head, at, file) {
    const below = head[at + 1];
    if (below && countsColumns(below.cells)) refuse(`${file}: line ${below.line} numbers the columns; take it out, or use the command, which leaves it out`);
    const first = head.findIndex(({ cells }, i) => i > at && cells.some((cell) => isCode(cell.trim()) || isBeside(cell.trim())));
    const other = head.slice(at + 1, first < 0 ? at + 4 : first).find(({ cells }) => cells.filter((cell) => cell.trim()).length > 1 && !cells.some(isFigure));
    if (other) refuse(`${file}: line ${head[at].line} names the columns, and line ${other.line} reads as names or units too. Put the names in one row, and take the other out; or use the command, which reads up to four rows of names`);
  }

  /* What a column seems to be: code, number, period; and why it is none of counts, if so. */
  function judge(column, limits) {
    const cells = [...column.cells.keys()], given = cells.filter((cell) => cell.trim() && isGiven(cell));
    const of = (test, some) => some.reduce((sum, cell) => sum + (test(cell) ? column.cells.get(cell) : 0), 0);
    const all = of(() => true, cells), isOne = (cell) => plain(cell) !== null;
    column.coded = all ? of(isCode, cells) / all : 0;
    column.numeric = given.length > 0 && 2 * given.filter(isOne).length >= given.length && 2 * of(isOne, given) >= of(() => true, given);
    column.period = Cells.namedPeriod(column.name) || Cells.arePeriods(cells);
    column.dates = given.length > 0 && given.every((cell) => DATE.test(cell.trim()));
    column.noCount = column.numeric ? Cells.noCount(column.name, given, limits) : null;
  }

  const isOns = (code) => /^E(?:38|54|16|17)\d{6}$/.test(code);
  const isOds = (code) => /^(?:[0-9A-Z]{3}|[A-Z]\d[A-Z]\d[A-Z])$/.test(code);

  /* The column of codes, as the command finds it. */
  function codeColumn(table) {
    let found = table.columns.filter((column) => column.coded > 0.5);
    if (!found.length) found = table.columns.filter((column) => column.coded > 0.25);
    if (found.length === 2) {
      const ons = found.map((column) => [...column.cells.keys()].filter((cell) => isOns(written(cell) || "")).length > column.cells.size / 2);
      if (ons[0] !== ons[1]) return found[ons[0] ? 1 : 0];
    }
    return found.length === 1 ? found[0] : null;
  }

  function schemeOf(some) {
    const ons = some.filter(isOns), ods = some.filter(isOds);
    if (ons.length && ods.length) refuse(`two schemes are mixed: ${ons.sort()[0]} is an ONS code and ${ods.sort()[0]} an ODS code. Put all into one; the look-ups have both`);
    return ons.length ? "ons" : "ods";
  }

  /* Every geography that some codes are of, those with the fewest bodies missing first; the nearest if there is none. */
  function which(some) {
    const given = new Set(some), scheme = schemeOf([...given]);
    const fits = every.map((vintage) => {
      const known = scheme === "ons" ? new Set(vintage.ons.keys()) : vintage.ods;
      const extra = [...given].filter((code) => !known.has(code)).sort(), missing = [...known].filter((code) => !given.has(code));
      return { vintage, matched: given.size - extra.length, extra, missing, exact: !extra.length && !missing.length };
    }).filter((fit) => fit.matched);
    fits.sort((a, b) => a.extra.length - b.extra.length || a.missing.length - b.missing.length || byText(a.vintage.start, b.vintage.start));
    const whole = fits.filter((fit) => !fit.extra.length);
    return whole.length ? whole : fits.slice(0, 3);
  }

  // --- the move -----------------------------------------------------------------------------------

  const opened = (code) => { const [what, first, last] = data.lives[code]; return `${code} was ${what} from ${first} to ${last}`; };
  const whatsWrong = (code) => (isBody(code) ? opened(code) : `${quoted(code)} is no code known here`);

  /* The look-up of a day and level for both schemes: from a code its rows; with what each new body needs. */
  const looked = new Map();
  function rowsFor(day, start, goal) {
    const key = `${Geographies.dayOf(day)}|${start.number}|${goal.number}`;
    if (looked.has(key)) return looked.get(key);
    const rows = Geographies.lookUp(day, start, goal);
    if (!rows) refuse(`there is no way from ${start.said} to ${goal.said}: bodies that merged cannot be taken apart again, and boards not into their locations`);
    const of = new Map(), need = new Map();
    for (const row of rows) {
      for (const code of new Set([row.from, start.body.get(row.from).ons])) if (code) of.set(code, [...(of.get(code) || []), row]);
      need.set(row.to, (need.get(row.to) || new Set()).add(row.from));
    }
    looked.set(key, { of, need, start });
    return looked.get(key);
  }

  /* Refuse codes of boards that may be of partnerships: by the name of their column, or a period that is not later than the first board. */
  function refusePartnerships(fits, given, asked, table) {
    if (schemeOf([...given]) !== "ods" || fits.some(({ vintage }) => vintage.level !== "icb")) return;
    const start = fits.map(({ vintage }) => vintage.start).sort()[0], year = Number(start.slice(0, 4));
    const why = "the codes of partnerships (STPs) look like those of boards, and some had other borders. If these are of boards, choose their geography; else take figures of CCGs";
    if (pattern.of_partnerships.test(asked.code.replaceAll("_", " "))) refuse(`the column of codes is called ${quoted(asked.code)}: ${why}`);
    const later = new RegExp(`^\\D*${year}\\D{0,3}(?:20)?${(year + 1) % 100}\\b`); // 2022/23
    for (const column of table.columns) if (column.period && ![asked.code, ...asked.sums, ...asked.means.flat()].includes(column.name)) {
      const early = [...column.cells.keys()].find((cell) => cell.trim() && !(Number(/(?:19|20)\d\d/.exec(cell)?.[0]) > year) && !later.test(cell));
      if (early !== undefined) refuse(`column ${quoted(column.name)} has ${quoted(early.trim())}, when there may have been no board: ${why}`);
    }
  }

  /* Of several geographies that fit, the first, if the numbers are the same from all; and bodies that differ. */
  function onlyFit(given, asked, table) {
    const { goal } = asked, hints = [asked.code, table.file.name], fits = which(given);
    if (!fits.length || fits[0].extra.length) {
      const near = fits.slice(0, 2).map((fit) => `${fit.matched} of ${fit.matched + fit.extra.length} codes are of ${fit.vintage.said}`).join("; or ");
      refuse(`the codes are of no one geography: ${near || "no code is known here"}. If each row has its own, choose a column of dates. In a file of stacked years without dates the command finds the geography of each year`);
    }
    refusePartnerships(fits, given, asked, table);
    const exact = (fits.some((fit) => fit.exact) ? fits.filter((fit) => fit.exact) : fits).map((fit) => fit.vintage)
      .sort((a, b) => (a.level === "partnership") - (b.level === "partnership") || byText(a.start, b.start)); // a code of both is rather that of the board
    if (exact.length > 1) for (const text of hints) for (const [, year] of text.matchAll(/(?:CCG|SICBL|ICB|STP|PCT|LOC)_?(\d\d)(?:CDH?|NM)?(?![0-9])/gi)) {
      const day = `20${year}-04-01`, near = exact.find((one) => one.start <= day && day <= one.end);
      if (near) return { day, start: near, doubtful: new Set(), note: `read as ${near.said}: ${quoted(text)} says so` };
    }
    const answers = new Map(), refused = [];
    for (const vintage of exact) {
      const rows = Geographies.lookUp(vintage.start, vintage, goal);
      if (!rows) { refused.push(vintage); continue; }
      const { of, need } = rowsFor(vintage.start, vintage, goal);
      const mine = [...given].sort().flatMap((code) => (of.get(code) || []).map((row) => `${code}>${row.to}:${row.share}`));
      const there = new Set([...given].flatMap((code) => (of.get(code) || []).map((row) => row.from)));
      const targets = [...new Set([...given].flatMap((code) => (of.get(code) || []).map((row) => row.to)))].sort();
      const whole = targets.filter((to) => [...need.get(to)].every((from) => there.has(from))).map((to) => `${to}=${[...need.get(to)].sort()}`);
      answers.set(vintage, JSON.stringify([mine, whole]));
    }
    if (!answers.size) rowsFor(exact[0].start, exact[0], goal);
    const [first, ...others] = answers.keys();
    const early = refused.every((one) => one.level === first.level && one.start > goal.start);
    if (new Set(answers.values()).size > 1 || !early) refuse(`these codes could be ${exact.map((one) => one.said).join(", or ")}, and the answer differs. Say which: the date of the geography, not the period of the data`);
    const doubtful = new Set();
    for (const other of [...others, ...refused]) if (other.level === first.level) {
      const rows = Geographies.lookUp(first.start, first, other) || [];
      const kept = new Set(rows.filter((row) => given.has(row.from) || given.has(first.body.get(row.from).ons)).map((row) => row.from));
      for (const row of rows) if (row.status !== "exact") for (const code of [row.from, row.to]) if (kept.has(code)) doubtful.add(code);
    }
    return { day: first.start, start: first, doubtful };
  }

  /* Add up a file by key, date and code, as it stands. */
  async function addUp(table, asked, progress) {
    const at = (name) => table.columns.findIndex((column) => column.name === name);
    const code = at(asked.code), keys = asked.by.map(at), dated = asked.dates ? at(asked.dates) : -1;
    const sums = asked.sums.map(at), rates = asked.means.map(([rate]) => at(rate)), weights = asked.means.map(([, weight]) => at(weight));
    const numbers = [...new Set([...sums, ...rates, ...weights])], strange = new Map(), signs = new Map(), groups = new Map(), memo = new Map();
    const input = { rows: 0, sums: sums.map(() => 0), sizes: sums.map(() => 0), given: sums.map(() => 0), weights: rates.map(() => 0), both: rates.map(() => 0) };
    const values = [], odd = [], watch = new Doubts.Watch(table, asked, refuse), points = new Points(table), merged = new Merged(asked);
    let heading = null;
    for (const column of numbers) signs.set(column, { percent: null, other: null, noted: 0, below: 0 });
    const read = (cell, column, line) => {
      let one = memo.get(cell);
      if (one === undefined) { one = numberOf(cell); if (memo.size < 200000) memo.set(cell, one); }
      if (one.strange) { const name = table.columns[column].name, known = strange.get(name) || new Map(); known.set(cell.trim(), known.get(cell.trim()) || line); strange.set(name, known); return null; }
      points.look(cell, line);
      if (one.value === null) return null;
      const its = signs.get(column);
      if (one.percent) its.percent ??= cell.trim();
      else if (one.value && its.other === null) its.other = [cell.trim(), line];
      if (one.long) refuse(`column ${quoted(table.columns[column].name)}, line ${line}: ${quoted(cell.trim())} has more digits than can be kept here; use the command`);
      its.noted += one.noted; its.below += one.brackets;
      if (one.cut || one.value < 0 || rates.includes(column)) odd.push([column, one.value, cell]);
      return one.value;
    };
    const take = (cells, line) => {
      if (line <= table.skip || cells.length !== table.columns.length || (table.until && line >= table.until) || isHeadAgain(table, cells)) return;
      odd.length = 0;
      for (const column of numbers) values[column] = read(cells[column], column, line);
      const body = meant(cells[code]);
      merged.look(cells[code], line);
      if (isBody(body) || isBeside(body)) { if (heading) alone(table, heading); } else if (isHeading(cells)) heading ??= { cells, line };
      let key = body;
      for (const column of keys) {
        const cell = cells[column].trim();
        if (!cell && body && !isBeside(body) && isBody(body)) refuse(`column ${quoted(table.columns[column].name)} (line ${line}): the key is blank in a row of a body, as where cells are merged down the side; fill them down, or write a word such as: not known`);
        key += `\u0001${cell}`;
      }
      const day = dated < 0 ? "" : cells[dated].trim().slice(0, 10);
      key += `\u0001${day}`;
      let group = groups.get(key);
      if (!group) {
        group = { id: groups.size, below: false, block: undefined, parts: null, units: sums.map(() => -1), best: [], top: [], most: sums.map(() => -Infinity), next: sums.map(() => -Infinity), least: sums.map(() => Infinity), marks: null, code: body, keys: keys.map((column) => cells[column].trim()), day, rows: 0, sums: sums.map(() => 0), given: sums.map(() => 0), weights: rates.map(() => 0), products: rates.map(() => 0), both: rates.map(() => 0) };
        groups.set(key, group);
      }
      group.rows += 1; input.rows += 1;
      for (let i = 0; i < sums.length; i += 1) {
        const value = values[sums[i]];
        if (value === null) continue;
        if (value > group.most[i]) { group.next[i] = group.most[i]; group.most[i] = value; } else if (value > group.next[i]) group.next[i] = value;
        if (value < group.least[i]) group.least[i] = value;
        if (value < 0) group.below = true;
        group.units[i] &= Doubts.unitsOf(value);
        group.sums[i] += value; group.given[i] += 1; input.sums[i] += value; input.sizes[i] += Math.abs(value); input.given[i] += 1;
      }
      for (let i = 0; i < rates.length; i += 1) {
        const rate = values[rates[i]], weight = values[weights[i]];
        if (weight !== null && weight < 0) refuse(`column ${quoted(table.columns[weights[i]].name)} holds a weight below zero; it cannot weigh a mean`);
        if (rate === null || weight === null) continue;
        group.weights[i] += weight; group.products[i] += weight * rate; group.both[i] += 1; input.weights[i] += weight; input.both[i] += 1;
      }
      for (const [column, value, cell] of odd) watch.number(column, value, cell, group, rates.includes(column));
      watch.row(cells, group, sums.map((column) => values[column]));
    };
    await rowsOf(table.file, table.encoding, table.separator, take, progress);
    if (strange.size) {
      const said = [...strange].map(([name, cells]) => `column ${quoted(name)}: ${[...cells].slice(0, 8).map(([cell, line]) => `${quoted(cell)} (line ${line} of the file)`).join(", ")}`);
      const one = strange.size === 1 && [...strange.values()][0].size === 1;
      refuse(`${said.join("; ")}: ${one ? "this is not a number" : "these are no numbers"}. If ${one ? "it means" : "they mean"} not given, put * in ${one ? "its" : "their"} place, or name the mark with --missing in the command; *, -, .., c, <5, n/a and their like are known to`);
    }
    points.check(); merged.check();
    const notes = ofSigns(table, signs, sums, weights);
    sums.forEach((column, i) => { if (input.sizes[i] >= 2 ** 53) refuse(`column ${quoted(table.columns[column].name)}: its numbers add up to more than can be kept here; use the command`); });
    const all = [...groups.values()];
    spellings(all, asked, table);
    return { groups: all, input, doubts: watch.judged(all), notes: [...notes, ...watch.notes] };
  }

  /* Whether a row without a code may be a heading, or a note: one cell of words, and marks beside it. */
  function isHeading(cells) {
    const given = cells.filter((cell) => cell.trim() && isGiven(cell));
    return given.length === 1 && cells.length > 1 && Cells.isHeading(given[0].trim());
  }

  /* A cell of a column of numbers: its value, null where none is given, and what may matter about how it is written. */
  function numberOf(cell) {
    const text = cell.trim(), given = isGiven(text), value = given ? plain(text) : null;
    if (given && value === null) return { strange: true };
    const digits = text.replace(/\D/g, "");
    return {
      value, percent: given && text.includes("%"), cut: given && pattern.cut.test(text), noted: given && pattern.noted.test(text) ? 1 : 0,
      brackets: given && value < 0 && text.includes("(") ? 1 : 0, long: given && digits.length > 15 && Number.isInteger(value) && Math.abs(value) >= 2 ** 53,
    };
  }

  /* What per cent, footnotes and brackets in a column of numbers mean; refuses per cent that are to be added up. */
  function ofSigns(table, signs, sums, weights) {
    const notes = [];
    for (const [column, { percent, other, noted, below }] of signs) {
      const name = `column ${quoted(table.columns[column].name)}`;
      if (percent !== null && weights.includes(column)) refuse(`${name} holds percentages (${quoted(percent)}), so it cannot weigh a rate; choose the column with how many it is a rate of`);
      if (percent !== null && sums.includes(column)) refuse(`${name} holds percentages (${quoted(percent)}), which cannot be added up; average it with the column that weighs it, or leave it out`);
      if (percent !== null && other) refuse(`${name}, line ${other[1]}: ${quoted(other[0])} is no percentage, and others are, ${quoted(percent)} for one. A percentage and a fraction are never mixed; write all of them alike`);
      if (percent !== null) notes.push(`${name} is in percent`);
      if (noted) notes.push(`${name}: marks of footnotes behind ${count(noted, "number")} are left out`);
      if (below) notes.push(`${name}: numbers in brackets (${below.toLocaleString("en-GB")}) are read as below zero`);
    }
    return notes;
  }

  /* Whether commas and points stand before decimals in a file with semicolons: 1,234 and 1.234 may mean either. */
  class Points {
    constructor(table) { this.table = table; this.sure = table.separator !== ";"; this.asked = !this.sure; this.first = null; }

    look(cell, line) {
      if (!this.asked) return;
      const text = cell.trim();
      if (pattern.grouped.test(text)) this.refuse(text, line);
      if (pattern.point.test(text)) this.sure = true;
      else if (pattern.pointed.test(text)) this.first ??= [text, line];
    }

    check() { if (!this.sure && this.first) this.refuse(...this.first); }

    refuse(text, line) { refuse(`${this.table.file.name} line ${line}: ${quoted(text)} in a file with semicolons may mean thousands or decimals. Write numbers without the sign between thousands, and a point before decimals; or say which with --decimal in the command`); }
  }

  /* Whether codes stand above blank cells, as where cells are merged down the side. */
  class Merged {
    constructor(asked) { Object.assign(this, { asked, filled: 0, above: 0, blank: 0, was: true, first: 0 }); }

    look(cell, line) {
      const blank = !cell.trim();
      if (blank) { this.blank += 1; this.first ||= line; if (!this.was) this.above += 1; } else this.filled += 1;
      this.was = blank;
    }

    check() { if (!this.asked.unknown && this.above > 1 && 2 * this.above >= this.filled) refuse(`column ${quoted(this.asked.code)} (line ${this.first}): the code is blank in ${count(this.blank, "row")} below others, as where cells are merged down the side; fill them down, or set codes aside that find no place`); }
  }

  /* Refuse a key in two spellings that no body has both of, so that parts would be torn apart. */
  function spellings(groups, asked, table) {
    const ways = [[(cell) => cell.split(/\s+/).join(" ").toLowerCase(), "case or spaces", () => true], [(cell) => cell.replace(pattern.behind_period, "").trim().toLowerCase(), "a mark behind them", (column) => column.period]];
    asked.by.forEach((name, at) => {
      if (name === asked.dates) return;
      for (const [bare, what, fits] of ways) if (fits(table.columns.find((column) => column.name === name))) {
        const alike = new Map();
        for (const { keys, code } of groups) {
          const cells = alike.get(bare(keys[at])) || new Map();
          cells.set(keys[at], (cells.get(keys[at]) || new Set()).add(code));
          alike.set(bare(keys[at]), cells);
        }
        for (const cells of alike.values()) if (cells.size > 1) {
          const all = [...cells.values()].flatMap((codes) => [...codes]);
          if (new Set(all).size === all.length) refuse(`column ${quoted(name)}: ${and([...cells.keys()].sort().map(quoted))} differ in ${what} alone, and would keep the parts of a body apart; write them alike`);
        }
      }
    });
  }

  /* The geography of each group of rows. */
  function place(groups, asked, table) {
    const bodies = (some) => some.map((group) => group.code).filter((code) => code && !isBeside(code));
    const notes = [], goal = asked.goal, levels = (day, given) => {
      const both = Geographies.levelsOn(day);
      if (both.length < 2) return both;
      const there = both.filter((one) => given.some((code) => one.body.has(code) || one.ons.has(code)));
      if (there.length > 1) refuse(`the codes are of ${there.map((one) => one.said.replace(/^the /, "")).join(" and of ")}, and a sum of both would count people twice. Keep one level; or use the command, which keeps them apart by a key`);
      return there.length ? there : both.slice(0, 1);
    };
    if (!asked.dates) {
      const given = new Set(bodies(groups));
      let found;
      if (asked.at === "auto") {
        const known = asked.unknown ? new Set([...given].filter(isBody)) : given;
        found = onlyFit(known, asked, table);
      } else {
        if (asked.at > data.until) refuse(`${asked.at} is out of reach; geographies are known from ${data.days[0]} to ${data.until}`);
        found = { day: asked.at, start: asked.start || levels(asked.at, [...given])[0], doubtful: new Set() };
      }
      if (found.note) notes.push(found.note);
      const rows = rowsFor(found.day, found.start, goal);
      const bad = [...given].filter((code) => !rows.of.has(code)).sort();
      if (bad.length && !asked.unknown) {
        schemeOf([...given].filter(isBody));
        const more = bad.length > 5 ? `; and ${bad.length - 5} more` : "";
        refuse(`${count(bad.length, "code")} ${bad.length === 1 ? "is" : "are"} not of ${found.start.said}: ${bad.slice(0, 5).map(whatsWrong).join("; ")}${more}. To go on: set codes aside that find no place (--unknown unmapped)`);
      }
      const scheme = schemeOf([...given].filter((code) => rows.of.has(code)));
      for (const group of groups) group.look = rows;
      return { start: found.start.said, scheme, doubtful: found.doubtful, notes };
    }
    const days = new Map();
    for (const group of groups) {
      if (!group.day) continue;
      if (!DATE.test(group.day) || Number.isNaN(Date.parse(group.day))) refuse(`column ${quoted(asked.dates)}: ${quoted(group.day)} is not a date; write it like 2018-04-01. Periods in other forms are read by the command`);
      if (Geographies.dayOf(group.day) < 0) refuse(`column ${quoted(asked.dates)}: ${group.day} is out of reach; geographies are known from ${data.days[0]} to ${data.until}`);
      days.set(group.day, [...(days.get(group.day) || []), group]);
    }
    const bad = new Map();
    for (const [day, some] of days) {
      const start = levels(day, bodies(some))[0], rows = rowsFor(day, start, goal);
      for (const group of some) {
        group.look = rows;
        if (group.code && !isBeside(group.code) && !rows.of.has(group.code)) bad.set(`${group.code} on ${data.days[Geographies.dayOf(day)]}: ${whatsWrong(group.code)}`, 1);
      }
    }
    if (bad.size && !asked.unknown) {
      const said = [...bad.keys()].sort(), more = said.length > 5 ? `; and ${said.length - 5} more` : "";
      refuse(`${count(said.length, "code")} ${said.length === 1 ? "was" : "were"} not open on the date given: ${said.slice(0, 5).join("; ")}${more}. To go on: set codes aside that find no place (--unknown unmapped)`);
    }
    return { start: `the geography dated in ${quoted(asked.dates)}`, scheme: schemeOf([...new Set(bodies(groups))].filter(isBody)), doubtful: new Set(), notes };
  }

  /* Re-base a file that was looked at. Gives header, rows and unmapped as tables of text, and the report. */
  async function rebase(table, asked, progress) {
    check(asked);
    const { groups, input, doubts, notes } = await addUp(table, asked, progress);
    const placed = place(groups, asked, table);
    placed.notes.push(...notes);
    const periods = asked.by.filter((name) => name === asked.dates || table.columns.find((column) => column.name === name).period);
    const finer = periods.length < asked.by.length, inBy = asked.by.map((name) => periods.includes(name));
    const out = new Map(), lost = [], have = new Map(), names = { rows: asked.sums.length + asked.means.length };
    const join = (parts) => parts.join("\u0001");
    for (const group of groups) {
      const targets = group.look?.of.get(group.code);
      if (!targets) { lost.push([group, reasonOf(group, asked)]); continue; }
      const period = join(group.keys.filter((_, i) => inBy[i])), key = join(group.keys);
      const dates = have.get(period) || { days: new Set(), bodies: new Set() };
      dates.days.add(group.day); dates.bodies.add(targets[0].from);
      have.set(period, dates);
      targets.forEach((row) => {
        const id = `${key}\u0002${row.to}`;
        let to = out.get(id);
        if (!to) {
          to = { keys: group.keys, period, code: row.to, rows: 0, sums: asked.sums.map(() => 0), given: asked.sums.map(() => 0), weights: asked.means.map(() => 0), products: asked.means.map(() => 0), both: asked.means.map(() => 0), sizes: [...asked.sums, ...asked.means].map(() => 0), rests: [...asked.sums, ...asked.means].map(() => 0), approx: false, held: new Set(), from: new Map(), need: group.look.need.get(row.to) };
          out.set(id, to);
        }
        const other = to.from.get(row.from);
        if (other !== undefined && other !== group.code) twice(other, group.code, asked.by, group.keys);
        to.from.set(row.from, group.code);
        to.approx ||= row.status !== "exact" || placed.doubtful.has(row.from);
        to.rows += group.rows;
        for (const key of group.marks?.keys() || []) to.held.add(key);
        asked.sums.forEach((_, n) => { to.sums[n] += group.sums[n] * row.share; to.given[n] += group.given[n]; });
        asked.means.forEach((_, n) => { to.weights[n] += group.weights[n] * row.share; to.products[n] += group.products[n] * row.share; to.both[n] += group.both[n]; });
        [...group.sums, ...group.weights].forEach((number, n) => {
          const size = Math.abs(number * row.share);
          to.sizes[n] += size;
          to.rests[n] += size * restsOf(row.share);
        });
      });
    }
    if (asked.dates && [...have.values()].some(({ days }) => days.size > 1)) refuse(`rows of one ${periods.length ? "period" : "key"} have several dates in ${quoted(asked.dates)}: make it a key too, so that they are kept apart, or use the command`);
    const rows = [...out.values()], report = { absent: new Map(), sparse: 0, incomplete: 0, doubts: new Set(), doubtful: 0, divided: new Map(), divides: 0 };
    for (const to of rows) {
      const there = have.get(to.period).bodies, gone = [...to.need].filter((from) => !there.has(from)).sort();
      const full = [...to.need].every((from) => to.from.has(from));
      to.missing = to.rows * names.rows - [...to.given, ...to.both].reduce((a, b) => a + b, 0);
      const bare = to.weights.some((weight) => weight === 0);
      to.divided = Math.round(1e6 * Math.max(0, ...to.sizes.map((size, n) => (size > 0 ? to.rests[n] / size : 0)))) / 1e6;
      const held = doubts.found.filter(({ key, alone }) => to.held.has(key) && (alone || to.rows > 1 || to.approx));
      for (const { why } of held) report.doubts.add(why);
      to.status = gone.length || to.missing > 0 || bare ? "incomplete" : held.length ? "doubtful" : to.approx ? "approximate" : "exact";
      if (to.status === "doubtful") report.doubtful += 1;
      if (gone.length) { const said = `${to.code}: no row of ${gone.join(", ")}`; report.absent.set(said, (report.absent.get(said) || new Set()).add(to.period.replaceAll("\u0001", ", "))); }
      if (finer && !gone.length && !full) report.sparse += 1;
      if (to.status === "incomplete") report.incomplete += 1;
      if (to.approx) { report.divided.set(to.code, Math.max(to.divided, report.divided.get(to.code) || 0)); report.divides += 1; }
    }
    return written_out(rows, lost, { asked, placed, periods, report, input });
  }

  /* How much of a number that a body brings a share decides: the lesser of what came here and what went elsewhere. */
  const restsOf = (share) => (share >= 1 ? 0 : share > 0.5 ? (1 - share) / share : 1);

  function check({ sums, means, by, code }) {
    if (!code) refuse("name the column of codes");
    if (!sums.length && !means.length) refuse("nothing to re-base: name at least one column of counts or rates");
    for (const [rate, weight] of means) {
      if (!weight) refuse(`--mean ${rate}: name the column that weights it`);
      if (weight === rate) refuse(`column ${quoted(weight)} is the rate itself, so it cannot weigh ${quoted(rate)}; choose the column with how many it is a rate of`);
      if (by.includes(rate)) refuse(`column ${quoted(rate)} cannot be both a key and a number`);
    }
    const taken = ["status", "divided", "missing", "reason", "name", "carried", ...means.map(([rate, weight]) => `${weight} of ${rate}`)];
    const clash = [...by, ...sums, ...means.flat(), code].find((name) => taken.includes(name.toLowerCase()));
    if (clash) refuse(`column ${quoted(clash)}: that name is needed for the result; rename it`);
  }

  const reasonOf = (group, asked) => (!group.code ? "no code given" : isBeside(group.code) ? data.beside[group.code]
    : asked.dates && !group.day ? "no date that can be used" : isBody(group.code) ? "not a code of this geography" : "no code known here");

  function twice(one, other, by, keys) {
    const [first, second] = [one, other].sort((a, b) => isOns(a) - isOns(b));
    const where = by.length ? ` under ${by.map((name, i) => `${name} ${keys[i] || "(blank)"}`).join(", ")}` : "";
    refuse(`${quoted(first)} and ${quoted(second)} are one body, and both have rows${where}: a sum would count it twice. Keep one of them, or make the column that tells them apart a key`);
  }

  const percent = (part) => (part > 0 && part < 0.001 ? "under 0.1%" : part >= 0.995 && part < 1 ? "over 99%" : `${(100 * part).toFixed(part > 0 && part < 0.0995 ? 1 : 0)}%`);

  /* A number as the command writes it: whole ones in full, others to twelve digits. */
  const shown = (x) => (Number.isInteger(x) ? `${x + 0}` : `${Number(x.toPrecision(Math.abs(x) < 1e9 ? 12 : 15))}`);

  function written_out(rows, lost, { asked, placed, periods, report, input }) {
    const bodies = asked.goal.body, ons = placed.scheme === "ons";
    const code = (id) => (ons ? bodies.get(id).ons : id);
    rows.sort((a, b) => { for (let i = 0; i < a.keys.length; i += 1) if (a.keys[i] !== b.keys[i]) return byText(a.keys[i], b.keys[i]); return byText(code(a.code), code(b.code)); });
    const rates = asked.means.map(([rate]) => rate), weighed = asked.means.map(([rate, weight]) => `${weight} of ${rate}`);
    const header = [...asked.by, asked.code, ...(asked.names ? ["name"] : []), ...asked.sums, ...rates, "status", "divided", "missing"];
    const body = rows.map((to) => [
      ...to.keys, code(to.code), ...(asked.names ? [bodies.get(to.code).name] : []),
      ...to.sums.map((sum, i) => (to.given[i] ? shown(sum) : "")), ...to.products.map((product, i) => (to.weights[i] ? shown(product / to.weights[i]) : "")), to.status, shown(to.divided), `${to.missing}`,
    ]);
    const dated = asked.dates && !asked.by.includes(asked.dates);
    lost.sort(([a], [b]) => { for (let i = 0; i < a.keys.length; i += 1) if (a.keys[i] !== b.keys[i]) return byText(a.keys[i], b.keys[i]); return byText(a.code, b.code) || byText(a.day, b.day); });
    const left = lost.map(([group, reason]) => [
      ...group.keys, ...(dated ? [group.day] : []), group.code, ...group.sums.map((sum, i) => (group.given[i] ? shown(sum) : "")), ...group.weights.map(shown), reason,
    ]);
    const unmapped = [[...asked.by, ...(dated ? [asked.dates] : []), asked.code, ...asked.sums, ...weighed, "reason"], ...left];
    const words = wordsOf({ rows, lost, asked, placed, periods, report, input, rates, weighed });
    return { rows: [header, ...body], unmapped, report: words, balanced: words.balanced, statuses: rows.map((to) => to.status) };
  }

  const ENGLAND = "a total for England";

  /* The report, in the command's words. */
  function wordsOf({ rows, lost, asked, placed, periods, report, input, weighed }) {
    const lines = [`From ${placed.start} to ${asked.goal.said}.`], totals = [];
    const ofEngland = lost.filter(([, reason]) => reason === ENGLAND), of = (some, what, i) => some.reduce((sum, [group]) => sum + group[what][i], 0);
    asked.sums.forEach((name, i) => totals.push([name, input.sums[i], rows.reduce((sum, to) => sum + to.sums[i], 0), lost.reduce((sum, [group]) => sum + group.sums[i], 0), input.rows - input.given[i], input.sizes[i], of(ofEngland, "sums", i)]));
    weighed.forEach((name, i) => totals.push([name, input.weights[i], rows.reduce((sum, to) => sum + to.weights[i], 0), lost.reduce((sum, [group]) => sum + group.weights[i], 0), input.rows - input.both[i], input.weights[i], of(ofEngland, "weights", i)]));
    let balanced = true;
    for (const [name, given, there, left, missing, size] of totals) {
      lines.push(`${name}: ${number(given)} in = ${number(there)} placed + ${number(left)} unmapped; ${count(missing, "cell")} blank or suppressed.`);
      balanced &&= Math.abs(there + left - given) <= 1e-9 * Math.max(1, size);
    }
    if (!balanced) refuse(`placed + unmapped is not the input; this is a bug, please report it:\n${lines.join("\n")}`);
    if (periods.length) lines.push(`Judged by period: ${and(periods)}.`);
    else if (asked.by.length) lines.push(`Judged as one period: ${and(asked.by)} ${asked.by.length === 1 ? "is" : "are"} none.`);
    for (const said of [...new Set(lost.map(([group, reason]) => `Not placed: ${group.code || "(blank)"}, ${reason}.`))].sort()) lines.push(said);
    const absent = [...report.absent].sort(([a], [b]) => byText(a, b)).map(([said, when]) => {
      const some = [...when].filter(Boolean).sort();
      return some.length ? `${said} in ${count(some.length, "period")}: ${some.slice(0, 6).join(", ")}${some.length > 6 ? ` and ${some.length - 6} more` : ""}.` : `${said}.`;
    });
    lines.push(...absent.slice(0, 12));
    if (absent.length > 12) lines.push(`So it is with ${absent.length - 12} more ${absent.length === 13 ? "body" : "bodies"}.`);
    if (report.sparse) lines.push(`In ${count(report.sparse, "row")} a part has no row under the key of the row, though it has one in the period: read as zero.`);
    const divided = [...report.divided].sort(([a], [b]) => byText(a, b)).map(([code, part]) => `${code} (${percent(part)})`);
    if (divided.length) lines.push(`Approximate, because land or practices moved: ${divided.slice(0, 12).join(", ")}${divided.length > 12 ? ` and ${divided.length - 12} more` : ""}; in brackets how much of its numbers rests on a share.`);
    if (report.incomplete) lines.push(`${report.incomplete.toLocaleString("en-GB")} of ${count(rows.length, "row")} ${report.incomplete === 1 ? "is" : "are"} incomplete: a part has no row, or a cell is blank or suppressed. Do not compare them with others; status says which they are.`);
    else if (report.doubtful) lines.push(`${report.doubtful.toLocaleString("en-GB")} of ${count(rows.length, "row")} ${report.doubtful === 1 ? "is" : "are"} doubtful, for what the first line says; status says which ${report.doubtful === 1 ? "it is" : "they are"}.`);
    else if (!rows.length) lines.push("No row was placed.");
    else if (!report.divides && !report.doubts.size) lines.push(`Every row${lost.length ? " that was placed" : ""} is exact${report.sparse ? ", if what was read as zero was zero" : ""}.`);
    return { verdict: verdict(rows, lost, report, totals), lines: [...placed.notes.map((note) => `${note}.`), ...lines], balanced };
  }

  function verdict(rows, lost, report, totals) {
    if (!rows.length) return "Cannot be used: no row was placed.";
    const kinds = new Set(lost.map(([, reason]) => reason)), but = [], england = kinds.delete(ENGLAND);
    if (report.incomplete) but.push(`${report.incomplete.toLocaleString("en-GB")} of ${count(rows.length, "row")} ${report.incomplete === 1 ? "is incomplete, so do not compare it" : "are incomplete, so do not compare them"} with others`);
    if (kinds.size) {
      const share = Math.max(0, ...totals.map(([, given, , left, , , england]) => (given - england ? (left - england) / (given - england) : 0)));
      but.push(`figures of ${kinds.size} kind${kinds.size > 1 ? "s" : ""} found no place (up to ${(100 * share).toFixed(1)}%)`);
    }
    if (report.divides) but.push(`${count(report.divides, "row")} ${report.divides === 1 ? "rests on shares, so is approximate" : "rest on shares, so are approximate"}`);
    but.push(...report.doubts);
    if (!but.length) return `Can be used: every row is complete and exact${england ? ", and totals for England were left out." : "."}`;
    return `Can be used with care: ${but.join("; ")}.`;
  }

  return { look, codeColumn, which, rebase, meant, isBody, isBeside, Refused };
})();
