"""Faults for the log, without their words: those may hold what somebody wrote."""

import traceback


def told(error):
    """The kind of a fault and its place."""
    place = "".join(traceback.format_tb(error.__traceback__))
    return f"{type(error).__name__}\n{place}"
