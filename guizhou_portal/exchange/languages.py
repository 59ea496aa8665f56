"""What the portal's languages are called by machines: language tags (RFC 5646)."""

from django.conf import settings

#: ``{language code of the site: tag}``
TAGS = {code: "zh-Hans" if code == "zh-hans" else code for code, _ in settings.LANGUAGES}


def tag(language):
    """The tag of a language; of another than the portal's, its own code."""
    return TAGS.get(language, language)
