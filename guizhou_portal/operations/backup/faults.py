"""What a backup or a restore may end with."""


class BackupError(Exception):
    """One sentence for whoever called the command. Nothing was changed unless it says so."""


class DamagedError(BackupError):
    """The file is no backup, or not all of one, or not the one that was written."""
