"use strict";

/* Whether numbers rise with the list sizes of their bodies, as counts do and rates do not: the page's own
   ccg/core/list_sizes.py, which says why and how surely. */
const Sizes = (() => {
  const ENOUGH = 30, FLAT = 0.3, RISING = 0.5, NARROW = 0.6, COUNTED = 0.35, SMALL = 3;
  const sizes = new Map(Object.entries(Geographies.data.sizes));
  const mean = (some) => some.reduce((sum, x) => sum + x, 0) / some.length;
  const add = (map, key, make) => map.get(key) || map.set(key, make()).get(key);

  function covered(one, other) {
    const a = mean(one), b = mean(other);
    return one.reduce((sum, x, i) => sum + (x - a) * (other[i] - b), 0);
  }
  const spread = (some) => Math.sqrt(covered(some, some));

  /* The place of each number among the others, those that are alike sharing theirs. */
  function ranks(some) {
    const sorted = [...some].sort((a, b) => a - b), first = new Map(), last = new Map();
    sorted.forEach((x, i) => { if (!first.has(x)) first.set(x, i); last.set(x, i); });
    return some.map((x) => (first.get(x) + last.get(x)) / 2);
  }

  /* Whether the numbers of some bodies, each with its size, are like rates, or like counts. */
  function told(all, narrow) {
    const some = all.filter(({ number }) => number > 0);
    if (new Set(some.map(({ of }) => of)).size < ENOUGH || some.length < 0.9 * all.length) return { rates: false, counts: false };
    const numbers = some.map(({ number }) => number), logs = some.map(({ size }) => Math.log(size));
    const one = ranks(numbers), other = ranks(logs), both = spread(one) * spread(other);
    const rises = both ? covered(one, other) / both : NaN; // of a number that is the same for all
    const alike = spread(numbers.map(Math.log)) < narrow * spread(logs);
    const half = [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
    const small = numbers.every(Number.isInteger) && half <= SMALL;
    return { rates: rises < FLAT && alike && !small, counts: rises > RISING };
  }

  /* The groups whose sum of that number is like a rate, under each key that is no period, and whether all are like counts. */
  function like(groups, keys, n, counted) {
    const under = new Map();
    for (const group of groups) {
      const of = Cells.odsOf(group.code), size = sizes.get(of);
      const key = group.keys.filter((_, i) => !keys[i].period).join("\u0001"), its = add(under, key, () => ({ groups: [], sums: new Map() }));
      its.groups.push(group);
      if (!size || !group.given[n]) continue;
      add(its.sums, [of, ...group.keys].join("\u0001"), () => ({ of, size, number: 0 })).number += group.sums[n];
    }
    let rates = [], counts = under.size > 0;
    for (const its of under.values()) {
      const found = told([...its.sums.values()], counted ? COUNTED : NARROW);
      if (found.rates) rates = rates.concat(its.groups);
      counts &&= found.counts;
    }
    return { rates, counts };
  }

  /* The cells of a column, the one in that place of each group's parts, in whose rows a number is about that of all
     patients; those of groups that differ in the merged keys alone, as those of men and women, are added up first. */
  function allPatients(groups, place, n, merged = new Set()) {
    const cells = new Map();
    for (const group of groups) {
      const of = Cells.odsOf(group.code), size = sizes.get(of), key = group.keys.filter((_, i) => !merged.has(i)).join("\u0001");
      for (const [cell, sums] of (size && group.parts?.[place]) || []) {
        if (!(sums[n] > 0)) continue;
        const its = add(add(cells, cell, () => new Map()), of, () => new Map());
        its.set(key, (its.get(key) || 0) + sums[n] / size);
      }
    }
    const about = ([, bodies]) => {
      const logs = [...bodies.values()].map((some) => Math.log(Math.max(...some.values()))).sort((a, b) => a - b), half = Math.exp(logs[Math.floor(logs.length / 2)]);
      return logs.length >= ENOUGH && half >= 0.6 && half <= 1.2 && spread(logs) / Math.sqrt(logs.length - 1) < 0.1;
    };
    return [...cells].filter(about).map(([cell]) => cell);
  }

  return { like, allPatients };
})();
