"""The page that `goodhart compare --html` writes: as text, and in a browser."""

import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import h5py

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import SCENARIO, ProgramTest  # noqa: E402

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")

HOSTILE = SCENARIO.replace(
    "title: A small quota",
    """title: '</script><img src=x onerror="document.title=1">&"'
description: "</title><b onclick='x'>bold</b> <!-- ${7*7} {{7}}"
sources: [{claim: "<i>", source: "javascript:alert(1)"}, {claim: "]]>", source: "&lt;script>"}]""").replace(
        "steps: 6,", "steps: 6, unit: '<u>week</u>',")

# Appended to a copy of the page: says in an attribute what cannot be seen from outside.
PROBE = """<script>
for (const box of document.querySelectorAll("details")) box.open = true;
window.addEventListener("error", (event) => { document.documentElement.dataset.error = event.message; });
setTimeout(() => {
  const root = document.documentElement;
  root.dataset.sideways = String(root.scrollWidth - root.clientWidth);
  root.dataset.fetched = String(performance.getEntriesByType("resource").length);
}, 4000);
</script>"""


class Text(html.parser.HTMLParser):
    """What a page holds, without running it."""

    VOID = {"meta", "input", "br", "img", "link"}

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.open, self.texts, self.tables = [], [], [], [], []
        self.unbalanced = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, key, value) for key, value in attributes]
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.tables[-1][-1].append("")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data):
        if "script" not in self.open and "style" not in self.open:
            self.texts.append(data)
        if ("td" in self.open or "th" in self.open) and self.tables:
            self.tables[-1][-1][-1] += data


class Page(ProgramTest):
    def page(self, scenario, *arguments):
        self.write("scenario.yaml", scenario)
        self.run_program("compare", "scenario.yaml", "--html", "page.html", "--quiet", *arguments)
        return (self.folder / "page.html").read_text()

    def seen(self, page, width):
        """The page as the browser has it after a while, and what the browser complained of."""
        self.assertIsNotNone(BROWSER, "these tests need Debian's package chromium")
        path = self.write("seen.html", page + PROBE)
        with tempfile.TemporaryDirectory() as profile:
            done = subprocess.run(
                [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 f"--user-data-dir={profile}", f"--window-size={width},1000", "--enable-logging=stderr",
                 "--virtual-time-budget=12000", "--dump-dom", path.as_uri()],
                capture_output=True, text=True, timeout=90)
        said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        return done.stdout, said

    def test_it_is_well_formed_and_has_its_sections(self):
        text = Text(self.page(SCENARIO))
        self.assertEqual(text.unbalanced, [])
        self.assertEqual(text.open, [])
        whole = " ".join(text.texts)
        for heading in ("What the dashboard shows, and what the organisation gets", "The options", "Unless", "Not counted", "Next",
                        "Evidence", "Which option, in numbers", "Dashboard and value over time", "Where the hours go",
                        "Who is rewarded", "What makes the changes", "Money", "What would reverse the ranking", "Assumed, or found?",
                        "What must not be concluded", "How sure", "The scenario", "How to get the same again"):
            self.assertIn(heading, whole)
        self.assertNotIn("nan", re.findall(r"\w+", whole))

    def test_nothing_is_fetched(self):
        page = self.page(SCENARIO)
        links = [(tag, key, value) for tag, key, value in Text(page).attributes if key in ("src", "href", "srcset", "data")]
        self.assertEqual(links, [])
        self.assertIn("default-src 'none'", page)
        self.assertNotIn("@import", page)

    def test_texts_of_strangers_do_nothing(self):
        page = self.page(HOSTILE)
        text = Text(page)
        self.assertEqual(text.unbalanced, [])
        self.assertNotIn("img", text.tags)
        self.assertNotIn("i", text.tags)
        self.assertNotIn("u", text.tags)
        self.assertFalse([key for _, key, _ in text.attributes if key.startswith("on")])
        self.assertIn("</script><img src=x onerror=", "".join(text.texts))
        self.assertEqual(text.tags.count("script"), 2)

    def test_its_numbers_are_those_of_the_file(self):
        page = self.page(SCENARIO)
        with h5py.File(self.folder / "results/scenario.h5") as file:
            names = file["policy"].asstr()[:]
            steps = file["step"][:] >= 0
            net = file["net_value"][:][:, :, steps].mean(axis=(1, 2))
            gaming = file["gaming_share"][:][:, :, steps].mean(axis=(1, 2))
            effort = file["effort"][:][:, :, steps].mean(axis=(1, 2))
        tables = Text(page).tables
        # Levels stand in one table, changes in others.
        levels = next(table for table in tables if table[0][-1] == "Hours gamed" and "Best, by luck alone" not in table[0])
        ranking = {row[0].split(". ")[1]: row for row in levels[1:]}
        self.assertEqual(list(ranking), [names[i] for i in sorted(range(3), key=lambda i: -net[i])])
        for i, name in enumerate(names):
            told, spread = ranking[name][1].split(" ± ")
            self.assertEqual(told, f"{net[i]:.{len(told.partition('.')[2])}f}")
            self.assertGreater(float(spread), 0)
            self.assertEqual(ranking[name][-1].split(" %")[0], f"{100 * gaming[i]:.1f}")
        # One difference has one interval, wherever it stands.
        changes = next(table for table in tables if "Best, by luck alone" in table[0])
        for row, first in zip(changes[1:], tables[0][1:], strict=True):
            self.assertTrue(first[0].startswith(row[0]))  # there the policy's words follow
            self.assertEqual(row[2].split(" (")[0], first[1])
        hours = next(table for table in tables if table[0][1:] == ["work", "tick (gaming)"])
        for row in hours[1:]:
            i = list(names).index(row[0])
            self.assertEqual(row[1:], [f"{100 * effort[i][k]:.1f} %" for k in range(2)])
        money = next(table for table in tables if "Surplus" in table[0])
        for row in money[1:]:
            i = list(names).index(row[0])
            change = (net[i] - net[0]) * 40 * steps.sum()
            if i > 0:
                self.assertAlmostEqual(float(row[-1].replace(" million", "e6")), change, delta=0.006 * abs(change))
        # The pictures' numbers, too.
        charts = json.loads(re.search(r'id="comparison">(.*?)</script>', page, re.S).group(1))["charts"]
        dots = next(chart for chart in charts if chart["kind"] == "ranking")
        self.assertEqual(dots["policies"], list(ranking))
        for row in dots["rows"]:
            self.assertAlmostEqual(row["mean"], net[list(names).index(row["policy"])] - net[0], places=9)
        course = next(chart for chart in charts if chart["kind"] == "course")
        for row in course["rows"]:
            self.assertLessEqual(row["least"], row["mean"])
            self.assertLessEqual(row["mean"], row["most"])
        bars = next(chart for chart in charts if chart["kind"] == "stacked")
        for row in bars["rows"]:
            self.assertAlmostEqual(row["share"], effort[list(names).index(row["policy"])][row["order"]], places=12)

    def test_the_browser_draws_every_chart_and_complains_of_nothing(self):
        page = self.page(SCENARIO)
        for width in (390, 1280):
            with self.subTest(width=width):
                seen, said = self.seen(page, width)
                self.assertEqual(said, [])
                root = re.search(r"<html[^>]*>", seen).group(0)
                self.assertNotIn("data-error", root)
                charts = len(re.findall("data-chart=", seen))
                self.assertIn(f'data-charts="{charts}"', root)
                drawn = re.findall(r'<div class="chart.*?</figure>', seen, re.S)
                self.assertEqual(len(drawn), charts)
                for chart in drawn:
                    self.assertGreater(len(re.findall(r'<path [^>]*d="[^"]{8,}"', chart)), 2)
                self.assertIn('data-sideways="0"', root)
                self.assertIn('data-fetched="0"', root)

    def test_hostile_texts_leave_the_charts_alone(self):
        seen, said = self.seen(self.page(HOSTILE, "--quick"), 1280)
        self.assertEqual(said, [])
        self.assertIn("data-charts=", seen)
        self.assertNotIn("<title>1</title>", seen)

    def test_without_scripts_there_are_still_pictures_and_tables(self):
        page = self.page(SCENARIO)
        pictures = re.findall(r'<svg class="static".*?</svg>', page, re.S)
        self.assertGreaterEqual(len(pictures), 8)
        for picture in pictures:
            self.assertRegex(picture, 'role="img" aria-label="[^"]{20,}')
            self.assertRegex(picture, "<(path|rect|circle) ")
            self.assertNotIn("nan", picture)
        # What only a script can do is not offered.
        self.assertIn('<fieldset class="choose" hidden>', page)
        self.assertIn('<h3>trust</h3><svg class="static"', page)

    def first_page(self, scenario, *arguments):
        return self.page(scenario, *arguments).split('<section class="evidence">')[0].split("<main>")[1]

    def test_the_first_page_answers_in_a_minute(self):
        labelled = SCENARIO + "organisation: {value_price: 100, currency: EUR}\n"
        page = self.first_page(labelled + "author: A. Nonymous\ndate: 2026-11-30\n")
        text = " ".join("".join(Text(page).texts).split())
        self.assertRegex(page, r"<h1>“[a-z ]+” (brings EUR|is best: )")
        self.assertIn("by A. Nonymous, of 2026-11-30", text)
        self.assertLess(len(text), 6000)
        # No path of the scenario, no name with underscores, no more than one picture (of one panel or two).
        self.assertNotRegex(text.replace("scenario.yaml", "").replace("scenario.h5", ""), r"\w[._][a-z]+[._]\w")
        self.assertEqual(page.count("<figure"), 1)
        self.assertIn(page.count('<svg class="static"'), (1, 2))
        # Every dash has its place in the key, every line its name, both axes their units.
        dashes = set(re.findall(r'stroke-width="2" stroke-dasharray="([^"]+)"', page.split("</ul>")[1]))
        key = page.split('<ul class="key">')[1].split("</ul>")[0]
        for dash in dashes:
            self.assertIn(f'stroke-dasharray="{dash}"', key)
        for picture in re.findall(r'<svg class="static".*?</svg>', page, re.S):
            for told in (">index<", ">value<", ">step<" if ">step<" in picture else ">week<"):
                self.assertIn(told, picture)

    def test_metrics_and_activities_say_what_they_are(self):
        said = SCENARIO.replace("tickets: {", "tickets: {label: closed tickets, description: Tickets that are <closed>, ").replace(
            "tick: {", "tick: {description: Ticking off, ")
        page = self.page(said, "--quick")
        first, evidence = page.split('<section class="evidence">')
        self.assertIn("<div><dt>Dashboard of closed tickets</dt><dd>Tickets that are &lt;closed&gt;</dd></div>", first)
        self.assertIn("<div><dt>Closed tickets</dt><dd>Tickets that are &lt;closed&gt;</dd></div>", evidence)
        self.assertIn("<div><dt>tick (gaming)</dt><dd>Ticking off</dd></div>", evidence)
        self.assertNotIn("<dt>work</dt>", page)  # which says nothing
        self.assertNotIn('class="terms"', self.page(SCENARIO, "--quick").split('<section class="evidence">')[0])

    def test_the_page_does_not_say_where_its_results_lie(self):
        (self.folder / "where-it-lies").mkdir()
        page = self.page(SCENARIO, "--quick", "-o", "where-it-lies/answer.h5")
        self.assertIn(" From answer.h5;", page)
        self.assertNotIn("where-it-lies", page)

    def test_closed_evidence_is_not_printed(self):
        page = self.page(SCENARIO)
        self.assertNotRegex(page, "<details[^>]* open")
        style = page.split("<style>")[1].split("</style>")[0].split("@media print")[1]
        self.assertIn("details.part:not([open])", style)

    def test_a_change_from_next_to_nothing_is_told_by_its_ends(self):
        page = self.page(SCENARIO.replace("metrics:\n", "metrics:\n  rare: {measures: {work: 0.000001, tick: 5}}\n")
                         .replace("metric: tickets, target: 14", "metric: rare, target: 1"))
        self.assertNotRegex(page, r"[0-9]{4,} %")


if __name__ == "__main__":
    unittest.main()
