// What one lever brings over its whole range: it is computed while nothing else is to do, and drawn behind the slider.
import { colour, make } from "./dom.js";
import { say, short } from "./texts.js";

const kPoints = 21;
const kReplicates = 4;

// Values over a range, coarse first, so that the curve shows its shape early.
export function valuesOf(lever) {
  const all = Array.from({ length: kPoints }, (_, i) => lever.low + (i / (kPoints - 1)) * (lever.high - lever.low)).map((value) =>
    lever.whole ? Math.round(value) : Number(value.toPrecision(6)),
  );
  const order = [];
  for (const stride of [5, 2, 1]) for (let i = 0; i < kPoints; i += stride) if (!order.includes(i)) order.push(i);
  return order.map((i) => all[i]).filter((value, i, list) => list.indexOf(value) === i);
}

// Computes the points one by one while `idle()` holds; calls `show(points, best)` after each. Both are kept in `cache`, so
// that an interrupted curve goes on where it was.
export async function compute(engine, { lever, policy, metric, replicates, cache, idle, show }) {
  const values = valuesOf(lever);
  cache.of = values.length;
  const most = Math.min(kReplicates, replicates);
  for (const value of values) {
    if (cache.points.some((point) => point.at === value)) continue;
    if (!idle()) return;
    const answer = await engine.ask({ do: "points", policy, metric, replicates: most, points: [{ [lever.path]: value }] });
    if (!answer.points || !idle()) return;
    const [point] = answer.points;
    if (!point.why) cache.points.push({ at: value, ...point });
    cache.points.sort((a, b) => a.at - b.at);
    cache.done = cache.points.length >= values.length;
    show(cache);
  }
  if (!idle() || cache.points.length < 3) return;
  const best = await engine.ask({ do: "best", net_values: cache.points.map((point) => point.net_values) });
  if (best.error || best.stopped) return;
  cache.best = best;
  show(cache);
}

// What cannot be told apart from the best setting, as stretches of settings that lie beside each other: [[from, to], ...].
function stretches(cache) {
  const list = [];
  for (const i of [...cache.best.near].sort((a, b) => a - b)) {
    if (list.length > 0 && list.at(-1)[1] === i - 1) list.at(-1)[1] = i;
    else list.push([i, i]);
  }
  return list.map((ends) => ends.map((i) => cache.points[i].at));
}

const share = (estimate, base) => (Math.abs(base) > 1e-9 ? (100 * estimate.mean) / base : null);

export function drawCurve(canvas, lever, cache) {
  const ratio = devicePixelRatio;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  if (cache.points.length < 2) return;
  const inset = 11; // half of the slider's thumb
  const x = (value) => inset + ((value - lever.low) / (lever.high - lever.low)) * (width - 2 * inset);
  const lines = [
    { name: "shown", dash: [6, 3], of: (point) => share(point.dashboard, point.dashboard_base) },
    { name: "real", dash: [], of: (point) => share(point.value, point.value_base) },
  ];
  const all = lines.flatMap(({ of }) => cache.points.map(of)).filter((value) => value !== null && Number.isFinite(value));
  if (all.length === 0) return;
  const low = Math.min(...all, 97);
  const high = Math.max(...all, 103);
  const y = (value) => height - 5 - ((value - low) / (high - low)) * (height - 12);
  for (const { name, dash, of } of lines) {
    ctx.strokeStyle = colour(name);
    ctx.lineWidth = 2;
    ctx.setLineDash(dash);
    ctx.beginPath();
    let begun = false;
    for (const point of cache.points) {
      const value = of(point);
      if (value === null || !Number.isFinite(value)) continue;
      if (begun) ctx.lineTo(x(point.at), y(value));
      else ctx.moveTo(x(point.at), y(value));
      begun = true;
    }
    ctx.stroke();
  }
  ctx.setLineDash([]);
  if (cache.best && cache.best.best !== null) {
    ctx.fillStyle = `${colour("good")}33`;
    for (const [from, to] of stretches(cache)) ctx.fillRect(x(from) - 2, 0, x(to) - x(from) + 4, height);
    const at = x(cache.points[cache.best.best].at);
    ctx.fillStyle = colour("good");
    ctx.beginPath();
    ctx.moveTo(at - 6, 0);
    ctx.lineTo(at + 6, 0);
    ctx.lineTo(at, 9);
    ctx.fill();
  }
}

// The best setting in a sentence, with those that cannot be told apart from it.
export function curveWords(cache) {
  if (!cache.best || cache.best.best === null) {
    return cache.points.length > 1 ? say("curve_on_the_way", { done: cache.points.length, of: cache.of ?? kPoints }) : "";
  }
  const point = cache.points[cache.best.best];
  const near = stretches(cache).map(([low, high]) => (low === high ? short(low) : say("stretch", { low: short(low), high: short(high) })));
  const values = { best: short(point.at), near: near.join(", "), replicates: point.net_value.n };
  const { length } = cache.best.near;
  if (length === cache.points.length) return say("curve_all_same", values);
  return say(length > 1 ? "curve_best_range" : "curve_best", values);
}

// A map of two levers: net value of the policy as a table of colours.
export async function drawMap(engine, box, { across, down, policy, metric, replicates, idle, decimals }) {
  const kCells = 7;
  const axis = (lever) => Array.from({ length: kCells }, (_, i) => {
    const value = lever.low + (i / (kCells - 1)) * (lever.high - lever.low);
    return lever.whole ? Math.round(value) : Number(value.toPrecision(4));
  });
  const columns = axis(across);
  const rows = axis(down).reverse();
  const cells = new Map();
  const body = make("tbody");
  for (const row of rows) {
    body.append(make("tr", {}, make("th", { scope: "row" }, short(row)), columns.map((column) => {
      const cell = make("td", {}, "·");
      cells.set(`${column} ${row}`, cell);
      return cell;
    })));
  }
  box.replaceChildren(make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": say("map_head") },
    make("table", { class: "map" },
      make("caption", {}, say("map_caption", { across: across.label, down: down.label })),
      make("thead", {}, make("tr", {}, make("td"), columns.map((value) => make("th", { scope: "col" }, short(value))))),
      body)));
  const found = [];
  for (const row of rows) {
    for (const column of columns) {
      if (!idle()) return;
      const answer = await engine.ask({ do: "points", policy, metric, replicates: Math.min(2, replicates), points: [{ [across.path]: column, [down.path]: row }] });
      if (!answer.points) return;
      const point = answer.points[0];
      const cell = cells.get(`${column} ${row}`);
      if (point.why) {
        cell.textContent = "–";
        continue;
      }
      found.push({ cell, value: point.net_value.mean });
      cell.textContent = decimals(point.net_value.mean);
      const low = Math.min(...found.map((one) => one.value));
      const high = Math.max(...found.map((one) => one.value));
      for (const one of found) {
        const part = high > low ? (one.value - low) / (high - low) : 0.5;
        one.cell.style.setProperty("--part", `${Math.round(part * 100)}%`);
        one.cell.classList.toggle("best", one.value === high);
      }
    }
  }
}
