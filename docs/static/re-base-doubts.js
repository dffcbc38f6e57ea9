"use strict";

/* What may be wrong with figures that add up all the same: the page's own, simpler part of ccg/core/doubting.

   What is sure by its name is refused. What may be so is a doubt: the rows of the result that hold such figures are
   doubtful. Where the command looks closely the page does not, and doubts. */
const Doubts = (() => {
  const { pattern, wordsOf } = Cells;
  const quoted = (text) => `'${text}'`;
  const listed = (names, most = 6) => `${names.slice(0, most).map(quoted).join(", ")}${names.length > most ? ` and ${names.length - most} more` : ""}`;
  const and = (names) => [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(" and ");
  const FEW = 60, FAR = 10, SURE = 3, OFF = 0.05, ALIKE = 400, MANY = 20, CLOSE = 0.02, MOST = 0.8, MUCH = 0.15, TRIED = 9, BITS = 12, HARDLY = 20, FAR_ABOVE = 5, REVISED = 0.25, NINES = new Set([9999, 99999, 999999]);
  const WAY = "Make it a key, or take those rows out of the file";

  /* To what some numbers may be rounded: a bit for each unit that a number is a multiple of, and one for whole numbers. */
  const UNITS = [1000, 100, 10, 5, 0.1, 0.01], WHOLE = 1 << UNITS.length, PARTS = 4;
  function unitsOf(value) {
    if (Number.isInteger(value) && value % 5) return WHOLE | 0b110000;
    const whole = Number.isInteger(value);
    let bits = whole ? WHOLE : 0;
    for (let i = whole ? 0 : PARTS; i < UNITS.length; i += 1) if (i < PARTS ? value % UNITS[i] === 0 : Math.abs(value / UNITS[i] - Math.round(value / UNITS[i])) < 1e-6) bits |= 1 << i;
    return bits;
  }
  const unitOf = (bits) => UNITS.find((_, i) => bits & (1 << i) && (i < PARTS || !(bits & WHOLE)));

  /* Which of many texts were there before, by 53 bits of each: two that are taken for one make a doubt, and no harm. */
  class Seen {
    constructor() { this.held = new Float64Array(1 << 12); this.size = 0; }

    place(mark) {
      const last = this.held.length - 1;
      let at = (mark >>> 0) & last;
      while (this.held[at] && this.held[at] !== mark) at = (at + 1) & last;
      return at;
    }

    /* Whether it was there; from now on it is. */
    again(text, seed = 0) {
      let a = Math.imul(0xdeadbeef ^ seed, 2654435761), b = Math.imul(0x41c6ce57 ^ seed, 1597334677);
      for (let i = 0; i < text.length; i += 1) {
        const sign = text.charCodeAt(i);
        a = Math.imul(a ^ sign, 2654435761); b = Math.imul(b ^ sign, 1597334677);
      }
      a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
      b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
      const mark = 1 + 4294967296 * (2097151 & b) + (a >>> 0), at = this.place(mark);
      if (this.held[at]) return true;
      this.held[at] = mark; this.size += 1;
      if (2 * this.size > this.held.length) {
        const old = this.held;
        this.held = new Float64Array(2 * old.length);
        for (const one of old) if (one) this.held[this.place(one)] = one;
      }
      return false;
    }
  }

  /* What is seen of a file as its rows go by. A group is what is added up: the rows of one code and key. */
  class Watch {
    constructor(table, asked, refuse) {
      Object.assign(this, { table, asked, refuse, notes: [], found: [], rows: new Seen(), kin: new Seen(), unnamed: new Seen(), narrow: new Seen(), cells: new Seen(), copies: 0, block: 0, within: 0, bodies: 0 });
      this.used = new Set([asked.code, ...asked.by, ...asked.sums, ...asked.means.flat(), asked.dates]);
      this.sums = asked.sums.map((name) => table.columns.findIndex((column) => column.name === name));
      this.alike = table.columns.map((_, at) => at).filter((at) => !this.sums.includes(at) && !Cells.calledARate(table.columns[at].name));
      // what may be a name tells no blocks of the same codes apart: one of a body, or one of as many as there are codes
      const codes = table.columns.find(({ name }) => name === asked.code).cells.size;
      const but = (which) => this.alike.filter((at) => asked.by.includes(table.columns[at].name) || table.columns[at].name === asked.code || !which(table.columns[at]));
      this.noNames = but((column) => !column.numeric && !column.period && Cells.areNames([...column.cells.keys()]));
      this.noWide = but((column) => !column.period && (column.many || column.cells.size >= codes || Cells.areNames([...column.cells.keys()])));
      this.left = table.columns.map((column, at) => ({ column, at })).filter(({ column }) => !this.used.has(column.name));
      const tells = ({ column }) => !column.numeric || column.period || /(?<![a-z])(?:year|yr)(?![a-z])/i.test(wordsOf(column.name)) || (column.cells.size > 1 && column.cells.size <= FEW);
      this.told = this.left.filter(tells).map((one) => ({ ...one, apart: false, again: false, cells: new Set(), codes: new Map(), whole: new Set([...one.column.cells.keys()].filter((cell) => pattern.whole.test(cell.trim()))), notes: !one.column.numeric && !one.column.period, called: pattern.correction.test(wordsOf(one.column.name)) }));
      const vague = asked.sums.filter(Cells.saysNothing);
      const counted = asked.sums.every((name) => pattern.count.test(wordsOf(name)));
      this.vague = vague[0] || asked.sums[0];
      const rated = ({ column, at }) => ({ column, at, rates: new Set(counted || column.period || column.cells.size > FEW ? [] : [...column.cells.keys()].filter((cell) => Cells.plain(cell) === null && Cells.namesRates(cell) && !pattern.group.test(cell))) });
      const keys = table.columns.map((column, at) => ({ column, at })).filter(({ column }) => asked.by.includes(column.name));
      this.rated = [...keys, ...(vague.length ? this.left : [])].map(rated).filter(({ rates }) => rates.size);
      this.signs = new Map();
    }

    mark(group, key, often = 1) { (group.marks ??= new Map()).set(key, (group.marks.get(key) || 0) + often); }

    doubt(key, why, alone = true) { this.found.push({ key, why, alone }); }

    /* A row that was added to its group. */
    row(cells, group, values) {
      if (!Cells.isBody(group.code)) this.block += 1;
      else { this.bodies += 1; this.within += Number(group.block === this.block); group.block = this.block; }
      for (const { at, rates } of this.rated) if (rates.has(cells[at])) this.mark(group, `rates ${at}`);
      if (!group.code) return;
      const small = values.filter((value) => value !== null && value >= 0 && value <= 100);
      this.hundred = this.hundred !== false && small.length > 1 && Math.abs(small.reduce((sum, value) => sum + value, 0) - 100) <= 1.5;
      if (this.sums.length && this.rows.again(cells.join("\u0001"))) {
        this.first ??= group.code;
        if (!this.sums.every((at) => /^(?:[01](?:\.0)?)?$/.test(cells[at].trim()))) { this.copies += 1; this.mark(group, "copies"); }
        return;
      }
      if (this.sums.length) this.alikes(cells, group);
      group.most.forEach((most, n) => {
        if (most === group.best[n]) return;
        group.best[n] = most; group.top[n] = this.told.map(({ at }) => cells[at].trim());
      });
      group.first ??= []; group.apart ??= [];
      this.told.forEach((one, i) => {
        const cell = cells[one.at].trim();
        if (one.whole.has(cells[one.at]) || (one.column.many && pattern.whole.test(cell))) this.mark(group, `whole ${one.at}`);
        if (one.notes && (pattern.correction.test(cell) || (one.called && pattern.yes.test(cell)))) { one.noted ??= cell; (group.noted ??= new Set()).add(one.at); }
        if (one.column.numeric && one.column.cells.size <= FEW) one.codes.set(cell, (one.codes.get(cell) || new Set()).add(group.code));
        if (group.first[i] === undefined) group.first[i] = cell;
        else if (group.first[i] !== cell || group.apart[i]) {
          if (group.apart[i] === undefined && group.first[i] !== cell) { one.apart = true; group.apart[i] = cell; one.cells.add(group.first[i]); }
          one.cells.add(cell);
        }
        one.again ||= this.cells.again(cell, group.id * this.told.length + i);
        if (group.id < ALIKE && one.column.cells.size <= FEW) {
          const its = ((group.parts ??= [])[i] ??= new Map()), sums = its.get(cell) || values.map(() => 0);
          values.forEach((value, n) => { sums[n] += value ?? NaN; });
          its.set(cell, sums);
        }
      });
    }

    /* Whether a row is as another in every column that may tell rows apart, in those besides names, and in narrow ones. */
    alikes(cells, group) {
      const again = (seen, which) => { let kin = ""; for (const at of which) kin += `${cells[at].trim()}\u0001`; return seen.again(kin); };
      const same = again(this.kin, this.alike), all = this.alike.length;
      const kinds = { alike: same, unnamed: this.noNames.length < all ? again(this.unnamed, this.noNames) : same, narrow: this.noWide.length < all ? again(this.narrow, this.noWide) : same };
      for (const [key, is] of Object.entries(kinds)) if (is) { (this.twins ??= {})[key] ??= group.code; this.mark(group, key); }
    }

    /* A number of a row, for what its sign or its digits may mean; rates are those of the means. */
    number(column, value, cell, group, rate) {
      const name = this.table.columns[column].name;
      const sign = this.signs.get(column) || this.signs.set(column, { name, below: new Set(), low: [], high: [] }).get(column);
      if (!rate && value < 0) { sign.below.add(value); this.mark(group, `below ${column}`); }
      if (rate && value) {
        const size = Math.abs(value), part = size <= 1 ? "low" : "high";
        sign[part] = [(sign[part][0] || 0) + 1, Math.min(size, sign[part][1] ?? size), Math.max(size, sign[part][2] ?? size)];
        this.mark(group, `${part} ${column}`);
      }
      if (pattern.cut.test(cell)) { sign.cut ??= cell.trim(); this.mark(group, `cut ${column}`); }
    }

    /* All that is to be said once the file has gone by. */
    judged(groups) {
      this.groups = groups;
      this.ofNumbers();
      this.sums.forEach((column, n) => this.ofNines(groups, this.table.columns[column].name, n));
      this.ofRates(groups);
      this.ofNames(groups);
      if (!this.sums.length) return this;
      const rows = this.copies === 1 ? "1 row is" : `${this.copies.toLocaleString("en-GB")} rows are`;
      if (this.copies) this.doubt("copies", `${rows} the same as another in every column, first one of ${this.first}, so may be counted twice`);
      this.ofTwins(groups.filter((group) => group.code));
      this.ofRows(groups.filter((group) => group.code && group.rows > 1));
      return this;
    }

    /* Rows that no column tells apart, and that are none of practices or the like: the command's conditions, but that a
       column of names is known by what is in it alone. */
    ofTwins(groups) {
      if (!this.twins) return;
      const few = 2 * groups.filter(({ rows }) => rows > 1).length <= groups.length, asMany = groups.length >= SURE && groups.every(({ rows }) => rows === groups[0].rows);
      const again = this.table.again[0], between = again || (this.block > 0 && this.within <= Math.max(1, this.bodies / HARDLY));
      const key = between && this.twins.narrow ? "narrow" : (asMany || between) && this.twins.unnamed ? "unnamed" : "alike";
      if (!(few || asMany || between) || !this.twins[key]) return;
      const how = again ? `the header stands again (line ${again}) between them` : between ? "rows of no body stand among them" : asMany ? "all codes have as many" : "most codes have one";
      this.doubt(key, `${this.twins[key]} has several rows that no column tells apart, and ${how}: they may be of several periods, or one a correction`);
    }

    ofNumbers() {
      for (const [column, { name, below, low, high, cut }] of this.signs) {
        const marks = [...below].sort((a, b) => b - a);
        if (marks.length && marks.every((x) => pattern.not_given.test(`${x}`)) && !pattern.may_be_below.test(wordsOf(name))) this.doubt(`below ${column}`, `${marks.slice(0, 3).join(", ")} in column ${quoted(name)} may mean not given; if so, put * in ${marks.length > 1 ? "their" : "its"} place`);
        if (low[0] && high[0] && pattern.of_hundred.test(wordsOf(name)) && high[2] <= 100 && high[1] >= FAR * low[2]) this.doubt(`${low[0] <= high[0] ? "low" : "high"} ${column}`, `column ${quoted(name)} holds ${low[2]} beside ${high[1]}: if one is a fraction and the other a percentage, write them alike`);
        if (cut) this.doubt(`cut ${column}`, `${quoted(cut)} in column ${quoted(name)} may have lost digits, as spreadsheets shorten them`);
      }
    }

    /* 9999 and the like, more than once and far above all other numbers. */
    ofNines(groups, name, n) {
      const some = groups.filter(({ most }) => NINES.has(most[n])), least = Math.min(...some.map(({ most }) => most[n]));
      const others = groups.reduce((high, { most, next }) => Math.max(high, NINES.has(most[n]) ? NINES.has(next[n]) ? -Infinity : next[n] : most[n]), -Infinity);
      if (some.length + Number(some[0]?.rows > 1) < 2 || others === -Infinity || others * FAR_ABOVE > least) return;
      for (const group of some) this.mark(group, `nines ${n}`);
      this.doubt(`nines ${n}`, `${[...new Set(some.map(({ most }) => most[n]))].join(", ")} in column ${quoted(name)} may mean not given; if so, put * in its place`);
    }

    ofRates(groups) {
      const { columns, title } = this.table, limits = Cells.hasLimits(columns.map((column) => column.name));
      const keys = this.asked.by.map((name) => columns.find((column) => column.name === name));
      for (const [n, at] of this.sums.entries()) {
        const { name, cells } = columns[at], why = Cells.noSum(name, [...cells.keys()], limits, title);
        if (!why || why === Cells.SMALL_DECIMALS) {
          const like = pattern.not_of_patients.test(wordsOf(name)) ? { rates: [], counts: false } : Sizes.like(groups, keys, n, pattern.counted.test(wordsOf(name)));
          if (like.counts) continue;
          if (!why && like.rates.length) {
            this.doubt(`sizes ${at}`, `the numbers of column ${quoted(name)} are no larger for bodies of more patients, so they may be rates, and were added up (a rate is averaged)`, false);
            for (const group of like.rates) this.mark(group, `sizes ${at}`, group.rows);
          }
        }
        if (!why) continue;
        this.doubt(`rate ${at}`, `column ${quoted(name)} holds ${why} and was added up, which may make no sum (a rate is averaged)`, false);
        for (const group of groups) this.mark(group, `rate ${at}`, group.rows);
      }
      const without = this.asked.means.map(([rate]) => rate).filter(Cells.hasNoMean);
      if (without.length) {
        this.doubt("no mean", `no mean of several bodies gives ${listed(without)} of them together, as medians, ranks and limits are not averaged`, false);
        for (const group of groups) this.mark(group, "no mean", group.rows);
      }
      if (this.hundred && this.sums.length > 1) {
        this.doubt("hundred", `those numbers of ${listed(this.asked.sums)} that are not over 100 make 100 in every row, as percentages do, and were added up`, false);
        for (const group of groups) this.mark(group, "hundred", group.rows);
      }
      for (const { column, at, rates } of this.rated) this.doubt(`rates ${at}`, `rates cannot be added up, as figures under ${listed([...rates], 3)} in ${quoted(column.name)} were: leave those rows aside if ${quoted(this.vague)} holds the rate itself`, false);
    }

    /* A column left out that calls each code by the code or name of another body. */
    ofNames(groups) {
      for (const { column, at } of this.left) {
        if (column.numeric || column.many) continue;
        const i = this.told.findIndex((one) => one.at === at);
        if (i < 0 || this.told[i].apart) continue;
        const of = new Map(), codes = new Map();
        for (const { code, first } of groups) if (Cells.isBody(code) && first) {
          of.set(code, (of.get(code) || new Set()).add(first[i]));
          codes.set(first[i], (codes.get(first[i]) || new Set()).add(code));
        }
        if ([...of.values(), ...codes.values()].some((some) => some.size > 1)) continue;
        const wrong = [...of].find(([code, [cell]]) => Cells.isOther(code, cell));
        if (!wrong) continue;
        this.doubt(`names ${at}`, `columns ${quoted(this.asked.code)} and ${quoted(column.name)} disagree, first ${quoted(wrong[0])} and ${quoted([...wrong[1]][0])}; the codes of ${quoted(this.asked.code)} were taken`);
        for (const group of groups) this.mark(group, `names ${at}`);
      }
    }

    /* Rows of one code and key that a column left out tells apart. */
    ofRows(several) {
      const apart = this.told.filter((one) => one.apart && (one.column.period || !one.column.numeric || this.repeats(one)));
      for (const one of apart) {
        const why = this.countedTwice(one, several);
        if (why) this.refuse(`column ${quoted(one.column.name)} is left out, but ${why}. ${WAY}`);
      }
      if (!apart.length) return;
      const names = apart.map(({ column }) => column.name), codes = new Set(several.map((group) => group.code)).size;
      const it = names.length === 1 ? "it" : "them", said = `${codes.toLocaleString("en-GB")} code${codes === 1 ? " has" : "s have"} several rows under one key, which were added up; ${listed(names)}, left out, tell${names.length === 1 ? "s" : ""} them apart`;
      this.notes.push(`${said}: if ${it === "it" ? "it holds" : "they hold"} totals or several measures, choose ${it} as ${it === "it" ? "a key" : "keys"}`);
      const on = (key, why, which, among = several) => {
        const some = among.filter(which);
        if (!some.length) return;
        this.doubt(key, why(some));
        for (const group of some) this.mark(group, key);
      };
      const has = (one) => (group) => group.apart?.[this.told.indexOf(one)] !== undefined;
      const its = `choose ${names.length > 6 ? listed(names) : and(names.map(quoted))} as ${names.length === 1 ? "a key" : "keys"}`, parts = apart.filter((one) => one.again && !one.column.period);
      if (parts.length) on("parts", () => `under one code the same cell of ${and(parts.map(({ column }) => quoted(column.name)))}, left out, is in several rows that were added up, and this page does not see whether one is the total of others: ${its}, or use the command`, (group) => parts.some((one) => has(one)(group)));
      for (const one of apart) {
        const name = quoted(one.column.name), key = `${one.at}`, [first, second] = [...one.cells];
        const overlaps = pattern.numbered.test(wordsOf(one.column.name)) ? "" : overlapping([...one.cells], one.column.period);
        if (overlaps) on(`named ${key}`, () => `${overlaps} in ${name}, left out, by ${overlaps.includes(" and ") ? "their names" : "its name"}, so figures may be counted twice: make ${name} a key`, has(one));
        if (one.noted) on(`noted ${key}`, () => `a row with ${quoted(one.noted)} in ${name}, left out, was added to others, of which it may take the place of one: make ${name} a key, or take out the row that it corrects`, (group) => group.noted?.has(one.at) && has(one)(group));
        const found = aFew(several.filter((group) => group.parts), this.told.indexOf(one), this.sums.length);
        if (found) on(`few ${key}`, () => `${quoted(found)} in ${name}, left out, holds the sum of others or the same as another, so figures may be counted twice: make ${name} a key`, has(one));
        const every = pattern.beside_patients.test(wordsOf(one.column.name)) && this.asked.sums.find((sum) => pattern.of_all.test(wordsOf(sum)));
        if (every) on(`all ${key}`, () => `column ${quoted(every)} counts all patients in each row, and those of several rows of ${name}, left out, were added up: make ${name} a key`, has(one));
        const merged = new Set(this.asked.by.map((by, i) => [by, i]).filter(([by]) => pattern.of_people.test(wordsOf(by))).map(([, i]) => i)), ways = merged.size ? [new Set(), merged] : [new Set()];
        const list = ([sum, n]) => [sum, pattern.money.test(wordsOf(sum)) ? [] : ways.map((way) => Sizes.allPatients(several, this.told.indexOf(one), n, way)).find((cells) => cells.length > 1) || []];
        const people = every || one.column.period || pattern.of_people.test(wordsOf(one.column.name)) ? [] : this.asked.sums.map((sum, n) => list([sum, n])).find(([, cells]) => cells.length > 1);
        if (people?.length) on(`people ${key}`, () => `it seems by its size that column ${quoted(people[0])} counts about all patients, or all adults, under ${listed(people[1], 3)} of ${name}, left out, and these were added up: make ${name} a key`, has(one));
        if (one.column.period) on(`times ${key}`, () => `several times in ${name}, left out, were added up, such as ${quoted(first)} and ${quoted(second)}: sums do not compare if a body lacks one of them, or if they count what is there on a day; make it a key, or use the command`, () => true, this.groups);
        else if (!one.again) {
          // a surgery may be called All Saints, none Total
          const held = [...one.cells].find((cell) => pattern.whole.test(cell) && !/^all\b/i.test(cell)), torn = this.torn(one, has(one));
          if (held) this.doubt(`whole ${key}`, `${quoted(held)} in ${name}, left out, may be a total of the rows that it was added to: make ${name} a key, or take its rows out of the file`);
          if (torn.size) on(`torn ${key}`, ([group]) => { const i = this.told.indexOf(one); return `figures of ${quoted(group.code)} under two names of ${name}, ${quoted(group.first[i])} and ${quoted(group.apart[i])}, were added up${torn.size > 1 ? `, and so for ${torn.size - 1} more` : ""}: if these are two bodies, give each its own code`; }, has(one));
        }
      }
      // where a part is not given the sum cannot be seen
      const whole = (group) => group.given.every((n) => n === group.rows);
      const twice = (group) => group.sums.some((sum) => sum) && group.sums.every((sum, i) => Math.abs(2 * group.most[i] - sum) <= 1e-9 * Math.abs(sum));
      const inOne = (group) => group.sums.some((sum, i) => sum && Math.abs(2 * group.most[i] - sum) <= 1e-9 * Math.abs(sum));
      const many = several.filter((group) => group.rows > 2), found = many.filter(twice);
      const inSome = many.filter(inOne).length >= SURE ? inOne : twice;
      if (2 * found.length > many.length && found.length >= SURE) this.refuse(`under most codes, such as ${quoted(found[0].code)}, one of the rows to be added up is the sum of the others, so figures would be counted twice; ${its}, or take those rows out of the file`);
      const sure = apart.flatMap((one) => this.ofOneCell(one, many.filter(whole), twice)).find((some) => some.length >= SURE);
      if (sure) this.refuse(`under several codes, such as ${quoted(sure[0].code)}, one of the rows to be added up is the sum of the others, so figures would be counted twice; ${its}, or take those rows out of the file`);
      if (many.some(inSome)) on("twice", (some) => {
        const of = [...new Set(some.map((group) => group.code))];
        return `figures of ${of.slice(0, 6).join(", ")}${of.length > 6 ? ` and ${of.length - 6} more` : ""} may be counted twice, since one of the rows that were added up is the sum of the others: ${its}`;
      }, (group) => group.rows > 2 && inSome(group));
      const rounded = new Set(apart.flatMap((one) => this.rounded(one, several)));
      on("rounded", (some) => `figures of ${[...new Set(some.map(({ code }) => code))].slice(0, 6).join(", ")}${some.length > 6 ? " and others" : ""} may be counted twice, since one of the rows that were added up is the sum of the others, but for rounding or a little: ${its}`, (group) => rounded.has(group));
      on("signs", () => "rows below zero were added to others, so whether one of them holds the total of the others is not seen here: use the command", (group) => group.below && group.rows > 2);
      this.repeated(several, on, names[0]);
    }

    /* For each cell of a column that has the greatest number of a code in a column of counts, the groups where it has; of those that always pass. */
    ofOneCell(one, groups, passes, n = 0) {
      const at = this.told.indexOf(one), cells = new Map(), failed = new Set();
      for (const group of groups) {
        const cell = (group.top[n] ?? group.first)[at], its = cell === group.code ? "\u0001the code itself" : cell;
        if (!passes(group)) failed.add(its);
        else cells.set(its, [...(cells.get(its) || []), group]);
      }
      return [...cells].filter(([cell]) => !failed.has(cell)).map(([, some]) => some);
    }

    /* The groups in which a row is the sum of the others but for rounding, of one cell in three groups or more; or but for
       a little, of one in many. */
    rounded(one, several) {
      return this.sums.flatMap((_, n) => {
        const given = several.filter((group) => group.given[n] === group.rows), unit = unitOf(given.reduce((bits, group) => bits & group.units[n], -1));
        const off = (group) => Math.abs(2 * group.most[n] - group.sums[n]), all = (some, of) => some.reduce((sum, group) => sum + of(group), 0);
        const near = (group) => group.sums[n] !== 0 && off(group) <= (unit ? (group.rows * unit) / 2 + 1e-6 : CLOSE * group.most[n]);
        const much = (some) => (some.length < MANY ? OFF : MUCH) * all(some, (group) => group.most[n]);
        const few = (some) => unit || (some.length >= MANY && 2 * some.filter((group) => group.next[n] <= MOST * group.most[n]).length > some.length);
        return this.ofOneCell(one, given.filter((group) => group.rows > 2), near, n).filter((some) => some.length >= SURE && few(some) && all(some, off) <= much(some)).flat();
      });
    }

    /* The few codes with rows under several names, where a column calls every other code by a name of its own. */
    torn(one, has) {
      const at = this.told.indexOf(one), codes = new Set(this.groups.filter(has).map((group) => group.code)), of = new Map();
      for (const { code, first } of this.groups) if (code && first && !codes.has(code)) of.set(code, (of.get(code) || new Set()).add(first[at]));
      const names = [...of.values()].map((some) => [...some]);
      const own = names.every((some) => some.length === 1) && new Set(names.flat()).size === names.length;
      return own && codes.size <= of.size ? codes : new Set();
    }

    /* The same number in every row of a code, as that of all patients beside each disease. */
    repeated(several, on, key) {
      this.asked.sums.forEach((name, i) => {
        const alike = (group) => group.given[i] > 1 && group.most[i] === group.least[i] && group.most[i] !== 0 && group.most[i] !== 1;
        const some = several.filter(alike), all = several.filter((group) => group.given[i] > 1);
        const why = (may) => `column ${quoted(name)} has the same number in several rows of one code, such as ${some[0].most[i]} for ${quoted(some[0].code)}, so it ${may} be counted several times; leave it out, or make ${quoted(key)} a key`;
        if (some.length === all.length && new Set(some.map((group) => group.most[i])).size >= SURE) this.refuse(why("would"));
        // where most are the same, those that differ by little are revised ones; or they are of several times
        const most = new Set(some.map((group) => group.most[i])).size >= SURE && !this.told.some(({ apart, column }) => apart && column.period);
        const near = (group) => alike(group) || (most && group.given[i] > 1 && group.most[i] > 1 && group.most[i] - group.least[i] <= REVISED * group.most[i]);
        if (2 * some.length >= all.length) on(`repeated ${i}`, () => why("may"), near);
      });
    }

    /* Whether a column of numbers has the same few cells for every code, as one of quarters has. */
    repeats({ column, codes }) {
      const sizes = [...codes.values()].map((some) => some.size), all = new Set([...codes.values()].flatMap((some) => [...some])).size;
      // numbers that stand for something, of which one is a word or most codes have each
      if (codes.size > 1 && !pattern.counted.test(wordsOf(column.name))) {
        if ([...codes.keys()].some((cell) => /\p{L}/u.test(cell) && Cells.isGiven(cell) && Cells.plain(cell) === null)) return true;
        if (2 * sizes.reduce((sum, size) => sum + size, 0) > all * codes.size) return true;
      }
      return codes.size > 1 && sizes[0] > 1 && sizes.every((size) => size === sizes[0]);
    }

    /* Why the rows that a column tells apart are not to be added up, by what they are called. */
    countedTwice({ column, at, cells }, several) {
      const some = [...cells].sort(), are = (name) => some.every((cell) => pattern[name].test(cell)), name = wordsOf(column.name);
      const [one, other] = some, often = 2 * several.filter((group) => group.marks?.has(`whole ${at}`)).length >= several.length;
      const whole = some.find((cell) => pattern.no_name.test(cell) || (often && pattern.whole.test(cell)));
      if (whole !== undefined) return `${quoted(whole)} stands beside parts such as ${quoted(some.find((cell) => cell !== whole))}, so figures would be counted twice`;
      if (are("level")) return `its rows are of several levels, ${quoted(one)} and ${quoted(other)}, so figures would be counted twice`;
      const bands = pattern.numbered.test(name) ? null : overlap(some, name);
      if (bands) return `${quoted(bands[0])} and ${quoted(bands[1])} overlap, so figures would be counted twice`;
      if ((are("edition") && !mayBeKinds(some)) || pattern.of_editions.test(name)) return `its rows are editions of the same figures, ${quoted(one)} and ${quoted(other)}, so figures would be counted twice`;
      const dividedBy = new Set(some.map((cell) => cell.match(pattern.division)?.[0].toLowerCase()).filter(Boolean));
      if (dividedBy.size > 1 && pattern.of_divisions.test(name)) return `its rows divide the same figures in several ways, ${quoted(one)} and ${quoted(other)}, so they would be counted twice`;
      const letters = some.map((cell) => cell.toLowerCase()), few = some.length <= FEW;
      const persons = some.find((cell) => /^[ptb]$/i.test(cell));
      if (persons && letters.includes("m") && letters.includes("f")) return `${quoted(persons)} stands beside parts such as 'F', so figures would be counted twice`;
      const any = (name) => few && some.some((cell) => pattern[name].test(cell));
      const measures = are("ways") || (any("begins") && any("ends")) || (letters.includes("n") && letters.includes("d") && letters.every((one) => "ndrvp".includes(one))) || (few && some.some((cell) => (Cells.namesRates(cell) && !pattern.group.test(cell)) || pattern.measure.test(cell))) || pattern.of_measures.test(name);
      return measures ? `its rows are of several measures, ${quoted(one)} and ${quoted(other)}, which make no sum` : "";
    }
  }

  /* Whether cells that are called like editions may be kinds, as the initial and the final assessment of a person are. */
  const mayBeKinds = (cells) => cells.length === 2 && cells.some((cell) => /^final$/i.test(cell)) && cells.some((cell) => /^(?:initial|first)$/i.test(cell));

  /* What a name is of: two for Types 1 and 2, else itself. The same as parts._members. */
  function membersOf(text, called) {
    const run = pattern.from_to.exec(text)?.groups, low = Number(run?.low), high = Number(run?.high);
    if (run && low < high) return Array.from({ length: high - low + 1 }, (_, i) => `${run.before.replace(/s $/, " ")}${low + i}`);
    const either = text.split(pattern.either);
    if (either.length > 1 && either.every((one) => called.has(one))) return either;
    const some = pattern.joined.test(text) ? text.split(pattern.joined).flatMap((part) => part.split(pattern.listed)) : [text];
    const space = some[0].lastIndexOf(" "), first = some[0].slice(0, Math.max(0, space)), last = some[0].slice(space + 1);
    if (!first || some.length < 2 || ![last, ...some.slice(1)].every((one) => pattern.short.test(one))) return some;
    return [last, ...some.slice(1)].map((one) => `${first.replace(/s$/, "")} ${one}`);
  }

  /* Words for cells that are parts of one another, or may be editions, by what they are called; none where none are. */
  function overlapping(cells, period) {
    if (cells.length > FEW) return "";
    if (mayBeKinds(cells)) return `${cells.map(quoted).join(" and ")} may be editions of the same figures`;
    if (cells.length > 1 && cells.every((cell) => pattern.length.test(cell))) return `${quoted(cells[0])} and ${quoted(cells[1])} may be periods of which one is a part of the other`;
    const called = new Map(cells.map((cell) => [cell.trim().split(/\s+/).join(" ").toLowerCase(), cell]));
    const of = new Map([...called.keys()].map((text) => [text, new Set(membersOf(text, called))]));
    const within = (part, whole) => [...of.get(part)].every((one) => of.get(whole).has(one));
    for (const text of period ? [] : called.keys()) {
      const part = of.get(text).size > 1 && [...called.keys()].find((other) => of.get(other).size < of.get(text).size && within(other, text));
      if (part) return `${quoted(called.get(part))} is a part of ${quoted(called.get(text))}`;
      for (const { index } of text.matchAll(new RegExp(pattern.under.source, "g"))) {
        const whole = text.slice(0, index);
        if (called.has(whole) && !within(whole, text) && !pattern.no_whole.test(whole)) return `${quoted(called.get(text))} is a part of ${quoted(called.get(whole))}`;
      }
    }
    const england = cells.some((cell) => pattern.country.test(cell)) ? undefined : cells.find((cell) => pattern.england.test(cell));
    const own = cells.filter((cell) => cell === england || pattern.subtotal.test(cell) || pattern.of_which.test(cell));
    return own.length && own.length < cells.length ? `${quoted(own[0])} is a total or a part of others` : "";
  }

  /* A cell that in every group holds the sum of the same few others, or the same as another; as adding.sums_of_a_few has it. */
  function aFew(groups, at, sums) {
    for (let n = 0; n < sums; n += 1) {
      const rows = groups.map(({ parts }) => parts[at]).filter((its) => its && [...its.values()].every((some) => !Number.isNaN(some[n])));
      const names = [...new Set(rows.flatMap((its) => [...its.keys()]))];
      const found = rows.length && sumOfAFew(new Map(names.map((name) => [name, rows.map((its) => its.get(name)?.[n] ?? 0)])));
      if (found) return found;
    }
    return undefined;
  }

  function sumOfAFew(table) {
    const size = (cells) => cells.reduce((sum, x) => sum + Math.abs(x), 0), times = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);
    const unit = unitOf([...table.values()].flat().reduce((bits, value) => bits & unitsOf(value), -1));
    const names = [], straight = [], shares = [];
    for (const [name, cells] of [...table].sort(([, a], [, b]) => size(a) - size(b))) {
      const length = Math.sqrt(times(cells, cells)), along = straight.map(() => 0);
      if (!length) continue;
      if (names.length + SURE > cells.length) {
        if (tried(names, table, cells)) return name;
        if (names.length < TRIED) names.push(name);
        continue;
      }
      let rest = cells;
      for (let again = 0; again < 2; again += 1) straight.forEach((one, i) => {
        const part = times(one, rest);
        along[i] += part;
        rest = rest.map((x, row) => x - part * one[row]);
      });
      const left = [...along], often = names.map(() => 0), much = cells.length < MANY ? OFF : MUCH;
      for (let i = names.length - 1; i >= 0; i -= 1) {
        often[i] = left[i] / shares[i][i];
        for (let j = 0; j < i; j += 1) left[j] -= often[i] * shares[i][j];
      }
      const parts = names.filter((_, i) => often[i] > 0.5);
      if (parts.length && new Set(cells).size >= SURE && cells.filter((x) => x !== 0).length - parts.length >= SURE) {
        const off = cells.map((x, row) => Math.abs(x - parts.reduce((sum, part) => sum + table.get(part)[row], 0)));
        const near = unit && parts.length > 1 && off.every((x) => x <= ((parts.length + 1) * unit) / 2 + 1e-6) && size(off) <= much * size(cells);
        if (near || off.every((x, row) => x <= 1e-9 * Math.abs(cells[row]))) return name;
      }
      const over = Math.sqrt(times(rest, rest));
      if (over > 1e-9 * length) { names.push(name); straight.push(rest.map((x) => x / over)); shares.push([...along, over]); }
    }
    return undefined;
  }

  /* Whether some of a few cells are the sum of another in every group, if there are too few sums for that to be chance. */
  function tried(names, table, cells) {
    if (names.length < SURE || names.length > TRIED || cells.reduce((bits, x) => bits + Math.log2(1 + Math.abs(x)), 0) < 2 * names.length + BITS) return false;
    const parts = names.map((name) => table.get(name));
    for (let some = 1; some < 1 << parts.length; some += 1) {
      if (cells.every((x, row) => Math.abs(x - parts.reduce((sum, part, i) => sum + (some & (1 << i) ? part[row] : 0), 0)) <= 1e-9 * Math.abs(x))) return true;
    }
    return false;
  }

  /* Two bands that have more than an end in common, such as 65+ and 75+; not those of men and of women. As totals._overlap has it. */
  function overlap(cells, name) {
    let bands = cells.map((cell) => bandOf(cell, name)).filter(Boolean);
    if (pattern.of_notes.test(name)) bands = bands.filter(({ cell }) => !pattern.interval.test(cell));
    // totals._DAYS, and below totals._SLACK and totals._NO_END
    const days = { minute: 1 / 1440, hour: 1 / 24, day: 1, week: 7, month: 365.25 / 12, year: 365.25 };
    const every = new RegExp(pattern.units.source, `${pattern.units.flags}g`);
    for (const band of bands) band.units = [...(pattern.beside_band.exec(band.cell)?.groups.band ?? band.cell).matchAll(every)].map(({ groups }) => days[Object.keys(groups).find((unit) => groups[unit])]);
    const several = [...new Set(bands.flatMap((band) => band.units))], slack = several.length > 1 ? 0.09 : 0;
    const ends = bands.filter(({ units }) => units.length).map(({ high, units }) => [high, units.at(-1)]);
    for (const band of several.length > 1 ? bands : []) { // one without any follows another, as 5+ does 1-4 years
      const before = ends.filter(([high]) => [0, 1].includes(band.low - high)).map(([, unit]) => unit);
      const units = band.units.length ? band.units : [before.length ? Math.min(...before) : Math.max(...several)];
      band.low *= units[0];
      if (band.high !== 1e9) band.high *= units.at(-1);
    }
    if (bands.some(({ cell, low, high }) => cell.includes("_") && high <= low)) bands = bands.filter(({ cell }) => !cell.includes("_"));
    const beside = bands.map((band) => band.beside).filter(Boolean), spans = bands.map(({ low, high, who }) => `${low} ${high} ${who}`);
    if (new Set(beside).size === beside.length && new Set(spans).size === spans.length) for (const band of bands) band.beside = "";
    for (const { who, beside: of } of bands) {
      const some = bands.filter((band) => ["", who].includes(band.who) && ["", of].includes(band.beside)).sort((a, b) => a.low - b.low || a.high - b.high);
      const at = some.findIndex(({ low }, i) => i && low < some[i - 1].high * (1 - slack));
      if (at > 0) return [some[at - 1].cell, some[at].cell];
    }
    return null;
  }

  function bandOf(cell, name) {
    const interval = pattern.interval.exec(cell)?.groups;
    if (interval) return { cell, low: Number(interval.low ?? 0), high: Number(interval.high ?? 1e9), who: "", beside: "" };
    const behind = pattern.beside_band.exec(cell)?.groups, text = behind?.band ?? cell, beside = (behind?.beside ?? "").toLowerCase();
    const short = pattern.of_ages.test(name) ? pattern.short_band.exec(text)?.groups : null, end = 1e9;
    if (short) return short.under ? { cell, low: 0, high: Number(short.age), who: "", beside } : { cell, low: Number(short.age), high: end, who: "", beside };
    const band = pattern.band.exec(text)?.groups;
    if (!band || (band.high && /^(?:0?[1-9]|1[0-2])[-_](?:19|20)\d\d$|^(?:19|20)\d\d[-_](?:0[1-9]|1[0-2])$/.test(text))) return null;
    const low = Number(band.low ?? band.from ?? band.over ?? band.under), first = (band.who ?? "")[0]?.toLowerCase() ?? "";
    const who = first && ("fwg".includes(first) ? "f" : "m");
    return band.under ? { cell, low: 0, high: low, who, beside } : { cell, low, high: Number(band.high ?? end), who, beside };
  }

  return { Watch, unitsOf };
})();
