# What goes wrong by the hand of whoever writes scenarios, facts and findings.


class Mistake(Exception):
    """A sentence for whoever wrote it: where, what was expected, what there is."""
