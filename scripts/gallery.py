#!/usr/bin/python3
# Makes the pages of the catalogue and their index: scripts/gallery runs it.
import argparse
import base64
import html
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zlib

import findings
from findings import Mistake
from reproduce import read_catalogue, require_known

STYLE = """
body { margin: 0 auto; max-width: 70rem; padding: 1.5rem 1.25rem 4rem; color: #1b1b1b; font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.75rem; margin: 0 0 0.5rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 0.5rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: 0.25rem 0; }
.quiet { color: #5a5a5a; font-size: 0.9rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 1.5rem 2rem; }
.card { border-top: 1px solid #d9d9d9; padding-top: 0.75rem; min-width: 0; overflow-wrap: anywhere; }
.card svg { display: block; width: 100%; height: auto; margin-top: 0.5rem; }
a { color: #00639c; text-underline-offset: 0.15em; }
@media print { .card { break-inside: avoid; } }
"""


def picture_of(page):
    """The last picture of the first page, which shows where dashboard and value part most; empty where there is none."""
    figure = re.search(r'<figure class="gap">.*?</figure>', page, re.S)
    pictures = re.findall(r'<svg class="static".*?</svg>', figure.group(0), re.S) if figure else []
    return pictures[-1] if pictures else ""


def lab_link(name):
    """The link to the lab with a scenario of the catalogue, as lab/page/src/link.js reads it."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    state = deflate.compress(json.dumps({"scenario": name}).encode()) + deflate.flush()
    return "lab.html#v1=" + base64.urlsafe_b64encode(state).decode().rstrip("=")


def card(name, told, page, lab):
    """What the index has of a scenario: its finding, the gap in a sentence, the way to the lab, and the picture."""
    answer = told["answer"]
    lines = [f'<article class="card"><h3><a href="{name}.html">{html.escape(told["title"])}</a></h3>',
             f'<p>{html.escape(answer["finding"])}</p>']
    lines += [f'<p class="quiet">{html.escape(answer[part])}</p>' for part in ("harm", "gap") if answer[part]]
    if lab:
        lines.append(f'<p class="quiet"><a href="{lab_link(name)}">Move its numbers in the lab</a></p>')
    return "\n".join([*lines, picture_of(page), "</article>"])


def index(parts, version, quick):
    """The index, its cards by part of the catalogue."""
    body = "".join(f"<h2>{html.escape(part)}</h2>\n<div class=\"cards\">\n" + "\n".join(cards) + "\n</div>\n"
                   for part, cards in parts.items() if cards)
    how = "without how sure the findings are and why" if quick else "with how sure each finding is and why"
    return ('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, '
            'initial-scale=1">\n<title>goodhart: the gallery</title>\n<style>' + STYLE + "</style>\n</head>\n<body>\n"
            "<h1>What happens when a measure becomes a target</h1>\n"
            f'<p class="quiet">The scenarios that goodhart comes with, each with its finding; every title leads to the page of the '
            f"comparison, {how}. Made by {html.escape(version)}.</p>\n" + body + "</body>\n</html>\n")


def main():
    asked = argparse.ArgumentParser(prog="scripts/gallery", description="Makes the page of every scenario of the catalogue and an "
                                    "index of them that opens offline.")
    asked.add_argument("--program", required=True, help=argparse.SUPPRESS)
    asked.add_argument("--folder", default="build/gallery", help="where the pages go, instead of build/gallery")
    asked.add_argument("--lab", help="a page that scripts/lab has built: the index then leads to it, with each scenario")
    asked.add_argument("--quick", action="store_true", help="leave out how sure and why, which take most of the time")
    asked.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="these alone")
    asked = asked.parse_args()
    catalogue = read_catalogue()
    require_known(asked.scenarios, catalogue)
    chosen = [name for name in catalogue if not asked.scenarios or name in asked.scenarios]
    folder = pathlib.Path(asked.folder)
    folder.mkdir(parents=True, exist_ok=True)
    if asked.lab:
        if not pathlib.Path(asked.lab).is_file():
            raise Mistake(f"--lab: there is no file {asked.lab}; scripts/lab builds the lab and says where it is")
        shutil.copyfile(asked.lab, folder / "lab.html")
    parts, failed = {entry["part"]: [] for entry in catalogue.values()}, []
    with tempfile.TemporaryDirectory() as kept:
        for count, name in enumerate(chosen, 1):
            if sys.stderr.isatty():
                print(f"\r{count} of {len(chosen)}: {name:40}", end="", file=sys.stderr)
            page = folder / f"{name}.html"
            done = subprocess.run([asked.program, "compare", findings.SCENARIOS / f"{name}.yaml", "--html", page, "--json", "--quiet",
                                   "-o", pathlib.Path(kept) / f"{name}.h5", *(["--quick"] if asked.quick else [])],
                                  capture_output=True, text=True)
            if done.returncode != 0:
                failed.append(name)
                print(f"\n{name}: {done.stderr.strip()}", file=sys.stderr)
                continue
            parts[catalogue[name]["part"]].append(card(name, json.loads(done.stdout), page.read_text(), asked.lab))
    version = subprocess.run([asked.program, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    (folder / "index.html").write_text(index(parts, version, asked.quick))
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print(f"Made {len(chosen) - len(failed)} pages and {folder / 'index.html'}.")
    return 3 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Mistake as mistake:
        print(f"error: {mistake}", file=sys.stderr)
        sys.exit(2)
