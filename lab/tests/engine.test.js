// The engine in WebAssembly against the program: the same numbers, the same words.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { startEngine } from "./engine.js";

const program = process.env.GOODHART_PROGRAM;
const scenarios = join(process.env.GOODHART_SOURCE_DIR, "scenarios");
const text_of = (name) => readFileSync(join(scenarios, `${name}.yaml`), "utf8");
const kReplicates = 2;

let engine;
let folder;
before(async () => {
  engine = await startEngine();
  folder = mkdtempSync(join(tmpdir(), "goodhart-lab-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function summary_of_program(file, ...words) {
  const printed = execFileSync(program, ["run", file, "--json", "--quiet", "-o", join(folder, "out.h5"), ...words], { maxBuffer: 1e9, stdio: ["ignore", "pipe", "pipe"] });
  rmSync(join(folder, "out.h5"));
  return JSON.parse(printed).experiments[0];
}

// Every number of one answer beside that of the other, by its path.
function* pairs(one, other, path = "") {
  if (typeof one === "number" || typeof other === "number") {
    yield [path, one, other];
  } else if (one !== null && typeof one === "object") {
    assert.deepEqual(Object.keys(one), Object.keys(other ?? {}), path);
    for (const key of Object.keys(one)) yield* pairs(one[key], other[key], `${path}/${key}`);
  }
}

// |a - b| relative to the larger, or to the scale of what it is a difference or an interval of.
function apart(a, b, scale) {
  if (a === b) return 0;
  if (typeof a !== "number" || typeof b !== "number") return Infinity;
  return Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), scale);
}

describe("numbers", () => {
  for (const file of readdirSync(scenarios).filter((name) => name.endsWith(".yaml")).sort()) {
    const name = file.slice(0, -5);
    it(`${name} is the program's to 1e-9`, () => {
      const edited = engine.call({ do: "open", text: text_of(name), name });
      assert.equal(edited.sound, true, JSON.stringify(edited.diagnostics));
      const ours = engine.call({ do: "run", count: kReplicates });
      // The program runs as many replicates as the bench has: what follows from a number of replicates is the same.
      const theirs = summary_of_program(join(scenarios, file), "--replicates", String(kReplicates));
      assert.equal(ours.done, kReplicates);
      for (const [p, policy] of theirs.policies.entries()) {
        for (const quantity of ["value", "net_value", "cost", "waste", "gaming_share", "gamers", "hours", "reward"]) {
          const scale = Math.max(...theirs.policies.map((one) => Math.abs(one[quantity].mean ?? 0)));
          for (const [path, a, b] of pairs(ours.summary.policies[p][quantity], policy[quantity])) {
            // A per cent is of the comparison policy's mean, so its scale is 100.
            const size = path.startsWith("/percent") ? 100 : scale;
            // Ends of an interval over two replicates are differences between them, times the t quantile of 12.7.
            const most = /(low|high)$/.test(path) ? 12.7e-9 : 1e-9;
            assert.ok(apart(a, b, size) <= most, `${policy.policy} ${quantity}${path}: ${a}, and the program has ${b}`);
          }
        }
      }
    });
  }
});

describe("words", () => {
  it("prints the program's own table", () => {
    engine.call({ do: "open", text: text_of("first-file"), name: "first-file" });
    const ours = engine.call({ do: "run", count: 8, text: true }).text;
    const theirs = execFileSync(program, ["run", join(scenarios, "first-file.yaml"), "--details", "--quiet", "-o", join(folder, "a.h5")], { encoding: "utf8" });
    assert.ok(theirs.includes(ours.split("\n").slice(2, 8).join("\n")), `${ours}\n---\n${theirs}`);
  });

  it("says what is wrong in the program's words and places", () => {
    for (const [wrong, right] of [["saturation", "saturatoin"], ["replicates: 8", "replicates: 0"], ["title:", "title: [1"]]) {
      const text = text_of("first-file").replace(wrong, right);
      const file = join(folder, "wrong.yaml");
      writeFileSync(file, text);
      const theirs = spawnSync(program, ["check", file, "--json"], { encoding: "utf8" });
      const found = engine.call({ do: "check", text, name: "wrong" });
      assert.equal(found.sound, false);
      assert.equal(theirs.status, 2);
      const told = `${theirs.stdout}${theirs.stderr}`;
      for (const one of found.diagnostics) assert.ok(told.includes(JSON.stringify(one.message).slice(1, -1)), `${one.message}\n${told}`);
    }
  });

  it("explains an employee as the program does", () => {
    engine.call({ do: "open", text: text_of("first-file"), name: "first-file" });
    const ours = engine.call({ do: "explain", policy: "usage_quota", employee: 7 });
    const theirs = execFileSync(program, ["explain", join(scenarios, "first-file.yaml"), "--policy", "usage_quota", "--employee", "7"], { encoding: "utf8" });
    assert.ok(theirs.includes(ours.text.trim()), `${ours.text}\n---\n${theirs}`);
  });
});

describe("levers", () => {
  it("are moved in the text, which keeps its comments", () => {
    const text = text_of("ai-usage-mandate");
    const { about } = engine.call({ do: "open", text, name: "ai-usage-mandate" });
    const lever = about.levers.find(({ path }) => path === "policies.usage_quota.quota.target");
    assert.deepEqual([lever.value, lever.low, lever.high, lever.stated], [100, 0, 300, false]);
    const done = engine.call({ do: "rewrite", text, path: lever.path, value: 137.5 });
    assert.equal(done.whole, false);
    assert.equal(done.text, text.replace("- quota: {metric: prompts, target: 100,", "- quota: {metric: prompts, target: 137.5,"));
    const opened = engine.call({ do: "open", text: done.text, name: "moved" });
    assert.equal(opened.about.levers.find(({ path }) => path === lever.path).value, 137.5);
  });

  it("of every scenario can be moved to both ends, and say so where not", () => {
    let moved = 0;
    for (const file of readdirSync(scenarios).filter((name) => name.endsWith(".yaml"))) {
      const text = text_of(file.slice(0, -5));
      const { about } = engine.call({ do: "open", text, name: file });
      for (const lever of about.levers) {
        for (const value of [lever.low, lever.high]) {
          engine.call({ do: "open", text, name: file });
          const done = engine.call({ do: "rewrite", text, path: lever.path, value });
          assert.ok(!done.error, `${file} ${lever.path} ${value}: ${done.error}`);
          const opened = engine.call({ do: "open", text: done.text, name: file });
          if (!opened.sound) continue; // an end that the scenario's other numbers do not allow is told, with its place
          assert.ok(Math.abs(opened.about.levers.find(({ path }) => path === lever.path).value - value) <= 1e-9 * Math.abs(value), `${file} ${lever.path}`);
          ++moved;
        }
      }
    }
    assert.ok(moved > 300, String(moved));
  });

  it("move the shares of all groups together", () => {
    const text = text_of("ai-usage-mandate");
    engine.call({ do: "open", text, name: "a" });
    const done = engine.call({ do: "rewrite", text, path: "population.groups.junior.share", value: 0.65 });
    assert.match(done.text, /junior: {share: 0\.65,/);
    assert.equal(engine.call({ do: "open", text: done.text, name: "a" }).sound, true);
  });

  it("find the best setting, and what cannot be told apart from it", () => {
    assert.deepEqual(engine.call({ do: "best", net_values: [[1, 2, 3], [2, 3.1, 4], [2.1, 2.9, 4.05], [null, null, null]] }), { best: 1, near: [1, 2] });
    engine.call({ do: "open", text: text_of("first-file"), name: "first-file" });
    const { points } = engine.call({ do: "points", policy: "usage_quota", replicates: 2, points: [{ "policies.usage_quota.quota.target": 50 }, { "policies.usage_quota.quota.reward": -1 }] });
    assert.equal(points[0].net_values.length, 2);
    assert.ok(points[1].why.includes("reward"), points[1].why);
  });
});

describe("bounds", () => {
  it("refuses what would fill a tab", () => {
    const large = engine.call({ do: "check", text: text_of("first-file").replace("replicates: 8", "replicates: 8\npopulation: {size: 1000000}"), name: "a" });
    assert.equal(large.sound, false);
    assert.match(large.diagnostics.at(-1).message, /has 1000000 employees, and the lab takes at most 20000/);
  });

  it("answers nonsense with a sentence, and goes on", () => {
    for (const text of ["", "a", "{}", "- 1", "\u0000", "a: &x [*x]", `${"[".repeat(500)}`, "x".repeat(100000)]) {
      const found = engine.call({ do: "check", text, name: "odd" });
      assert.equal(found.sound, false);
      assert.ok(found.diagnostics[0].message.length > 5);
    }
    assert.match(engine.call({ do: "dance" }).error, /there is no request dance/);
    assert.equal(engine.call({ do: "check", text: text_of("first-file"), name: "a" }).sound, true);
  });

  it("takes no more memory than the budget", () => {
    assert.ok(engine.memory() <= 256 * 2 ** 20, String(engine.memory()));
  });
});
