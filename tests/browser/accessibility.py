"""What axe finds wrong with a page, and whether it fits the window."""

import time

from axe_playwright_python.sync_playwright import Axe

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: What passed need not be told: it takes as long as the checking itself.
#: Nor does any of these rules need axe to write style elements, which the page's policy forbids.
BRIEF = {"resultTypes": ["violations"], "preload": False}
PUBLIC = {"runOnly": {"type": "tag", "values": [*WCAG, "best-practice"]}, **BRIEF}
ADMIN = {
    "runOnly": {"type": "tag", "values": WCAG},
    # Select2, which Django brings along, keeps its clear button inside its list of choices.
    "rules": {"list": {"enabled": False}},
    **BRIEF,
}
#: What may differ in another theme or at another width; all else is the same page.
LOOKS = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]

#: All of a long form at once: the bar of buttons at the window's edge covers no field, which axe
#: would take for a small one, though it only has to be scrolled to.
TALL = 6000


def overflow(page):
    """Pixels by which the page is wider than the window."""
    root = "document.documentElement"
    return page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")


def violations(page, options=PUBLIC, context=None):
    """``[(rule, where), …]`` in the page as it is now."""
    return _told(Axe().run(page, context=context, options=options).response)


def violations_of_looks(page):
    """The same for what may look different; to be asked after :func:`violations`."""
    return _told(
        page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", LOOKS)
    )


def _told(found):
    return [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found["violations"]]


def wrong_with(page):
    """What is wrong with a page of the admin, wide and light, then narrow and dark."""
    look(page, 1440, "light", TALL)
    found = violations(page, ADMIN)
    look(page, 360, "dark", TALL)
    found += violations_of_looks(page)
    if by := overflow(page):
        found.append(("too wide", by))
    look(page, 1440, "light")
    return found


def look(page, width, theme, height=900):
    """Show the page at another width and in another theme."""
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=theme)
    # Links and buttons fade from colour to colour, and what inherits from them fades after them.
    while page.evaluate("document.getAnimations().map(one => one.finish()).length"):
        pass


def until(page, condition, seconds=5):
    """Wait for a condition in JavaScript; Playwright's own way needs ``eval`` within the page."""
    end = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(50)
