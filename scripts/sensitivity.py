# In what share of worlds a scenario's headline holds: it is judged at each point of a sweep over experiment.vary.
"""A world is one point of a Latin hypercube over all ranges that the scenario states in experiment.vary. `goodhart sweep` runs
all of them on the same few replicates, only under the policies that the headline compares, and keeps their series. The headline
holds where its value lies in its band. Which number it turns on is told by Spearman's rank correlation across worlds."""
import math
import pathlib
import tempfile

import numpy
import xarray

import findings

POINTS = 64
REPLICATES = 4
REPLICATES_OF_SHARES = 64  # where the headline is a share of replicates


def ranges_of(name):
    """The paths of the numbers in doubt, in the scenario's order."""
    scenario = findings.read_yaml(findings.SCENARIOS / f"{name}.yaml")
    return list((scenario.get("experiment") or {}).get("vary") or {})


def headline_of(name):
    return next(finding for finding in findings.read_findings(findings.FINDINGS / f"{name}.yaml") if "headline" in finding)


def summary(program, name):
    """One row of the table."""
    headline = headline_of(name)
    pairs = (headline, headline.get("over", {}))
    policies = {pair[key] for pair in pairs for key in ("policy", "against") if key in pair}
    replicates = REPLICATES_OF_SHARES if "share" in headline else REPLICATES
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "worlds.h5"
        findings.run(program, findings.SCENARIOS / f"{name}.yaml", file, "--threads", "1", "--replicates", str(replicates),
                     *(f"--policy={policy}" for policy in sorted(policies)), "--set=experiment.levers={}",
                     "--set=experiment.keep=series", f"--set=experiment.design={{latin_hypercube: {{points: {POINTS}}}}}",
                     verb="sweep", failures=True)
        with xarray.open_dataset(file) as points:
            inputs = [points[varied].values for varied in points.data_vars if points[varied].dims == ("point",)]
        with xarray.open_dataset(file, group="series") as series:
            values = [findings.judge(findings.Results(file, series.sel(point=point)), headline).value for point in series.point]
    return row_of(name, headline, inputs, numpy.array(values))


def ranks(values):
    """Ranks from 0, ties at their mean."""
    order = numpy.sort(values)
    return (numpy.searchsorted(order, values, "left") + numpy.searchsorted(order, values, "right") - 1) / 2


def row_of(name, headline, inputs, values):
    """The row of a scenario, from each input's values and the headline's in each world; nan where it could not be run."""
    low, high = headline["band"]
    paths, known = ranges_of(name), ~numpy.isnan(values)
    values = values[known]
    turns_on, correlation = "", math.nan
    if len(values) > 2 and len(set(values)) > 1:
        correlations = [numpy.corrcoef(ranks(drawn[known]), ranks(values))[0, 1] for drawn in inputs]
        strongest = int(numpy.argmax(numpy.abs(correlations)))
        turns_on, correlation = paths[strongest], correlations[strongest]
    return {"scenario": name, "headline": headline["says"], "low": low, "high": high, "worlds": len(known),
            "failed": int((~known).sum()), "holds": int(((values >= low) & (values <= high)).sum()),
            "below": int((values < low).sum()), "above": int((values > high).sum()),
            "least": values.min(initial=math.inf), "median": numpy.median(values) if len(values) else math.nan,
            "most": values.max(initial=-math.inf), "turns_on": turns_on, "rank_correlation": correlation,
            "varied": " ".join(paths)}
