"""What a mandate changes in people stands as a policy of its own, so that nobody takes an assumption for an effect of the incentive.

Of each shipped scenario: where a policy has incentives and changes people as well (their traits, efforts, activities or behaviour),
there is a policy with the same changes and no incentives, and one with the same incentives and no changes. The second may be missing
where the changes alone are the world that the policy is compared with, and both where the policy is a reference, which nobody takes
for a choice.
"""
import os
import pathlib
import sys
import unittest

SOURCE = pathlib.Path(os.environ["GOODHART_SOURCE_DIR"])
sys.path.insert(0, str(SOURCE / "scripts"))

import mutants  # noqa: E402

PROGRAM = os.environ["GOODHART_PROGRAM"]


def changes_of_people(phase):
    """What it overrides, but for how things are measured and what they are worth."""
    return {path: value for path, value in phase.get("override", {}).items() if not path.startswith(("metrics.", "organisation."))}


def impure(scenario):
    """The policies whose incentives cannot be told from what they change, each with what is missing."""
    phases = [(name, policy["role"], phase) for name, policy in scenario["policies"].items()
              for phase in policy.get("phases", [policy])]
    missing = []
    for name, role, phase in phases:
        changes = changes_of_people(phase)
        if not changes or not phase["incentives"] or role == "reference":
            continue
        alone = {other for other, _, one in phases if changes_of_people(one) == changes and not one["incentives"]}
        if not alone:
            missing.append(f"{name}: no policy has its changes without its incentives")
        elif scenario["compare_with"] not in alone and not any(
                one["incentives"] == phase["incentives"] and not changes_of_people(one) for _, _, one in phases):
            missing.append(f"{name}: no policy has its incentives without its changes")
    return missing


class PurePolicies(unittest.TestCase):
    def test_shipped_scenarios(self):
        for file in sorted((SOURCE / "scenarios").glob("*.yaml")):
            with self.subTest(file.stem):
                self.assertEqual(impure(mutants.resolved(PROGRAM, file)), [])

    def test_it_would_be_seen(self):
        bonus, change = [{"quota": {}}], {"population.traits.belief": 0}
        mixed = {"mandate": {"role": "option", "incentives": bonus, "override": change}}
        base = {"none": {"role": "option", "incentives": []}}
        change_alone = {"told": {"role": "option", "incentives": [], "override": change}}
        incentive_alone = {"paid": {"role": "option", "incentives": bonus}}

        def faults(compare_with, *policies):
            return len(impure({"compare_with": compare_with, "policies": {k: v for part in policies for k, v in part.items()}}))

        self.assertEqual(faults("none", base, mixed), 1)
        self.assertEqual(faults("none", base, mixed, change_alone), 1)
        self.assertEqual(faults("told", base, mixed, change_alone), 0)
        self.assertEqual(faults("none", base, mixed, change_alone, incentive_alone), 0)
        mixed["mandate"]["role"] = "reference"
        self.assertEqual(faults("none", base, mixed), 0)
        mixed["mandate"].update(role="option", override={"metrics.count.noise": 0})
        self.assertEqual(faults("none", base, mixed), 0)


if __name__ == "__main__":
    unittest.main()
