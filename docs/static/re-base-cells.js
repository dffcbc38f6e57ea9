"use strict";

/* What cells and names of columns say, by the patterns of ccg/core: numbers, periods, rates, names of bodies. */
const Cells = (() => {
  const { data, every } = Geographies;
  const pattern = Object.fromEntries(Object.entries(data.patterns).map(([name, text]) => [name, new RegExp(text, "i")]));
  const between = new RegExp(pattern.between.source, "g");
  const isBody = (code) => Object.hasOwn(data.lives, code);
  const isBeside = (code) => Object.hasOwn(data.beside, code);

  /* The code that a cell holds in another way of writing, where nothing is guessed; null where it is none. */
  function written(cell) {
    const text = cell.replace(/[\s\u00a0\ufeff'"]+/g, "").toUpperCase();
    if (isBody(text) || isBeside(text)) return text;
    const other = /^N(E\d{8})$/.exec(text) || /^([0-9A-Z]{3})00$/.exec(text);
    return other && isBody(other[1]) ? other[1] : null;
  }

  const isGiven = (text) => !pattern.mark.test(text);

  /* A number as published, or null; per cent stay per cent. The same as numbers.plain. */
  function plain(text) {
    text = text.trim();
    if (pattern.number.test(text)) return Number(text);
    const brackets = /^[-–−]?£? ?\((£? ?[\d,. ]*\d ?%?)\)$/.exec(text);
    if (brackets) { const inside = plain(brackets[1]); return inside === null ? null : -inside; }
    const share = /^(.*\d\.?\d*) ?%$/.exec(text) || /^(\.\d+) ?%$/.exec(text);
    if (share) return text.includes(",") ? null : plain(share[1]);
    if (/^[+-]?\d{16,}(\.\d*)?$/.test(text)) return Number(text);
    if (!pattern.published.test(text) || pattern.noted_nought.test(text)) return null;
    const bare = text.replace(pattern.revised, "").replace(between, ""), digits = bare.replace(/^[-−–]+/, "");
    return bare.length - digits.length > 1 ? null : (bare.length > digits.length ? -1 : 1) * Number(digits);
  }

  const wordsOf = (column) => column.replace(/(?<=[a-z])(?=[A-Z])|_/g, " ").trim();
  const namesRates = (text) => calledARate(text) || pattern.adjusted.test(wordsOf(text));
  const calledARate = (text) => ["rate", "each", "in_short"].some((name) => pattern[name].test(wordsOf(text)));
  const likeARate = (text) => !pattern.counted.test(wordsOf(text)) && pattern.like_rate.test(wordsOf(text));
  const hasLimits = (columns) => {
    const words = columns.map((name) => wordsOf(name).toLowerCase());
    return words.some((name) => pattern.limit.test(name)) || ["numerator", "denominator"].every((name) => words.includes(name));
  };
  const saysNothing = (column) => pattern.estimate.test(wordsOf(column)) || pattern.period.test(wordsOf(column));

  /* Whether the one cell that a row has may be a heading, such as Female above the rows of women; codes are in capitals. */
  const isHeading = (cell) => pattern.heading.test(cell) && !(cell === cell.toUpperCase() && pattern.like_code.test(cell)) && !isBody(written(cell) ?? "");

  const namedPeriod = (column) => {
    const found = (column.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) || []).map((word) => word.toLowerCase());
    const some = (name) => found.some((word) => pattern[name].test(word));
    if (some("wave") && found.every((word) => pattern.wave.test(word) || pattern.of_wave.test(word))) return true;
    return !some("not_named") && (some("named") || (found.length > 0 && found.every((word) => word === "time")));
  };
  const arePeriods = (cells) => {
    const given = cells.filter((cell) => cell.trim());
    return given.length > 0 && 2 * given.filter((cell) => pattern.period.test(cell)).length >= given.length;
  };

  /* Numbers of a column as they stand, without signs. */
  const bare = (cells) => cells.filter((cell) => cell.trim()).map(Number).filter(Number.isFinite);
  const are = (kinds, column) => kinds.find((what) => pattern[`is ${what}`].test(wordsOf(column)));

  /* Why a column of numbers is none of counts, by its name or its cells; null where it may be. */
  function noCount(name, cells, limits) {
    if (pattern.label.test(wordsOf(name))) return "a label";
    if (calledARate(name) || cells.some((cell) => cell.includes("%"))) return "a rate";
    if (limits && pattern.estimate.test(wordsOf(name))) return "an estimate with limits or a numerator";
    if (likeARate(name)) return "a rate";
    if (!pattern.counted.test(wordsOf(name)) && pattern.like_label.test(wordsOf(name))) return "a label";
    const other = are(["an age", "a length of time", "a target", "a measure of deprivation", "a date"], name), some = bare(cells);
    if (other) return other;
    return some.length && some.every((x) => x >= 0 && x <= 1) && some.some((x) => x % 1) ? "a share" : null;
  }

  const hasNoMean = (name) => pattern.no_mean.test(wordsOf(name)) || (pattern.extreme.test(wordsOf(name)) && !pattern.in_parts.test(wordsOf(name)));

  const SMALL_DECIMALS = "numbers with decimals, none over 100";

  /* Why a column that is to be added up makes no sum, by its name, the title above the table or its cells; or null. */
  function noSum(name, cells, limits, title) {
    if (calledARate(name) || cells.some((cell) => cell.includes("%"))) return "a rate";
    if (limits && pattern.estimate.test(wordsOf(name))) return "an estimate with limits or a numerator";
    if (likeARate(name)) return "a rate";
    const other = are(["an age", "a measure of deprivation"], name), some = bare(cells);
    if (other) return other;
    if (saysNothing(name) && namesRates(title)) return "a rate by the title";
    if (pattern.counted.test(wordsOf(name))) return null;
    const like = some.length > 2 && some.every((x) => x >= -100 && x <= 100) && 2 * some.filter((x) => x % 1).length > some.length;
    return like ? SMALL_DECIMALS : null;
  }

  // --- bodies by code and name ----------------------------------------------------------------------

  const telling = (name) => name.toLowerCase().replace(/\b(?:nhs|ccg|icb|and|clinical commissioning group|integrated care board)\b|[^a-z]/g, "");
  let known = null;
  function bodies() {
    if (known) return known;
    known = { ods: new Map(), named: new Map() };
    for (const { body } of every) for (const { code, ons, name } of body.values()) {
      if (ons) known.ods.set(ons, code);
      known.named.set(telling(name), (known.named.get(telling(name)) || new Set()).add(code));
    }
    return known;
  }

  /* The ODS code of a body, of which a file may have the ONS code. */
  const odsOf = (code) => bodies().ods.get(code) || code;

  /* Whether a cell is the code or the name of another body than a code, and of none of a level that the code is not of. */
  function isOther(code, cell) {
    const { named } = bodies(), own = odsOf(code), its = written(cell);
    const some = its && isBody(its) ? [odsOf(its)] : [...(named.get(telling(cell)) || [])];
    const alike = some.filter((one) => isBody(one) && data.lives[one][0] === data.lives[code][0]);
    return alike.length > 0 && !alike.includes(own);
  }

  /* Whether half or more of some cells are names of bodies. */
  function areNames(cells) {
    const given = cells.filter((cell) => cell.trim()).slice(0, 2000), { named } = bodies();
    return given.length > 0 && 2 * given.filter((cell) => named.has(telling(cell))).length >= given.length;
  }

  return { pattern, isBody, isBeside, written, isGiven, plain, wordsOf, calledARate, namesRates, hasLimits, saysNothing, isHeading, namedPeriod, arePeriods, noCount, noSum, hasNoMean, SMALL_DECIMALS, odsOf, isOther, areNames };
})();
