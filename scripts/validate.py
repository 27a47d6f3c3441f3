#!/usr/bin/python3
# Holds every scenario to its findings and prints the table of stylised facts: scripts/validate runs it.
import argparse
import concurrent.futures
import os
import sys

import evidence
import findings
import mutants

REPLICATES = 32  # at least


def all_rows(program, names, replicates):
    """The rows of each scenario, in the order of their names, as soon as they are there."""
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count() or 1) as pool:
        jobs = [pool.submit(findings.rows_of, program, name, REPLICATES, replicates) for name in names]
        try:
            for job in jobs:
                yield job.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def sharp_text(row):
    """What says whether a finding is evidence."""
    if row["not_broken_by"]:
        return f"not broken by {row['not_broken_by']}"
    return f"sharp: broken by {row['broken_by']}" if row["broken_by"] else "no evidence: no mutant is named"


def print_mutants(program, name, replicates):
    """Every named mutant against every finding of a scenario: which break it."""
    stated = findings.read_findings(findings.FINDINGS / f"{name}.yaml")
    verdicts = {label: findings.judged_on_mutant(program, name, label, replicates, stated) for label in mutants.NAMED}
    for place, finding in enumerate(stated):
        broken = [label for label, own in verdicts.items() if own and findings.breaks(own[place])]
        print(f"{name}: {finding['says']}: band {findings.band_text(finding['band'])}; broken by {', '.join(broken) or 'none'}")
        print("".join(f"    {label} {findings.number(own[place].value)}" for label, own in verdicts.items() if own), flush=True)


def print_facts(rows):
    """The table of stylised facts: each fact's bands, and below it what scenarios show."""
    print("\nStylised facts: band, simulated value with its 95 % interval, verdict\n")
    for name, fact, own in evidence.facts_with_rows(rows):
        print(f"{name:5} {evidence.verdict_on(own):10} {fact['says']} (strength {fact['strength']}; "
              f"{evidence.parts_text(fact, own)} parts shown)")
        for label, band in fact["bands"].items():
            print(f"{'':17}wanted: {label}: {findings.band_text(band)}")
        for row in own:
            print(f"{'':6}{row['verdict']:10} {row['scenario']}: {row['says']}: {evidence.value_text(row)}")
        if "unmatched" in fact or not own:
            print(f"{'':17}not matched: {' '.join(fact.get('unmatched', 'No scenario shows it yet.').split())}")


def main():
    asked = argparse.ArgumentParser(prog="scripts/validate", description="Holds scenarios to their findings; without any named, all, "
                                    "prints the stylised facts and writes docs/evidence.md. Exit status: 0 all of strength A and "
                                    "B hold, 1 some do not, 2 wrong usage.")
    asked.add_argument("--program", required=True, help=argparse.SUPPRESS)
    asked.add_argument("--replicates", type=int, help=f"instead of each scenario's own number, or {REPLICATES} where that is less; "
                       "docs/evidence.md is then not written")
    asked.add_argument("--mutants", action="store_true", help="hold each named scenario's findings to every mutant instead, and say "
                       "which break them")
    asked.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    asked = asked.parse_args()
    if asked.mutants:
        mistakes = []
        for name in findings.names(asked.scenarios):
            try:
                print_mutants(asked.program, name, asked.replicates or REPLICATES)
            except findings.Mistake as mistake:
                mistakes.append(f"{name}: {mistake}")
        if mistakes:
            raise findings.Mistake("\n".join(mistakes))
        return 0
    rows = []
    for own in all_rows(asked.program, findings.names(asked.scenarios), asked.replicates):
        for row in own:
            fact = f" {row['fact']}:" if row["fact"] else ""
            print(f"{row['verdict']:10} {row['strength']}{'*' if row['headline'] else ' '} {row['scenario']}:{fact} {row['says']}: "
                  f"{evidence.value_text(row)}, band {evidence.band_of(row)}; {sharp_text(row)}", flush=True)
        rows += own
    if not asked.scenarios:
        print_facts(rows)
        if not asked.replicates:
            evidence.PAGE.write_text(evidence.page_of(rows))
    failed = [row for row in rows if row["verdict"] != "pass" and row["strength"] != "C"]
    blunt = [row for row in rows if row["not_broken_by"]]
    passed, sharp = sum(row["verdict"] == "pass" for row in rows), sum(map(findings.is_sharp, rows))
    print(f"\n{passed} of {len(rows)} findings pass; {len(failed)} of strength A or B do not. {sharp} are sharp: every mutant that they "
          f"name breaks them; {len(blunt)} name one that does not.")
    return 1 if failed or blunt else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except findings.Mistake as mistake:
        print(f"error: {mistake}", file=sys.stderr)
        sys.exit(2)
