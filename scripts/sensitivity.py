# In what share of worlds a scenario's headline holds: it is repeated over a Latin hypercube of experiment.vary.
"""A world is one point of a Latin hypercube (McKay, Beckman & Conover 1979, doi 10.1080/00401706.1979.10489755) over all ranges that
the scenario states in experiment.vary: each range is cut into as many parts of equal length as there are points, and each part
is met once. Every world is run on the same few replicates, and only under the policies that the headline compares; the headline
holds where its value lies in its band. Which number it turns on is told by Spearman's rank correlation across worlds."""
import math
import pathlib
import tempfile

import numpy

import findings

POINTS = 64
REPLICATES = 4
REPLICATES_OF_SHARES = 64  # where the headline is a share of replicates


def ranges_of(name):
    """(path, from, to) of each number in doubt, in the scenario's order."""
    scenario = findings.read_yaml(findings.SCENARIOS / f"{name}.yaml")
    vary = (scenario.get("experiment") or {}).get("vary") or {}
    return [(path, float(ends["from"]), float(ends["to"])) for path, ends in vary.items()]


def hypercube(dimensions, points=POINTS):
    """Points by dimensions, in [0, 1). Of numpy's generators RandomState alone promises the same numbers in every version."""
    chance = numpy.random.RandomState(20260101)
    return numpy.stack([(chance.permutation(points) + chance.random_sample(points)) / points for _ in range(dimensions)], axis=1)


def headline_of(name):
    return next(finding for finding in findings.read_findings(findings.FINDINGS / f"{name}.yaml") if "headline" in finding)


def worlds(program, name, chosen):
    """The values of the headline in the chosen worlds, as (world, value); nan where the world could not be run to its end."""
    ranges, headline = ranges_of(name), headline_of(name)
    pairs = (headline, headline.get("over", {}))
    policies = {pair[key] for pair in pairs for key in ("policy", "against") if key in pair}
    replicates = REPLICATES_OF_SHARES if "share" in headline else REPLICATES
    base = ["--threads", "1", "--replicates", str(replicates), *(f"--policy={policy}" for policy in sorted(policies))]
    cube = hypercube(len(ranges))
    values = []
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "results.h5"
        for world in chosen:
            changes = [f"--set={path}={low + (high - low) * cube[world, axis]:.17g}"
                       for axis, (path, low, high) in enumerate(ranges)]
            findings.run(program, findings.SCENARIOS / f"{name}.yaml", file, *base, *changes, failures=True)
            with findings.Results(file) as results:
                values.append((world, findings.judge(results, headline).value))
    return values


def ranks(values):
    """Ranks from 0, ties at their mean."""
    order = numpy.sort(values)
    return (numpy.searchsorted(order, values, "left") + numpy.searchsorted(order, values, "right") - 1) / 2


def summary(name, values):
    """One row of the table, from the headline's value in each world."""
    ranges, headline = ranges_of(name), headline_of(name)
    values = numpy.array([value for _, value in sorted(values)])
    low, high = headline["band"]
    known = values[~numpy.isnan(values)]
    cube = hypercube(len(ranges))[~numpy.isnan(values)]
    turns_on, correlation = "", math.nan
    if len(known) > 2 and len(set(known)) > 1:
        correlations = [numpy.corrcoef(ranks(cube[:, axis]), ranks(known))[0, 1] for axis in range(len(ranges))]
        strongest = int(numpy.argmax(numpy.abs(correlations)))
        turns_on, correlation = ranges[strongest][0], correlations[strongest]
    return {"scenario": name, "headline": headline["says"], "low": low, "high": high, "worlds": len(values),
            "failed": int(numpy.isnan(values).sum()), "holds": int(((known >= low) & (known <= high)).sum()),
            "below": int((known < low).sum()), "above": int((known > high).sum()),
            "least": known.min(initial=math.inf), "median": numpy.median(known) if len(known) else math.nan,
            "most": known.max(initial=-math.inf), "turns_on": turns_on, "rank_correlation": correlation,
            "varied": " ".join(path for path, _, _ in ranges)}
