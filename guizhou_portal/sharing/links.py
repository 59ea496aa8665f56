"""Links that write an e-mail for the reader (RFC 6068)."""

from urllib.parse import quote


def mail_link(subject, body, to=""):
    """A ``mailto:`` address with a subject and a text; lines of the text end with a line feed."""
    text = quote(body.replace("\n", "\r\n"), safe="")
    return f"mailto:{quote(to, safe='@')}?subject={quote(subject, safe='')}&body={text}"
