const text = (selector) => document.querySelector(selector).innerText.trim();
const seen = {};
seen.loaded = performance.getEntriesByType("resource").length;
seen.choices = [...document.querySelectorAll(".choices li")].map((choice) => choice.innerText.trim());
seen.shown_before = document.querySelector(".happened").offsetHeight > 0;

document.querySelectorAll(".choices input")[0].click();
document.querySelectorAll(".choices input")[1].click();
document.querySelector(".prediction button").click();

seen.verdict = text("output");
seen.marks = [...document.querySelectorAll(".choices li")].map((choice) => choice.className);
seen.shown_after = document.querySelector(".happened").offsetHeight > 0;
seen.changes = [...document.querySelectorAll(".changes tr")].map((row) => [...row.cells].map((cell) => cell.innerText).join(" | "));
seen.why = document.querySelectorAll(".why li").length;
return seen;
