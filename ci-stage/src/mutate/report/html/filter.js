// Filters, folding, and the source view, which is made when it is first asked for.
const filters = document.getElementById("filters");

filters.addEventListener("input", () => {
  const wanted = new FormData(filters);
  state.text = wanted.get("text").trim().toLowerCase();
  state.test = wanted.get("test").trim().toLowerCase();
  state.columns = wanted.get("columns");
  state.verdicts = new Set(wanted.getAll("verdict"));
  draw();
});
filters.addEventListener("submit", (event) => event.preventDefault());

function fold(constants) {
  state.unfolded = new Set(constants);
  draw();
}
document.getElementById("unfold").addEventListener("click", () => fold(matrix.constants.map((constant) => constant.id)));
document.getElementById("fold").addEventListener("click", () => fold([]));

picture.addEventListener("click", ({ target }) => {
  const button = target.closest(".constant button");
  if (!button) return;
  const id = Number(button.closest("tr").dataset.constant);
  fold(state.unfolded.has(id) ? [...state.unfolded].filter((one) => one !== id) : [...state.unfolded, id]);
  picture.querySelector(`[data-constant="${id}"] button`)?.focus();
});

document.getElementById("open-source").addEventListener("click", ({ target }) => {
  const app = document.createElement("mutation-test-report-app");
  app.setAttribute("title-postfix", "Mutated constants");
  app.report = JSON.parse(document.getElementById("stryker-report").textContent);
  document.getElementById("stryker").replaceChildren(app);
  target.remove();
});

draw();
