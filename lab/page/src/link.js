// Links that hold a scenario: #v1= and, as deflated JSON in base64url, {scenario | text, set, lesson}.

const longest = 8000;
const largest = 2_000_000; // characters of a scenario that a stranger's link may unfold to

const toBase64 = (bytes) => {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
};

async function through(bytes, stream, most) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw new Error("too large");
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

// The part of a link behind #, or null where it would be too long for a link.
export async function encoded(state) {
  const bytes = new TextEncoder().encode(JSON.stringify(state));
  const text = `#v1=${toBase64(await through(bytes, new CompressionStream("deflate-raw"), Infinity))}`;
  return text.length > longest ? null : text;
}

const isState = (state) =>
  typeof state === "object" &&
  state !== null &&
  (typeof state.scenario === "string") !== (typeof state.text === "string") &&
  (state.set === undefined ||
    (typeof state.set === "object" &&
      state.set !== null &&
      Object.values(state.set).every((value) => Number.isFinite(value))));

// What a link holds; null where there is nothing behind #. Throws "version" or "broken".
export async function decoded(hash) {
  if (hash.length < 2) return null;
  if (!hash.startsWith("#v1=")) throw new Error(/^#v\d+=/.test(hash) ? "version" : "broken");
  let state;
  try {
    const bytes = Uint8Array.from(atob(hash.slice(4).replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    state = JSON.parse(new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw"), largest)));
  } catch {
    throw new Error("broken");
  }
  if (!isState(state)) throw new Error("broken");
  return state;
}
