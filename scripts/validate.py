#!/usr/bin/python3
# Holds every scenario to its findings and prints the table of stylised facts: scripts/validate runs it.
import argparse
import sys

import findings


def line_of(name, verdict):
    finding = verdict.finding
    fact = finding.get("fact", "")
    star = "*" if finding.get("headline") else " "
    return (f"{verdict.verdict:10} {finding['strength']}{star} {name}: {fact + ': ' if fact else ''}{finding['says']}: "
            f"{findings.simulated(verdict)}, band {findings.band_text(finding['band'])}")


def main():
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--program", required=True)
    asked.add_argument("--replicates", type=int)
    asked.add_argument("scenarios", nargs="*")
    asked = asked.parse_args()
    sound = True
    for name in findings.names(asked.scenarios):
        for verdict in findings.judged(asked.program, name, 32, asked.replicates):
            sound = sound and verdict.sound
            print(line_of(name, verdict), flush=True)
    return 0 if sound else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except findings.Mistake as mistake:
        print(f"error: {mistake}", file=sys.stderr)
        sys.exit(2)
