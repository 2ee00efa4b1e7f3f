// Each slack interval on a line: the passing values, the value that stands there, the first ones that fail.
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 760;
const EDGE = 90;
const LEVEL = 30;
const UNEVEN = 25;

function shape(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Maps a number to its place on the line; with very uneven sides the distance from `value` counts by magnitude. */
function scale(first, value, last) {
  const inner = WIDTH - 2 * EDGE;
  const [left, right] = [value - first, last - value];
  if (left + right === 0) return { at: () => WIDTH / 2 };
  if (Math.max(left, right) <= UNEVEN * Math.min(left, right) || Math.min(left, right) === 0)
    return { at: (number) => EDGE + (inner * (number - first)) / (last - first) };
  const unit = Math.min(left, right);
  const size = (distance) => Math.sign(distance) * Math.log1p(Math.abs(distance) / unit);
  const [from, to] = [size(-left), size(right)];
  return { at: (number) => EDGE + (inner * (size(number - value) - from)) / (to - from), magnitudes: true };
}

function end(svg, at, side, { open, fails, failsAt, text }) {
  if (open) {
    // Below the line, because the number at an open end may be long.
    const inwards = side < 0 ? "start" : "end";
    const tip = at + side * 22;
    svg.append(shape("path", { class: "open", d: `M${at} ${LEVEL - 8} L${tip} ${LEVEL} L${at} ${LEVEL + 8} Z` }));
    svg.append(shape("text", { x: tip, y: LEVEL + 22, "text-anchor": inwards }, text ? `${text} and on` : "and on"));
    return;
  }
  if (text !== undefined) svg.append(shape("text", { x: at, y: LEVEL + 22, "text-anchor": "middle" }, text));
  if (fails === "") return;
  const x = failsAt + side * 9;
  for (const slope of [-1, 1])
    svg.append(shape("line", { class: "fails", x1: x - 4, y1: LEVEL - 4 * slope, x2: x + 4, y2: LEVEL + 4 * slope }));
  svg.append(shape("text", { x: x + side * 9, y: LEVEL + 4, "text-anchor": side < 0 ? "end" : "start" }, fails));
}

function drawLine(box) {
  const { value, low, lowOpen, lowFails, high, highOpen, highFails } = box.dataset;
  const number = Number(value);
  const first = Number(lowFails || low);
  const last = Number(highFails || high);
  if (![number, first, last].every(Number.isFinite)) return;
  const { at, magnitudes } = scale(first, number, last);
  const svg = shape("svg", { viewBox: `0 0 ${WIDTH} 56`, "aria-hidden": "true" });
  const [from, to] = [at(Number(low)), at(Number(high))];
  svg.append(shape("line", { class: "axis", x1: EDGE - 20, x2: WIDTH - EDGE + 20, y1: LEVEL, y2: LEVEL }));
  svg.append(shape("line", { class: "range", x1: from, x2: to, y1: LEVEL, y2: LEVEL }));
  // A bound that is the value itself is named above the line already.
  const label = (bound) => (bound === value ? undefined : bound);
  end(svg, from, -1, { open: lowOpen === "1", fails: lowFails, failsAt: at(first), text: label(low) });
  end(svg, to, 1, { open: highOpen === "1", fails: highFails, failsAt: at(last), text: label(high) });
  svg.append(shape("circle", { class: "value", cx: at(number), cy: LEVEL, r: 6 }));
  svg.append(shape("text", { class: "now", x: at(number), y: LEVEL - 14, "text-anchor": "middle" }, value));
  if (magnitudes) svg.append(shape("text", { x: WIDTH, y: 10, "text-anchor": "end" }, "by magnitude"));
  box.append(svg);
}

document.querySelectorAll(".slack .line").forEach(drawLine);
