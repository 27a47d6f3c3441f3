// A lesson: predict, lock, see. Truth is computed by the engine when it is asked for, and stands nowhere in the page.
import { byId, download, make } from "./dom.js";
import { say, short } from "./texts.js";

const kHandles = 5;
const kLow = 40, kHigh = 160; // per cent, of a drawn curve

let given = []; // answers so far: {ask, answer, right, truth}

export const answersGiven = () => given.length;

// Five handles over time, as per cent of what it is compared with. They are sliders for keys, too.
function sketch(question) {
  const box = { width: 320, height: 150, left: 34, top: 8, bottom: 22 };
  const ns = "http://www.w3.org/2000/svg";
  const draw = (tag, attributes, text) => {
    const element = document.createElementNS(ns, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text) element.textContent = text;
    return element;
  };
  const values = Array(kHandles).fill(100);
  let low = kLow, high = kHigh, truth = null, locked = false;
  const x = (part) => box.left + 8 + part * (box.width - box.left - 18);
  const y = (value) => box.top + (1 - (value - low) / (high - low)) * (box.height - box.top - box.bottom);
  const svg = draw("svg", { viewBox: `0 0 ${box.width} ${box.height}`, class: "sketch", role: "group", "aria-label": say("sketch_label") });
  const back = draw("g", {});
  const line = draw("polyline", { class: "guess" });
  const real = draw("polyline", { class: "truth" });
  svg.append(back, line, real);
  const handles = values.map((_, i) => {
    const handle = draw("circle", { r: 9, tabindex: 0, role: "slider", "aria-valuemin": kLow, "aria-valuemax": kHigh, "aria-label": say("sketch_handle", { at: i + 1, of: kHandles }) });
    const to = (value) => {
      if (locked) return;
      values[i] = Math.round(Math.min(Math.max(value, kLow), kHigh));
      show();
      svg.dispatchEvent(new CustomEvent("drawn"));
    };
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowUp: 5, ArrowRight: 5, ArrowDown: -5, ArrowLeft: -5, PageUp: 20, PageDown: -20 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      to(values[i] + step);
    });
    handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const rim = svg.getBoundingClientRect();
      const at = ((event.clientY - rim.top) / rim.height) * box.height;
      to(low + (1 - (at - box.top) / (box.height - box.top - box.bottom)) * (high - low));
    });
    svg.append(handle);
    return handle;
  });
  function show() {
    back.replaceChildren();
    for (const value of [low, 100, high]) {
      back.append(draw("line", { x1: box.left, x2: box.width, y1: y(value), y2: y(value), class: value === 100 ? "base" : "rule" }));
      back.append(draw("text", { x: box.left - 4, y: y(value) + 4, "text-anchor": "end" }, String(Math.round(value))));
    }
    back.append(draw("text", { x: box.left, y: box.height - 4 }, say("sketch_start")));
    back.append(draw("text", { x: box.width, y: box.height - 4, "text-anchor": "end" }, say("sketch_end")));
    line.setAttribute("points", values.map((value, i) => `${x(i / (kHandles - 1))},${y(value)}`).join(" "));
    handles.forEach((handle, i) => {
      handle.setAttribute("cx", x(i / (kHandles - 1)));
      handle.setAttribute("cy", y(values[i]));
      handle.setAttribute("aria-valuenow", values[i]);
      handle.setAttribute("aria-valuetext", `${values[i]} %`);
    });
    if (truth) real.setAttribute("points", truth.map((value, i) => `${x(i / Math.max(1, truth.length - 1))},${y(value)}`).join(" "));
  }
  show();
  return {
    svg,
    values,
    reveal(course) {
      locked = true;
      for (const handle of handles) handle.setAttribute("aria-disabled", "true");
      if (course) {
        truth = course;
        low = Math.min(kLow, ...course);
        high = Math.max(kHigh, ...course);
      }
      show();
    },
  };
}

// The controls for an answer, and a function that says what was answered, as the engine reads it.
function controls(question, number) {
  const name = `answer_${number}`;
  if (question.kind === "direction") {
    const group = make("fieldset", {}, make("legend", { class: "unseen" }, question.ask),
      ["up", "same", "down"].map((way) =>
        make("label", { class: "pill" }, make("input", { type: "radio", name, value: way }), say(way))));
    const drawing = question.picture === "course" ? sketch(question) : null;
    const box = make("div", {}, group);
    if (drawing) {
      box.append(make("p", { class: "quiet" }, say("sketch_how")), drawing.svg);
      drawing.svg.addEventListener("drawn", () => {
        const later = drawing.values.slice(2).reduce((sum, value) => sum + value - 100, 0);
        const way = later > 15 ? "up" : later < -15 ? "down" : "same";
        group.querySelector(`input[value=${way}]`).checked = true;
      });
    }
    return { box, drawing, answer: () => group.querySelector("input:checked")?.value ?? "", said: () => say(group.querySelector("input:checked").value) };
  }
  if (question.kind === "number") {
    const input = make("input", { type: "text", inputmode: "decimal", "aria-label": question.ask });
    return { box: make("div", {}, input, question.as === "percent" ? " %" : ""), answer: () => input.value.replace(",", "."), said: () => input.value };
  }
  // An order: each place has a list to choose from.
  const places = question.names.map((_, place) =>
    make("select", { "aria-label": say("place", { place: place + 1 }) },
      make("option", { value: "" }, say("place", { place: place + 1 })),
      question.names.map((one) => make("option", { value: one }, one.replaceAll("_", " ")))));
  return {
    box: make("div", { class: "places" }, places),
    answer: () => (places.every((list) => list.value) ? places.map((list) => list.value).join(" ") : ""),
    said: () => places.map((list) => list.value.replaceAll("_", " ")).join(", "),
  };
}

function truthWords(question, told) {
  if (question.kind === "direction") return say(told.direction > 0 ? "up" : told.direction < 0 ? "down" : "same");
  if (question.kind === "number") return short(told.values[0]) + (question.as === "percent" ? " %" : "");
  return told.order.map((i) => told.names[i].replaceAll("_", " ")).join(", ");
}

function numbers(question, told) {
  const rows = told.names.map((name, i) => [name, told.values[i]]);
  if (told.base !== null && told.base_name) rows.unshift([told.base_name, told.base]);
  const most = Math.max(...rows.map(([, value]) => Math.abs(value ?? 0)), 1e-12);
  return make("table", { class: "bars" }, make("tbody", {}, rows.map(([name, value]) =>
    make("tr", {}, make("th", { scope: "row" }, name.replaceAll("_", " ")), make("td", {}, short(value)),
      make("td", { "aria-hidden": "true" }, make("span", { class: "bar", style: `width:${Math.round((140 * Math.abs(value ?? 0)) / most)}px` }))))));
}

function course(told) {
  if (told.lines.length < 2) return null;
  const base = told.lines[0].mean;
  const scale = base.reduce((sum, value) => sum + (value ?? 0), 0) / base.length;
  if (!(Math.abs(scale) > 1e-9)) return null;
  return told.lines.at(-1).mean.map((value) => (100 * (value ?? scale)) / scale);
}

// Shows the lesson of a scenario, or hides the section. `show(yes)` shows or hides the results; `ask` asks the engine;
// `strict` leaves no way past the questions.
export function showLesson(about, { name, ask, show, strict, tryNext }) {
  const section = byId("lesson");
  section.hidden = !about.lesson;
  given = [];
  byId("questions").replaceChildren();
  byId("lesson_end").replaceChildren();
  show(!about.lesson);
  if (!about.lesson) return;
  const { story, questions, next } = about.lesson;
  byId("story").textContent = story;
  if (!strict) {
    const past = make("button", { class: "plain", onclick: () => { show(true); past.remove(); } }, say("without"));
    byId("lesson_end").append(past);
  }
  const put = (number) => {
    const question = questions[number];
    const { box, answer, said, drawing } = controls(question, number);
    const told = make("div", { "aria-live": "polite" });
    const lock = make("button", { class: "strong" }, say("lock"));
    const item = make("li", {}, make("p", { class: "ask" }, question.ask), box, make("p", {}, lock), told);
    lock.addEventListener("click", async () => {
      const words = answer();
      if (!words) {
        told.replaceChildren(make("p", { class: "wrong" }, say("answer_first")));
        return;
      }
      lock.disabled = true;
      told.replaceChildren(make("p", { class: "quiet" }, say("computing")));
      const truth = await ask({ do: "answer", question: number, answer: words });
      if (truth.trouble || truth.error || truth.stopped) {
        lock.disabled = false;
        told.replaceChildren(make("p", { class: "wrong" }, truth.trouble ?? truth.error ?? say("stopped")));
        return;
      }
      lock.remove();
      for (const input of box.querySelectorAll("input, select")) input.disabled = true;
      drawing?.reveal(course(truth));
      const outcome = truthWords(question, truth);
      given.push({ question: question.ask, answer: said(), drawn: drawing?.values, right: truth.right, result: outcome });
      told.replaceChildren(
        make("p", { class: truth.right ? "right" : "not" }, make("strong", {}, say(truth.right ? "right" : "not_so")), " ", say("you_it", { you: said(), it: outcome })),
        numbers(question, truth), make("p", {}, truth.because));
      if (number + 1 < questions.length) {
        put(number + 1);
      } else {
        finish(about, name, next, { show, tryNext });
      }
    });
    byId("questions").append(item);
    if (number > 0) box.querySelector("input, select")?.focus();
  };
  put(0);
}

function finish(about, name, next, { show, tryNext }) {
  show(true);
  const right = given.filter((one) => one.right).length;
  byId("lesson_end").replaceChildren(
    make("p", {}, make("strong", {}, say("score", { right, all: given.length }))),
    make("p", {}, say("next"), " ", next.look, " ", make("button", { onclick: () => tryNext(next.set) }, say("try_it"))),
    make("p", {}, make("button", { onclick: () => download(`answers-${name}.json`,
      `${JSON.stringify({ lesson: about.title, scenario: name, right, of: given.length, answers: given }, null, 2)}\n`, "application/json") }, say("save_answers"))));
}
