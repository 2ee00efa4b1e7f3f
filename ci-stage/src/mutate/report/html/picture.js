// The matrix as a table: a body for each constant, a row for each mutant, a column for each test.
const { matrix, changes, strengths } = JSON.parse(document.getElementById("data").textContent);
const ROWS_SHOWN = 3000;
const UNFOLDED_AT_FIRST = 400;

const mutantsOf = matrix.constants.map(() => []);
matrix.mutants.forEach((mutant, place) => mutantsOf[mutant.constant].push({ ...mutant, place }));

const state = {
  text: "",
  test: "",
  columns: "reading",
  verdicts: new Set(["killed", "survived", "no-coverage", "timeout", "unviable"]),
  unfolded: new Set(matrix.mutants.length <= UNFOLDED_AT_FIRST ? matrix.constants.map((c) => c.id) : []),
};

/** An element with a class and children; strings become text, never markup. */
function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

const targetOf = (test) => `${test.package} ${test.target}`;

function columns() {
  return matrix.tests.filter(({ id, name, target }) => {
    const { covered, kills } = strengths[id];
    const wanted = state.columns === "all" || (state.columns === "killing" ? kills > 0 : covered > 0);
    return wanted && `${target}::${name}`.toLowerCase().includes(state.test);
  });
}

function matches(constant, mutant) {
  const text = `${constant.path} ${mutant.selector} ${mutant.operator} ${mutant.original} ${mutant.replacement}`;
  return state.verdicts.has(mutant.verdict) && text.toLowerCase().includes(state.text);
}

/** What a test did with a mutant: "kill", "time", "pass", or nothing when it does not read it. */
function outcome(mutant, test) {
  if (mutant.killed_by.some((kill) => kill.test === test)) return "kill";
  if (mutant.timed_out.includes(test)) return "time";
  return mutant.covered_by.includes(test) ? "pass" : undefined;
}

const SIGNS = { kill: "✕", time: "◷", pass: "○" };

function headRows(tests) {
  const targets = element("tr", "");
  const corner = element("th", "corner", "constant and mistake");
  corner.scope = "col";
  corner.rowSpan = 2;
  targets.append(corner);
  const names = element("tr", "");
  for (const test of tests) {
    const group = targets.lastChild;
    if (group.dataset.target === targetOf(test)) group.colSpan += 1;
    else {
      const target = element("th", "target", test.target);
      target.scope = "colgroup";
      target.dataset.target = target.title = targetOf(test);
      targets.append(target);
    }
    const name = element("th", "test", element("span", "", test.name));
    name.scope = "col";
    name.title = `${test.target}::${test.name}`;
    names.append(name);
  }
  return element("thead", "", targets, names);
}

/** Puts a cell for each test into a row; a run of tests that have nothing to show is one cell. */
function fill(row, tests, cellFor) {
  let gap = 0;
  const close = () => {
    if (gap) row.append(Object.assign(element("td", ""), { colSpan: gap }));
    gap = 0;
  };
  for (const test of tests) {
    const cell = cellFor(test);
    if (!cell) gap += 1;
    else {
      close();
      cell.dataset.test = test.id;
      cell.tabIndex = -1;
      row.append(cell);
    }
  }
  close();
}

function constantRow(constant, tests) {
  const mutants = mutantsOf[constant.id].filter((mutant) => mutant.verdict !== "unviable");
  const noticed = mutants.filter(({ verdict }) => verdict === "killed" || verdict === "timeout").length;
  const button = element("button", "", constant.name);
  button.type = "button";
  button.setAttribute("aria-expanded", state.unfolded.has(constant.id));
  const head = element("th", "head", button, element("span", "quiet", ` ${noticed} of ${mutants.length} noticed`));
  head.scope = "rowgroup";
  const row = element("tr", "constant", head);
  row.dataset.constant = constant.id;
  fill(row, tests, (test) => {
    const run = mutants.map((mutant) => outcome(mutant, test.id)).filter(Boolean);
    if (!run.length) return undefined;
    const caught = run.filter((result) => result !== "pass").length;
    const cell = element("td", "cell heat", String(caught));
    cell.style.setProperty("--share", `${(100 * caught) / run.length}%`);
    cell.classList.toggle("strong", caught * 2 > run.length);
    return cell;
  });
  return row;
}

function mutantRow(mutant, tests) {
  // Which of the constant's values: `.gold` of TIER_DISCOUNTS.gold.
  const value = mutant.selector.slice(matrix.constants[mutant.constant].name.length);
  const change = [element("code", "quiet", value && `${value} `), element("code", "old", mutant.original), " → ", element("code", "new", mutant.replacement)];
  const verdict = element("span", `verdict ${mutant.verdict}`, mutant.verdict.replace("-", " "));
  const head = element("th", "head", verdict, ...change, element("span", "quiet", ` ${mutant.operator}`));
  head.scope = "row";
  head.tabIndex = -1;
  const row = element("tr", `mutant ${mutant.verdict}`, head);
  row.dataset.mutant = mutant.place;
  const why = { unviable: "does not compile", "no-coverage": "no test reads it" }[mutant.verdict];
  if (why && tests.length) row.append(Object.assign(element("td", "why", why), { colSpan: tests.length }));
  else
    fill(row, tests, (test) => {
      const result = outcome(mutant, test.id);
      return result && element("td", `cell ${result}`, SIGNS[result]);
    });
  return row;
}

function draw() {
  const tests = columns();
  const table = element("table", "picture", element("caption", "", ""), headRows(tests));
  table.caption.remove();
  table.setAttribute("aria-labelledby", "picture-title");
  let rows = 0;
  let shown = 0;
  for (const constant of matrix.constants) {
    const mutants = mutantsOf[constant.id].filter((mutant) => matches(constant, mutant));
    shown += mutants.length;
    if (!mutants.length) continue;
    const body = element("tbody", "", constantRow(constant, tests));
    if (state.unfolded.has(constant.id)) {
      const drawn = mutants.slice(0, Math.max(0, ROWS_SHOWN - rows));
      rows += drawn.length;
      body.append(...drawn.map((mutant) => mutantRow(mutant, tests)));
      if (drawn.length < mutants.length) {
        const more = element("td", "", `${mutants.length - drawn.length} more: filter, or fold other constants`);
        more.colSpan = tests.length + 1;
        body.append(element("tr", "more", more));
      }
    }
    table.append(body);
  }
  document.getElementById("matrix").replaceChildren(table);
  document.getElementById("shown").textContent =
    `${shown} of ${matrix.mutants.length} mistakes, ${tests.length} of ${matrix.tests.length} tests`;
}
