// Builds lab.html, one file that needs no other: node lab/page/build.js --engine FOLDER --scenarios FOLDER --out FILE
//   --sources FOLDER   where the sources of yaml-cpp and muParser are, for their notices
//   --modules FOLDER   where npm has put the packages of package-lock.json
//   --version TEXT     of the program
// Budgets are kept here: a page that is too large is no page.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";

const budgets = { "goodhart.wasm": 3_000_000, "goodhart.wasm, compressed": 1_000_000, "lab.html": 2_200_000 };

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: Object.fromEntries(
    ["engine", "sources", "scenarios", "out", "modules", "version"].map((name) => [name, { type: "string" }]),
  ),
});
const require = createRequire(resolve(options.modules, "index.js"));
const esbuild = require("esbuild");

function keep(what, size) {
  if (size > budgets[what]) {
    console.error(`error: ${what} has ${size} bytes, and may have ${budgets[what]}`);
    process.exit(1);
  }
  console.log(`${what}: ${size} bytes of at most ${budgets[what]}`);
}

async function bundled(entry) {
  const built = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    charset: "utf8",
    target: ["chrome97", "firefox113", "safari16.4"],
    nodePaths: [resolve(options.modules)],
    legalComments: "none",
    metafile: true,
  });
  return { text: built.outputFiles[0].text.trim(), inputs: Object.keys(built.metafile.inputs) };
}

// The terms of what is in the page, which ask to be repeated.
function notices(inputs) {
  const packages = new Set();
  for (const input of inputs) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) packages.add(found[1]);
  }
  const parts = [];
  const add = (name, folder) => {
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file) parts.push(`${name}\n\n${readFileSync(join(folder, file), "utf8")}`);
  };
  for (const name of [...packages].sort()) add(name, join(options.modules, name));
  for (const name of ["yaml-cpp", "muparser"]) add(name, join(options.sources, name));
  parts.push("Also in the engine: {fmt} (MIT), fast_float (MIT), nlohmann/json (MIT), Boost (BSL-1.0), Eigen (MPL-2.0), and the\n" +
    "libraries of emscripten: musl (MIT), libc++ and compiler-rt (Apache-2.0 with LLVM exceptions).");
  return parts.join("\n\n").replaceAll("--", "- -");
}

const wasm = readFileSync(join(options.engine, "goodhart.wasm"));
const packed = gzipSync(wasm, { level: 9 });
keep("goodhart.wasm", wasm.length);
keep("goodhart.wasm, compressed", packed.length);

const catalogue = {};
for (const file of readdirSync(options.scenarios).sort()) {
  if (file.endsWith(".yaml")) catalogue[file.slice(0, -5)] = readFileSync(join(options.scenarios, file), "utf8");
}
const page = await bundled(join(here, "src/main.js"));
const style = readFileSync(require.resolve("uplot/dist/uPlot.min.css"), "utf8") + readFileSync(join(here, "style.css"), "utf8");
const worker = readFileSync(join(options.engine, "goodhart.js"), "utf8") + (await bundled(join(here, "src/worker.js"))).text;
for (const [name, text] of Object.entries({ page: page.text, worker })) {
  if (/<\/script/i.test(text) || text.includes("<!--")) throw new Error(`${name} holds what would end its script`);
}
const parts = {
  style,
  script: page.text,
  script_hash: `'sha256-${createHash("sha256").update(page.text).digest("base64")}'`,
  versions: JSON.stringify({ goodhart: options.version }),
  catalogue: gzipSync(JSON.stringify(catalogue), { level: 9 }).toString("base64"),
  engine: packed.toString("base64"),
  worker,
};
const html = readFileSync(join(here, "index.html"), "utf8").replace(/@(\w+)@/g, (whole, name) => parts[name] ?? whole)
  .replace("<html", () => `<!--\n${notices(page.inputs)}\n-->\n<html`);
keep("lab.html", Buffer.byteLength(html));
writeFileSync(options.out, html);
