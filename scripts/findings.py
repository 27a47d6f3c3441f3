#!/usr/bin/python3
"""Holds scenarios to their findings: tests/scenarios/findings/SCENARIO.yaml says what each shows, and this says whether it does.

Usage: findings.py PROGRAM [--markdown] [--replicates N] [SCENARIO...]

A finding is a quantity, one value a replicate; its mean over replicates with the 95 % t interval is held against a band:
  pass         the interval lies in the band
  fail         it lies outside
  cannot say   it lies across an end
Findings of strength A and B must pass; C ones (judgement) are reported. Exit status 1 where an A or B fails or cannot be said.

  - says: a sentence                   what the finding means
    of: value                          a variable of the results; with an axis, NAME ITEM: dashboard prompts, doing aided
    policy: usage_quota
    against: voluntary                 left out: the level itself; else the paired change
    per: dashboard prompts             the quantity for each unit of this one: mean over steps by mean over steps
    in: percent                        percent (of the mean of `against`), difference, ratio; without `against`: level
    over: {policy: P, against: Q}      the change as a share of the (mean) change between these two
    steps: [26, 51]                    first and last; left out: all from 0 on
    since: [-12, -1]                   less the mean over these steps
    when: reaches 0.7                  instead of the mean over steps: the first step at which it is at least that; or
                                       `halves after 26`: how many steps from 26 on until it is at most half of its mean
                                       over the four steps before
    part: {every: 12, last: 4}         instead of the mean over steps: how much of the sum over whole windows of 12 falls in
                                       the last 4 of each
    across: p90 / mean                 instead of the mean over employees, a statistic of those followed whose quantity is
                                       above 0 (`of: reading METRIC`, `effort ACTIVITY`; needs record.employees); or `never`:
                                       the share of those followed who are at 0 in every record; or `less`: the share who
                                       have less by a tenth or more than under `against`, over all records
    share: below 0                     instead of the mean over replicates: the share of replicates whose value is below
                                       (`above`) that, with Wilson's interval
    band: [-8, 8]                      ends may be -.inf and .inf
    strength: B
    headline: true                     the one finding of the scenario that its sensitivity is judged by
    fact: SF3                          of the stylised facts, where it is one
    source: where the band comes from
"""
import argparse
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy
import xarray
import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests/scenarios/findings"
T = {n: t for n, t in zip(range(2, 41), (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110,
    2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042, 2.040, 2.037, 2.035, 2.032,
    2.030, 2.028, 2.026, 2.024, 2.023))}
KEYS = {"says", "of", "policy", "against", "in", "steps", "since", "when", "part", "across", "share", "per", "over", "band", "strength", "fact",
        "source", "headline"}


def series(data, name, policy):
    """Replicate by step."""
    variable, _, item = name.partition(" ")
    values = data[variable].sel(policy=policy)
    rest = [axis for axis in values.dims if axis not in ("replicate", "step")]
    if bool(item) != bool(rest):
        raise SystemExit(f"{name}: {variable} has the further axes {rest}, so name one item of each, or none")
    return values.sel({rest[0]: item}) if rest else values


def across_employees(panel, finding, policy, first, last):
    """One value a replicate: a statistic of the employees who are followed."""
    variable, _, item = finding["of"].partition(" ")
    values = panel[variable].sel(policy=policy)
    axis = next(axis for axis in values.dims if axis not in ("replicate", "sample", "employee"))
    values = values.sel({axis: item}).sel(sample=slice(first, last))
    if finding["across"] == "never":
        return (values <= 0).all("sample").mean("employee")
    if finding["across"] == "less":
        there = panel[variable].sel(policy=finding["against"]).sel({axis: item}).sel(sample=slice(first, last))
        return (values.sum("sample") < 0.9 * there.sum("sample")).mean("employee")
    above, _, below = finding["across"].partition(" / ")
    statistics = {"mean": lambda v: v.mean(("sample", "employee"))}
    statistics["p90"] = lambda v: v.quantile(0.9, ("sample", "employee"))
    users = values.where(values > 0)
    return statistics[above](users) / statistics[below](users)


def replicates_of(data, panel, finding):
    """One value a replicate."""
    if "over" in finding:
        change, other = ({key: value for key, value in {**finding, **pair}.items() if key != "over"}
                         for pair in ({}, finding["over"]))
        return replicates_of(data, panel, change) / replicates_of(data, panel, other).mean()
    first, last = finding.get("steps", [0, int(data.step[-1])])

    def of(policy):
        if "across" in finding:
            return across_employees(panel, finding, policy, first, last)
        whole = series(data, finding["of"], policy)
        values = whole.sel(step=slice(first, last))
        if "when" in finding:
            word, _, level = finding["when"].partition(" ")
            if word == "halves":
                since = int(level.removeprefix("after "))
                start = whole.sel(step=slice(since - 4, since - 1)).mean("step")
                values = whole.sel(step=slice(since, last))
                reached = values <= start / 2
                at = (values.step[reached.argmax("step")] - since).astype(float)
            else:
                assert word == "reaches", finding["when"]
                reached = values >= float(level)
                at = values.step[reached.argmax("step")].astype(float)
            return at.where(reached.any("step"), math.inf)
        if "part" in finding:
            every, late = finding["part"]["every"], finding["part"]["last"]
            values = values.isel(step=slice(0, values.sizes["step"] // every * every))
            place = (values.step - values.step[0]) % every
            return values.where(place >= every - late, 0).sum("step") / values.sum("step")
        if "since" in finding:
            return values.mean("step") - whole.sel(step=slice(*finding["since"])).mean("step")
        if "per" in finding:
            return values.mean("step") / series(data, finding["per"], policy).sel(step=slice(first, last)).mean("step")
        return values.mean("step")

    here = of(finding["policy"])
    if "against" not in finding or finding.get("across") == "less":
        return here.values
    there = of(finding["against"])
    how = finding.get("in", "percent")
    if how == "percent":
        return (100 * (here - there) / abs(float(there.mean()))).values
    if how == "ratio":
        return (here / float(there.mean())).values
    assert how == "difference", how
    return (here - there).values


def mean_with_interval(values):
    n = len(values)
    mean = float(values.mean())
    if math.isinf(mean):
        return mean, mean, mean
    half = T.get(n, 1.96) * float(values.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    return mean, mean - half, mean + half


def share_with_interval(values, asked):
    """Wilson 1927: the interval of a share stays within 0 and 1."""
    word, level = asked.split()
    assert word in ("below", "above"), asked
    n = len(values)
    share = float((values < float(level) if word == "below" else values > float(level)).mean())
    middle, wide = (share + 1.96**2 / (2 * n)), 1.96 * math.sqrt(share * (1 - share) / n + 1.96**2 / (4 * n * n))
    return share, (middle - wide) / (1 + 1.96**2 / n), (middle + wide) / (1 + 1.96**2 / n)


def verdict_of(values, finding):
    """What was simulated, half of its interval's width, and the verdict."""
    values = values[~numpy.isnan(values)]
    value, least, most = share_with_interval(values, finding["share"]) if "share" in finding else mean_with_interval(values)
    low, high = finding["band"]
    half = 0.0 if math.isinf(value) else (most - least) / 2
    if least >= low and most <= high:
        return value, half, "pass"
    if most < low or least > high:
        return value, half, "fail"
    return value, half, "cannot say"


def number(value):
    if math.isinf(value):
        return "never"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def checked(program, file, replicates):
    """The findings of one scenario with their verdicts."""
    findings = yaml.safe_load(file.read_text())
    scenario = ROOT / "scenarios" / f"{file.stem}.yaml"
    with tempfile.TemporaryDirectory() as folder:
        results = pathlib.Path(folder) / "results.h5"
        more = ["--replicates", str(replicates)] if replicates else []
        subprocess.run([program, "run", scenario, "-o", results, "--quiet", *more], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE)
        with xarray.open_dataset(results) as data:
            panel = None
            if any("across" in finding for finding in findings):
                panel = xarray.open_dataset(results, group="employees")
            for finding in findings:
                unknown = set(finding) - KEYS
                if unknown or not {"says", "of", "policy", "band", "strength"} <= set(finding):
                    raise SystemExit(f"{file}: a finding has unknown fields {unknown}, or lacks one: {finding}")
                yield finding, *verdict_of(replicates_of(data, panel, finding), finding)


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("program")
    asked.add_argument("scenarios", nargs="*", help="names without folder and .yaml; all where none is named")
    asked.add_argument("--markdown", action="store_true", help="print the table of docs/evidence.md")
    asked.add_argument("--replicates", type=int, help="instead of the scenario's own number")
    asked = asked.parse_args()
    files = [FOLDER / f"{name}.yaml" for name in asked.scenarios] or sorted(FOLDER.glob("*.yaml"))
    sound = True
    if asked.markdown:
        print("| scenario | finding | strength | band | simulated | verdict | source |\n|---|---|---|---|---|---|---|")
    for file in files:
        for finding, mean, half, verdict in checked(asked.program, file, asked.replicates):
            sound = sound and (verdict == "pass" or finding["strength"] == "C")
            band = f"{finding['band'][0]:g} to {finding['band'][1]:g}"
            value = number(mean) + ("" if half == 0 else f" ± {half:.2g}")
            fact = finding.get("fact", "")
            if asked.markdown:
                says = (f"**{fact}** " if fact else "") + finding["says"]
                print(f"| {file.stem} | {says} | {finding['strength']} | {band} | {value} | {verdict} | "
                      f"{finding.get('source', '')} |")
            else:
                print(f"{verdict:10}  {finding['strength']}  {file.stem}: {fact + ' ' if fact else ''}{finding['says']}: "
                      f"{value} ({band})")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
