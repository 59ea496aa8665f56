"""Whether everything the copy refers to is in it."""

MOST_PAGES = 3  # named for each broken address


class LinkCheck:
    """What leads where. ``broken``: ``{address: what is wrong}``; ``anchors``: ``{page: ids}``."""

    def __init__(self):
        self.pages, self.fragments = {}, {}
        self.broken, self.anchors = {}, {}

    def add(self, target, page):
        """``page`` refers to ``target`` (:class:`~.addresses.Target`)."""
        if not target.is_public:
            self.broken[target.address] = "is no part of the public site"
        self.note(self.pages, target.address, page)
        # ":~:" begins words to look for, which are no place of the page.
        fragment = target.fragment.partition(":~:")[0]
        if fragment and fragment != "top":
            self.note(self.fragments, (target.address, fragment), page)

    @staticmethod
    def note(kept, key, page):
        pages = kept.setdefault(key, [])
        if page not in pages and len(pages) < MOST_PAGES:
            pages.append(page)

    def report(self):
        """One line for each broken address and each missing anchor, in order."""
        lines = [
            f"{address} {wrong}, linked from {', '.join(self.pages.get(address, ['?']))}"
            for address, wrong in self.broken.items()
        ]
        lines += [
            f"{address}#{fragment} has no such anchor, linked from {', '.join(pages)}"
            for (address, fragment), pages in self.fragments.items()
            if address in self.anchors and fragment not in self.anchors[address]
        ]
        return sorted(lines)
