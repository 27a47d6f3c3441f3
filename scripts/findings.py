# What a finding is, how it is measured in a results file, and whether a scenario shows it: for scripts/validate and scripts/reproduce.
"""Findings: what a scenario shows, stated so that a program can hold the scenario to it.

tests/scenarios/findings/SCENARIO.yaml is a list of findings; tests/scenarios/README.md is the reference of its keys. A finding is
measured to one value a replicate. What is held against its band is their mean, with the 95 % interval of Student's t, or where
`when` asks for a time, their median with the interval of its order statistics, or where `share` asks how often, Wilson's:

  pass         the interval lies in the band
  fail         it lies outside
  cannot say   it lies across an end, or some replicates have no value
"""
import dataclasses
import functools
import math
import pathlib
import subprocess
import tempfile

import numpy
import xarray
import yaml

import mutants
from mistake import Mistake

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCENARIOS = ROOT / "scenarios"
FINDINGS = ROOT / "tests/scenarios/findings"
FACTS = ROOT / "tests/scenarios/facts.yaml"

REQUIRED = ("says", "of", "policy", "band", "strength")
MEASURES = ("when", "part", "across", "since", "per")  # at most one of them
OPTIONAL = ("against", "in", "over", "steps", "share", "headline", "fact", "source", "broken_by", *MEASURES)
ACROSS = ("p90 / mean", "never", "less")
ON_MUTANTS = 12  # replicates, at most: a mechanism that is gone shows in few


# --- Reading -------------------------------------------------------------------------------------------------------------------


class StrictLoader(yaml.SafeLoader):
    """YAML in which a key that is written twice is an error, not the last one."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise Mistake(f"line {node.start_mark.line + 1}: {', '.join(sorted(twice))} is written twice; leave one out")
        return super().construct_mapping(node, deep)


def read_yaml(file):
    try:
        return yaml.load(file.read_text(encoding="utf-8"), StrictLoader)
    except (yaml.YAMLError, Mistake) as mistake:
        raise Mistake(f"{file.relative_to(ROOT)}: {mistake}") from None


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and not math.isnan(value)


def check(finding):
    """Raises Mistake where a finding is not in the vocabulary."""
    if not isinstance(finding, dict):
        raise Mistake(f"expected keys such as says: and of:, got {finding!r}")
    unknown = [key for key in finding if key not in REQUIRED + OPTIONAL]
    if unknown:
        raise Mistake(f"there is no key {unknown[0]}; there are {', '.join(REQUIRED + OPTIONAL)}")
    missing = [key for key in REQUIRED if key not in finding]
    if missing:
        raise Mistake(f"{missing[0]} is missing; every finding has {', '.join(REQUIRED)}")
    for key in ("says", "of", "policy", "against", "source", "fact", "per"):
        if key in finding and not (isinstance(finding[key], str) and finding[key].strip()):
            raise Mistake(f"{key}: expected a text, got {finding[key]!r}")
    if finding["strength"] not in ("A", "B", "C"):
        raise Mistake(f"strength: expected A, B or C, got {finding['strength']!r}")
    band = finding["band"]
    if not (isinstance(band, list) and len(band) == 2 and all(map(is_number, band)) and band[0] <= band[1]):
        raise Mistake(f"band: expected [LOW, HIGH], whose ends may be -.inf and .inf, got {band!r}")
    for key in ("steps", "since"):
        value = finding.get(key, [0, 0])
        if not (isinstance(value, list) and len(value) == 2 and all(type(end) is int for end in value) and value[0] <= value[1]):
            raise Mistake(f"{key}: expected [FIRST, LAST], two whole numbers, got {value!r}")
    if finding.get("headline", True) is not True:
        raise Mistake(f"headline: expected true, or no such key, got {finding['headline']!r}")
    if "in" in finding and finding["in"] not in ("percent", "difference", "ratio"):
        raise Mistake(f"in: expected percent, difference or ratio, got {finding['in']!r}")
    measures = [key for key in MEASURES if key in finding]
    if len(measures) > 1:
        raise Mistake(f"{' and '.join(measures)} exclude each other: each says what to take instead of the mean over steps")
    less = finding.get("across") == "less"
    if "in" in finding and ("against" not in finding or less):
        raise Mistake("in is about a change; it needs against: and cannot stand with across: less")
    if "over" in finding and less:
        raise Mistake("over cannot stand with across: less, which is a share already")
    if less and "against" not in finding:
        raise Mistake("across: less compares with another policy; name it by against:")
    over = finding.get("over", {"policy": ""})
    if not (isinstance(over, dict) and over and set(over) <= {"of", "policy", "against", "steps"}):
        raise Mistake(f"over: expected what differs there, of of, policy, against and steps, got {over!r}")
    if "against" in over and "against" not in finding:
        raise Mistake("over: against there needs against: here, so that a change is divided by a change")
    if "over" in finding and "in" in finding:
        raise Mistake("over and in exclude each other: a share of another change has no unit")
    if "across" in finding and finding["across"] not in ACROSS:
        raise Mistake(f"across: expected {', '.join(ACROSS)}, got {finding['across']!r}")
    if "part" in finding:
        part = finding["part"]
        if not (isinstance(part, dict) and set(part) == {"every", "last"} and all(type(v) is int for v in part.values())
                and 0 < part["last"] < part["every"]):
            raise Mistake(f"part: expected {{every: STEPS, last: FEWER}}, got {part!r}")
    if "when" in finding:
        parsed_when(finding["when"])
    if "share" in finding:
        parsed_share(finding["share"])
    broken_by = finding.get("broken_by", ["no_stake"])
    if not (isinstance(broken_by, list) and broken_by):
        raise Mistake(f"broken_by: expected a list of mutants, got {broken_by!r}")
    for mutant in broken_by:
        mutants.check(mutant)


def parsed_when(text):
    """("reaches", level) or ("halves", step)."""
    words = str(text).split()
    try:
        if len(words) == 2 and words[0] == "reaches":
            return "reaches", float(words[1])
        if len(words) == 3 and words[:2] == ["halves", "after"]:
            return "halves", int(words[2])
    except ValueError:
        pass
    raise Mistake(f"when: expected reaches LEVEL or halves after STEP, got {text!r}")


def parsed_share(text):
    """("below" or "above", level)."""
    words = str(text).split()
    try:
        if len(words) == 2 and words[0] in ("below", "above"):
            return words[0], float(words[1])
    except ValueError:
        pass
    raise Mistake(f"share: expected below LEVEL or above LEVEL, got {text!r}")


def read_findings(file):
    """The findings of one scenario, checked; exactly one of them is its headline."""
    findings = read_yaml(file)
    if not isinstance(findings, list) or not findings:
        raise Mistake(f"{file.relative_to(ROOT)}: expected a list of findings, each with {', '.join(REQUIRED)}")
    for number, finding in enumerate(findings, 1):
        try:
            check(finding)
        except Mistake as mistake:
            raise Mistake(f"{file.relative_to(ROOT)}: finding {number}: {mistake}") from None
    headlines = [finding["says"] for finding in findings if "headline" in finding]
    if len(headlines) != 1:
        raise Mistake(f"{file.relative_to(ROOT)}: expected headline: true on exactly one finding, got it on {len(headlines)}")
    return findings


# --- Measuring -----------------------------------------------------------------------------------------------------------------


@functools.cache
def student(n):
    """The 97.5 % quantile of Student's t with n - 1 degrees of freedom, by Simpson's rule and bisection."""
    freedom = n - 1
    constant = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)

    def below(t):
        angle = numpy.linspace(0, math.atan(t / math.sqrt(freedom)), 2001)  # t = sqrt(freedom) tan(angle) makes it smooth
        density = constant * math.sqrt(freedom) * numpy.cos(angle) ** (freedom - 1)
        weights = numpy.where(numpy.arange(2001) % 2, 4, 2).astype(float)
        weights[[0, -1]] = 1
        return 0.5 + (weights * density).sum() * (angle[1] - angle[0]) / 3

    low, high = 0.0, 1000.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < 0.975 else (low, middle)
    return low


def mean_with_interval(values):
    n, mean = len(values), float(values.mean())
    if n < 2:
        return mean, -math.inf, math.inf
    half = student(n) * float(values.std(ddof=1)) / math.sqrt(n)
    return mean, mean - half, mean + half


def median_with_interval(values):
    """The interval between order statistics holds the median with at least 95 %; values may be infinite."""
    values, n = numpy.sort(values), len(values)
    lower, below = 0, 0.5**n  # the chance that at most `lower` values lie below the median
    while below + math.comb(n, lower + 1) * 0.5**n <= 0.025:
        lower += 1
        below += math.comb(n, lower) * 0.5**n
    middle = float(values[n // 2] if n % 2 else values[n // 2 - 1] / 2 + values[n // 2] / 2)
    if below > 0.025:  # too few values for an interval of 95 %
        return middle, -math.inf, math.inf
    return middle, float(values[lower]), float(values[n - 1 - lower])


def share_with_interval(values, asked):
    """Wilson 1927, doi 10.1080/01621459.1927.10502953: an interval that stays within 0 and 1."""
    word, level = parsed_share(asked)
    n, z = len(values), 1.959964
    share = float((values < level if word == "below" else values > level).mean())
    middle, half = share + z**2 / (2 * n), z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n * n))
    return share, max(0.0, (middle - half) / (1 + z**2 / n)), min(1.0, (middle + half) / (1 + z**2 / n))


def ratio_of_means(above, below, offset=0.0):
    """Values a replicate whose mean is mean(above) / mean(below) - offset and whose spread is that of this ratio, to first order
    (Taylor linearisation, as in Cochran 1977, Sampling Techniques, section 6.3)."""
    mean = float(below.mean())
    if mean == 0:
        raise Mistake("the policy compared with has a mean of 0, of which there are no per cent or ratio; say in: difference")
    ratio = float(above.mean()) / mean
    return ratio - offset + (above - ratio * below) / mean


class Results:
    """The results of one scenario: what findings are measured in."""

    def __init__(self, file, data=None):
        """`data`: series over policy, replicate and step that have been read, such as those of one point of a sweep."""
        self.file = file
        self.data = xarray.open_dataset(file) if data is None else data

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.data.close()
        if "panel" in self.__dict__:
            self.panel.close()

    @functools.cached_property
    def panel(self):
        try:
            return xarray.open_dataset(self.file, group="employees")
        except OSError:
            raise Mistake("across: needs record: {employees: ...} in the scenario, so that employees are followed") from None

    def select(self, data, name, policy, axes):
        """A variable over `axes`: "dashboard prompts" names an item of each further axis, in the variable's order."""
        variable, *items = name.split()
        if variable not in data.data_vars:
            raise Mistake(f"there is no variable {variable}; there are {', '.join(sorted(data.data_vars))}")
        values = data[variable]
        if policy not in values.policy:
            raise Mistake(f"there is no policy {policy}; there are {', '.join(map(str, values.policy.values))}")
        values = values.sel(policy=policy)
        rest = [axis for axis in values.dims if axis not in axes]
        if len(rest) != len(items):
            wanted = " ".join([variable, *map(str.upper, rest)])
            raise Mistake(f"{name}: expected {wanted}, one name for each axis of {variable}")
        for axis, item in zip(rest, items):
            if item not in values[axis]:
                raise Mistake(f"{name}: there is no {axis} {item}; there are {', '.join(map(str, values[axis].values))}")
            values = values.sel({axis: item})
        return values

    def series(self, name, policy):
        """Replicate by step; of A - B the difference of two variables."""
        name, _, less = name.partition(" - ")
        if less:
            return self.series(name, policy) - self.series(less, policy)
        return self.select(self.data, name, policy, ("replicate", "step"))

    def followed(self, name, policy, first, last):
        """Replicate by sample by employee."""
        values = self.select(self.panel, name, policy, ("replicate", "sample", "employee")).sel(sample=slice(first, last))
        if not values.sizes["sample"]:
            raise Mistake(f"no employees are recorded in steps {first} to {last}")
        return values

    def steps(self, finding, key="steps"):
        every = self.data.step.values
        first, last = finding.get(key, [0, int(every[-1])])
        if first < every[0] or last > every[-1]:
            raise Mistake(f"{key}: expected steps from {every[0]} to {every[-1]}, got [{first}, {last}]")
        return first, last

    def measure(self, finding):
        """One value a replicate, of what the finding is about."""
        if "over" in finding:
            how = {"in": "difference"} if "against" in finding else {}
            change, other = ({key: value for key, value in {**finding, **how, **there}.items() if key != "over"}
                             for there in ({}, finding["over"]))
            return ratio_of_means(self.measure(change), self.measure(other))
        here = self.level(finding, finding["policy"])
        if "against" not in finding or finding.get("across") == "less":
            return here
        there, how = self.level(finding, finding["against"]), finding.get("in", "percent")
        if how == "difference":
            return here - there
        if "share" in finding or "when" in finding:  # about single replicates, not about their mean
            with numpy.errstate(invalid="ignore"):  # a time that is never reached under either has no ratio
                return here / there if how == "ratio" else 100 * (here / there - 1)
        if how == "ratio":
            return ratio_of_means(here, there)
        return 100 * math.copysign(1, there.mean()) * ratio_of_means(here, there, 1)

    def level(self, finding, policy):
        first, last = self.steps(finding)
        if "across" in finding:
            return self.across(finding, policy, first, last)
        whole = self.series(finding["of"], policy)
        values = whole.sel(step=slice(first, last))
        if "when" in finding:
            word, number = parsed_when(finding["when"])
            if word == "halves":
                start = whole.sel(step=slice(number - 4, number - 1)).mean("step")
                values = whole.sel(step=slice(number, last))
                reached, origin = values <= start / 2, number
            else:
                reached, origin = values >= number, 0
            at = (values.step[reached.argmax("step")] - origin).astype(float)
            return at.where(reached.any("step"), math.inf).values
        if "part" in finding:
            every, late = finding["part"]["every"], finding["part"]["last"]
            values = values.isel(step=slice(0, values.sizes["step"] // every * every))
            if not values.sizes["step"]:
                raise Mistake(f"part: steps {first} to {last} hold no whole window of {every}")
            place = (values.step - values.step[0]) % every
            return (values.where(place >= every - late, 0).sum("step") / values.sum("step")).values
        if "since" in finding:
            before = whole.sel(step=slice(*self.steps(finding, "since")))
            return (values.mean("step") - before.mean("step")).values
        if "per" in finding:
            units = self.series(finding["per"], policy).sel(step=slice(first, last))
            return (values.mean("step") / units.mean("step")).values
        return values.mean("step").values

    def across(self, finding, policy, first, last):
        values = self.followed(finding["of"], policy, first, last)
        if finding["across"] == "never":
            return (values <= 0).all("sample").mean("employee").values
        if finding["across"] == "less":
            there = self.followed(finding["of"], finding["against"], first, last)
            return (values.sum("sample") < 0.9 * there.sum("sample")).mean("employee").values
        users = values.where(values > 0)
        return (users.quantile(0.9, ("sample", "employee")) / users.mean(("sample", "employee"))).values


@dataclasses.dataclass
class Verdict:
    finding: dict
    value: float
    least: float
    most: float
    verdict: str  # pass, fail, cannot say
    note: str = ""


def judge(results, finding):
    values = results.measure(finding)
    missing = int(numpy.isnan(values).sum())
    if missing:
        return Verdict(finding, math.nan, math.nan, math.nan, "cannot say", f"no value in {missing} of {len(values)} replicates")
    if "share" in finding:
        value, least, most = share_with_interval(values, finding["share"])
    elif "when" in finding:
        value, least, most = median_with_interval(values)
    else:
        value, least, most = mean_with_interval(values)
    low, high = finding["band"]
    if least >= low and most <= high:
        verdict = "pass"
    elif most < low or least > high:
        verdict = "fail"
    else:
        verdict = "cannot say"
    return Verdict(finding, value, least, most, verdict)


def run(program, scenario, output, *arguments, verb="run", failures=False):
    """Runs a scenario file; what goodhart says of a failure becomes the Mistake. `failures`: whether single runs may fail."""
    command = [str(program), verb, str(scenario), "-o", str(output), "--quiet", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0 and not (failures and done.returncode == 3):
        raise Mistake(f"{' '.join(command[1:3])} ended with exit status {done.returncode}:\n{done.stderr.strip()}")


def judge_all(results, name, stated):
    """The verdicts on a scenario's findings, in their order."""
    verdicts = []
    for position, finding in enumerate(stated, 1):
        try:
            verdicts.append(judge(results, finding))
        except Mistake as mistake:
            raise Mistake(f"tests/scenarios/findings/{name}.yaml: finding {position}: {mistake}") from None
    return verdicts


def judge_or_none(results, finding):
    """The verdict in a mutant, in which what a finding divides by may be 0."""
    try:
        return judge(results, finding)
    except Mistake as mistake:
        return Verdict(finding, math.nan, math.nan, math.nan, "cannot say", str(mistake))


def breaks(verdict):
    """Whether a finding has come out otherwise: its interval lies outside the band, or it has no value at all."""
    return verdict.verdict == "fail" or bool(verdict.note)


def judged_on_mutant(program, name, mutant, replicates, stated):
    """The verdicts on findings in a mutant of a scenario, in their order; None where the mutant changes nothing there."""
    scenario = SCENARIOS / f"{name}.yaml"
    with tempfile.TemporaryDirectory() as folder:
        changed, changes = pathlib.Path(folder) / f"{name}.yaml", []
        if isinstance(mutant, str):
            document = mutants.mutated(mutants.resolved(program, scenario), mutant)
            if document is None:
                return None
            mutants.write(document, changed)
        else:
            changed, changes = scenario, [f"--set={path}={value}" for path, value in mutant.items()]
        file = pathlib.Path(folder) / "results.h5"
        run(program, changed, file, "--threads", "1", "--replicates", str(replicates), *changes)
        with Results(file) as results:
            return [judge_or_none(results, finding) for finding in stated]


def sharpness(program, name, stated, replicates):
    """[(the mutants that break it, those that should and do not)] of each finding, in their order."""
    told = {mutants.label_of(mutant): mutant for finding in stated for mutant in finding.get("broken_by", [])}
    broken, unbroken = [[] for _ in stated], [[] for _ in stated]
    for label, mutant in told.items():
        positions = [place for place, finding in enumerate(stated) if mutant in finding.get("broken_by", [])]
        verdicts = judged_on_mutant(program, name, mutant, replicates, [stated[place] for place in positions])
        if verdicts is None:
            raise Mistake(f"tests/scenarios/findings/{name}.yaml: finding {positions[0] + 1}: broken_by: {label} changes nothing in "
                          "this scenario")
        for place, verdict in zip(positions, verdicts):
            (broken if breaks(verdict) else unbroken)[place].append(label)
    return list(zip(broken, unbroken))


COLUMNS = ["scenario", "fact", "strength", "headline", "says", "low", "high", "simulated", "least", "most", "verdict", "note",
           "broken_by", "not_broken_by", "source"]


def row_of(name, verdict, mutants_of=((), ())):
    """A verdict as a row of the table of findings."""
    finding = verdict.finding
    return {"scenario": name, "fact": finding.get("fact", ""), "strength": finding["strength"],
            "headline": "yes" if "headline" in finding else "", "says": finding["says"], "low": float(finding["band"][0]),
            "high": float(finding["band"][1]), "simulated": verdict.value, "least": verdict.least, "most": verdict.most,
            "verdict": verdict.verdict, "note": verdict.note, "broken_by": "; ".join(mutants_of[0]),
            "not_broken_by": "; ".join(mutants_of[1]), "source": finding.get("source", "")}


def is_sharp(row):
    """Whether a finding is evidence: it names mutants, and each of them breaks it."""
    return bool(row["broken_by"]) and not row["not_broken_by"]


def rows(program, name, results, stated, replicates):
    """The table's rows of a scenario that was run, after its mutants have been."""
    verdicts = judge_all(results, name, stated)
    return [row_of(name, *pair) for pair in zip(verdicts, sharpness(program, name, stated, min(replicates, ON_MUTANTS)))]


def rows_of(program, name, least_replicates=1, replicates=None):
    """Runs a scenario on its own number of replicates, but at least some, and judges its findings."""
    stated = read_findings(FINDINGS / f"{name}.yaml")
    scenario = SCENARIOS / f"{name}.yaml"
    number = replicates or max(least_replicates, read_yaml(scenario).get("replicates", 1))
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "results.h5"
        run(program, scenario, file, "--threads", "1", "--replicates", str(number))
        with Results(file) as results:
            return rows(program, name, results, stated, number)


# --- Saying --------------------------------------------------------------------------------------------------------------------


def number(value, digits=3):
    if math.isinf(value):
        return "never" if value > 0 else "-never"
    if math.isnan(value):
        return "none"
    text = f"{value:.{digits}g}" if abs(value) < 10**digits else f"{value:.0f}"
    return "0" if text == "-0" else text


def digits_for(value, band):
    """Significant digits that tell where in the band a value lies: three, and more where the band is narrow."""
    width = band[1] - band[0]
    if not (math.isfinite(value) and math.isfinite(width)) or width == 0 or value == 0:
        return 3
    return min(8, max(3, 2 + math.ceil(math.log10(abs(value) / width))))


def simulated(value, least, most, band, note=""):
    """The value with its interval."""
    digits = digits_for(value, band)
    if note:
        return note
    if least == most:
        return number(value, digits)
    if not (math.isfinite(least) and math.isfinite(most)):
        return f"{number(value, digits)} (95 %: unbounded)"
    return f"{number(value, digits)} ({number(least, digits)} to {number(most, digits)})"


def band_text(band):
    low, high = band
    if math.isinf(low) and math.isinf(high):
        return "any"
    if math.isinf(high):
        return f"≥ {low:g}"
    if math.isinf(low):
        return f"≤ {high:g}"
    return f"{low:g} to {high:g}"


def names(asked=()):
    """The scenarios that have findings, or those asked for."""
    known = sorted(file.stem for file in FINDINGS.glob("*.yaml"))
    for name in asked:
        if name not in known:
            raise Mistake(f"there is no tests/scenarios/findings/{name}.yaml; there are findings of {', '.join(known)}")
    chosen, mistakes = list(asked) or known, []
    for name in chosen:  # all that is wrong, before anything runs
        try:
            read_findings(FINDINGS / f"{name}.yaml")
            if not (SCENARIOS / f"{name}.yaml").exists():
                raise Mistake(f"tests/scenarios/findings/{name}.yaml: there is no scenarios/{name}.yaml; call both the same")
        except Mistake as mistake:
            mistakes.append(str(mistake))
    if mistakes:
        raise Mistake("\n".join(mistakes))
    return chosen
