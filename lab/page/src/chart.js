// The dashboard against value over time, as an index: 100 is the comparison policy's mean over the same steps.
import uPlot from "uplot";
import { byId, colour, make } from "./dom.js";
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
    add(`A: ${say("dashboard")}`, kept.dashboard, "shown", { width: 1.5, dash: [2, 4], end: false });
    add(`A: ${say("value")}`, kept.value, "real", { width: 1.5, dash: [2, 4], end: false });
  } else if (ghost) {
    add(`${say("before")}: ${say("dashboard")}`, ghost.dashboard, "shown", { width: 1, faint: true, end: false });
    add(`${say("before")}: ${say("value")}`, ghost.value, "real", { width: 1, faint: true, end: false });
  }
  add(say("dashboard"), now.dashboard, "shown", { width: 2.5, dash: [9, 4], band: true, end: true });
  add(say("value"), now.value, "real", { width: 3, band: true, end: true });
  return { steps, list };
}

// Names at the ends of lines, where they do not cover each other.
function endNames(u, list) {
  const { ctx } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `600 ${(u.width < 480 ? 12 : 13) * ratio}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  const placed = [];
  list.forEach((line) => {
    if (!line.end) return;
    const last = line.mean.at(-1);
    if (last === null || last === undefined) return;
    let y = u.valToPos(last, "y", true);
    for (const other of placed) if (Math.abs(other - y) < 16 * ratio) y = other + (y >= other ? 16 : -16) * ratio;
    y = Math.min(Math.max(y, u.bbox.top + 8 * ratio), u.bbox.top + u.bbox.height - 4 * ratio);
    placed.push(y);
    ctx.fillStyle = line.colour;
    ctx.fillText(`${line.label} ${short(Math.round(last))}`, u.bbox.left + u.bbox.width + 6 * ratio, y + 4 * ratio);
  });
  ctx.restore();
}

function options(width, height, list, unit) {
  const quiet = colour("quiet");
  const grid = { stroke: colour("line"), width: 1 };
  const font = "13px system-ui, sans-serif";
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
    padding: [12, width < 480 ? 104 : 122, 0, 0],
    axes: [
      { stroke: quiet, grid: { show: false }, ticks: grid, font, label: unit, labelFont: font, labelSize: 20, size: 34 },
      { stroke: quiet, grid, ticks: { show: false }, font, size: 48 },
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
          endNames(u, list);
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
  const height = Math.round(Math.min(Math.max(width * 0.55, 230), document.body.classList.contains("presenting") ? innerHeight * 0.5 : 310));
  const key = JSON.stringify([list.map((line) => line.label), width, height, colour("ink"), state.unit]);
  if (plot && plot.key === key) {
    plot.options_list.splice(0, Infinity, ...list);
    plot.setData(data);
  } else {
    plot?.destroy();
    const kept = [...list];
    plot = new uPlot(options(width, height, kept, state.unit), data, box);
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
