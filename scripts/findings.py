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
    in: percent                        percent (of the mean of `against`), difference, ratio; without `against`: level
    steps: [26, 51]                    first and last; left out: all from 0 on
    when: reaches 0.7                  instead of the mean over steps: the first step at which it is at least that
    band: [-8, 8]
    strength: B
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
KEYS = {"says", "of", "policy", "against", "in", "steps", "when", "band", "strength", "fact", "source"}


def series(data, name, policy):
    """Replicate by step."""
    variable, _, item = name.partition(" ")
    values = data[variable].sel(policy=policy)
    rest = [axis for axis in values.dims if axis not in ("replicate", "step")]
    if bool(item) != bool(rest):
        raise SystemExit(f"{name}: {variable} has the further axes {rest}, so name one item of each, or none")
    return values.sel({rest[0]: item}) if rest else values


def replicates_of(data, finding):
    """One value a replicate."""
    first, last = finding.get("steps", [0, int(data.step[-1])])

    def of(policy):
        values = series(data, finding["of"], policy).sel(step=slice(first, last))
        if "when" in finding:
            word, level = finding["when"].split()
            assert word == "reaches", finding["when"]
            reached = values >= float(level)
            at = values.step[reached.argmax("step")].astype(float)
            return at.where(reached.any("step"), math.inf)
        return values.mean("step")

    here = of(finding["policy"])
    if "against" not in finding:
        return here.values
    there = of(finding["against"])
    how = finding.get("in", "percent")
    if how == "percent":
        return (100 * (here - there) / abs(float(there.mean()))).values
    if how == "ratio":
        return (here / float(there.mean())).values
    assert how == "difference", how
    return (here - there).values


def verdict_of(values, band):
    values = values[~numpy.isnan(values)]
    n = len(values)
    mean = float(values.mean())
    if math.isinf(mean):
        half = 0.0
    else:
        half = T.get(n, 1.96) * float(values.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    low, high = band
    if mean - half >= low and mean + half <= high:
        return mean, half, "pass"
    if mean + half < low or mean - half > high:
        return mean, half, "fail"
    return mean, half, "cannot say"


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
            for finding in findings:
                unknown = set(finding) - KEYS
                if unknown or not {"says", "of", "policy", "band", "strength"} <= set(finding):
                    raise SystemExit(f"{file}: a finding has unknown fields {unknown}, or lacks one: {finding}")
                yield finding, *verdict_of(replicates_of(data, finding), finding["band"])


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
