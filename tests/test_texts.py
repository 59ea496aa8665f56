"""Formatted texts and documents: what an editor or an attacker may bring in, and what is left."""

import re

import pytest
from django.utils.translation import override

from projects.models import Project, ProjectDocument

from .factories import EventFactory, ProjectFactory, picture_upload
from .forms import filled_in

PDF = b"%PDF-1.7\nsample"


MORE_TEXTS = [
    ("<h1>A</h1><h2>B</h2><h3>C</h3>", "<h3>A</h3><h3>B</h3><h3>C</h3>"),
    ("<h2>A</h2>First", "<h3>A</h3><p>First</p>"),
    ("<div>One</div><div>Two</div>", "<p>One</p><p>Two</p>"),
    ("<p>One</p>\n\nTwo\n\nThree", "<p>Two</p>\n\n<p>Three</p>"),
    ("a<b and Max <max@portal.example>", "<p>a&lt;b and Max &lt;max@portal.example&gt;</p>"),
    ("<p>a<b, 3 < 4</p>", "<p>a&lt;b, 3 &lt; 4</p>"),
    ("Tom &amp; Jerry &lt;3", "<p>Tom &amp; Jerry &lt;3</p>"),
    ("<b>Bold</b> & <i>leaning</i>", "<p><strong>Bold</strong> &amp; <em>leaning</em></p>"),
    ("<ul><li>A</li><li></li></ul>", "<ul><li>A</li></ul>"),
    ("<p><svg><script>alert(1)</script></svg>A</p>", "<p>A</p>"),
    ('<p><iframe src="https://portal.example/"></iframe>A</p>', "<p>A</p>"),
    ('<p lang="zh-Hans">贵州</p>', '<p lang="zh-Hans">贵州</p>'),
    ("<table><tr><th scope=col>A</th></tr></table>", 'scope="col"'),
    ("   ", ""),
]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("One\n\nTwo", "<p>One</p>\n\n<p>Two</p>"),
        ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>"),
        ("<p>A<script>alert(1)</script></p>", "<p>A</p>"),
        ('<p onclick="x()" style="color:red" class="c">A</p>', "<p>A</p>"),
        ('<p><a href="javascript:alert(1)">A</a></p>', "<p>A</p>"),
        ('<p><img src=x onerror="alert(1)">A</p>', "<p>A</p>"),
        *(pytest.param(*one, marks=pytest.mark.thorough) for one in MORE_TEXTS),
    ],
)
def test_a_formatted_text_is_safe_once_it_is_saved(backoffice, typed, kept):
    project = ProjectFactory()
    form = filled_in(backoffice, project)
    assert backoffice.post(form.address, {**form, "description_en": typed}).status_code == 302
    project.refresh_from_db()
    assert kept in (project.description_en or "")
    page = backoffice.get(f"/en/projects/{project.slug}/").content.decode()
    assert "<script>" not in page
    assert "alert(1)" not in page
    assert kept in page


@pytest.mark.parametrize("typed", ["<p></p>", "<p>&nbsp;</p>", "<script>alert(1)</script>", "<br>"])
def test_a_text_without_a_word_is_no_text(backoffice, typed):
    project = ProjectFactory(description_de="<p>Nur deutsch</p>")
    form = filled_in(backoffice, project)
    assert backoffice.post(form.address, {**form, "description_en": typed}).status_code == 302
    project.refresh_from_db()
    assert not project.description_en
    assert "Nur deutsch" in backoffice.get(f"/en/projects/{project.slug}/").content.decode()


@pytest.mark.parametrize("field", ["title_en", "summary_en", "tagline_en", "image_credit"])
def test_plain_texts_are_shown_as_typed_and_never_run(db, client, field):
    project = ProjectFactory(**{field: "<script>alert('x')</script>"}, image=None)
    project.image = picture_upload()
    project.image_alt_en = '"><script>alert(2)</script>'
    project.save()
    for address in (f"/en/projects/{project.slug}/", "/en/projects/", "/en/"):
        page = client.get(address).content.decode()
        assert "<script>" not in page, address


@pytest.mark.parametrize("language", ["de", "en", "zh-hans"])
def test_a_text_stays_in_the_language_it_was_written_in(backoffice, language):
    with override(language):
        event = EventFactory(report_en="<p>English</p>")
        event.save()
    form = filled_in(backoffice, event)
    backoffice.post(form.address, form, headers={"accept-language": language})
    event.refresh_from_db()
    assert event.report_en == "<p>English</p>"
    assert not event.report_de
    assert not event.report_zh_hans
    page = backoffice.get(f"/de/events/{event.slug}/").content.decode()
    assert '<div class="prose" lang="en"><p>English</p>' in page
    assert "Dieser Text wird auf Englisch angezeigt." in page


def test_the_editor_sees_the_text_again_as_it_will_be_shown(backoffice):
    project = ProjectFactory(description_de="<p>Eins</p>")
    assert filled_in(backoffice, project)["description_de"] == "<p>Eins</p>"


def with_document(form, upload, **values):
    return {
        **form,
        "documents-TOTAL_FORMS": "1",
        "documents-0-title_de": "Merkblatt",
        "documents-0-language": "de",
        "documents-0-order": "1",
        "documents-0-file": upload,
        **values,
    }


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("x.exe", b"MZ", "Only these kinds of file can be offered"),
        ("x.html", b"<script>", "Only these kinds of file can be offered"),
        ("x.pdf", b"<html><script>", "The file&#x27;s content is not what its name says (PDF)."),
        ("x.pdf", PDF + b"0" * (25 * 1024 * 1024), "at most 25.0"),
        ("x.docx", PDF, "The file&#x27;s content is not what its name says (DOCX)."),
    ],
)
def test_a_document_that_is_not_what_it_says_is_refused(backoffice, name, content, reason):
    form = filled_in(backoffice, ProjectFactory())
    response = backoffice.post(form.address, with_document(form, picture_upload(name, content)))
    assert response.status_code == 200
    assert reason in response.content.decode().replace("\u00a0", " ")
    assert not ProjectDocument.objects.exists()


def test_a_document_is_offered_with_its_kind_size_and_language(backoffice):
    for record, base in ((ProjectFactory(), "projects"), (EventFactory(), "events")):
        form = filled_in(backoffice, record)
        upload = picture_upload("Merkblatt über Ü.pdf", PDF)
        assert backoffice.post(form.address, with_document(form, upload)).status_code == 302
        page = backoffice.get(f"/en/{base}/{record.slug}/").content.decode().replace("\u00a0", " ")
        assert "Merkblatt" in page
        assert "PDF, 15 bytes, German" in page
        document = record.documents.get()
        response = backoffice.get(document.file.url)
        assert response["Content-Disposition"].startswith("attachment")
        assert b"".join(response.streaming_content) == PDF


def test_a_document_cannot_be_found_by_guessing_and_keeps_its_kind(backoffice):
    for name in ("Vertrag Ü.pdf", "😀.PDF", "../../x.pdf"):
        form = filled_in(backoffice, ProjectFactory())
        response = backoffice.post(form.address, with_document(form, picture_upload(name, PDF)))
        assert response.status_code == 302, name
        document = ProjectDocument.objects.latest("pk")
        assert document.kind == "PDF"
        assert re.fullmatch(
            r"documents/(vertrag-ue|document|x)-[0-9a-f]{12}\.pdf", document.file.name
        )


def test_a_record_whose_document_is_gone_can_still_be_saved(backoffice):
    project = ProjectFactory()
    form = filled_in(backoffice, project)
    backoffice.post(form.address, with_document(form, picture_upload("x.pdf", PDF)))
    document = project.documents.get()
    document.file.storage.delete(document.file.name)
    form = filled_in(backoffice, project)
    assert backoffice.post(form.address, {**form, "title_en": "Again"}).status_code == 302
    assert Project.objects.get().title_en == "Again"


def test_a_document_whose_file_is_gone_does_not_cost_the_page(backoffice):
    project = ProjectFactory()
    form = filled_in(backoffice, project)
    backoffice.post(form.address, with_document(form, picture_upload("x.pdf", PDF)))
    document = Project.objects.get().documents.get()
    document.file.storage.delete(document.file.name)
    response = backoffice.get(f"/en/projects/{project.slug}/")
    assert response.status_code == 200
    assert "Merkblatt" in response.content.decode()
    assert backoffice.get(document.file.url).status_code == 404
