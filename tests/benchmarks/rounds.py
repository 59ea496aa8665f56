"""Rounds in which every candidate has its turn, so that a busy machine disturbs all alike."""

import os
from collections import defaultdict
from dataclasses import dataclass, field

from .load import load

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
#: Seconds of one turn, by connections: with many, the slow pages need longer for a 99th percentile.
TURNS = {1: 1, 32: 2}


@dataclass(frozen=True)
class Candidate:
    """A page of a server; ``headers`` beyond those each browser sends."""

    name: str
    server: object
    path: str
    headers: tuple = ()
    status: int = 200

    def check(self):
        """One answer as it must be, before anything is measured; its bytes on the wire."""
        status, headers, content = self.server.answer(self.path, **dict(self.headers))
        assert status == self.status, f"{self.name}: {self.path} answered {status}"
        return headers, len(content)


@dataclass
class Rounds:
    """What each candidate did: ``loads[name, connections]`` holds one load a round."""

    candidates: list
    loads: dict = field(default_factory=lambda: defaultdict(list))

    def run(self):
        for one in self.candidates:
            one.check()
            load(one.server, [one.path], connections=4, seconds=1, headers=dict(one.headers))
        for _ in range(ROUNDS):
            for connections, seconds in TURNS.items():
                for one in self.candidates:
                    done = load(
                        one.server,
                        [one.path],
                        connections=connections,
                        seconds=seconds,
                        headers=dict(one.headers),
                    )
                    self.loads[one.name, connections].append(done)
        return self
