"""The list of enquiries: what it tells, what it is filtered by, and what waits for a handler."""

import re

from projects.models import Enquiry, Mail

from .enquiries import LIST, ago, attached, enquiry, letter, page_of, read, user
from .factories import ProjectFactory, SectorFactory
from .test_dashboard import findings, listed
from .test_queries import queries


def test_the_inbox_tells_who_wrote_about_what_and_how_long_ago(handler):
    project = ProjectFactory(title_en="Traffic cloud", sector=SectorFactory(name_en="Transport"))
    one = enquiry(ago(days=2, hours=3), project=project, interest="invest")
    page = read(handler, LIST)
    for words in (one.reference, "Ada Example", "Example AG", "2\xa0days", "Invest", "Switzerland"):
        assert words in page, words
    for words in ("English", "Traffic cloud", "Transport", 'state--new">new', "nobody yet"):
        assert words in page, words


def test_the_inbox_names_mails_that_need_a_person(handler):
    enquiry(state="answered", mails=["sent", "waiting"])
    assert ">mail " not in read(handler, LIST)
    enquiry(state="answered", mails=["uncertain"])
    assert ">mail perhaps sent<" in read(handler, LIST)
    enquiry(state="closed", mails=["uncertain", "refused"])
    assert read(handler, LIST).count(">mail refused<") == 1
    enquiry(state="spam", mails=["refused"])
    assert ">mail refused<" not in read(handler, f"{LIST}?state=spam")


def test_an_empty_inbox_says_what_will_stand_there(handler):
    assert "Nobody has written yet." in read(handler, LIST)
    assert "No enquiry is like this." in read(handler, f"{LIST}?q=nothing")
    enquiry()
    for query in ("?q=nothing", "?state=closed"):
        assert "No enquiry is like this." in read(handler, f"{LIST}{query}"), query
    assert "No enquiry is like this." not in read(handler, LIST)


def test_spam_is_one_click_away_and_counted(handler):
    enquiry(name="Wanted")
    spam = enquiry(name="Unwanted", state="spam")
    page = read(handler, LIST)
    assert "Wanted" in page
    assert "Unwanted" not in page
    for words in ("new (1)", "answered (0)", "spam (1)"):
        assert f">{words}</a>" in page, words
    # The second is how other lists ask it.
    for query in ("state=spam", "state__exact=spam", "state=spam&state__exact=new"):
        page = read(handler, f"{LIST}?{query}")
        assert "Unwanted" in page
        assert ">Wanted" not in page
        assert re.search(r'class="selected">\s*<a[^>]*>spam \(1\)', page)
    # Somebody who asks on the telephone is found all the same.
    assert "Unwanted" in read(handler, f"{LIST}?q={spam.reference.lower()}")
    assert "Unwanted" not in read(handler, f"{LIST}?q=Example")


def test_the_inbox_is_filtered_by_whose_it_is_and_what_it_is_about(handler):
    food, water = SectorFactory(), SectorFactory()
    projects = [ProjectFactory(sector=food), ProjectFactory(sector=water)]
    enquiry(name="Mine-1", assigned_to=user(), language="de", country="DE")
    enquiry(name="About-1", project=projects[0], interest="press")
    both = enquiry(name="Both-1")
    both.shortlist.set(projects)

    def names(query):
        return set(re.findall(r"(?:Mine|About|Both)-1", read(handler, f"{LIST}?{query}")))

    assert names("assigned=me") == {"Mine-1"}
    assert names("assigned=nobody") == {"About-1", "Both-1"}
    assert names(f"sector={food.pk}") == {"About-1", "Both-1"}
    assert names(f"sector={water.pk}") == {"Both-1"}
    assert names("language__exact=de") == names("country__exact=DE") == {"Mine-1"}
    assert names("interest__exact=press") == {"About-1"}
    assert len(names("sector=x&state=x&mail=x&assigned=x&q=%00")) in (0, 3)


def test_the_inbox_and_a_page_ask_as_often_for_many_as_for_one(handler):
    def fill():
        one = enquiry(project=ProjectFactory(sector=SectorFactory()), assigned_to=user())
        enquiry().shortlist.set([ProjectFactory(), ProjectFactory()])
        return one

    def add_to(one):
        letter(one, "sent", "answer")
        attached(one)

    one = fill()
    add_to(one)
    places = (LIST, page_of(one), page_of(one, "answer"))
    before = [queries(handler, place) for place in places]
    for _ in range(3):
        fill()
        add_to(one)
    assert [queries(handler, place) for place in places] == before
    assert max(before) < 32


def test_the_overview_counts_what_waits_for_a_handler(handler):
    one = enquiry(ago(days=3))
    enquiry(state="answered", mails=["refused", "refused", "sent"])
    enquiry(state="closed", mails=["uncertain", "waiting"])
    enquiry(state="spam", mails=["refused", "uncertain"])
    assert set(findings(handler)) == {
        "Enquiries not answered yet",
        "Enquiries with a mail that was refused",
        "Enquiries with a mail that was perhaps sent",
    }
    Mail.objects.update(created=ago(minutes=61))
    lines = findings(handler)
    assert "Enquiries with a mail that has waited for over an hour" in lines
    for words, (number, address) in lines.items():
        assert number == listed(handler, address) == 1, words
    assert "oldest: 3\xa0days" in read(handler, "/admin/")
    Enquiry.objects.update(assigned_to=user())
    number, address = findings(handler)["Enquiries assigned to you and not answered yet"]
    assert number == listed(handler, address) == 1
    assert page_of(one) in read(handler, address)
