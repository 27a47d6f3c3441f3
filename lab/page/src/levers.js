// Sliders: a number with its range, a box for typing it, and for the first one the curve of what it brings.
import { make } from "./dom.js";
import { say, short } from "./texts.js";

const kStops = 1000; // of a slider

export const rounded = (value, lever) => {
  if (lever.whole) return Math.round(value);
  const step = 10 ** Math.floor(Math.log10(Math.max(lever.high - lever.low, 1e-12)) - 2);
  return Number((Math.round(value / step) * step).toPrecision(12));
};

const toStop = (value, lever) => Math.round(((value - lever.low) / (lever.high - lever.low)) * kStops);

// A lever's row. `moved(value)` is called whenever it is moved; `update(lever)` of the result shows another state.
export function leverRow(lever, { big, moved }) {
  const id = `lever_${lever.path.replace(/\W/g, "_")}${big ? "_big" : ""}`;
  const range = make("input", { type: "range", id, min: 0, max: kStops, step: 1 });
  const box = make("input", { type: "number", step: "any", "aria-label": say("lever_box", { label: lever.label }) });
  const mark = make("span", { class: "stands", "aria-hidden": "true", title: say("stands", { value: short(lever.start) }) });
  const ends = make("p", { class: "ends" });
  const curve = big ? make("canvas", { class: "curve", "aria-hidden": "true" }) : null;
  const row = make("div", { class: big ? "big lever_row" : "lever_row" },
    make("label", { for: id }, big ? make("strong", {}, say(lever.path.endsWith(".target") ? "move_target" : "move")) : null, big ? " " : null, lever.label),
    make("div", { class: "slide" }, curve, range, mark), box, ends);

  let current = lever;
  const show = () => {
    range.setAttribute("aria-valuetext", say("lever_value", { label: current.label, value: short(current.value) }));
  };
  range.addEventListener("input", () => {
    const value = rounded(current.low + (range.valueAsNumber / kStops) * (current.high - current.low), current);
    box.value = String(value);
    current = { ...current, value };
    show();
    moved(value);
  });
  box.addEventListener("change", () => {
    const value = box.valueAsNumber;
    if (!Number.isFinite(value)) {
      box.value = String(current.value);
      return;
    }
    moved(value);
  });
  const update = (to, dragging) => {
    current = { ...to };
    mark.style.left = `calc(${Math.min(Math.max(toStop(to.start, to) / kStops, 0), 1)} * (100% - 22px) + 11px)`;
    if (!dragging) {
      range.value = String(toStop(to.value, to));
      if (document.activeElement !== box) box.value = String(to.value);
    }
    ends.textContent = say(to.stated ? "range_stated" : "range_taken", { low: short(to.low), high: short(to.high) });
    show();
  };
  update(lever, false);
  return { row, update, curve, range };
}
