// The dashboard against value over time, as an index: 100 is the comparison policy's mean over the same steps.
import uPlot from "uplot";
import { byId, colour, make, pictureSize } from "./dom.js";
import { say, short } from "./texts.js";

let plot = null;
let shown = null; // what is drawn: {series: [{label, mean, low, high, ...}], steps, unit}

const mean = (values) => values.reduce((sum, value) => sum + (value ?? 0), 0) / Math.max(1, values.length);

// A course as per cent of the base's mean; null where that is 0.
export function indexed(course, base) {
  const scale = mean(base.mean);
  if (!(Math.abs(scale) > 1e-9)) return null;
  const of = (values) => values.map((value) => (value === null ? null : (100 * value) / scale));
  return { mean: of(course.mean), low: of(course.low), high: of(course.high) };
}

function lines(state) {
  const { steps, now, ghost, kept } = state;
  const list = [];
  const add = (label, course, name, look) => {
    if (course) list.push({ label, ...course, colour: colour(name), ...look });
  };
  if (kept) {
    add(`A: ${say("dashboard")}`, kept.dashboard, "shown", { width: 1.5, dash: [2, 4], end: "A" });
    add(`A: ${say("value")}`, kept.value, "real", { width: 1.5, dash: [2, 4], end: "A" });
  } else if (ghost) {
    add(`${say("before")}: ${say("dashboard")}`, ghost.dashboard, "shown", { width: 1, faint: true });
    add(`${say("before")}: ${say("value")}`, ghost.value, "real", { width: 1, faint: true });
  }
  add(say("dashboard"), now.dashboard, "shown", { width: 2.5, dash: [9, 4], band: true, end: say("dashboard") });
  add(say("value"), now.value, "real", { width: 3, band: true, end: say("value") });
  return { steps, list };
}

const endFont = (width, letters, ratio) => `600 ${(width < 480 ? letters - 1 : letters) * ratio}px system-ui, sans-serif`;

const endName = (line, value) => `${line.end} ${short(Math.round(value))}`;

// The room right of the lines, for the longest name with a number of four digits.
function endRoom(width, letters, list) {
  const ctx = document.createElement("canvas").getContext("2d");
  ctx.font = endFont(width, letters, 1);
  return Math.ceil(Math.max(0, ...list.filter((line) => line.end).map((line) => ctx.measureText(endName(line, 1000)).width))) + 10;
}

// Names at the ends of lines, where they do not cover each other.
function endNames(u, letters, list) {
  const { ctx } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = endFont(u.width, letters, ratio);
  const apart = (letters + 3) * ratio;
  ctx.textAlign = "left";
  const names = list
    .filter((line) => line.end && Number.isFinite(line.mean.at(-1)))
    .map((line) => ({ line, value: line.mean.at(-1), y: u.valToPos(line.mean.at(-1), "y", true) }))
    .sort((a, b) => a.y - b.y);
  // Down where they would touch, then up again from the bottom.
  let edge = u.bbox.top + 8 * ratio - apart;
  for (const name of names) edge = name.y = Math.max(name.y, edge + apart);
  edge = u.bbox.top + u.bbox.height - 4 * ratio + apart;
  for (const name of names.reverse()) edge = name.y = Math.min(name.y, edge - apart);
  for (const { line, value, y } of names) {
    ctx.fillStyle = line.colour;
    ctx.fillText(endName(line, value), u.bbox.left + u.bbox.width + 6 * ratio, y + 4 * ratio);
  }
  ctx.restore();
}

function options(width, height, letters, list, unit) {
  const quiet = colour("quiet");
  const grid = { stroke: colour("line"), width: 1 };
  const font = `${letters}px system-ui, sans-serif`;
  const series = [{}];
  const bands = [];
  for (const line of list) {
    const stroke = line.faint ? `${line.colour}77` : line.colour;
    series.push({ label: line.label, stroke, width: line.width, dash: line.dash, points: { show: false } });
    if (line.band) {
      const at = series.length;
      series.push({ stroke: "transparent", points: { show: false } }, { stroke: "transparent", points: { show: false } });
      bands.push({ series: [at + 1, at], fill: `${line.colour}26` });
    }
  }
  return {
    width,
    height,
    series,
    bands,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
    scales: {
      x: { time: false },
      y: { range: (u, low, high) => [Math.min(low, 95) - 2, Math.max(high, 105) + 2] },
    },
    padding: [12, endRoom(width, letters, list), 0, 0],
    axes: [
      { stroke: quiet, grid: { show: false }, ticks: grid, font, label: unit, labelFont: font, labelSize: letters + 7, size: letters + 21 },
      { stroke: quiet, grid, ticks: { show: false }, font, size: 3.7 * letters },
    ],
    hooks: {
      draw: [
        (u) => {
          // The comparison policy.
          const y = u.valToPos(100, "y", true);
          u.ctx.save();
          u.ctx.strokeStyle = quiet;
          u.ctx.lineWidth = devicePixelRatio;
          u.ctx.beginPath();
          u.ctx.moveTo(u.bbox.left, y);
          u.ctx.lineTo(u.bbox.left + u.bbox.width, y);
          u.ctx.stroke();
          u.ctx.restore();
          endNames(u, letters, list);
        },
      ],
      setCursor: [(u) => tell(u.cursor.idx)],
    },
  };
}

// What stands below the chart while a cursor is in it.
function tell(at) {
  if (!shown || at === null || at === undefined) return;
  const parts = shown.list
    .filter((line) => line.mean[at] !== null && line.mean[at] !== undefined)
    .map((line) => `${line.label} ${short(line.mean[at])}${line.band && line.low[at] !== null ? ` (${short(line.low[at])}–${short(line.high[at])})` : ""}`);
  byId("chart_note").textContent = `${shown.unit} ${shown.steps[at]}: ${parts.join(", ")}`;
}

function table() {
  const { steps, list, unit } = shown;
  byId("chart_table").replaceChildren(
    make("table", {},
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, unit), list.map((line) => make("th", { scope: "col" }, line.label)))),
      make("tbody", {}, steps.map((step, i) =>
        make("tr", {}, make("th", { scope: "row" }, String(step)), list.map((line) =>
          make("td", {}, short(line.mean[i] ?? null) + (line.band && line.low[i] !== null ? ` (${short(line.low[i])}–${short(line.high[i])})` : "")))))),
    ),
  );
}

// Draws {steps, now: {dashboard, value}, ghost, kept, unit, note}; courses may be null.
export function drawChart(state) {
  const box = byId("chart");
  const { steps, list } = lines(state);
  shown = { steps, list, unit: state.unit };
  const data = [steps];
  for (const line of list) data.push(...(line.band ? [line.mean, line.low, line.high] : [line.mean]));
  const width = Math.max(280, box.clientWidth);
  const { height, letters } = pictureSize(box, width);
  const key = JSON.stringify([list.map((line) => line.label), width, height, letters, colour("ink"), state.unit]);
  if (plot && plot.key === key) {
    plot.options_list.splice(0, Infinity, ...list);
    plot.setData(data);
  } else {
    plot?.destroy();
    const kept = [...list];
    plot = new uPlot(options(width, height, letters, kept, state.unit), data, box);
    plot.key = key;
    plot.options_list = kept;
  }
  byId("chart_note").textContent = state.note;
  box.setAttribute("aria-label", `${say("chart_head")}. ${state.note}`);
  if (byId("chart_table").closest("details").open) table();
}

export function chartCanvas() {
  return plot ? plot.ctx.canvas : null;
}

export function wireChart(redraw) {
  byId("chart_table").closest("details").addEventListener("toggle", (event) => {
    if (event.target.open && shown) table();
  });
  byId("chart").addEventListener("keydown", (event) => {
    if (!plot || !shown) return;
    const last = shown.steps.length - 1;
    const at = plot.cursor.idx ?? -1;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const index = Math.min(Math.max(to, 0), last);
    plot.setCursor({ left: plot.valToPos(shown.steps[index], "x"), top: 10 });
    tell(index);
  });
  new ResizeObserver(() => redraw()).observe(byId("chart"));
}
