// The engine in a thread of its own, so that the page never waits. It gets a compiled module, then lists of requests of
// lab/engine/lab.cpp, which it answers one after another.
/* global goodhartEngine */

let engine = null;
let starting = null;

function call(request) {
  const text = JSON.stringify(request);
  const bytes = engine.lengthBytesUTF8(text) + 1;
  const at = engine._malloc(bytes);
  engine.stringToUTF8(text, at, bytes);
  try {
    return JSON.parse(engine.UTF8ToString(engine._goodhart_call(at)));
  } finally {
    engine._free(at);
  }
}

// Changes numbers of a text, opens it and runs the first replicate: one way through for whoever drags a slider.
function settle({ text, name, changes }) {
  let now = text;
  let whole = false;
  if (changes.length > 0) {
    const before = call({ do: "open", text, name });
    if (!before.sound) return { ...before, text };
  }
  for (const { path, value } of changes) {
    const done = call({ do: "rewrite", text: now, path, value });
    if (done.error) return { sound: false, text: now, diagnostics: [], error: done.error };
    now = done.text;
    whole = whole || done.whole;
  }
  const opened = call({ do: "open", text: now, name });
  if (opened.error) return { sound: false, text: now, diagnostics: [], error: opened.error };
  return { ...opened, text: now, whole };
}

self.onmessage = async ({ data }) => {
  if (data.module) {
    starting = goodhartEngine({
      instantiateWasm: (imports, done) => {
        WebAssembly.instantiate(data.module, imports).then((instance) => done(instance, data.module));
        return {};
      },
    });
    engine = await starting;
    self.postMessage({ ready: true });
    return;
  }
  await starting;
  let answer;
  try {
    answer = data.request.do === "settle" ? settle(data.request) : call(data.request);
  } catch (error) {
    // Out of memory, or a trap: this engine is of no use any more, and the page starts another.
    answer = { error: String(error && error.message ? error.message : error), dead: true };
  }
  self.postMessage({ number: data.number, answer });
};
