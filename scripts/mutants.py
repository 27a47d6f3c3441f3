# Scenarios with one mechanism taken out or turned round: for the findings that must then fail (scripts/validate).
"""A finding is evidence for a mechanism only where it would have come out otherwise without it. So a finding names the mutants of its
scenario that must break it. A mutant is the scenario with one thing changed:

  no_gaming     nobody can do an activity that counts as gaming
  no_stake      no incentive pays or takes anything
  no_noise      metrics are read without noise
  turned        what gaming adds to a metric, it takes off
  true_belief   everybody knows what activities are worth
  no_later      nothing is brought later: no rework, no stock
  no_peers      nobody sees what others do
  no_spread     everybody has access to every activity from the start
  no_learning   traits do not change with use
  no_audits     nobody is audited
  no_setup      nothing has to be set up
  no_suspicion  audits do not look at readings
  no_selection  nobody leaves, and nobody is dismissed

or {PATH: VALUE, ...}, values that `--set` takes. A mutant that changes nothing in a scenario is a Mistake: a finding cannot be
broken by it.
"""
import copy
import re
import subprocess

import yaml

from mistake import Mistake


class ResolvedLoader(yaml.SafeLoader):
    """What `goodhart resolve` prints. YAML 1.1, which PyYAML reads, takes 1e-05 for a text and yes for true; goodhart does not."""


ResolvedLoader.yaml_implicit_resolvers = {
    first: [(tag, expression) for tag, expression in resolvers if tag == "tag:yaml.org,2002:null"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
for tag, expression, first in (("bool", r"^(?:true|false)$", "tf"), ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
                               ("float", r"^[-+]?(?:\.inf|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)$", "-+.0123456789")):
    ResolvedLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(expression), list(first))


def phases_of(scenario):
    """All phases of all policies; a policy without phases is its own."""
    for policy in scenario["policies"].values():
        yield from policy.get("phases", [policy])


def set_in_overrides(scenario, wanted, value):
    """Gives another value to what overrides change, where `wanted` says so of the path."""
    for phase in phases_of(scenario):
        for path in phase.get("override", {}):
            if wanted(path):
                phase["override"][path] = value


def drop_overrides(scenario, wanted):
    """Takes out what overrides change, where `wanted` says so of the path."""
    for phase in phases_of(scenario):
        phase["override"] = {path: value for path, value in phase.get("override", {}).items() if not wanted(path)}


def no_gaming(scenario):
    for name, activity in scenario["activities"].items():
        if activity["gaming"]:
            activity["max"] = 0
            set_in_overrides(scenario, lambda path, own=f"activities.{name}.max": path == own, 0)


def no_stake(scenario):
    for phase in phases_of(scenario):
        if "leadership" in phase:
            phase["leadership"] = [move for move in phase["leadership"] if "commit" not in move]  # which would choose a stake
        for incentive in phase["incentives"]:
            for terms in incentive.values():
                if isinstance(terms, dict):
                    terms.update({key: 0 for key in ("reward", "penalty", "rate", "prize") if key in terms})


def no_noise(scenario):
    for name, metric in scenario["metrics"].items():
        metric["noise"] = {"normal": {"scale": 0}}
        set_in_overrides(scenario, lambda path, own=f"metrics.{name}.noise": path.startswith(own), 0)


def negated(loading):
    if isinstance(loading, dict) and "value" in loading:
        return {**loading, "value": negated(loading["value"])}
    if isinstance(loading, dict):
        raise Mistake("turned: the loading of a gaming activity is a distribution, which has no sign to turn; name a path and a value")
    return -loading if isinstance(loading, (int, float)) else f"-({loading})"


def turned(scenario):
    gaming = [name for name, activity in scenario["activities"].items() if activity["gaming"]]
    for metric in scenario["metrics"].values():
        if isinstance(metric["measures"], dict):
            metric["measures"].update({name: negated(loading) for name, loading in metric["measures"].items() if name in gaming})


def true_belief(scenario):
    for activity in scenario["activities"].values():
        activity.pop("perceived_value", None)
    drop_overrides(scenario, lambda path: path.endswith(".perceived_value"))


def no_later(scenario):
    for activity in scenario["activities"].values():
        activity.pop("later", None)
    drop_overrides(scenario, lambda path: ".later." in path)


def no_peers(scenario):
    scenario["population"]["network"] = "none"


def no_spread(scenario):
    for activity in scenario["activities"].values():
        activity.pop("spread", None)
    drop_overrides(scenario, lambda path: ".spread." in path)


def no_learning(scenario):
    scenario["learning"] = []
    drop_overrides(scenario, lambda path: path.startswith("learning"))


def no_audits(scenario):
    for phase in phases_of(scenario):
        phase.pop("audits", None)


def no_setup(scenario):
    for activity in scenario["activities"].values():
        activity.pop("setup", None)
    scenario["effort"].pop("horizon", None)
    drop_overrides(scenario, lambda path: ".setup." in path or path == "effort.horizon")


def no_suspicion(scenario):
    for phase in phases_of(scenario):
        phase.get("audits", {}).pop("suspicion", None)


def no_selection(scenario):
    scenario["workforce"]["attrition"] = 0
    if "outside" in scenario["workforce"]:
        scenario["workforce"]["outside"]["chance"] = 0
    for phase in phases_of(scenario):
        phase.get("audits", {})["dismiss"] = 0
        for incentive in phase["incentives"]:
            if "tournament" in incentive:
                incentive["tournament"]["dismiss"] = False
    if "copy" in scenario["workforce"]["hiring"]:  # copies are made of those whom the dismissing tournament ranks
        scenario["workforce"]["hiring"] = {"applicants": 1, "validity": 0}


NAMED = {mutate.__name__: mutate for mutate in (no_gaming, no_stake, no_noise, turned, true_belief, no_later, no_peers, no_spread,
                                               no_learning, no_audits, no_setup, no_suspicion, no_selection)}


def check(mutant):
    """Raises Mistake where this is no mutant."""
    if isinstance(mutant, str) and mutant in NAMED:
        return
    if not (isinstance(mutant, dict) and mutant and all(isinstance(path, str) for path in mutant)):
        raise Mistake(f"broken_by: expected mutants, each one of {', '.join(NAMED)} or {{PATH: VALUE}}, got {mutant!r}")


def label_of(mutant):
    """What a mutant is called in tables."""
    return mutant if isinstance(mutant, str) else ", ".join(f"{path} = {value}" for path, value in mutant.items())


def resolved(program, scenario):
    """A scenario file with every default written out."""
    done = subprocess.run([str(program), "resolve", str(scenario)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Mistake(f"resolve {scenario} ended with exit status {done.returncode}:\n{done.stderr.strip()}")
    return yaml.load(done.stdout, ResolvedLoader)


def mutated(scenario, mutant):
    """A resolved scenario after a named mutant; None where that changes nothing."""
    other = copy.deepcopy(scenario)
    NAMED[mutant](other)
    for phase in phases_of(other):
        if not phase.get("override", {}):
            phase.pop("override", None)
    if other == scenario:
        return None
    for part in ("experiment", "lesson"):  # ranges of what is no longer there, and questions about it
        other.pop(part, None)
    return other


def write(scenario, file):
    file.write_text(yaml.safe_dump(scenario, sort_keys=False, allow_unicode=True), encoding="utf-8")
