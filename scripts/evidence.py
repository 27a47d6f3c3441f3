# Writes docs/evidence.md: the stylised facts, what scenarios show of them, and what cannot be matched and why.
"""The page is made of tests/scenarios/facts.yaml and of the table of findings (columns of findings.row_of), by scripts/validate from
its own runs and by scripts/reproduce from results/reference/findings.csv."""
import findings
from findings import Mistake

PAGE = findings.ROOT / "docs/evidence.md"

HEAD = """# Evidence

<!-- Written by scripts/validate from tests/scenarios/facts.yaml and the findings beside it; change those. -->

What is known about measures that become targets, as stylised facts with the band in which a simulation must fall, and what the
scenarios of the [catalogue](scenarios.md) show of each: the simulated value with its 95 % interval over 32 replicates or more.

- **Strength** of the evidence: A tight, B several weak sources, C judgement informed by evidence. What a scenario claims with
  strength A or B must hold, and a test holds it to that; what it claims with strength C is reported.
- **Parts**: on how many of the fact's bands scenarios are held to it.
- **Verdict** on what is claimed: pass, the interval lies in the band; fail, it lies outside; cannot say, it lies across an end.
- **Sharp**: the finding fails in every *mutant* of the scenario that it names, such as one in which nobody can game. A finding that no
  mutant breaks would have come out the same without the mechanism, so it is no evidence for it, and a fact's verdict leaves it out.
  [tests/scenarios/README.md](../tests/scenarios/README.md) lists the mutants.
- **Grades** of sources: F1 read at the source; F2 read in a report of the source; F3 a vendor's claim or an anecdote; D derived
  from found numbers; M from memory, not confirmed. What firms do is *as reported*.

Numbers in a scenario were chosen within the ranges that its sources leave, and some so that a fact holds. Where it is said what was set,
the part of the fact that was set is a calibration and no test of the model; what follows from it without being set is one.
"""

PAGE_HEAD = """# The catalogue

<!-- Written by scripts/reproduce --write from tests/scenarios/catalogue.yaml and results/reference; change the former. -->

Every scenario that comes with goodhart: what was mandated, what the dashboard showed, and what happened in fact. A change is the
mean per employee and step over the whole run, compared with the policy that is named, with common random numbers; ± is half of the
95 % interval over 32 replicates or more. Each picture has a panel for each policy; the policy that the sentences describe is in bold.
The main finding is tested against a band; [evidence.md](evidence.md) lists the evidence for the bands. *Parameter sets* are 64 points
spread evenly over the ranges in which the scenario's numbers are uncertain (`experiment.vary`). All numbers are in
[results/reference](../results/README.md). `scripts/gallery` makes a page of each scenario and an index that opens offline.
"""


def read_facts():
    facts = findings.read_yaml(findings.FACTS)
    for name, fact in facts.items():
        unknown = set(fact) ^ {"says", "bands", "strength", "sources"}
        unknown -= {"calibrated", "unmatched"}
        if unknown:
            raise Mistake(f"tests/scenarios/facts.yaml: {name}: expected says, bands, strength, sources and perhaps calibrated and "
                          f"unmatched; these are missing or unknown: {', '.join(sorted(unknown))}")
        for source in fact["sources"]:
            if len(source) != 2 or source[1] not in ("F1", "F2", "F3", "D", "M"):
                raise Mistake(f"tests/scenarios/facts.yaml: {name}: expected sources as [text, grade], got {source!r}")
    return facts


def part_of(fact, row):
    """The label of the fact's band that a finding shows: the one whose number it gives, else the narrowest in which its own band
    lies; None where there is none."""
    _, _, number = row["fact"].partition(" ")
    if number:
        return list(fact["bands"])[int(number) - 1]
    low, high = float(row["low"]), float(row["high"])
    for scale in (1, 100, 0.01):  # shares may be stated in per cent, and the other way round
        fitting = [(most - least, label) for label, (least, most) in fact["bands"].items()
                   if least <= scale * low and scale * high <= most]
        if fitting:
            return min(fitting)[1]
    return None


def parts_text(fact, rows):
    """How many of the fact's bands findings are held to."""
    shown = {part_of(fact, row) for row in rows if findings.is_sharp(row)} - {None}
    return f"{len(shown)} of {len(fact['bands'])}"


def verdict_on(rows):
    """Of a fact, from what is claimed of it and could have failed."""
    rows = [row for row in rows if findings.is_sharp(row)]
    claims = [row["verdict"] for row in rows if row["strength"] != "C"] or [row["verdict"] for row in rows]
    if not claims:
        return "not shown"
    return "fail" if "fail" in claims else "cannot say" if "cannot say" in claims else "pass"


def value_text(row):
    # As they are in the table, so that pages come out the same whoever writes them.
    numbers = (float(f"{float(row[column]):.6g}") for column in ("simulated", "least", "most"))
    return findings.simulated(*numbers, [float(row["low"]), float(row["high"])], row["note"])


def band_of(row):
    return findings.band_text([float(row["low"]), float(row["high"])])


def facts_with_rows(rows):
    """[(name, fact, its rows)]; a finding about a fact that there is not is a Mistake."""
    facts = read_facts()
    for row in rows:
        name, _, number = row["fact"].partition(" ")
        where = f"tests/scenarios/findings/{row['scenario']}.yaml: fact: {row['fact']}"
        if name and name not in facts:
            raise Mistake(f"{where}: there is no fact {name}; there are {', '.join(facts)}")
        if number and number not in map(str, range(1, len(facts[name]["bands"]) + 1)):
            raise Mistake(f"{where}: expected the number of one of the {len(facts[name]['bands'])} bands of {name}, got {number}")
    return [(name, fact, [row for row in rows if row["fact"].partition(" ")[0] == name]) for name, fact in facts.items()]


def sharp_text(row):
    """The mutants that break a finding, or why it is no evidence."""
    if row["not_broken_by"]:
        return f"no: {escaped(row['not_broken_by'])} does not break it"
    return escaped(row["broken_by"]) or "no"


def escaped(text):
    return " ".join(text.split()).replace("|", "\\|")


def page_of(rows):
    known = facts_with_rows(rows)
    text = [HEAD, "## The stylised facts\n", "| | fact | strength | shown by | parts | verdict |", "|---|---|---|---|---|---|"]
    for name, fact, own in known:
        scenarios = ", ".join(dict.fromkeys(f"[{row['scenario']}](scenarios.md#{row['scenario']})" for row in own))
        text.append(f"| [{name}](#{name.lower()}) | {escaped(fact['says'])} | {fact['strength']} | {scenarios or '–'} | "
                    f"{parts_text(fact, own)} | {verdict_on(own)} |")
    for name, fact, own in known:
        text.append(f"\n### {name}\n\n**{fact['says']}.** Strength {fact['strength']}.\n")
        text += [f"- {label}: {findings.band_text(band)}" for label, band in fact["bands"].items()]
        if own:
            text.append("\n| scenario | claim | strength | band | simulated (95 %) | verdict | sharp: broken by |\n|---|---|---|---|---|---|---|")
            for row in own:
                mark = "" if part_of(fact, row) else " †"
                text.append(f"| {row['scenario']} | {escaped(row['says'])} | {row['strength']} | {band_of(row)}{mark} | "
                            f"{value_text(row)} | {row['verdict']} | {sharp_text(row)} |")
            if not all(part_of(fact, row) for row in own):
                text.append("\n† a band of its own: a part or a consequence of the fact.")
        if "calibrated" in fact:
            text.append(f"\n**What was set so that it holds.** {' '.join(fact['calibrated'].split())}")
        if "unmatched" in fact:
            text.append(f"\n**What is not matched.** {' '.join(fact['unmatched'].split())}")
        elif not own:
            text.append("\n**What is not matched.** No scenario shows it yet.")
        text.append("\nSources: " + "; ".join(f"{source} ({grade})" for source, grade in fact["sources"]) + ".")
    text.append("\n## What else scenarios claim\n\nFindings that are no stylised fact, held to their bands in the same way.\n")
    text.append("| scenario | claim | strength | band | simulated (95 %) | verdict | sharp: broken by | source of the band |\n"
                "|---|---|---|---|---|---|---|---|")
    for row in rows:
        if not row["fact"]:
            text.append(f"| {row['scenario']} | {escaped(row['says'])} | {row['strength']} | {band_of(row)} | {value_text(row)} | "
                        f"{row['verdict']} | {sharp_text(row)} | {escaped(row['source'])} |")
    return "\n".join(text) + "\n"
