// Everybody as a dot: what the metric reads against what the organisation gets. Who games is a triangle.
import { byId, colour, pictureSize, prefersStill } from "./dom.js";
import { say, short } from "./texts.js";

let dots = []; // {employee, x, y, games, group}, where they stand now
let aim = []; // where they go
let began = 0;
let target = null;
let chosen = -1;
let labels = { x: "", y: "" };
let scale = null;
let frame = 0;

const kGames = 1e-3; // share of a step
const kMoves = 350; // ms
const right = 12; // margin

const box = () => byId("crowd");

// From the least value, or 0, to what all but the most extreme fiftieth lie below: a few far out would squeeze the others
// together. They stand at the edge.
function extent(values, also) {
  const all = values.filter(Number.isFinite).sort((a, b) => a - b);
  const far = all[Math.floor(0.98 * (all.length - 1))] ?? 1;
  const low = Math.min(0, ...all);
  const line = also !== null && Number.isFinite(also) ? also : 0;
  const high = Math.max(Math.min(1.15 * far, all.at(-1) ?? 1), 1.6 * line, low + 1e-9);
  const room = (high - low) * 0.06;
  return [low < 0 ? low - room : low, high + room];
}

// Rounded out, so that a dragged slider does not make the axes tremble.
function steady(before, [low, high]) {
  if (before && low >= before[0] && high <= before[1] && high - low > 0.6 * (before[1] - before[0])) return before;
  return [low, high];
}

function roundTicks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough) ?? rough;
  const list = [];
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) list.push(Math.abs(at) < step / 1e6 ? 0 : at);
  return list;
}

function frameOf(canvas, letters) {
  const left = 33 + letters, top = 9 + letters, bottom = 12 + 2 * letters;
  const width = canvas.clientWidth - left - right;
  const height = canvas.clientHeight - top - bottom;
  return {
    x: (value) => left + ((value - scale.x[0]) / (scale.x[1] - scale.x[0])) * width,
    y: (value) => top + height - ((value - scale.y[0]) / (scale.y[1] - scale.y[0])) * height,
    left, top, width, height,
  };
}

function mark(ctx, x, y, games, size) {
  ctx.beginPath();
  if (games) {
    ctx.moveTo(x, y - size * 1.25);
    ctx.lineTo(x + size * 1.15, y + size * 0.85);
    ctx.lineTo(x - size * 1.15, y + size * 0.85);
    ctx.closePath();
  } else {
    ctx.arc(x, y, size, 0, 2 * Math.PI);
  }
}

function draw() {
  const canvas = box().firstElementChild;
  const ratio = devicePixelRatio;
  const width = box().clientWidth;
  const { height, letters } = pictureSize(box(), width);
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
  }
  if (!scale) return;
  const ctx = canvas.getContext("2d");
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, height);
  const at = frameOf(canvas, letters);
  ctx.font = `${letters}px system-ui, sans-serif`;
  ctx.fillStyle = colour("quiet");
  ctx.strokeStyle = colour("line");
  ctx.lineWidth = 1;
  for (const tick of roundTicks(...scale.y, 4)) {
    ctx.beginPath();
    ctx.moveTo(at.left, at.y(tick));
    ctx.lineTo(at.left + at.width, at.y(tick));
    ctx.stroke();
    ctx.textAlign = "right";
    ctx.fillText(short(tick), at.left - 9, at.y(tick) + 4);
  }
  ctx.textAlign = "center";
  for (const tick of roundTicks(...scale.x, width < 420 ? 4 : 6)) ctx.fillText(short(tick), at.x(tick), at.top + at.height + 3 + letters);
  ctx.fillText(labels.x, at.left + at.width / 2, at.top + at.height + 7 + 2 * letters);
  ctx.textAlign = "left";
  ctx.fillText(labels.y, 4, letters);

  // Who games stands above the others.
  for (const dot of [...dots].sort((a, b) => a.games - b.games)) {
    if (!Number.isFinite(dot.x) || !Number.isFinite(dot.y)) continue;
    mark(ctx, at.x(Math.min(dot.x, scale.x[1])), at.y(Math.min(dot.y, scale.y[1])), dot.games, dot.games ? 4.5 : 4);
    ctx.fillStyle = dot.games ? `${colour("shown")}bb` : `${colour("real")}77`;
    ctx.fill();
    ctx.strokeStyle = dot.games ? colour("shown") : colour("real");
    ctx.lineWidth = 0.8;
    ctx.stroke();
  }
  const beyond = aim.filter((dot) => dot.x > scale.x[1]).length;
  if (beyond > 0) {
    ctx.textAlign = "right";
    ctx.fillStyle = colour("quiet");
    ctx.fillText(say("crowd_beyond", { count: beyond }), at.left + at.width + right, letters);
  }
  if (target !== null && Number.isFinite(target)) {
    const x = at.x(target);
    ctx.strokeStyle = colour("ink");
    ctx.lineWidth = 2;
    ctx.setLineDash([5, 4]);
    ctx.beginPath();
    ctx.moveTo(x, at.top);
    ctx.lineTo(x, at.top + at.height);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.fillStyle = colour("ink");
    const text = `${say("target")} ${short(target)}`;
    const room = ctx.measureText(text).width;
    ctx.textAlign = x + room + 8 > at.left + at.width ? "right" : "left";
    ctx.fillText(text, x + (ctx.textAlign === "left" ? 5 : -5), at.top + letters - 3);
  }
  if (dots[chosen]) {
    mark(ctx, at.x(Math.min(dots[chosen].x, scale.x[1])), at.y(Math.min(dots[chosen].y, scale.y[1])), dots[chosen].games, 8);
    ctx.strokeStyle = colour("ink");
    ctx.lineWidth = 2.5;
    ctx.stroke();
  }
}

function move(now) {
  const part = prefersStill() ? 1 : Math.min(1, (now - began) / kMoves);
  const eased = 1 - (1 - part) ** 3;
  const from = new Map(dots.map((dot) => [dot.employee, dot]));
  dots = aim.map((dot) => {
    const before = from.get(dot.employee);
    if (!before || part === 1 || !Number.isFinite(before.from_x)) return { ...dot, from_x: before?.from_x ?? dot.x, from_y: before?.from_y ?? dot.y };
    return {
      ...dot,
      from_x: before.from_x,
      from_y: before.from_y,
      x: before.from_x + (dot.x - before.from_x) * eased,
      y: before.from_y + (dot.y - before.from_y) * eased,
    };
  });
  draw();
  frame = part < 1 ? requestAnimationFrame(move) : 0;
}

// Shows a crowd: dots as the engine has them, the position of the metric, the target or null, and names of the axes.
export function drawCrowd(crowd, metric, line, names) {
  aim = crowd.map((dot) => ({
    employee: dot.employee,
    x: dot.readings[metric],
    y: dot.contribution,
    games: dot.gaming > kGames,
    gaming: dot.gaming,
    group: dot.group,
  }));
  target = line;
  labels = names;
  scale = {
    x: steady(scale?.x, extent(aim.map((dot) => dot.x), line)),
    y: steady(scale?.y, extent(aim.map((dot) => dot.y), null)),
  };
  dots = dots.map((dot) => ({ ...dot, from_x: dot.x, from_y: dot.y }));
  if (chosen >= aim.length) chosen = -1;
  began = performance.now();
  const gaming = aim.filter((dot) => dot.games).length;
  box().setAttribute("aria-label", say("crowd_label", { all: aim.length, gaming, x: names.x, y: names.y }));
  if (frame) cancelAnimationFrame(frame);
  frame = requestAnimationFrame(move);
}

// Forgets the axes, for another scenario or metric.
export function forgetCrowd() {
  scale = null;
  dots = [];
  chosen = -1;
}

export function crowdCanvas() {
  return scale ? box().firstElementChild : null;
}

function choose(index) {
  chosen = index;
  const dot = aim[index];
  byId("crowd_said").textContent = say("crowd_one", {
    employee: dot.employee,
    group: dot.group ? ` (${dot.group})` : "",
    x: short(dot.x),
    y: short(dot.y),
    gaming: dot.games ? say("crowd_games", { share: short(100 * dot.gaming) }) : say("crowd_honest"),
  });
  draw();
}

// `ask(employee)` is called for a dot that was clicked, or chosen by keys and asked by Enter.
export function wireCrowd(ask) {
  box().addEventListener("click", (event) => {
    if (!scale || aim.length === 0) return;
    const canvas = box().firstElementChild;
    const at = frameOf(canvas, pictureSize(box(), box().clientWidth).letters);
    const rim = canvas.getBoundingClientRect();
    const x = event.clientX - rim.left;
    const y = event.clientY - rim.top;
    let nearest = -1;
    let least = 24 ** 2;
    aim.forEach((dot, i) => {
      const far = (at.x(Math.min(dot.x, scale.x[1])) - x) ** 2 + (at.y(Math.min(dot.y, scale.y[1])) - y) ** 2;
      if (far < least) [least, nearest] = [far, i];
    });
    if (nearest < 0) return;
    choose(nearest);
    ask(aim[nearest].employee);
  });
  box().addEventListener("keydown", (event) => {
    if (aim.length === 0) return;
    if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      ask(aim[chosen].employee);
      return;
    }
    const order = aim.map((dot, i) => i).sort((a, b) => aim[a].x - aim[b].x || a - b);
    const place = order.indexOf(chosen);
    const last = order.length - 1;
    const to = { ArrowRight: place + 1, ArrowUp: place + 1, ArrowLeft: place - 1, ArrowDown: place - 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(order[Math.min(Math.max(to, 0), last)]);
  });
  new ResizeObserver(() => draw()).observe(box());
}
