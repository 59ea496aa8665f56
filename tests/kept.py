"""Pages of the page cache, as tests look at them."""

HOME = "/en/"
LIST = "/en/contracts/"


def status(response):
    return response["Cache-Status"].removeprefix("portal; ")


def kept_pages(kept):
    return [key for key in kept._cache if "making" not in key and "content-version" not in key]
