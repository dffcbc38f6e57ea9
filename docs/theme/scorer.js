/* Sphinx's own weights; on top, a body's page comes first when it is asked for by code, name or former name. */
var Scorer = {
  score: ([page, , , , score]) => score + standing(page),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
