// Speaks to the engine in its worker: one request at a time, in order; what takes too long is stopped with its worker, and
// another is started.

const read = (id) => document.getElementById(id).textContent;

async function unpacked(id) {
  const bytes = Uint8Array.from(atob(read(id).trim()), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
}

export async function unpackedText(id) {
  return (await unpacked(id)).text();
}

export class Engine {
  #module = null;
  #worker = null;
  #waiting = new Map();
  #number = 0;

  async start() {
    this.#module ??= await WebAssembly.compile(await (await unpacked("engine")).arrayBuffer());
    const address = URL.createObjectURL(new Blob([read("worker")], { type: "text/javascript" }));
    this.#worker = new Worker(address);
    URL.revokeObjectURL(address);
    await new Promise((ready, failed) => {
      this.#worker.onerror = (event) => failed(new Error(event.message));
      this.#worker.onmessage = ({ data }) => {
        if (data.ready) return ready();
        const done = this.#waiting.get(data.number);
        this.#waiting.delete(data.number);
        if (done) done(data.answer);
      };
      this.#worker.postMessage({ module: this.#module });
    });
  }

  // The answer to a request; `{stopped: true}` where the engine was stopped meanwhile.
  ask(request) {
    const number = ++this.#number;
    return new Promise((done) => {
      this.#waiting.set(number, done);
      this.#worker.postMessage({ number, request });
    }).then(async (answer) => {
      if (answer.dead) await this.restart();
      return answer;
    });
  }

  // Ends whatever runs.
  async restart() {
    this.#worker.terminate();
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    await this.start();
    for (const done of left) done({ stopped: true });
  }
}
