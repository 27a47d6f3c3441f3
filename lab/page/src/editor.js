// The scenario as text: an editor whose marks are the engine's own diagnostics.
import { autocompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, undo } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, defaultHighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { byId, make } from "./dom.js";
import { say } from "./texts.js";

let view = null;
let quiet = false; // is the text being changed by us?

// The position of a place in the text; columns count characters.
function offset(document, { line, column }) {
  if (!line || line > document.lines) return 0;
  const at = document.line(line);
  const before = Array.from(at.text).slice(0, Math.max(0, (column ?? 1) - 1)).join("");
  return Math.min(at.from + before.length, at.to);
}

// Names that stand in the text already: enough for policies, activities and metrics, and for keys used before.
function known(context) {
  const word = context.matchBefore(/[\w]+/);
  if (!word && !context.explicit) return null;
  const names = new Set(context.state.doc.toString().match(/\b[a-z][a-z0-9_]{2,}(?=\s*:)/g) ?? []);
  return { from: word ? word.from : context.pos, options: [...names].sort().map((label) => ({ label })), validFor: /^\w*$/ };
}

export function makeEditor(text, changed) {
  view = new EditorView({
    parent: byId("editor"),
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        EditorView.lineWrapping,
        history(),
        drawSelection(),
        highlightActiveLine(),
        bracketMatching(),
        yaml(),
        syntaxHighlighting(defaultHighlightStyle, { fallback: true }),
        autocompletion({ override: [known] }),
        lintGutter(),
        EditorView.contentAttributes.of({ "aria-label": say("text_head") }),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !quiet) changed(update.state.doc.toString());
        }),
      ],
    }),
  });
}

export const hasEditor = () => view !== null;

// Takes the last change back, be it of a slider or of the text.
export function undoText() {
  if (view) undo(view);
}

// Puts a text there, as one change that undo takes back: no more of it than differs.
export function showText(text) {
  if (!view) return;
  const before = view.state.doc.toString();
  if (before === text) return;
  let from = 0;
  while (from < before.length && from < text.length && before[from] === text[from]) ++from;
  let end = 0;
  while (end < before.length - from && end < text.length - from && before.at(-1 - end) === text.at(-1 - end)) ++end;
  quiet = true;
  view.dispatch({ changes: { from, to: before.length - end, insert: text.slice(from, text.length - end) } });
  quiet = false;
}

// The same as somebody's typing.
export function typeText(text) {
  view?.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}

// Shows what is wrong: as marks in the text, and as a list whose items lead there.
export function showDiagnostics(diagnostics) {
  const list = byId("wrong");
  list.replaceChildren(...diagnostics.slice(0, 50).map((one) =>
    make("li", { class: one.severity },
      one.line ? make("button", { class: "plain", onclick: () => goTo(one) }, say("line", { line: one.line, column: one.column })) : null,
      " ", one.path ? make("code", {}, one.path) : null, one.path ? ": " : null, one.message)));
  if (!view) return;
  const document = view.state.doc;
  view.dispatch(setDiagnostics(view.state, diagnostics.map((one) => {
    const from = offset(document, one);
    const word = /^[^\s,:}\]]+/.exec(document.sliceString(from, Math.min(from + 200, document.length)));
    return { from, to: Math.min(from + (word ? word[0].length : 1), document.length), severity: one.severity === "error" ? "error" : "warning", message: one.message };
  })));
}

function goTo(place) {
  if (!view) return;
  view.dispatch({ selection: { anchor: offset(view.state.doc, place) }, scrollIntoView: true });
  view.focus();
}
