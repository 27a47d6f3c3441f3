// Elements of the page, made without HTML from strings: nothing that a scenario or a link says is ever read as HTML.

export const byId = (id) => document.getElementById(id);

// An element with attributes (a function is a listener, as in `onclick`) and children, which are elements or texts.
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const prefersStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Of a picture: its height in a box of this width, and the size of its letters; larger for a meeting, but within the window.
export function pictureSize(box, width) {
  if (!document.body.classList.contains("presenting")) return { height: Math.round(Math.min(Math.max(width * 0.55, 230), 310)), letters: 13 };
  const room = innerHeight - (box.getBoundingClientRect().top + scrollY) - 12;
  return { height: Math.round(Math.max(230, Math.min(width * 0.62, room))), letters: 17 };
}

// A colour of the page's, as it is in light or in dark.
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export function download(name, content, type) {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = make("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
