"""`goodhart odd`: the document has what the scenario uses and nothing else, and the delta has what differs."""

import pathlib
import re
import sys
import unittest

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import SCENARIO, SOURCE, ProgramTest  # noqa: E402

ELEMENTS = ["## 1. Purpose and patterns", "## 2. Entities, state variables and scales", "## 3. Process overview and scheduling",
            "## 4. Design concepts", "## 5. Initialisation", "## 6. Input data", "## 7. Submodels"]
CONCEPTS = ["Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing", "Interaction",
            "Stochasticity", "Collectives", "Observation"]

# Words that may stand in the document only where the scenario's own text has one of the keys.
WORDS = {
    ("audits", "sample"): ["audit"],
    ("tournament",): ["tournament"],
    ("quota",): ["quota"],
    ("linear",): ["linear"],
    ("status",): ["leaderboard"],
    ("relative",): ["`relative`"],
    ("ratchet",): ["ratchet"],
    ("leadership",): ["leadership", "revises"],
    ("spread",): ["bass", "access spreads", "innovation"],
    ("erosion", "spread", "imitation"): ["peers", "network"],
    ("attrition", "dismiss", "outside:"): ["newcomer", "whoever leaves", "hire"],
    ("team_value",): ["given to"],
    ("team_load",): ["team_load"],
    ("later", "team_load"): ["falls due", "fall due"],
    ("phases",): ["phase"],
    ("override",): ["override"],
    ("learning",): ["traits grow", "traits learn"],
    ("stocks",): ["stocks fill", "stocks have filled"],
    ("outside:",): ["look elsewhere", "better elsewhere"],
    ("trying",): ["activity by which one tries"],
    ("gaming",): ["gaming", "games"],
    ("crowding",): ["crowding"],
    ("solidarity",): ["solidarity"],
    ("risk_aversion",): ["risk_aversion"],
    ("noise",): ["noise", "noisy"],
    ("delay",): ["delay"],
    ("interactions",): ["pairs of activities"],
    ("before",): ["burn-in"],
    ("groups",): ["group"],
    ("vary",): ["| range |", "in doubt"],
    ("farsighted",): ["farsighted"],
    ("perceived_value",): ["perceived_value"],
    ("inertia",): ["inertia"],
    ("setup",): ["setup"],
    ("suspicion",): ["suspicious"],
    ("infer",): ["kalman"],
    ("commit",): ["commit"],
    ("known",): ["calendar and when the run ends"],
}


def own_words(document):
    """The document without the scenario's description and sources."""
    document = document.split("\n## Sources of the parameters")[0]
    return re.sub(r"^(# |> ).*$", "", document, flags=re.M)


class Document(ProgramTest):
    def document(self, name):
        return self.run_program("odd", name)[0]

    def test_every_scenario_has_all_elements_and_no_word_of_what_it_does_not_use(self):
        files = [*sorted((SOURCE / "scenarios").glob("*.yaml")), SOURCE / "tests/scenarios/everything.yaml"]
        self.assertGreater(len(files), 30)
        silent = dict.fromkeys(WORDS, 0)
        for file in files:
            with self.subTest(scenario=file.name):
                document = self.document(file)
                places = [document.index("\n" + element + "\n") for element in ELEMENTS]
                self.assertEqual(places, sorted(places))
                for concept in CONCEPTS:
                    self.assertRegex(document, rf"\n- \*\*{concept}\.\*\* [A-Z]")
                self.assertTrue(document.endswith("\n") and not document.endswith("\n\n"))
                content = yaml.load(file.read_text(), yaml.CSafeLoader)
                text = yaml.dump({key: value for key, value in content.items() if key not in ("title", "description", "sources")}).lower()
                told = own_words(document).lower()
                for keys, words in WORDS.items():
                    if any(key in text for key in keys):
                        continue
                    silent[keys] += 1
                    for word in words:
                        if word in text:  # the scenario's own name for something else
                            continue
                        place = told.find(word)
                        self.assertEqual(place, -1, f"{keys}: {told[place - 60:place + 60]}")
        self.assertEqual([keys for keys, count in silent.items() if count == 0], [])

    def test_what_is_used_is_there(self):
        for name, words in {
            "tests/scenarios/everything.yaml": [
                "### 7.1 Perceive", "### 7.2 Decide", "### 7.3 Reward", "### 7.4 Produce", "### 7.5 Measure", "### 7.6 Access",
                "### 7.7 Traits", "### 7.8 People", "### 7.9 Leadership", "### 7.10 What the organisation gets",
                "### 7.11 Phases", "### 7.12 Overrides", "### 7.13 Parameters", "`quantal`", "`tournament`: R =", "Newcomers are copied",
                "| `override.workforce.hiring` | copy(top 0.1, mutate 0.1) |", "| `phases.settled.override.learning.0.rate` | 0.3 |",
                "| `traits.climate` | uniform(low 0.9, high 1.1), one draw for each team |", "audits are drawn",
                "| `later.complaints` | 0.3 | units of the metric per unit | What it then adds to the reading of that metric |"],
            "scenarios/ai-usage-mandate.yaml": [
                "differences are taken against `voluntary`", "after 26 of burn-in", "a group: `junior`, `mid`, `senior`",
                "| `aversion` | lognormal(median 0.125, sigma 1) | utility per unit | What a unit costs the person besides time: "
                "conscience for a trick, hassle for an awkward tool | median 0.05 to 0.25 |",
                "| `incentives.quota.reward` | 0.1 | pay | Paid where it does | 0.02 to 0.15 |",
                "| `value_price` | 4500 | money per unit of value | What a unit of value is worth | 3000 to 8000 |",
                "#### `policies.voluntary`\n\nThe assistant is there, and everybody uses it as they see fit.\n\nNothing is in force.\n",
                "METR 2025, arXiv 2507.09089"],
            "scenarios/first-file.yaml": ["There is no space.", "Nobody changes the rule by which it decides.", "**Collectives.** None."],
        }.items():
            document = self.document(SOURCE / name)
            for word in words:
                with self.subTest(scenario=name, word=word):
                    self.assertIn(word, document)

    def test_each_scheme_behaviour_and_move_has_a_sentence(self):
        reference = self.run_program("schema", "--markdown")[0]
        submodels = self.document(SOURCE / "tests/scenarios/everything.yaml").split("## 7. Submodels")[1].split(" Parameters\n")[0]
        for family in ("Behaviours", "Schemes", "Moves of leadership"):
            kinds = re.findall(r"^- \*\*`(\w+)`\*\*", reference.split(f"\n### {family}\n")[1].split("\n### ")[0], re.M)
            self.assertGreater(len(kinds), 3)
            for kind in kinds:
                with self.subTest(kind=kind):
                    self.assertIn(f"`{kind}`: ", submodels)

    def test_every_range_is_shown(self):
        for name in ("ai-usage-mandate", "mandate-chain", "stack-ranking"):
            vary = yaml.safe_load((SOURCE / f"scenarios/{name}.yaml").read_text())["experiment"]["vary"]
            document = self.document(SOURCE / f"scenarios/{name}.yaml")
            rows = [line.rsplit("|", 2)[1] for line in document.splitlines() if re.match(r"\| `.* to .*\|$", line)]
            shown = "; ".join(rows)
            for path, ends in vary.items():
                with self.subTest(path=path):
                    self.assertIn(f"{ends['from']:g} to {ends['to']:g}", shown)

    def test_a_mechanism_that_only_an_override_switches_on_is_told(self):
        self.write("seen.yaml", SCENARIO.replace("  trust: []", "  trust: {override: {activities.tick.erosion: 0.5}}"))
        self.assertNotIn("Aversion falls", self.document("small.yaml"))
        document = self.document("seen.yaml")
        self.assertIn("Aversion falls with the share of peers", document)
        self.assertIn("| `override.activities.tick.erosion` | 0.5 | In place of activities.tick.erosion |", document)

    def test_titles_are_neither_markdown_nor_html(self):
        nasty = "<script>alert(1)</script> # *bold* `code` [x](http://y) | cell & ~~gone~~ $x$ \\\\ \\u202e"
        self.write("nasty.yaml", SCENARIO.replace("title: A small quota", f'title: "{nasty}"\ndescription: "1. {nasty}\\n\\n- list"\n'
                                                  f'sources: [{{claim: "{nasty}", source: "a\\nb | c"}}]'))
        document = self.document("nasty.yaml")
        told = (r"&lt;script&gt;alert(1)&lt;/script&gt; \# \*bold\* \`code\` \[x\](http://y) \| cell &amp; \~\~gone\~\~ \$x\$ \\ "
                r"\\x202e")
        self.assertEqual(document.splitlines()[0], "# " + told)
        self.assertIn(f"> 1\\. {told} - list\n", document)
        self.assertIn(f"| {told} | a b \\| c |\n", document)
        self.assertNotIn("<", document.replace("0 <= x_k <= max_k", "").replace("x_k <= budget", ""))

    def test_it_is_written_to_a_file(self):
        stdout, stderr = self.run_program("odd", "small.yaml", "-o", "odd.md")
        self.assertEqual((stdout, stderr), ("", ""))
        self.assertEqual((self.folder / "odd.md").read_text(), self.document("small.yaml"))
        self.assertEqual(self.run_program("odd", "-", stdin=SCENARIO)[0], self.document("small.yaml"))
        for name, sentence in (("small.yaml", "small.yaml: would be overwritten with a text; name a file ending in .md"),
                               ("x.h5", "x.h5: would be overwritten with a text; name a file ending in .md")):
            self.assertIn(sentence, self.run_program("odd", "small.yaml", "-o", name, status=2)[1])
        self.run_program("odd", "small.yaml", "-o", "none/odd.md", status=1)
        self.write("wrong.yaml", SCENARIO.replace("size: 40", "size: 0"))
        self.assertIn("population.size", self.run_program("odd", "wrong.yaml", "-o", "wrong.md", status=2)[1])
        self.assertIn("population.size", self.run_program("odd", "small.yaml", "--delta", "wrong.yaml", status=2)[1])
        self.assertEqual(self.files(), {"small.yaml", "odd.md", "wrong.yaml"})


class Delta(ProgramTest):
    def test_word_for_word(self):
        self.write("other.yaml", SCENARIO.replace("A small quota", "A *watched* quota").replace("size: 40", "size: 60")
                   .replace("cost: 10", "cost: 10, erosion: 0.5").replace("noise: 0.3", "noise: {laplace: {scale: 0.3}}")
                   .replace("reward: 0.2}}]", "reward: 0.1 * skill}}]").replace("  trust: []\n", "")
                   .replace("replicates: 6", "replicates: 6\nexperiment: {vary: {population.size: {from: 30, to: 90}}}")
                   .replace("replicates: 6", "replicates: 4"))
        self.assertEqual(self.run_program("odd", "small.yaml", "--delta", "other.yaml")[0], """\
# What differs: A \\*watched\\* quota

ODD delta (Grimm et al. 2020, doi 10.18564/jasss.4259) against "A small quota". What is not listed is the same in both; – is what \
a scenario does not have.

Submodels that are new: Perceive.

## Purpose and patterns

| path | was | is | meaning |
|---|---|---|---|
| `title` | A small quota | A \\*watched\\* quota | One line, shown in reports |
| `compare_with` | trust | quota | The policy that differences are taken against |

## Entities, state variables and scales

| path | was | is | meaning |
|---|---|---|---|
| `population.size` | 40 | 60 | Number of employees |

## The experiment

| path | was | is | meaning |
|---|---|---|---|
| `replicates` | 6 | 4 | How often the whole is repeated with other luck |
| `experiment.vary.population.size` | – | 30 to 90 | What is plausible for this number |

## Submodels

| path | was | is | unit | meaning |
|---|---|---|---|---|
| `activities.tick.erosion` | 0 | 0.5 |  | How far aversion falls when all peers are seen doing it |
| `metrics.output.noise` | normal | laplace |  | Two-sided exponential |
| `metrics.output.noise.normal.scale` | 0.3 | – | units of the metric | Standard deviation |
| `policies.trust` | a policy | – |  | What is compared |
| `policies.quota.incentives.quota.reward` | 0.2 | 0.1 \\* skill | pay | Paid where it does |
| `metrics.output.noise.laplace.scale` | – | 0.3 | units of the metric | Mean distance from zero; the standard deviation is sqrt(2) x scale |
""")

    def test_the_same(self):
        self.write("same.yaml", "# a comment\n" + SCENARIO)
        self.assertTrue(self.run_program("odd", "small.yaml", "--delta", "same.yaml")[0].endswith("The two scenarios do not differ.\n"))

    def test_long_lists_are_compared_to_their_end(self):
        pairs = [[i, (i + 1) % 40] for i in range(40)]
        one = SCENARIO.replace("  team_size: 5\n", f"  team_size: 5\n  network: {{edges: {{pairs: {pairs}}}}}\n")
        pairs[-1] = [39, 5]
        other = SCENARIO.replace("  team_size: 5\n", f"  team_size: 5\n  network: {{edges: {{pairs: {pairs}}}}}\n")
        self.write("one.yaml", one)
        self.write("other.yaml", other)
        self.assertIn("| `population.network.edges.pairs` |", self.run_program("odd", "one.yaml", "--delta", "other.yaml")[0])


if __name__ == "__main__":
    unittest.main()
