# What `goodhart compare` recommends in each scenario, as rows of a table and as the table of docs/scenarios.md.
import json
import pathlib
import subprocess
import tempfile

import findings
from findings import Mistake

COLUMNS = ["scenario", "replicates", "recommended", "against", "finding", "worsens", "other_account", "other_option", "worlds_best",
           "worlds", "reversal", "as_it_is", "reversed_at", "then_best", "reversals", "tried"]
ACCOUNTS = {"net_value": "the organisation before bonuses", "net_after_bonuses": "the organisation after bonuses",
            "utility": "the employees", "surplus": "the organisation and its employees together"}

HEAD = """## What is recommended

What `goodhart compare` says of each scenario, by net value (the account of the organisation before bonuses). *Worsens*: metrics that
get clearly worse under the recommended option, compared with the policy that all are compared with. *Stays best*: in so many sampled
worlds, each with other values of the numbers in doubt (`experiment.vary`). *Strongest reversal*: of the numbers that reverse the
ranking of the first two options at an end of their ranges, the one that moves their difference most. *Another account*: whose account
would clearly choose another option. A dash: not computed, or nothing to say.

| scenario | recommended | worsens | stays best | strongest reversal | another account |
|---|---|---|---|---|---|
"""


def told(program, name):
    """What compare says of a scenario, as JSON."""
    scenario = findings.SCENARIOS / f"{name}.yaml"
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([program, "compare", scenario, "--json", "--quiet", "--threads", "1", "-o",
                               pathlib.Path(folder) / "results.h5"], capture_output=True, text=True)
    if done.returncode != 0:
        raise Mistake(f"{name}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def reversal_of(told):
    """The strongest reversal: the number, as it is, the value that reverses the ranking, and the option that is then the best."""
    lever = next((lever for lever in told["levers"] if lever["flips"]), None)
    if lever is None:
        return {"reversal": "", "as_it_is": "", "reversed_at": "", "then_best": ""}
    ends = [(lever[f"lead_at_{end}"]["mean"], lever[end]) for end in ("low", "high") if lever[f"lead_at_{end}"]["high"] < 0]
    return {"reversal": lever["label"], "as_it_is": lever["value"], "reversed_at": min(ends)[1], "then_best": told["ranking"][1]}


def row_of(name, told):
    """The row of a scenario in results/reference/recommended.csv."""
    rank = {policy["policy"]: policy for policy in told["policies"]}
    best = [told["ranking"][0]] if told["ranking"] else []
    for policy in told["ranking"][1:]:
        lead = rank[best[-1]]["lead_over_next"]
        if told["replicates"] < 2 or (lead["low"] or 0) > 0:
            break
        best.append(policy)
    surely = [other for other in told["other_accounts"] if other["surely"] or told["replicates"] < 2]
    worlds = told["worlds"] or {}
    return {"scenario": name, "replicates": told["replicates"], "recommended": " ".join(best), "against": told["compare_with"],
            "finding": told["answer"]["finding"], "worsens": " ".join(harm["metric"] for harm in told["worsens"]),
            "other_account": surely[0]["ranked_by"] if surely else "", "other_option": surely[0]["best"] if surely else "",
            "worlds_best": worlds["best"][best[0]] if worlds and best else "", "worlds": worlds.get("tried", ""),
            **reversal_of(told), "reversals": sum(lever["flips"] for lever in told["levers"]), "tried": len(told["levers"])}


def line_of(row):
    """The row of a scenario in the table of the page."""
    best = row["recommended"].split()
    recommended = " or ".join(f"`{policy}`" for policy in best) + (" (cannot be told apart)" if len(best) > 1 else "")
    if row["replicates"] == "1":
        recommended += " (one replicate)"
    worsens = ", ".join(metric.replace("_", " ") for metric in row["worsens"].split())
    reversal = "none"
    if row["replicates"] == "1":
        reversal = "cannot be told"
    elif len(best) > 1:
        reversal = "–"
    elif row["reversal"]:
        reversal = f"{row['reversal']}: {row['reversed_at']} instead of {row['as_it_is']}, then `{row['then_best']}`"
    elif row["tried"] == "0":
        reversal = "–"
    other = f"{ACCOUNTS[row['other_account']]}: `{row['other_option']}`" if row["other_account"] else "–"
    stays = f"{row['worlds_best']} of {row['worlds']}" if row["worlds"] else "–"
    return f"| [{row['scenario']}](#{row['scenario']}) | {recommended} | {worsens or '–'} | {stays} | {reversal} | {other} |\n"


def table_of(rows, names):
    """The table, and which scenarios have no row in it yet."""
    missing = [name for name in names if name not in {row["scenario"] for row in rows}]
    return HEAD + "".join(line_of(row) for row in rows) + (f"\nNot computed yet: {', '.join(missing)}.\n" if missing else "")
