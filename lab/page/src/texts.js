// What the page says, from one file of texts for each language: lab/page/texts.
import de from "../texts/de.json";
import en from "../texts/en.json";

const all = { en, de };
let language = "en";

export const languages = Object.keys(all);
export const spoken = () => language;

export function speak(name) {
  language = all[name] ? name : "en";
  document.documentElement.lang = language;
}

// The text under a key, with {names} filled in.
export function say(key, values = {}) {
  const text = all[language][key] ?? all.en[key];
  if (text === undefined) throw new Error(`there is no text ${key}`);
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

const formats = new Map();

export function number(value, decimals) {
  const key = `${language} ${decimals}`;
  if (!formats.has(key)) {
    formats.set(key, new Intl.NumberFormat(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
  }
  return formats.get(key).format(value);
}

// Three digits of a number, more where it is large.
export function short(value) {
  if (value === null || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const decimals = size === 0 ? 0 : Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(size))));
  return number(Number(value.toFixed(decimals)), Number.isInteger(value) ? 0 : decimals);
}

// The size of a change in per cent, with one decimal below 10.
export const percent = (value) => `${number(Math.abs(value), Math.abs(value) < 9.95 ? 1 : 0)}\u00a0%`;
