"""What a text may hold in a cell: harmless to the program that opens the file, and kept exactly."""

import re

#: What makes a spreadsheet take a text for a formula, in the Chinese full-width forms as well.
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
#: Characters no XML and so no workbook can hold, and line ends other than "\n".
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LINE_END = re.compile(r"\r\n?")


def plain(text):
    """``text`` as every kind of file can hold it."""
    return UNWRITABLE.sub("", LINE_END.sub("\n", text))


def quoted(text):
    """``text`` with an apostrophe before it where a spreadsheet would calculate it."""
    return f"'{text}" if FORMULA.match(text) else text


def unquoted(text):
    """What :func:`quoted` was given."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def kept(text):
    """``text`` for a cell that is marked as text: only what looks quoted already is quoted."""
    return quoted(text) if text.startswith("'") else text
