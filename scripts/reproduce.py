#!/usr/bin/python3
# Makes results/reference and the pages that rest on it, or says where they differ from what is committed: scripts/reproduce runs it.
import argparse
import concurrent.futures
import csv
import io
import math
import os
import pathlib
import re
import sys
import tempfile

import numpy

import evidence
import findings
import recommend
import sensitivity
from findings import Mistake, Results, mean_with_interval, ratio_of_means

REFERENCE = findings.ROOT / "results/reference"
CATALOGUE = findings.ROOT / "tests/scenarios/catalogue.yaml"
PAGE = findings.ROOT / "docs/scenarios.md"
REPLICATES = 32  # at least
PERIODS = 26  # of a picture, at most

# What may differ between machines, whose elementary functions round differently: a mean by a ten-thousandth of itself, or by a
# hundredth of half of its interval, whichever is more; half of an interval by a hundredth; a count of worlds by one.
TOLERANCE, OF_HALF, COUNT = 1e-4, 0.01, 1

MEANS = ["policy", "outcome", "mean", "half", "difference", "half_of_difference"]
SERIES = ["policy", "step", "outcome", "change", "half", "unit"]
WORLDS = ["scenario", "headline", "low", "high", "worlds", "failed", "holds", "below", "above", "least", "median", "most", "turns_on",
          "rank_correlation", "varied"]


# --- The catalogue -------------------------------------------------------------------------------------------------------------


def read_catalogue():
    """{scenario: entry}, in the order of the page, every entry with its defaults."""
    entries = {}
    for part, scenarios in findings.read_yaml(CATALOGUE).items():
        for name, entry in scenarios.items():
            unknown = set(entry) - {"mandated", "policy", "against", "metric", "called", "in", "fact"}
            if unknown or "mandated" not in entry:
                raise Mistake(f"tests/scenarios/catalogue.yaml: {name}: expected mandated, and perhaps policy, against, metric, called, in and fact; "
                              f"got {', '.join(entry)}")
            entries[name] = {"part": part, **entry}
    known, stated = sorted(file.stem for file in findings.SCENARIOS.glob("*.yaml")), findings.names()
    for name in entries:
        if name not in known:
            raise Mistake(f"tests/scenarios/catalogue.yaml: {name}: there is no scenarios/{name}.yaml")
    for name in known:
        if name not in entries:
            raise Mistake(f"scenarios/{name}.yaml is not in tests/scenarios/catalogue.yaml; say there what it mandates")
        if name not in stated:
            raise Mistake(f"scenarios/{name}.yaml has no findings; write tests/scenarios/findings/{name}.yaml")
    for name, entry in entries.items():
        scenario = findings.read_yaml(findings.SCENARIOS / f"{name}.yaml")
        headline = sensitivity.headline_of(name)
        entry["title"] = scenario["title"]
        entry.setdefault("against", list(scenario["policies"])[0])
        entry.setdefault("policy", headline["policy"])
        entry.setdefault("metric", list(scenario["metrics"])[0])
        entry.setdefault("called", entry["metric"].replace("_", " "))
        entry["unit"] = (scenario.get("time") or {}).get("unit", "week")
        for key, known in (("policy", "policies"), ("against", "policies"), ("metric", "metrics")):
            if entry[key] not in scenario[known]:
                raise Mistake(f"tests/scenarios/catalogue.yaml: {name}: there is no {key} {entry[key]}; there are "
                              f"{', '.join(scenario[known])}")
        if entry["policy"] == entry["against"]:
            raise Mistake(f"tests/scenarios/catalogue.yaml: {name}: name a policy: other than {entry['against']}, with "
                          "which it is compared")
    return entries


# --- Tables --------------------------------------------------------------------------------------------------------------------


def require_known(names, catalogue):
    """Raises Mistake where a name is none of the catalogue's."""
    for name in names:
        if name not in catalogue:
            raise Mistake(f"there is no scenario {name}; there are {', '.join(catalogue)}")


def half_of(values):
    mean, least, _ = mean_with_interval(values)
    return mean - least


def outcomes_of(results, policies):
    """{outcome: {policy: replicate by step}} of all that the tables hold."""
    data = results.data
    names = ["value", "net_value", "cost", "hours", "gaming_share", "gamers"]
    names += [f"dashboard {metric}" for metric in data.metric.values]
    names += [f"effort {activity}" for activity in data.activity.values]
    chosen = {}
    for name in names:
        chosen[name] = {policy: results.series(name, policy).sel(step=slice(0, None)) for policy in policies}
    return chosen


def means_table(outcomes, policies, against):
    rows = []
    for policy in policies:
        for outcome, series in outcomes.items():
            here, base = (series[name].mean("step").values for name in (policy, against))
            rows.append({"policy": policy, "outcome": outcome, "mean": here.mean(), "half": half_of(here),
                         "difference": (here - base).mean(), "half_of_difference": half_of(here - base)})
    return rows


def series_table(outcomes, policies, entry):
    """The change of the dashboard and of value from the comparison policy over time, in at most PERIODS periods."""
    rows = []
    for outcome in (f"dashboard {entry['metric']}", "value"):
        series = outcomes[outcome]
        every = math.ceil(series[entry["against"]].sizes["step"] / PERIODS)
        means = {policy: values.groupby(values.step // every * every).mean("step") if every > 1 else values
                 for policy, values in series.items()}
        base = means[entry["against"]]
        for policy in policies:
            if policy == entry["against"]:
                continue
            for step in base.step.values:
                here, there = means[policy].sel(step=step).values, base.sel(step=step).values
                if numpy.isnan(here - there).any():
                    continue
                if entry.get("in", "percent") == "percent":
                    if there.mean() == 0:
                        raise Mistake(f"{outcome} is 0 under {entry['against']} in step {step}, of which there is no per cent; say "
                                      "in: difference in tests/scenarios/catalogue.yaml")
                    change = 100 * math.copysign(1, there.mean()) * ratio_of_means(here, there, 1)
                else:
                    change = here - there
                rows.append({"policy": policy, "step": int(step), "outcome": outcome, "change": change.mean(),
                             "half": half_of(change), "unit": entry.get("in", "percent")})
    return rows


def tables_of(program, name, entry):
    """{file: (columns, rows)} of one scenario, and the rows of its findings."""
    scenario = findings.read_yaml(findings.SCENARIOS / f"{name}.yaml")
    replicates = max(REPLICATES, scenario.get("replicates", 1))
    stated = findings.read_findings(findings.FINDINGS / f"{name}.yaml")
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "results.h5"
        findings.run(program, findings.SCENARIOS / f"{name}.yaml", file, "--threads", "1", "--replicates", str(replicates))
        with Results(file) as results:
            policies = [str(policy) for policy in results.data.policy.values]
            outcomes = outcomes_of(results, policies)
            tables = {f"{name}.csv": (MEANS, means_table(outcomes, policies, entry["against"])),
                      f"{name}-series.csv": (SERIES, series_table(outcomes, policies, entry))}
            rows = findings.rows(program, name, results, stated, replicates)
    return tables, rows


def cell(value):
    if isinstance(value, str):
        return value
    if isinstance(value, (int, numpy.integer)):
        return str(value)
    text = f"{value:.6g}"
    return "0" if text == "-0" or abs(value) < 1e-12 else text


def csv_text(columns, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row[column]) for column in columns])
    return text.getvalue()


def csv_rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def as_number(text):
    try:
        return float(text)
    except ValueError:
        return None


HALF = {"mean": "half", "difference": "half_of_difference", "change": "half"}  # whose half of an interval is whose


def differs(column, row, old):
    """Whether a cell differs by more than what machines may."""
    here, there = as_number(row[column]), as_number(old[column])
    if here is None or there is None or math.isnan(here) or math.isnan(there):
        return row[column] != old[column]
    if math.isinf(here) or math.isinf(there):
        return here != there
    if column in ("holds", "below", "above", "worlds_best", "reversals"):
        return abs(here - there) > COUNT
    if column in ("half", "half_of_difference"):
        return abs(here - there) > OF_HALF * abs(there) + 1e-9
    if column in HALF:
        half = as_number(old[HALF[column]])
        return abs(here - there) > max(TOLERANCE * abs(there), OF_HALF * half) + 1e-9
    if column in ("simulated", "least", "most") and "verdict" in row:
        spread = as_number(old["most"]) - as_number(old["least"])
        return abs(here - there) > max(TOLERANCE * abs(there), OF_HALF * (spread if math.isfinite(spread) else 0)) + 1e-9
    return abs(here - there) > OF_HALF * abs(there) + 1e-9


def differences(columns, text, old_text):
    """Sentences on how a table differs from the committed one."""
    rows, old_rows = csv_rows(text), csv_rows(old_text)
    if text.splitlines()[0] != old_text.splitlines()[0] or len(rows) != len(old_rows):
        return [f"has {len(rows)} rows where {len(old_rows)} are committed, or other columns"]
    said = []
    for number, (row, old) in enumerate(zip(rows, old_rows), 2):
        for column in columns:
            if differs(column, row, old):
                what = " ".join(row[key] for key in ("scenario", "policy", "step", "outcome") if key in row)
                said.append(f"line {number}, {what}, {column}: {row[column]} where {old[column]} is committed")
    return said


# --- Pictures ------------------------------------------------------------------------------------------------------------------


def draw(name, entry, series):
    """Dashboard against reality, one panel a policy, from the table of series alone."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update({"svg.hashsalt": name, "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9,
                         "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"], "axes.spines.top": False,
                         "axes.spines.right": False})
    metric = f"dashboard {entry['metric']}"
    looks = [(metric, f"dashboard: {entry['metric']}", "#D55E00"), ("value", "reality: value", "#0072B2")]
    policies = list(dict.fromkeys(row["policy"] for row in series))
    steps = sorted({int(row["step"]) for row in series})
    unit = "%" if entry.get("in", "percent") == "percent" else "units"

    def points(policy, outcome):
        rows = [row for row in series if row["policy"] == policy and row["outcome"] == outcome]
        return tuple(numpy.array([float(row[column]) for row in rows]) for column in ("step", "change", "half"))

    if len(steps) <= 2:  # nothing to see over time
        figure, panel = plt.subplots(figsize=(7.2, 0.9 + 0.5 * len(policies)), layout="constrained")
        for offset, (outcome, label, colour) in zip((-0.15, 0.15), looks):
            last = [points(policy, outcome) for policy in policies]
            panel.errorbar([change[-1] for _, change, _ in last], numpy.arange(len(policies)) + offset,
                           xerr=[half[-1] for _, _, half in last], fmt="o", color=colour, label=label)
        panel.set_yticks(range(len(policies)), [policy.replace("_", " ") for policy in policies])
        panel.invert_yaxis()
        panel.axvline(0, color="grey", linewidth=0.6)
        panel.set_xlabel(f"change from {entry['against'].replace('_', ' ')}, {unit}")
        panel.legend(frameon=False)
    else:
        across = min(4, len(policies))
        down = math.ceil(len(policies) / across)
        figure, panels = plt.subplots(down, across, figsize=(max(2.6 * across, 5.2), 2.6 * down), sharey=True, sharex=True,
                                      squeeze=False, layout="constrained")
        for panel in panels.flat[len(policies):]:
            panel.set_axis_off()
        for panel, policy in zip(panels.flat, policies):
            for outcome, label, colour in looks:
                step, change, half = points(policy, outcome)
                panel.plot(step, change, color=colour, label=label, linewidth=1.4)
                panel.fill_between(step, change - half, change + half, color=colour, alpha=0.2, linewidth=0)
            panel.axhline(0, color="grey", linewidth=0.6)
            panel.set_title(policy.replace("_", " "), fontsize=9, fontweight="bold" if policy == entry["policy"] else "normal")
        for panel in panels[-1]:
            panel.set_xlabel(entry["unit"])
        for row in panels:
            row[0].set_ylabel(f"change, {unit}")
        panels[0][0].legend(frameon=False, fontsize=8)
    picture = io.StringIO()
    figure.savefig(picture, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    return picture.getvalue()


# --- The page ------------------------------------------------------------------------------------------------------------------


def places(half):
    """Decimal places at which half of an interval has one digit, or two where the first is 1."""
    return 1 - math.floor(math.log10(half)) if f"{half:e}"[0] == "1" else -math.floor(math.log10(half))


def rounded(value, half=0.0):
    """Two or three digits, but none that the interval makes void."""
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    if half > 0:
        digits = min(digits, places(half))
    return f"{round(value, digits):.{max(0, digits)}f}".replace("-", "−")


def moved(row, base, how):
    """"rose by 12 % (± 0.4)", or that no change can be told."""
    difference, half = float(row["difference"]), float(row["half_of_difference"])
    mean = float(base["mean"])
    if how == "percent" and mean != 0:
        difference, half, unit = 100 * difference / abs(mean), 100 * half / abs(mean), " %"
    elif how == "points":
        difference, half, unit = 100 * difference, 100 * half, " points"
    else:
        unit = ""
    if abs(difference) <= half or abs(difference) < 1e-9:
        return "did not change" if abs(difference) < 1e-9 and half < 1e-9 else f"did not change measurably (± {rounded(half, half)}{unit})"
    return f"{'rose' if difference > 0 else 'fell'} by {rounded(abs(difference), half)}{unit}" + (
        f" (± {rounded(half, half)})" if half >= 1e-9 else "")


def story(entry, means, headline, world):
    """What was mandated, what happened on the dashboard, what happened in fact; the main finding, and for how many parameter sets it holds."""
    rows = {(row["policy"], row["outcome"]): row for row in means}

    def change(outcome, how):
        return moved(rows[entry["policy"], outcome], rows[entry["against"], outcome], how)

    policy, against = f"`{entry['policy']}`", f"`{entry['against']}`"
    how = entry.get("in", "percent")
    gamers, share = (float(rows[entry["policy"], outcome]["mean"]) for outcome in ("gamers", "gaming_share"))
    fact = f"value {change('value', 'percent')}"
    if float(rows[entry["against"], "cost"]["mean"]) > 0:
        fact += f", cost {change('cost', 'percent')}"
    if change("net_value", "percent") != change("value", "percent"):
        fact += f", net value {change('net_value', 'percent')}"
    if gamers >= 0.0005:
        hours = "less than 0.01" if share < 0.0001 else rounded(100 * share, 0.1)
        fact += f"; in a {entry['unit']} {rounded(100 * gamers, 1)} % of people gamed, with {hours} % of the hours"
    elif gamers > 0:
        fact += "; hardly anybody gamed"
    lines = [f"**Mandated.** {entry['mandated'].strip()}",
             f"**On the dashboard** {entry['called']} {change('dashboard ' + entry['metric'], how)} under {policy}, "
             f"against {against}.",
             f"**In fact** {fact}." + (f" {entry['fact'].strip()}" if "fact" in entry else "")]
    verdict = {"pass": "holds", "fail": "does not hold", "cannot say": "undecided"}[headline["verdict"]]
    low, high = float(headline["low"]), float(headline["high"])
    shown = (f"**Main finding** ({verdict}): *{headline['says'].rstrip('.')}.* Strength {headline['strength']}, simulated "
             f"{evidence.value_text(headline)}, band {findings.band_text([low, high])}.")
    if world:
        shown += f" It holds for {world['holds']} of {world['worlds']} parameter sets"
        outside = [f"{world[side]} {side}" for side in ("below", "above", "failed") if world[side] != "0"]
        if outside:
            shown += f" ({', '.join(outside)})"
        if world["turns_on"] and abs(float(world["rank_correlation"])) >= 0.5:
            shown += f"; it depends most on `{world['turns_on']}`"
        shown += "."
    return [*lines, shown]


def page_of(catalogue, committed):
    """docs/scenarios.md from the tables."""
    stated = csv_rows(committed("findings.csv"))
    worlds = {row["scenario"]: row for row in csv_rows(committed("sensitivity.csv"))}
    text = [evidence.PAGE_HEAD]
    for part in dict.fromkeys(entry["part"] for entry in catalogue.values()):
        members = {name: entry for name, entry in catalogue.items() if entry["part"] == part}
        text.append(f"- **{part}:** " + ", ".join(f"[{name}](#{name})" for name in members))
    text.append("\n" + recommend.table_of(csv_rows(committed("recommended.csv")), catalogue))
    for part in dict.fromkeys(entry["part"] for entry in catalogue.values()):
        text.append(f"\n## {part}")
        for name, entry in catalogue.items():
            if entry["part"] != part:
                continue
            headline = next(row for row in stated if row["scenario"] == name and row["headline"])
            lines = story(entry, csv_rows(committed(f"{name}.csv")), headline, worlds.get(name))
            text.append(f"\n### {name}\n\n*{entry['title']}* · [scenario](../scenarios/{name}.yaml) · "
                        f"[table](../results/reference/{name}.csv) · [findings](../tests/scenarios/findings/{name}.yaml)\n")
            text.append(f"![Change of the dashboard and of value from {entry['against']}, by policy](../results/reference/{name}.svg)\n")
            text.extend(f"{line}\n" for line in lines)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(text)).rstrip() + "\n"


# --- All of it -----------------------------------------------------------------------------------------------------------------


def made(program, catalogue, chosen, quick):
    """{file: (columns, text)} of all tables of the chosen scenarios; findings, sensitivity and what is recommended as rows by scenario."""
    cores = os.cpu_count() or 1
    tables, stated, worlds, recommended = {}, {}, {}, {}
    with concurrent.futures.ProcessPoolExecutor(cores) as pool:
        jobs = {}
        for name in chosen:
            jobs[pool.submit(tables_of, program, name, catalogue[name])] = ("tables", name)
        for name in chosen if not quick else []:
            jobs[pool.submit(recommend.told, program, name)] = ("recommended", name)
            if sensitivity.ranges_of(name):
                jobs[pool.submit(sensitivity.summary, program, name)] = ("worlds", name)
        try:
            for count, job in enumerate(concurrent.futures.as_completed(jobs), 1):
                kind, name = jobs[job]
                if kind == "tables":
                    some, stated[name] = job.result()
                    tables.update({file: csv_text(*table) for file, table in some.items()})
                elif kind == "recommended":
                    recommended[name] = [recommend.row_of(name, job.result())]
                else:
                    worlds[name] = job.result()
                if sys.stderr.isatty():
                    print(f"\r{count} of {len(jobs)} parts", end="\n" if count == len(jobs) else "", file=sys.stderr)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return tables, stated, worlds, recommended


def joined(file, columns, catalogue, rows):
    """The text of a table over all scenarios: the rows that were made, and for the others those that are committed."""
    old = csv_rows(file.read_text()) if file.exists() else []
    lines = []
    for name in catalogue:
        lines += rows[name] if name in rows else [row for row in old if row["scenario"] == name]
    return csv_text(columns, lines)


def main():
    asked = argparse.ArgumentParser(prog="scripts/reproduce", description="Makes results/reference anew and says where it differs "
                                    "from what is committed.")
    asked.add_argument("--program", required=True, help=argparse.SUPPRESS)
    asked.add_argument("--write", action="store_true", help="renew what is committed instead")
    asked.add_argument("--quick", action="store_true", help="leave out sensitivity and what is recommended, which take most of the time")
    asked.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="these alone")
    asked = asked.parse_args()
    catalogue = read_catalogue()
    require_known(asked.scenarios, catalogue)
    chosen = asked.scenarios or list(catalogue)
    texts, stated, worlds, recommended = made(asked.program, catalogue, chosen, asked.quick)
    columns = {file: SERIES if file.endswith("-series.csv") else MEANS for file in texts}
    for file, head, rows in (("findings.csv", findings.COLUMNS, stated), ("sensitivity.csv", WORLDS, {n: [r] for n, r in worlds.items()}),
                             ("recommended.csv", recommend.COLUMNS, recommended)):
        texts[file], columns[file] = joined(REFERENCE / file, head, catalogue, rows), head

    def page_texts(of):
        return {PAGE: page_of(catalogue, of), evidence.PAGE: evidence.page_of(csv_rows(of("findings.csv")))}

    if asked.write:
        REFERENCE.mkdir(exist_ok=True)
        for file, text in texts.items():
            (REFERENCE / file).write_text(text)
        for name in chosen:
            picture = draw(name, catalogue[name], csv_rows(texts[f"{name}-series.csv"]))
            (REFERENCE / f"{name}.svg").write_text(picture)
        stray = [file for file in REFERENCE.iterdir() if re.sub(r"(-series)?\.(csv|svg)$", "", file.name) not in
                 {*catalogue, "findings", "recommended", "sensitivity"}]
        for file in stray:
            file.unlink()
        if all((REFERENCE / f"{name}.csv").exists() for name in catalogue):
            for page, text in page_texts(lambda file: (REFERENCE / file).read_text()).items():
                page.write_text(text)
        print(f"Renewed {len(chosen)} scenarios in results/reference, docs/scenarios.md and docs/evidence.md.")
        return 0

    said = []
    for file, text in texts.items():
        if not (REFERENCE / file).exists():
            said.append(f"results/reference/{file} is not there")
        else:
            said += [f"results/reference/{file}: {what}" for what in differences(columns[file], text, (REFERENCE / file).read_text())]
    for name in chosen:
        if not (REFERENCE / f"{name}.svg").exists():
            said.append(f"results/reference/{name}.svg is not there")
    if not said:  # the pages rest on the committed tables
        for page, text in page_texts(lambda file: (REFERENCE / file).read_text()).items():
            if not page.exists() or page.read_text() != text:
                said.append(f"{page.relative_to(findings.ROOT)} is not what the tables say; scripts/reproduce --write writes it anew")
    for what in said[:40]:
        print(what)
    if len(said) > 40:
        print(f"and {len(said) - 40} more")
    print(f"{len(said) or 'No'} difference{'' if len(said) == 1 else 's'} in {len(chosen)} scenarios.")
    return 1 if said else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Mistake as mistake:
        print(f"error: {mistake}", file=sys.stderr)
        sys.exit(2)
