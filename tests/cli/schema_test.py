"""The JSON Schema that the program prints takes the shipped scenarios and refuses broken ones."""

import copy
import json
import os
import pathlib
import subprocess

import jsonschema
import yaml

SOURCE = pathlib.Path(os.environ["GOODHART_SOURCE_DIR"])


def printed(*arguments):
    return subprocess.run([os.environ["GOODHART_PROGRAM"], *arguments], check=True, capture_output=True, text=True).stdout


def number_of_errors(validator, scenario):
    return len(list(validator.iter_errors(scenario)))


schema = json.loads(printed("schema"))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)

shipped = sorted((SOURCE / "scenarios").glob("*.yaml"))
assert shipped, "no scenario is shipped"
for file in shipped:
    errors = list(validator.iter_errors(yaml.safe_load(file.read_text())))
    assert not errors, f"{file.name}: {errors[0].json_path}: {errors[0].message}"

# The first file of docs/scenario-format.md, and every form that the format leaves open.
first = yaml.safe_load((SOURCE / "docs/scenario-format.md").read_text().split("```yaml\n")[1].split("```")[0])
assert number_of_errors(validator, first) == 0
shown = yaml.safe_load((SOURCE / "README.md").read_text().split("```yaml\n")[1].split("```")[0])
assert shown == {key: first[key] for key in shown}, "the README's first scenario is not scenarios/first-file.yaml"


def changed(path, value):
    """The first file with one thing changed."""
    scenario = copy.deepcopy(first)
    *above, last = path.split("/")
    place = scenario
    for key in above:
        place = place.setdefault(key, {})
    place[last] = value
    return scenario


QUOTA = {"quota": {"metric": "prompts", "target": 1}}
RATCHET = {"ratchet": {"incentive": "quota", "speed": 0.5}}
good = {
    "behaviour by its bare name": changed("behaviour", "honest"),
    "behaviour as a map": changed("behaviour", {"best_response": {"inertia": 0.5}}),
    "network with fields": changed("population/network", {"small_world": {"degree": 4, "rewire": 0.1}}),
    "network in a file": changed("population/network", {"edges": "who.txt"}),
    "network in place": changed("population/network", {"edges": {"pairs": [[0, 1], [2, 0]], "mutual": True}}),
    "bare team value": changed("activities/by_hand/team_value", -0.1),
    "team value that differs": changed("activities/by_hand/team_value", {"uniform": {"low": 0, "high": 1}}),
    "team value that bends": changed("activities/by_hand/team_value", {"value": "founder", "saturation": 1}),
    "distribution": changed("effort/intrinsic", {"normal": {"mean": 0.3, "sd": 0.1, "min": 0, "per": "team"}}),
    "expression": changed("effort/intrinsic", "0.1 + 0.2 * founder"),
    "unbounded budget": changed("effort/budget", float("inf")),
    "law of noise": changed("metrics/output/noise", {"student_t": {"scale": 0.3, "dof": 4}}),
    "noise that differs": changed("metrics/output/noise", {"normal": {"mean": 0.3, "sd": 0.01}}),
    "loading with saturation": changed("metrics/prompts/measures/with_ai", {"loading": 100, "saturation": 1}),
    "dashboard": changed("metrics/prompts/dashboard", {"share_above": 10}),
    "policy as a map": changed("policies/trust", {"audits": {"rate": 0.1}, "override": {"effort.norm": 1}}),
    "policy in phases": changed("policies/trust", {"phases": [{"name": "one", "from": 0, "incentives": [QUOTA]}]}),
    "no audits": changed("policies/trust", {"audits": "none"}),
    "tournament": changed(
        "policies/trust", [{"tournament": {"metric": "prompts", "scope": "team", "bottom": 0.1, "dismiss": True}}]
    ),
    "relative": changed("policies/trust", [{"relative": {"metric": "prompts", "rate": "0.1 * founder"}}]),
    "leadership": changed("policies/trust", {"incentives": [QUOTA], "leadership": [RATCHET]}),
    "phase without from": changed(
        "policies/trust",
        {"phases": [
            {"name": "a", "from": 0, "leadership": [{"revise": {"when": [{"gaming_above": 0.1}], "to": "b"}}]},
            {"name": "b"},
        ]},
    ),
    "workforce": changed("workforce", {"attrition": "0.01 * founder", "hiring": {"copy": {"top": 0.1}}, "cost": 5}),
    "outside option": changed("workforce", {"outside": {"utility": "0.1 * founder", "scale": 0.1, "chance": 0.2, "every": 4}}),
    "stock": changed("stocks", [{"trait": "clutter", "of": "team", "decay": 0.1, "adds": {"by_hand": 1, "with_ai": "-founder"}}]),
    "trying": changed("activities/by_hand/spread", {"trying": {"by": "with_ai", "rate": 0.5}}),
    "setup": changed("activities/by_hand/setup", {"time": "0.1 * founder", "aversion": 0.1, "paid": "each_step"}),
    "suspicion": changed(
        "policies/trust",
        {"audits": {"rate": 0, "fine": 1, "suspicion": {"metric": "prompts", "against": "past", "memory": 4, "top": 0.1}}},
    ),
    "inference": changed(
        "policies/trust",
        {"leadership": [{"infer": {"metric": "prompts", "first": 0, "first_sd": 0.1, "drift": 0.1,
                                   "signals": [{"see": "audits", "sample": 5, "sd": 0.1}]}}]},
    ),
    "commitment": changed(
        "policies/trust",
        {"incentives": [{"linear": {"metric": "prompts", "rate": 0}}],
         "leadership": [{"commit": {"levers": {"policies.trust.linear.rate": {"values": [0, 0.1]}}, "best_by": "dashboard",
                                    "metric": "prompts"}}]},
    ),
    "learning": changed("learning", [{"trait": "skill", "by": "by_hand", "rate": -0.1, "floor": 0}]),
    "spread": changed("activities/by_hand/spread", {"initial": 0.5, "imitation": 0.1}),
    "farsighted": changed("behaviour", {"best_response": {"farsighted": 0.9}}),
    "farsighted as a map": changed("behaviour", {"best_response": {"farsighted": {"discount": 0.9}}}),
    "learning by its bare name": changed("behaviour", "learning"),
    "imitation": changed("behaviour", {"imitation": {"rate": 5}}),
    "later readings": changed("activities/by_hand/later", {"after": 2, "prompts": 3}),
}
for name, scenario in good.items():
    errors = list(validator.iter_errors(scenario))
    assert not errors, f"{name}: {errors[0].json_path}: {errors[0].message}"

bad = {
    "unknown key": changed("polices", {}),
    "unknown key below": changed("activities/by_hand/satuation", 1),
    "version": changed("goodhart", 2),
    "title": changed("title", ["a"]),
    "bounds": changed("time", {"steps": 0}),
    "share": changed("metrics/output/common", 1.5),
    "negative strain": changed("effort/strain", -1),
    "time of zero": changed("activities/by_hand/time", 0),
    "name": changed("activities/By Hand", {"value": 1}),
    "no activity": changed("activities", {}),
    "no measures": changed("metrics/output", {"noise": 1}),
    "distribution without sd": changed("effort/intrinsic", {"normal": {"mean": 1}}),
    "two distributions": changed(
        "effort/intrinsic", {"normal": {"mean": 1, "sd": 1}, "exponential": {"mean": 1}}
    ),
    "two schemes": changed("policies/trust", [{**QUOTA, "linear": {"metric": "output", "rate": 1}}]),
    "scheme by its bare name": changed("policies/trust", ["quota"]),
    "policy without dashes": changed("policies/trust", QUOTA),
    "phases and incentives": changed("policies/trust", {"incentives": [], "phases": [{"name": "one", "from": 0}]}),
    "behaviour": changed("behaviour", "lazy"),
    "network without degree": changed("population/network", "random"),
    "network without pairs": changed("population/network", "edges"),
    "pair of names": changed("population/network", {"edges": {"pairs": [["a", "b"]]}}),
    "team value without value": changed("activities/by_hand/team_value", {"saturation": 1}),
    "word": changed("metrics/output/better", "more"),
    "spread without a map": changed("activities/by_hand/spread", 0.3),
    "share of access": changed("activities/by_hand/spread", {"initial": 2}),
    "level": changed("metrics/output/level", "people"),
    "scope": changed("policies/trust", [{"tournament": {"metric": "prompts", "scope": "group"}}]),
    "share of winners": changed("policies/trust", [{"tournament": {"metric": "prompts", "top": 1.5}}]),
    "relative without rate": changed("policies/trust", [{"relative": {"metric": "prompts"}}]),
    "leadership that is no list": changed("policies/trust", {"leadership": RATCHET}),
    "move of leadership": changed("policies/trust", {"leadership": [{"praise": {}}]}),
    "ratchet of nobody's": changed("policies/trust", {"leadership": [{"ratchet": {**RATCHET["ratchet"], "of": "boss"}}]}),
    "factor below 1": changed(
        "policies/trust", {"leadership": [{"escalate": {"incentive": "quota", "goal": 1, "factor": 0.5}}]}
    ),
    "retrain without sample": changed("policies/trust", {"leadership": ["retrain"]}),
    "revise to nowhere": changed("policies/trust", {"leadership": [{"revise": {"when": []}}]}),
    "condition": changed("policies/trust", {"leadership": [{"revise": {"when": [{"metrics": "a"}], "to": "b"}}]}),
    "attrition": changed("workforce", {"attrition": 1.5}),
    "no applicants": changed("workforce/hiring", {"applicants": 0}),
    "copies of nobody": changed("workforce/hiring", {"copy": {"top": 0}}),
    "learning without rate": changed("learning", [{"trait": "skill", "by": "by_hand"}]),
    "behaviour without rationality": changed("behaviour", "quantal"),
    "exploration": changed("behaviour", {"learning": {"exploration": 2}}),
    "discount": changed("behaviour", {"best_response": {"farsighted": 1.5}}),
}
for name, scenario in bad.items():
    assert number_of_errors(validator, scenario) > 0, f"the schema lets this pass: {name}"

committed = (SOURCE / "docs/scenario-format.md").read_text()
assert printed("schema", "--markdown") == committed, (
    "docs/scenario-format.md is not what `goodhart schema --markdown` prints; write it anew with "
    "`goodhart schema --markdown > docs/scenario-format.md`"
)
