#!/usr/bin/env python3
"""Draws the layers of the source tree from its own includes, as the picture that ARCHITECTURE.md begins with.

  scripts/architecture.py          writes the picture into ARCHITECTURE.md
  scripts/architecture.py --check  says whether the picture is the code's, and whether the files that the page names exist

An arrow from one layer to another means that a file of the first includes one of the second. Arrows that follow from
others are left out (transitive reduction). Exit status: 0 done, or the page is true; 1 the page is not true.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- The picture: scripts/architecture.py -->\n", "<!-- The end of the picture -->\n"


def layers_of_file(path):
    """The layer that a file of ours stands in; None for a file of no layer."""
    for base in (ROOT / "include/goodhart", ROOT / "src"):
        if path.is_relative_to(base):
            parts = path.relative_to(base).parts
            return parts[0] if len(parts) > 1 else None
    return None


def target(includer, name):
    """The file of ours that a quoted include means; None where there is none (headers made by the build)."""
    for folder in (includer.parent, ROOT / "include", ROOT / "src"):
        path = (folder / name).resolve()
        if path.is_file():
            return path
    return None


def arrows():
    """Which layer includes which: {layer: set of layers}, itself left out."""
    found = {}
    for base in ("include", "src"):
        for path in sorted((ROOT / base).rglob("*.[ch]pp")):
            layer = layers_of_file(path)
            if layer is None:
                continue
            found.setdefault(layer, set())
            for name in re.findall(r'^\s*#\s*include\s*"([^"]+)"', path.read_text(), re.MULTILINE):
                included = target(path, name)
                other = layers_of_file(included) if included else None
                if other and other != layer:
                    found[layer].add(other)
    return found


def below(layer, found, seen=()):
    """All layers that one reaches. A circle is an error: the picture would be none."""
    if layer in seen:
        raise SystemExit("layers include each other in a circle: " + " -> ".join([*seen, layer]))
    reached = set()
    for other in found[layer]:
        reached |= {other} | below(other, found, (*seen, layer))
    return reached


def reduced(found):
    """The arrows that do not follow from others."""
    return {layer: {other for other in others
                    if not any(other in below(third, found) for third in others if third != other)}
            for layer, others in found.items()}


def libraries():
    """Which library each layer is built into, as CMakeLists.txt says; the rest is the program."""
    text = (ROOT / "CMakeLists.txt").read_text()
    homes = {}
    for name, layers in re.findall(r"goodhart_add_library\((\w+)\s+LAYERS\s+([\w\s]+?)\s+(?:[A-Z_]{4,}|\))", text):
        for layer in layers.split():
            homes[layer] = name
    return homes


def picture():
    """The picture as a Mermaid flow chart: upper layers first, each with what it includes."""
    found = arrows()
    order = sorted(found, key=lambda layer: (-len(below(layer, found)), layer))
    homes = libraries()
    lines = ["```mermaid", "flowchart TD"]
    groups = {}
    for layer in order:
        groups.setdefault(homes.get(layer, "program"), []).append(layer)
    for name, members in groups.items():
        title = "the program" if name == "program" else f"goodhart::{name}"
        lines.append(f'  subgraph {name}_library ["{title}"]')
        lines += [f"    {layer}" for layer in members]
        lines.append("  end")
    fewer = reduced(found)
    lines += [f"  {layer} --> {other}" for layer in order for other in sorted(fewer[layer], key=order.index)]
    return "\n".join([*lines, "```"]) + "\n"


def missing_files(text):
    """The source files that the page names and that do not exist."""
    names = set(re.findall(r"`((?:[\w-]+/)+[\w-]+\.(?:hpp|cpp|py|md|yaml|txt))`", text))
    bases = [ROOT, ROOT / "src", ROOT / "include/goodhart", ROOT / "src/engine", ROOT / "src/model"]
    return sorted(name for name in names if "NAME" not in name and not any((base / name).is_file() for base in bases))


def main():
    text = PAGE.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise SystemExit(f"ARCHITECTURE.md has no place for the picture: it must stand once between\n{BEGIN}and\n{END}")
    before, rest = text.split(BEGIN)
    drawn, after = rest.split(END)
    if sys.argv[1:] == ["--check"]:
        wrong = [f"ARCHITECTURE.md names {name}, which does not exist" for name in missing_files(text)]
        if drawn != picture():
            wrong.append("the picture in ARCHITECTURE.md is not what the code's includes say; write it anew with "
                         "scripts/architecture.py")
        print("\n".join(wrong) if wrong else "ARCHITECTURE.md shows the layers as they are")
        return 1 if wrong else 0
    if sys.argv[1:]:
        raise SystemExit(__doc__)
    PAGE.write_text(before + BEGIN + picture() + END + after)
    return 0


if __name__ == "__main__":
    sys.exit(main())
