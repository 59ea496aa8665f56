"""Which secret keys nobody should be able to guess, and therefore are refused on a server."""

SHORTEST = 50  # characters, as Django's own check has it
FEWEST = 12  # different characters; a random key in hexadecimal digits has about 16
PLACEHOLDERS = (
    *("change-me", "change_me", "changeme", "django-insecure", "dummy", "example", "insecure"),
    *("password", "placeholder", "replace-me", "replace_me", "replaceme", "secret-key"),
    *("secret_key", "secretkey", "your-key", "your-secret", "your_secret", "only-for-"),
)


def fault_of_key(key):
    """What makes ``key`` easy to guess, in words; nothing if nothing is seen.

    The words do not repeat the key: they end in logs.
    """
    if len(key) < SHORTEST:
        return f"it has {len(key)} characters, at least {SHORTEST} are needed"
    if any(word in key.lower() for word in PLACEHOLDERS):
        return "it holds the words of a placeholder"
    most = max(key.count(one) for one in set(key))
    if len(set(key)) < FEWEST or most > len(key) / 3:
        return "it is made of too few different characters"
    return ""
