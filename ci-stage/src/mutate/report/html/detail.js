// What a cell or a row stands for, shown beside it while it is pointed at or has the focus.
const detail = document.getElementById("detail");
const picture = document.getElementById("matrix");

const testName = (id) => `${matrix.tests[id].target}::${matrix.tests[id].name}`;
const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
const place = (span) => `${span.file}:${span.line}`;

function changeLines(mutant) {
  const { before, after } = changes[mutant.place];
  return [element("pre", "minus", `- ${before}`), element("pre", "plus", `+ ${after}`)];
}

function assertion(kill) {
  const where = kill.file ? ` at ${kill.file}:${kill.line ?? "?"}` : "";
  return [element("div", "", `${testName(kill.test)} failed${where}`), element("pre", "assertion", kill.message)];
}

function ofCell(mutant, test) {
  const kill = mutant.killed_by.find((one) => one.test === test);
  if (kill) return assertion(kill);
  const verb = outcome(mutant, test) === "time" ? "ran past its time limit" : "read the constant, noticed nothing and passed";
  return [element("div", "", `${testName(test)} ${verb}`)];
}

function ofMutant(mutant) {
  const slack = matrix.slack.find((one) => one.selector === mutant.selector);
  switch (mutant.verdict) {
    case "killed":
      return [
        ...mutant.killed_by.slice(0, 3).flatMap(assertion),
        element("div", "quiet", mutant.killed_by.length > 3 ? `and ${counted(mutant.killed_by.length - 3, "more test")}` : ""),
      ];
    case "unviable":
      return [element("pre", "", mutant.compile_error ?? "it does not compile")];
    case "no-coverage":
      return [element("div", "", "No test reads the constant when it runs.")];
    case "timeout":
      return [element("div", "", `Ran past the time limit: ${mutant.timed_out.map(testName).join(", ")}`)];
    default:
      return [
        element("div", "", `${counted(mutant.covered_by.length, "test")} read the constant and passed.`),
        element("div", "", slack?.suggested.length ? `To add: a test at ${slack.suggested.join(", ")}.` : ""),
      ];
  }
}

function ofConstant(constant) {
  const how =
    constant.method.by === "schema" ? "All its mutants live in one build." : `A build for each mutant: ${constant.method.reason}.`;
  const feeds = constant.feeds.map((id) => matrix.constants[id].name).join(", ");
  return [
    element("h3", "", constant.path),
    element("pre", "", `${constant.type_text} = ${constant.value_text}`),
    element("div", "", `${place(constant.span)} · used in ${counted(constant.uses.length, "place")} · read by ${counted(constant.read_by.length, "test")}`),
    element("div", "", feeds && `Other constants are built from it: ${feeds}`),
    element("div", "quiet", how),
  ];
}

function describe(target) {
  const row = target.closest("tr");
  const test = target.dataset.test === undefined ? undefined : Number(target.dataset.test);
  if (row.dataset.constant !== undefined) {
    const constant = matrix.constants[row.dataset.constant];
    if (test === undefined) return ofConstant(constant);
    return [element("h3", "", constant.path), element("div", "", `${testName(test)} catches ${target.textContent} of its mistakes`)];
  }
  const mutant = { ...matrix.mutants[row.dataset.mutant], place: row.dataset.mutant };
  const title = element("h3", "", `${mutant.selector} · ${mutant.operator} · `, element("span", mutant.verdict, mutant.verdict.replace("-", " ")));
  const notes = [mutant.tested_by === "rebuild" && "tested by a real edit", mutant.flaky && "a flaky test decided"];
  return [
    title,
    ...changeLines(mutant),
    ...(test === undefined ? ofMutant(mutant) : ofCell(mutant, test)),
    element("div", "quiet", [place(mutant.span), ...notes.filter(Boolean)].join(" · ")),
  ];
}

function show(target) {
  detail.replaceChildren(...describe(target));
  detail.hidden = false;
  target.setAttribute("aria-label", detail.innerText.replace(/\n+/g, "; "));
  const at = target.getBoundingClientRect();
  const { width, height } = detail.getBoundingClientRect();
  const below = at.bottom + 8 + height <= innerHeight;
  detail.style.left = `${Math.max(8, Math.min(at.left + 24, innerWidth - width - 8))}px`;
  detail.style.top = `${Math.max(8, below ? at.bottom + 8 : at.top - height - 8)}px`;
}

const hide = () => (detail.hidden = true);
const SHOWN = "td.cell, .constant .head, .mutant .head";

picture.addEventListener("mouseover", ({ target }) => {
  const cell = target.closest(SHOWN);
  if (cell) show(cell);
  else hide();
});
picture.addEventListener("mouseleave", hide);
picture.addEventListener("scroll", hide);
picture.addEventListener("focusin", ({ target }) => {
  const cell = target.closest(SHOWN);
  if (cell && target.matches(":focus-visible")) show(cell);
});
picture.addEventListener("focusout", hide);

/** The cells and heads of a row that can have the focus. */
const stops = (row) => [...row.querySelectorAll("button, .mutant .head, td.cell")];

function step(from, key) {
  const row = from.closest("tr");
  const inRow = stops(row);
  const here = inRow.indexOf(from);
  if (key === "ArrowRight" || key === "ArrowLeft") return inRow[here + (key === "ArrowRight" ? 1 : -1)];
  const rows = [...picture.querySelectorAll("tbody tr:not(.more)")];
  const next = rows[rows.indexOf(row) + (key === "ArrowDown" ? 1 : -1)];
  if (!next) return undefined;
  return next.querySelector(`[data-test="${from.dataset.test}"]`) ?? stops(next)[0];
}

picture.addEventListener("keydown", (event) => {
  if (!event.key.startsWith("Arrow")) return;
  const to = step(event.target, event.key);
  if (!to) return;
  event.preventDefault();
  show(to.closest(SHOWN));
  to.focus({ focusVisible: true });
});
addEventListener("keydown", (event) => event.key === "Escape" && hide());
