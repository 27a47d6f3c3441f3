// The engine as the page has it, under Node.js.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const folder = process.env.GOODHART_LAB_ENGINE;

export async function startEngine() {
  const make = createRequire(import.meta.url)(join(folder, "goodhart.js"));
  const engine = await make({ wasmBinary: readFileSync(join(folder, "goodhart.wasm")) });
  const call = (request) => {
    const text = JSON.stringify(request);
    const bytes = engine.lengthBytesUTF8(text) + 1;
    const at = engine._malloc(bytes);
    engine.stringToUTF8(text, at, bytes);
    try {
      return JSON.parse(engine.UTF8ToString(engine._goodhart_call(at)));
    } finally {
      engine._free(at);
    }
  };
  return { call, memory: () => engine.HEAPU8.length };
}
