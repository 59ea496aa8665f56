"""What came of all enquiries together: statistics and the file for handlers."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from guizhou_portal.backoffice.roles import Role
from projects.enquiries.statistics import median_hours, months, tables
from projects.models import Enquiry

from .enquiries import enquiry
from .factories import ProjectFactory

STATISTICS = "/admin/projects/enquiry/statistics/"
EXPORT = "/admin/projects/enquiry/export/"


def table(title):
    with translation.override("en"):
        (found,) = [one for one in tables() if one.title == title]
        return {row.label: row.number for row in found.rows}


def test_enquiries_are_counted_by_month_project_country_and_interest(db):
    project = ProjectFactory(title_en="Cloud")
    enquiry(project=project)
    enquiry(country="", interest="press")
    enquiry(state="spam", project=project)
    last_year = months()[0] - timedelta(days=1)
    enquiry(created=last_year, country="DE", interest="other")
    by_month = table("The last twelve months")
    assert len(by_month) == 12
    assert list(by_month.values())[-1] == 2
    assert sum(by_month.values()) == 2
    assert table("Projects") == {"Cloud": 1, "no single project": 2}
    assert table("Countries") == {"Switzerland": 1, "Germany": 1, "unknown": 1}
    assert table("Interests")["Invest"] == 1


def test_a_month_ends_where_the_portal_is(db):
    enquiry(created=months()[-1] - timedelta(seconds=1))
    enquiry(created=months()[-1])
    assert list(table("The last twelve months").values())[-2:] == [1, 1]


def test_the_median_counts_from_arrival_to_the_first_answer(db):
    assert median_hours() is None
    for hours, state in ((1, "answered"), (3, "closed"), (50, "new"), (90, "spam")):
        one = enquiry(state=state)
        Enquiry.objects.filter(pk=one.pk).update(answered_at=one.created + timedelta(hours=hours))
    assert round(median_hours(), 3) == 3


def test_the_most_frequent_come_first_and_the_rest_together_in_the_same_order_each_time(db):
    codes = ["AT", "BE", "CH", "CN", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "IT", "JP", "NL"]
    for code in [*reversed(codes), "NL"]:
        enquiry(country=code)
    assert list(table("Countries")) == [
        "Netherlands", "Austria", "Belgium", "Switzerland", "China", "Czechia", "Germany",
        "Denmark", "Spain", "Finland", "France", "United Kingdom", "others",
    ]  # fmt: skip
    assert table("Countries")["others"] == 2


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0.2, "within an hour."), (47, "within 47 hours."), (71, "within 3 days.")],
)
def test_the_median_is_told_in_hours_or_days(signed_in, hours, words):
    one = enquiry()
    Enquiry.objects.filter(pk=one.pk).update(answered_at=one.created + timedelta(hours=hours))
    assert words in signed_in(Role.ENQUIRY_HANDLER).get(STATISTICS).content.decode()


def test_handlers_see_the_figures(signed_in):
    enquiry()
    page = unescape(signed_in(Role.ENQUIRY_HANDLER).get(STATISTICS).content.decode())
    assert "Switzerland" in page


@pytest.mark.parametrize("address", [STATISTICS, EXPORT])
@pytest.mark.parametrize("role", [Role.EDITOR, Role.TRANSLATOR, Role.PUBLISHER])
def test_nobody_else_does(signed_in, client, address, role):
    assert signed_in(role).get(address).status_code == 403
    client.logout()
    assert client.get(address).status_code == 302


def test_the_figures_ask_no_more_for_more_enquiries(backoffice):
    counts = []
    for _ in range(2):
        for n in range(4):
            enquiry(project=ProjectFactory(), country=("DE", "AT", "CH", "CN")[n])
        with CaptureQueriesContext(connection) as captured:
            backoffice.get(STATISTICS)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_list_goes_out_as_it_is_filtered_and_nothing_in_it_calculates(signed_in):
    one = enquiry(message="=1+1", organisation="＝HYPERLINK()", name='"Ada"; x')
    one.shortlist.set([ProjectFactory(title_en="Cloud"), ProjectFactory(title_en="Tea")])
    enquiry(state="closed", message="gone")
    handler = signed_in(Role.ENQUIRY_HANDLER)
    response = handler.get(EXPORT, {"state__exact": "new"})
    assert re.search(r'filename="enquiries-\d{4}-\d\d-\d\d\.csv"', response["Content-Disposition"])
    assert "no-store" in response["Cache-Control"]
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text), delimiter=";")
    assert (row["message"], row["organisation"], row["name"]) == (
        "'=1+1",
        "'＝HYPERLINK()",
        '"Ada"; x',
    )
    assert row["shortlist"] == "Cloud\nTea"


@pytest.mark.parametrize("query", ["?nonsense__x=1", "?state__exact=%00", "?p=99999"])
def test_whatever_is_filtered_by_there_is_a_file_or_the_list(signed_in, query):
    handler = signed_in(Role.ENQUIRY_HANDLER)
    assert handler.get(f"{EXPORT}{query}").status_code in (200, 302)
