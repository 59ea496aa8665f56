"""A lookup for hundreds of keys at once."""

import json

from django.db.models import Lookup


class Among(Lookup):
    """``pk__among=[1, 2, …]``: as ``pk__in``, with one parameter however many keys there are.

    To prepare, send and read a parameter for each key takes longer than to look the keys up.
    """

    lookup_name = "among"

    def get_prep_lookup(self):
        return list(self.rhs)

    def as_sqlite(self, compiler, connection):
        column, parameters = self.process_lhs(compiler, connection)
        return (
            f"{column} IN (SELECT value FROM json_each(%s))",  # noqa: S608  (a name of ours)
            [*parameters, json.dumps(self.rhs)],
        )

    def as_postgresql(self, compiler, connection):
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*parameters, self.rhs]
