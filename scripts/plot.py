#!/usr/bin/python3
# Draws dashboard against reality: for each policy, how far the reading that is rewarded and the value have moved from the comparison.
"""Usage: scripts/plot.py RESULTS.h5 IMAGE [--metric NAME]

One panel for each policy but the comparison (the first): the change of the metric's dashboard and of the value produced, in per
cent of the comparison policy in the same step on the same luck, mean over replicates with a band that holds 95 % of them.
Needs Debian's python3-xarray, python3-netcdf4 and python3-matplotlib.
"""
import argparse

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("results")
arguments.add_argument("image")
arguments.add_argument("--metric", help="the metric to show; the first where none is named")
asked = arguments.parse_args()

data = xarray.open_dataset(asked.results)
metric = asked.metric or str(data.metric.values[0])
comparison = data.isel(policy=0)
policies = [str(name) for name in data.policy.values[1:]]
figure, panels = plt.subplots(
    1, len(policies), figsize=(3.6 * len(policies), 3.4), sharey=True, squeeze=False, layout="constrained"
)
series = [
    (f"dashboard: {metric}", data.dashboard.sel(metric=metric), comparison.dashboard.sel(metric=metric), "#D55E00"),
    ("reality: value", data.value, comparison.value, "#0072B2"),
]
for panel, policy in zip(panels[0], policies):
    for label, values, base, colour in series:
        # Ratios of means over employees; a replicate has the same luck under both policies.
        change = 100 * (values.sel(policy=policy) / base - 1)
        panel.plot(change.step, change.mean("replicate"), color=colour, label=label)
        band = change.quantile([0.025, 0.975], "replicate")
        panel.fill_between(change.step, band[0], band[1], color=colour, alpha=0.2, linewidth=0)
    panel.axhline(0, color="grey", linewidth=0.6)
    panel.axvline(0, color="grey", linewidth=0.6, linestyle=":")
    panel.set_title(policy.replace("_", " "), fontsize=10)
    panel.set_xlabel("step")
    panel.spines[["top", "right"]].set_visible(False)
panels[0][0].set_ylabel(f"change from {comparison.policy.item()}, %")
panels[0][0].legend(frameon=False, fontsize=8)
figure.suptitle(str(data.attrs["title"]), fontsize=11)
figure.savefig(asked.image, dpi=130)
