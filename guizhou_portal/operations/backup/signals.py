"""What others may have to do about a restore."""

from django.dispatch import Signal

#: The records of a backup are in the new database, which nobody uses yet, but everything asks that
#: runs now. ``tell`` is called with lines for whoever restores.
built = Signal()
