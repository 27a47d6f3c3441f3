// The page: what is open, what is shown, and what follows from moving something. The engine computes; this only shows.
import { chartCanvas, drawChart, indexed, wireChart } from "./chart.js";
import { crowdCanvas, drawCrowd, forgetCrowd, wireCrowd } from "./crowd.js";
import { compute, curveWords, drawCurve, drawMap } from "./curve.js";
import { byId, colour, download, make } from "./dom.js";
import { hasEditor, makeEditor, showDiagnostics, showText, typeText, undoText } from "./editor.js";
import { Engine, unpackedText } from "./engine.js";
import { answersGiven, showLesson } from "./lesson.js";
import { leverRow } from "./levers.js";
import { decoded, encoded } from "./link.js";
import { languages, number, percent, say, short, speak, spoken } from "./texts.js";

// The page as it came, for saving it: before anything is changed in it.
const source = `<!doctype html>\n${document.documentElement.outerHTML}`;
const kStart = "ai-usage-mandate"; // the story that the page opens on
const kFirst = "policies.usage_quota.quota.target";

const engine = new Engine();
let catalogue = {};

const state = {
  opened: "", // the name of what is shown
  name: kStart, // of the scenario in the catalogue, or what it is called
  base: null, // its text in the catalogue; null for a text of somebody's own
  text: "",
  set: {}, // levers moved since, by path; null once the text was changed by hand
  about: null,
  run: null, // the latest answer to `run`, with crowd
  policy: 0,
  metric: 0,
  hero: null, // path of the first lever
  starts: {}, // the levers as they stood when the scenario was opened, by path
  ghost: null,
  kept: null, // future A: {courses, words}
  strict: false, // a teacher's link
};

// ---- What is computed ----

let sticky = ""; // a notice about how the page was opened, to be shown with it
let wanted = null;
let busy = false;
let generation = 0;
let curveCache = null;
let dragging = null; // path of the slider that is being moved

// Opens a text with changes and runs it, unless something newer comes.
function settle(changes, { fresh = false } = {}) {
  generation += 1;
  wanted = { text: state.text, changes, fresh };
  document.body.dataset.state = "busy";
  if (!busy) work();
  else if (!byId("stop").hidden) engine.restart(); // a replicate that takes long is not waited for
}

async function work() {
  busy = true;
  while (wanted) {
    const task = wanted;
    wanted = null;
    const opened = await engine.ask({ do: "settle", text: task.text, name: state.name, changes: task.changes });
    if (opened.stopped) continue;
    if (!opened.sound) {
      showDiagnostics(opened.diagnostics ?? []);
      const first = (opened.diagnostics ?? []).find((one) => one.severity === "error");
      notice(opened.error ?? say("not_sound", { what: first ? first.message : "" }));
      continue;
    }
    if (wanted) continue;
    notice(opened.whole ? say("comments_lost") : task.fresh ? sticky : "");
    if (task.fresh) sticky = "";
    for (const { path, value } of task.changes) if (state.set) state.set[path] = value;
    state.text = opened.text;
    state.about = opened.about;
    showDiagnostics(opened.diagnostics);
    if (task.changes.length > 0) showText(opened.text);
    if (task.fresh) begin();
    keepRanges();
    showLevers();
    await replicates();
  }
  busy = false;
  document.body.dataset.state = "done";
  idleWork();
}

// Runs 1, 1, 2, 4, ... replicates until all are there, showing each state.
async function replicates() {
  let count = 1;
  for (;;) {
    const slow = setTimeout(() => { byId("stop").hidden = false; }, 1500);
    const run = await engine.ask({ do: "run", count, text: true });
    clearTimeout(slow);
    byId("stop").hidden = true;
    if (run.stopped || run.error) {
      if (run.error) notice(run.error);
      return;
    }
    state.run = { ...run, crowd: run.crowd ?? state.run?.crowd };
    show();
    if (wanted || run.done >= run.of) return;
    count = run.done;
  }
}

// The curve behind the first slider, while nobody wants anything else.
async function idleWork() {
  const lever = hero();
  if (!state.run || !lever || byId("results").hidden || state.run.done < state.run.of) return;
  const mine = generation;
  const policy = state.about.policies[policyOf(lever)].name;
  const key = JSON.stringify([state.name, policy, state.metric, lever.path, lever.low, lever.high, others(lever.path)]);
  if (curveCache?.key !== key) curveCache = { key, points: [], best: null, done: false };
  const show = () => showCurve();
  show();
  if (curveCache.done && curveCache.best) return;
  await compute(engine, { lever, policy, metric: state.metric, replicates: state.about.replicates, cache: curveCache, show,
    idle: () => mine === generation && !busy });
}

// What a lever's curve depends on besides itself.
const others = (path) => (state.set ? Object.entries(state.set).filter(([other]) => other !== path) : state.text);

const hero = () => state.about?.levers.find((lever) => lever.path === state.hero);
const policyOf = (lever) => {
  const at = state.about.policies.findIndex((policy) => policy.name === lever.policy);
  return at < 0 ? state.policy : at;
};

// ---- What is shown ----

function notice(text) {
  byId("notice").hidden = !text;
  byId("notice").textContent = text;
}

// Whatever is there when another scenario is opened.
function begin() {
  const { about } = state;
  state.opened = state.name;
  state.run = null;
  state.ghost = null;
  state.kept = null;
  state.starts = Object.fromEntries(about.levers.map((lever) => [lever.path, lever]));
  state.policy = about.main;
  const own = about.levers.filter((lever) => lever.policy);
  const first = about.levers.find((lever) => lever.path === kFirst) ?? own.find((lever) => lever.path.endsWith(".target")) ?? own[0] ?? about.levers[0];
  state.hero = first?.path ?? null;
  if (first?.policy) state.policy = policyOf(first);
  if (state.policy === about.comparison && about.policies.length > 1) state.policy = about.main;
  chooseMetric();
  curveCache = null;
  forgetCrowd();
  byId("asked").hidden = true;
  byId("compared").replaceChildren();
  byId("map").replaceChildren();
  byId("title").textContent = about.title;
  fillPolicies();
  byId("metric").replaceChildren(...about.metrics.map((metric, i) => make("option", { value: String(i) }, metric.label)));
  byId("metric").closest("label").hidden = about.metrics.length < 2;
  rows.clear();
  byId("lever").replaceChildren();
  byId("levers").replaceChildren();
  beginLesson();
}

function fillPolicies() {
  const { policies, comparison } = state.about;
  byId("policy").replaceChildren(...policies.map((policy, i) =>
    make("option", { value: String(i) }, policy.label + (i === comparison ? ` (${say("comparison")})` : ""))));
}

// The lesson of what is open, from its first question; where there is none, the results.
function beginLesson() {
  const { about } = state;
  showLesson(about, {
    name: state.name,
    ask: (request) => engine.ask(request),
    show: (yes) => {
      byId("results").hidden = !yes;
      document.body.classList.toggle("asking", !yes);
      if (yes && state.run) {
        show();
        idleWork();
      }
    },
    strict: state.strict,
    tryNext: (set) => {
      for (const path of Object.keys(set)) if (about.levers.some((lever) => lever.path === path)) state.hero = path;
      move(Object.entries(set).map(([path, value]) => ({ path, value })));
      byId("results").scrollIntoView();
    },
  });
}

// A range that the lab has taken is that of the scenario as it was opened, so that a slider does not change under the hand.
function keepRanges() {
  for (const lever of state.about.levers) {
    const before = state.starts[lever.path] ?? lever;
    lever.start = before.value;
    if (!lever.stated) [lever.low, lever.high] = [before.low, before.high];
    lever.low = Math.min(lever.low, lever.value);
    lever.high = Math.max(lever.high, lever.value);
  }
}

// The metric that the shown policy rewards, else the first headline one.
function chooseMetric() {
  const { about } = state;
  const rewarded = about.policies[state.policy].incentives.map(({ metric }) => about.metrics.findIndex((one) => one.name === metric));
  state.metric = rewarded.find((at) => at >= 0 && about.headline.includes(at)) ?? rewarded.find((at) => at >= 0) ?? about.headline[0];
}

const rows = new Map();

function showLevers() {
  for (const lever of state.about.levers) {
    const big = lever.path === state.hero;
    const known = rows.get(lever.path);
    if (known && known.big === big) {
      known.update(lever, dragging === lever.path);
      continue;
    }
    known?.row.remove();
    const row = leverRow(lever, { big, moved: (value) => moveBySlider(lever, value) });
    row.range.addEventListener("pointerdown", () => { dragging = lever.path; });
    row.range.addEventListener("change", () => { dragging = null; });
    rows.set(lever.path, { ...row, big });
    if (big) {
      byId("lever").append(row.row);
      byId("lever").append(make("p", { id: "curve_said", class: "quiet" }));
    } else {
      byId("levers").append(row.row);
    }
  }
  byId("more_levers").hidden = state.about.levers.length < 2;
  byId("lever_box").hidden = !hero();
  const now = hero();
  byId("map_lever").replaceChildren(...state.about.levers.filter((lever) => lever.path !== state.hero).map((lever) => make("option", { value: lever.path, ...(byId("map_lever").value === lever.path ? { selected: true } : {}) }, lever.label)));
  byId("map_part").hidden = !now || state.about.levers.length < 2;
}

function moveBySlider(lever, value) {
  byId("lever_box").classList.add("touched");
  if (lever.policy && policyOf(lever) !== state.policy) {
    state.policy = policyOf(lever);
    chooseMetric();
  }
  move([{ path: lever.path, value }]);
}

function move(changes) {
  if (state.run && state.run.done === state.run.of) state.ghost = coursesShown();
  settle(changes);
}

function coursesShown() {
  const { about, run, metric, policy } = state;
  const base = run.courses.policies[about.comparison];
  const mine = run.courses.policies[policy];
  return { dashboard: indexed(mine.dashboard[metric], base.dashboard[metric]), value: indexed(mine.value, base.value) };
}

const sure = (change) => change.low === null || change.low === undefined ? null : change.low > 0 || change.high < 0;

// The change in words: "+38 %", or "about the same".
function changeWords(change) {
  if (change.mean === null) return say("not_there");
  const size = percent(change.mean);
  if (sure(change) === false) {
    return Math.max(Math.abs(change.low), Math.abs(change.high)) <= 2 ? say("about_same") : say("cannot_tell");
  }
  if (Math.abs(change.mean) < 0.05) return say("unchanged");
  return say(change.mean > 0 ? "up_by" : "down_by", { size });
}

const way = (change) => (change.mean === null || sure(change) === false || Math.abs(change.mean) < 0.05 ? 0 : Math.sign(change.mean));

function sentence() {
  const { about, run, policy, metric } = state;
  if (policy === about.comparison) return say("this_is_comparison", { policy: about.policies[policy].label });
  const row = run.summary.policies[policy];
  const dashboard = row.dashboard[about.metrics[metric].name].percent;
  const value = row.value.percent;
  const values = { metric: about.metrics[metric].label, dashboard: changeWords(dashboard), value: changeWords(value) };
  const shown = way(dashboard);
  const real = way(value);
  if (shown > 0 && real < 0) return say("parted", values);
  if (shown > 0 && real === 0) return say("only_shown", values);
  if (shown > 0 && real > 0) return say(dashboard.mean > 2 * value.mean ? "shown_more" : "both_up", values);
  if (shown === 0 && real === 0) return say("nothing_moves", values);
  return say("plain", values);
}

function targetShown() {
  const { about, run, policy, metric } = state;
  const incentive = about.policies[policy].incentives.filter((one) => one.metric === about.metrics[metric].name).map((one) => run.courses.policies[policy].target[one.name]);
  for (const course of incentive) {
    const last = course?.filter((value) => value !== null).at(-1);
    if (last !== undefined) return last;
  }
  return null;
}

const shown = []; // called once the next state is drawn
let spokenAt = 0;
let speaking = 0;

// The sentence for those who hear the page, at most once a second.
function speakSentence(text) {
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    spokenAt = performance.now();
    byId("live").textContent = text;
  }, Math.max(0, 1000 - (performance.now() - spokenAt)));
}

function show() {
  const { about, run, policy, metric } = state;
  if (!run || !about) return;
  for (const told of shown.splice(0)) requestAnimationFrame(told);
  if (byId("results").hidden) {
    byId("sentence").textContent = about.lesson ? say("predict_first") : "";
    byId("so_far").textContent = "";
    return;
  }
  const text = sentence();
  byId("sentence").textContent = text;
  speakSentence(text);
  const finished = run.done === run.of;
  const row = run.summary.policies[policy];
  byId("so_far").textContent =
    say(finished ? "finished" : "so_far", { done: run.done, of: run.of }) +
    (policy === about.comparison ? "" : ` ${say("against", { policy: about.policies[policy].label, base: about.policies[about.comparison].label })}`) +
    ` ${say("gaming_share", { share: percent(100 * (row.gaming_share.mean ?? 0)), gamers: percent(100 * (row.gamers.mean ?? 0)) })}` +
    (run.failed > 0 ? ` ${say("failed", { failed: run.failed })}` : "");
  document.body.classList.toggle("unfinished", !finished);
  byId("policy").value = String(policy);
  byId("metric").value = String(metric);
  redrawChart();
  drawCrowd(run.crowd?.[policy] ?? [], metric, targetShown(), { x: about.metrics[metric].label, y: say("contribution") });
  showHours();
  showNumbers();
  showCurve();
  byId("kept").textContent = state.kept ? say("kept_words", { words: state.kept.words, now: text }) : "";
  byId("drop").hidden = !state.kept;
}

function redrawChart() {
  if (!state.run || byId("results").hidden) return;
  const { about, run } = state;
  const now = coursesShown();
  drawChart({
    steps: run.courses.steps,
    now,
    ghost: state.ghost,
    kept: state.kept?.courses,
    unit: about.unit,
    note: say(now.dashboard ? "chart_note" : "chart_none", { base: about.policies[about.comparison].label, metric: about.metrics[state.metric].label }),
  });
}

function showCurve() {
  const row = rows.get(state.hero);
  if (!row?.curve || !curveCache) return;
  drawCurve(row.curve, hero(), curveCache);
  const said = byId("curve_said");
  if (said) said.textContent = curveWords(curveCache);
}

// Where the hours go: under the comparison policy and under the one that is shown.
function showHours() {
  if (!byId("hours").open) return;
  const { about, run, policy } = state;
  const list = [...new Set([about.comparison, policy])];
  const most = Math.max(...list.map((p) => Object.values(run.summary.policies[p].effort).reduce((sum, figure) => sum + figure.mean, 0)), 1e-9);
  byId("hours_bars").replaceChildren(make("table", { class: "hours" }, make("tbody", {},
    list.map((p) => {
      const effort = run.summary.policies[p].effort;
      return make("tr", {}, make("th", { scope: "row" }, about.policies[p].label),
        make("td", {}, make("span", { class: "stack" }, about.activities.map((activity, k) => {
          const share = effort[activity.name].mean / most;
          return make("span", { class: activity.gaming ? "part gaming" : `part kind${k % 4}`, style: `width:${(100 * share).toFixed(2)}%` });
        })),
        make("span", { class: "quiet" }, about.activities.map((activity) => `${activity.label}${activity.gaming ? ` (${say("gaming")})` : ""} ${percent(100 * effort[activity.name].mean)}`).join(" · "))));
    }))));
}

function showNumbers() {
  if (!byId("numbers").open) return;
  byId("table").textContent = state.run.text ?? "";
  byId("sentences").replaceChildren(...state.run.summary.policies.filter((one) => one.sentence).map((one) => make("li", {}, one.sentence)));
}

// ---- What people do ----

function openScenario(state_of) {
  const known = state_of.scenario !== undefined;
  if (known && !Object.hasOwn(catalogue, state_of.scenario)) {
    sticky = say("no_scenario", { name: String(state_of.scenario).slice(0, 80) });
    return openScenario({ scenario: kStart });
  }
  state.name = known ? state_of.scenario : (state_of.name ?? say("own"));
  state.base = known ? catalogue[state_of.scenario] : null;
  state.text = known ? catalogue[state_of.scenario] : state_of.text;
  state.set = {};
  state.strict = state_of.lesson === true;
  byId("scenario").value = known ? state.name : "";
  document.body.classList.toggle("strict", state.strict);
  const changes = Object.entries(state_of.set ?? {}).map(([path, value]) => ({ path, value }));
  byId("title").textContent = "";
  byId("sentence").textContent = say("computing");
  byId("so_far").textContent = "";
  showText(state.text);
  settle([], { fresh: true });
  // What a link has moved: after the scenario as it stands, so that marks show where that is.
  if (changes.length > 0) whenDone(() => move(changes));
}

function whenDone(act) {
  const look = setInterval(() => {
    if (state.run && !busy) {
      clearInterval(look);
      act();
    }
  }, 20);
}

// What a link or a saved page holds: the catalogue's name with what was moved, or the whole text.
function held() {
  if (state.base !== null && state.set !== null) return { scenario: state.name, ...(Object.keys(state.set).length > 0 ? { set: state.set } : {}) };
  return { text: state.text, name: state.name };
}

async function copyLink(lesson) {
  const hash = await encoded({ ...held(), ...(lesson ? { lesson: true } : {}) });
  if (!hash) return notice(say("link_long"));
  const address = location.href.replace(/#.*/, "") + hash;
  history.replaceState(null, "", hash);
  try {
    await navigator.clipboard.writeText(address);
    notice(say("link_copied"));
  } catch {
    notice(say("link_there"));
  }
}

// The page with a scenario in it. Nothing in the text can end its element: every < is written as an escape.
function savePage() {
  const json = JSON.stringify(held()).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  download(`lab-${state.name}.html`, source.replace(/(<script type="application\/json" id="start">)[^<]*(<\/script>)/, (whole, open, close) => open + json + close), "text/html");
}

function savePng() {
  const pictures = [chartCanvas(), crowdCanvas()].filter(Boolean);
  if (pictures.length === 0) return;
  const head = 64 * devicePixelRatio;
  const sheet = make("canvas", { width: Math.max(...pictures.map((one) => one.width)), height: head + pictures.reduce((sum, one) => sum + one.height, 0) });
  const ctx = sheet.getContext("2d");
  ctx.fillStyle = colour("paper");
  ctx.fillRect(0, 0, sheet.width, sheet.height);
  ctx.fillStyle = colour("ink");
  ctx.font = `600 ${17 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.fillText(state.about.title, 8, 24 * devicePixelRatio, sheet.width - 16);
  ctx.font = `${14 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.fillText(byId("sentence").textContent, 8, 48 * devicePixelRatio, sheet.width - 16);
  let top = head;
  for (const one of pictures) {
    ctx.drawImage(one, 0, top);
    top += one.height;
  }
  sheet.toBlob((blob) => download(`lab-${state.name}.png`, blob));
}

async function compareAll(csv) {
  byId("compare").disabled = true;
  byId("cancel").hidden = false;
  byId("compared").replaceChildren(make("p", { class: "quiet" }, say("computing")));
  const told = await engine.ask({ do: "compare", causes: !csv });
  byId("compare").disabled = false;
  byId("cancel").hidden = true;
  if (told.error || told.stopped) {
    byId("compared").replaceChildren(make("p", {}, told.error ?? say("stopped")));
    return;
  }
  if (csv) {
    byId("compared").replaceChildren();
    return download(`lab-${state.name}.csv`, told.csv, "text/csv");
  }
  byId("compared").replaceChildren(
    ...told.headline.map((line) => make("p", {}, line)),
    make("pre", { class: "scroll", tabindex: "0", role: "region", "aria-label": say("numbers_head") }, told.text));
}

async function askSomebody(employee) {
  const box = byId("asked");
  box.hidden = false;
  box.replaceChildren(make("p", { class: "quiet" }, say("computing")));
  const policy = state.about.policies[state.policy].name;
  const told = await engine.ask({ do: "explain", policy, employee });
  box.replaceChildren(
    make("button", { class: "plain close", onclick: () => { box.hidden = true; byId("crowd").focus(); } }, say("close")),
    make("h3", {}, say("asked", { employee })),
    make("pre", { class: "scroll", tabindex: "0", role: "region", "aria-label": say("asked", { employee }) }, told.text ?? told.error ?? say("stopped")));
}

// What was asked is ended with its engine; the scenario is then opened anew.
async function stopAll() {
  wanted = null;
  generation += 1;
  await engine.restart();
  byId("stop").hidden = true;
  notice(say("stopped"));
  // So that people can be asked, and levers moved; what was stopped is not begun again.
  await engine.ask({ do: "open", text: state.text, name: state.name });
}

function speakAll() {
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  byId("editor").setAttribute("aria-label", say("text_head"));
  byId("table").setAttribute("aria-label", say("numbers_head"));
  byId("chart_table").setAttribute("aria-label", say("as_table"));
  byId("made").textContent = say("made", { version: JSON.parse(byId("versions").textContent).goodhart });
}

function fillMenu() {
  const title = (name) => (/^title: *(.*)$/m.exec(catalogue[name])?.[1] ?? name).replace(/^"(.*)"$/, "$1");
  const names = Object.keys(catalogue);
  const lessons = names.filter((name) => /^lesson:/m.test(catalogue[name])).sort((a, b) => title(a).localeCompare(title(b)));
  const option = (name) => make("option", { value: name }, title(name));
  byId("scenario").replaceChildren(
    make("optgroup", { label: say("lessons") }, lessons.map(option)),
    make("optgroup", { label: say("stories") }, names.filter((name) => !lessons.includes(name)).map(option)),
    make("option", { value: "", hidden: true }, say("own")));
}

function present(on) {
  document.body.classList.toggle("presenting", on);
  byId("present").textContent = say(on ? "present_end" : "present");
  if (on) document.documentElement.requestFullscreen?.().catch(() => {});
  else if (document.fullscreenElement) document.exitFullscreen();
  requestAnimationFrame(show);
}

function wire() {
  wireChart(redrawChart);
  wireCrowd(askSomebody);
  byId("scenario").addEventListener("change", (event) => {
    history.replaceState(null, "", " ");
    openScenario({ scenario: event.target.value });
  });
  byId("policy").addEventListener("change", (event) => {
    state.policy = Number(event.target.value);
    const own = state.about.levers.find((lever) => lever.policy === state.about.policies[state.policy].name);
    if (own) state.hero = own.path;
    chooseMetric();
    afterChoice();
  });
  byId("metric").addEventListener("change", (event) => {
    state.metric = Number(event.target.value);
    afterChoice();
  });
  byId("link").addEventListener("click", (event) => copyLink(state.strict || event.shiftKey));
  byId("save").addEventListener("click", () => openSaves(byId("saves").hidden));
  byId("save_page").addEventListener("click", savePage);
  byId("save_yaml").addEventListener("click", () => download(`${state.name}.yaml`, state.text, "application/yaml"));
  byId("save_csv").addEventListener("click", () => { byId("numbers").open = true; compareAll(true); });
  byId("save_png").addEventListener("click", savePng);
  byId("teacher").addEventListener("click", () => copyLink(true));
  for (const button of byId("saves").querySelectorAll("button")) button.addEventListener("click", () => openSaves(false));
  byId("present").addEventListener("click", () => present(!document.body.classList.contains("presenting")));
  byId("reset").addEventListener("click", () => openScenario(state.base !== null ? { scenario: state.name } : { scenario: kStart }));
  byId("stop").addEventListener("click", stopAll);
  byId("compare").addEventListener("click", () => compareAll(false));
  byId("cancel").addEventListener("click", stopAll);
  byId("keep").addEventListener("click", () => {
    state.kept = { courses: coursesShown(), words: byId("sentence").textContent };
    show();
  });
  byId("drop").addEventListener("click", () => {
    state.kept = null;
    show();
  });
  byId("map_run").addEventListener("click", () => {
    generation += 1;
    const mine = generation;
    const across = hero();
    const down = state.about.levers.find((lever) => lever.path === byId("map_lever").value);
    if (down) drawMap(engine, byId("map"), { across, down, policy: state.about.policies[policyOf(across)].name, metric: state.metric, replicates: state.about.replicates, idle: () => mine === generation, decimals: short });
  });
  for (const id of ["hours", "numbers"]) byId(id).addEventListener("toggle", () => state.run && (id === "hours" ? showHours() : showNumbers()));
  byId("language").replaceChildren(...languages.map((one) => make("option", { value: one }, one.toUpperCase())));
  byId("language").addEventListener("change", (event) => {
    speak(event.target.value);
    remember("language", spoken());
    speakAll();
    const chosen = byId("scenario").value;
    fillMenu();
    byId("scenario").value = chosen;
    if (state.about) {
      // An answer that was given stays as it is, with its question.
      if (byId("results").hidden && answersGiven() === 0) beginLesson();
      fillPolicies();
      rows.clear();
      byId("lever").replaceChildren();
      byId("levers").replaceChildren();
      showLevers();
      show();
    }
  });
  document.addEventListener("fullscreenchange", () => {
    if (!document.fullscreenElement && document.body.classList.contains("presenting")) present(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      openSaves(false);
      if (document.body.classList.contains("presenting")) present(false);
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && !event.target.closest?.(".cm-editor, input[type=number], input[type=text]")) {
      event.preventDefault();
      undoText();
    }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  addEventListener("hashchange", fromLink);
}

function afterChoice() {
  state.ghost = null;
  curveCache = null;
  generation += 1;
  forgetCrowd();
  if (!state.run) return;
  showLevers();
  show();
  if (!busy) idleWork();
}

function openSaves(open) {
  byId("saves").hidden = !open;
  byId("save").setAttribute("aria-expanded", String(open));
}

// Storage may be refused, as for a file in some browsers.
function remember(key, value) {
  try {
    localStorage.setItem(`goodhart-lab-${key}`, value);
  } catch {
    // Then nothing is remembered.
  }
}

function remembered(key) {
  try {
    return localStorage.getItem(`goodhart-lab-${key}`);
  } catch {
    return null;
  }
}

let checking = 0;

function typed(text) {
  state.text = text;
  state.set = null;
  state.ghost = null;
  clearTimeout(checking);
  checking = setTimeout(() => settle([]), 80);
}

async function fromLink() {
  let from = null;
  try {
    from = await decoded(location.hash);
  } catch (error) {
    sticky = say(error.message === "version" ? "link_version" : "link_broken");
  }
  if (from) return openScenario(from);
  const held_here = JSON.parse(byId("start").textContent);
  openScenario(Object.keys(held_here).length > 0 ? held_here : { scenario: kStart });
}

async function start() {
  byId("old").remove();
  speak(remembered("language") ?? (navigator.language ?? "en").slice(0, 2));
  speakAll();
  const [text] = await Promise.all([unpackedText("catalogue"), engine.start()]);
  catalogue = JSON.parse(text);
  document.body.dataset.ready = "yes";
  fillMenu();
  wire();
  byId("language").value = spoken();
  await fromLink();
  whenDone(() => {
    if (!hasEditor()) makeEditor(state.text, typed);
  });
}

// For whoever puts the page into another one, or tests it.
window.goodhartLab = {
  name: () => state.opened,
  text: () => state.text,
  summary: () => state.run?.summary,
  link: (what) => encoded(what ?? held()),
  // Changes the text as somebody who types does.
  type: (change) => typeText(change(state.text)),
  // Milliseconds from moving the first lever to a stop of its slider until that is drawn.
  timed: (stop) =>
    new Promise((done) => {
      const began = performance.now();
      shown.push(() => done(performance.now() - began));
      const { range } = rows.get(state.hero);
      range.value = String(stop);
      range.dispatchEvent(new Event("input", { bubbles: true }));
    }),
};

if (typeof DecompressionStream !== "undefined" && typeof WebAssembly !== "undefined") {
  start().catch((error) => {
    notice(say("no_start", { why: error.message }));
  });
}
