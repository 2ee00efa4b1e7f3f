// Each lesson waits for a prediction, grades it, and only then shows what happened.
const places = (holder) => new Set(holder.dataset.truth.split(" ").filter(Boolean));

/** Marks each tick of a row as hit, missed or wrong; gives how many are right. */
function grade(holder) {
  const truth = places(holder);
  const ticks = [...holder.querySelectorAll("input")];
  for (const tick of ticks) {
    const is = truth.has(tick.value);
    const mark = tick.checked ? (is ? "hit" : "wrong") : is ? "missed" : "rest";
    tick.closest("td, li").className = mark;
    tick.disabled = true;
  }
  return ticks.every((tick) => tick.checked === truth.has(tick.value));
}

for (const form of document.querySelectorAll(".prediction")) {
  const happened = form.nextElementSibling;
  happened.classList.add("waiting");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // In a matrix only the rows in which something was ticked are graded, and the lesson's own.
    const [own, ...others] = form.querySelectorAll("[data-truth]");
    const tried = others.filter((row) => row.querySelector(":checked"));
    const right = [own, ...tried].map(grade);
    form.classList.add("shown");
    form.querySelector("button").disabled = true;
    const practice = tried.length ? `, and ${right.slice(1).filter(Boolean).length} of ${tried.length} other mistakes` : "";
    form.querySelector("output").textContent = (right[0] ? "Right" : "Not right") + practice;
    happened.classList.remove("waiting");
  });
}
