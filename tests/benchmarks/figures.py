"""The table of figures: what was measured, what is wanted, whether that is reached."""

import os
import platform
import statistics
from dataclasses import dataclass, field
from importlib.metadata import version

from .load import LOAD


@dataclass
class Figure:
    """One line: ``shown`` is the measured value in words, ``reached`` is None without a goal."""

    name: str
    shown: str
    goal: str = ""
    reached: bool | None = None

    def line(self, width):
        verdict = {True: "reached", False: "MISSED", None: ""}[self.reached]
        return f"{self.name:{width}}  {self.shown:>34}  {self.goal:>9}  {verdict}".rstrip()


@dataclass
class Table:
    figures: list = field(default_factory=list)

    def add(self, name, shown, goal="", reached=None):
        self.figures.append(Figure(name, shown, goal, reached))

    def heading(self, text):
        self.figures.append(Figure(f"\n{text}", ""))

    def printed(self):
        width = max((len(one.name) for one in self.figures if one.shown), default=0)
        judged = [one for one in self.figures if one.reached is not None]
        reached = sum(one.reached for one in judged)
        lines = [one.line(width) if one.shown else one.name for one in self.figures]
        return "\n".join(
            ["", *machine(), *lines, "", f"{reached} of {len(judged)} goals reached", ""]
        )


def machine():
    load = "/".join(f"{one:.1f}" for one in os.getloadavg())
    return [
        f"Python {platform.python_version()}, Django {version('django')}, "
        f"gunicorn {version('gunicorn')}, one worker with four threads; "
        f"{os.cpu_count()} cores, load average {load}",
        f"Load by {LOAD}",
    ]


def ratios(ones, others, value):
    """The median over the rounds of ``value(one) / value(other)``, both of the same round."""
    return statistics.median(
        value(one) / value(other) for one, other in zip(ones, others, strict=True)
    )
