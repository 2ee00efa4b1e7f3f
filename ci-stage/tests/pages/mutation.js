const all = (selector) => [...document.querySelectorAll(selector)];
const text = (node) => node.innerText.trim();
const detail = document.getElementById("detail");
const cell = (mutant, test) => document.querySelector(`tr[data-mutant="${mutant}"] td[data-test="${test}"]`);
const key = (name) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
const filters = document.getElementById("filters");
const filter = (change) => {
  change(filters.elements);
  filters.dispatchEvent(new Event("input"));
  return text(document.getElementById("shown"));
};
const seen = {};

// Nothing is loaded, and no text of the sweep became an element.
seen.loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
seen.scripts = document.scripts.length;

// Equal rows of cells, one line each: constants with the kills of each test, mutants with its signs.
seen.columns = all("thead .test").map(text);
seen.rows = all("#matrix tbody tr").map((row) =>
  [...row.children].map((one) => (one.tagName === "TH" ? text(one).replace(/\s+/g, " ") : one.colSpan > 1 && !text(one) ? `-${one.colSpan}` : text(one))).join(" | "),
);

// Pointing at a cell, at a mutant and at a constant explains each.
const point = (target) => {
  target.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
  return text(detail).split("\n").filter(Boolean);
};
seen.killed_cell = point(cell(16, 2));
seen.passed_cell = point(cell(18, 3));
seen.timed_out_cell = point(cell(26, 6));
seen.summary_cell = point(document.querySelector('tr[data-constant="2"] td[data-test="2"]'));
seen.not_covered = point(document.querySelector('tr[data-mutant="21"] .head'));
seen.unviable = point(document.querySelector('tr[data-mutant="23"] .head'));
seen.survived = point(document.querySelector('tr[data-mutant="7"] .head'));
seen.constant = point(document.querySelector('tr[data-constant="4"] .head'));
document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
seen.hidden_by_escape = detail.hidden;

// The arrow keys walk from a constant to its cells and down to the next mutant.
document.querySelector('tr[data-constant="2"] button').focus();
key("ArrowRight");
key("ArrowDown");
key("ArrowRight");
seen.walked_to = [document.activeElement.closest("tr").dataset.mutant, document.activeElement.dataset.test];
seen.spoken = document.activeElement.getAttribute("aria-label");

// Filters and folding.
seen.shown = text(document.getElementById("shown"));
seen.only_gold = filter((form) => (form.text.value = "TIER_PERCENT.gold"));
seen.gold_rows = all("tr.mutant").length;
filter((form) => (form.text.value = ""));
seen.without_killed = filter((form) => (form.verdict[2].checked = false));
filter((form) => (form.verdict[2].checked = true));
seen.one_test = filter((form) => (form.test.value = "macro"));
seen.killing_tests = filter((form) => ((form.test.value = ""), (form.columns.value = "killing")));
seen.all_tests = filter((form) => (form.columns.value = "all"));
document.getElementById("fold").click();
seen.folded = [all("tr.constant").length, all("tr.mutant").length];
document.querySelector('tr[data-constant="1"] button').click();
seen.unfolded_again = [all("tr.mutant").length, document.activeElement.innerText];

// The slack lines and the tables.
seen.slack = all(".slack").map((figure) => [text(figure.querySelector("figcaption")), all(".slack text").filter((one) => figure.contains(one)).map((one) => one.textContent).join(" ")]);
seen.tests = all("#tests tbody tr").map((row) => [...row.cells].map(text).join(" | ").replace(/\s+/g, " "));
seen.gaps = all("#gaps tbody tr").map((row) => [...row.cells].map(text).join(" | ").replace(/\s+/g, " "));

// The source view of Stryker's element.
document.getElementById("open-source").click();
const app = document.querySelector("mutation-test-report-app");
const inside = (node) => [...(node.shadowRoot ?? node).querySelectorAll("*")].flatMap((one) => (one.shadowRoot ? [one, ...inside(one)] : [one]));
const until = async (seenAt) => {
  for (let turn = 0; turn < 100 && !seenAt(); turn++) await new Promise((resolve) => setTimeout(resolve, 20));
  return Boolean(seenAt());
};
seen.files_listed = await until(() => inside(app).some((one) => one.href?.endsWith("#mutant/lib.rs")));
location.hash = "#mutant/lib.rs";
seen.source_shown = await until(() => inside(app).some((one) => one.localName === "code" && one.textContent.includes("pub const TIER_PERCENT")));
return seen;
