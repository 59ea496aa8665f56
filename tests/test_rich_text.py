"""Formatted texts as they are stored: tidy whatever was pasted, harmless whatever was sent."""

import re

import pytest
from django.contrib.admin.models import LogEntry

from guizhou_portal.richtext import sanitise
from projects.models import Project

from .factories import ProjectFactory
from .forms import filled_in, save

#: Every element and attribute that is kept, in the form in which it is stored.
EVERYTHING = """<h3 lang="de">Kopf</h3>

<p lang="en">A <strong>bold</strong> <em lang="fr">mot</em> \
<a href="https://portal.example/a?b=1&amp;c=2" hreflang="zh" lang="de" \
rel="noopener noreferrer">link</a> \
<abbr title="Gross" lang="de">abbr</abbr><br>next&nbsp;km &lt;x&gt;</p>

<h4>Small</h4>

<ul>
<li>one</li>
<li lang="fr">two<ul>
<li>deep</li>
</ul>
</li>
<li><p>a</p><p>b</p></li>
</ul>

<ol lang="fr">
<li>x</li>
</ol>

<blockquote lang="de"><p>Quote</p><p>more</p></blockquote>

<table lang="de">
<caption lang="en">Cap <strong>b</strong></caption>
<thead>
<tr><td></td><th scope="col">H</th></tr>
</thead>
<tbody>
<tr lang="fr"><th scope="row">r</th><td>1<br>2</td></tr>
<tr><td><p>a</p><p>b</p></td><td lang="zh">x</td></tr>
</tbody>
</table>

<p><a href="relative/x" rel="noopener noreferrer">rel</a> end</p>"""

#: As Word puts it on the clipboard, with all that an attacker might add.
WORD = """<html xmlns:v="urn:schemas-microsoft-com:vml"
xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta charset=utf-8><title>Doc</title>
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
<style><!-- p.MsoNormal {color:red} --></style></head><body lang=DE style='tab-interval:35.4pt'>
<!--StartFragment-->
<h1 style='color:red'><b>Annual report</b><o:p></o:p></h1>
<p class=MsoNormal style='margin-left:36pt'><span lang=EN-US style='font-family:"Calibri"'>The\
&nbsp;&nbsp; first <span style='font-weight:700'>bold</span> <i>leaning</i> word, 5&nbsp;km\
<o:p></o:p></span></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><![if !supportLists]>\
<span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span>&nbsp;&nbsp; </span></span>\
</span><![endif]>Apples<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level2 lfo1'><!--[if !supportLists]-->\
<span style='mso-list:Ignore'>o<span>&nbsp; </span></span><!--[endif]-->Green</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'>\
<span style='mso-list:Ignore'>·<span>&nbsp; </span></span>Pears</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'>\
<span style='mso-list:Ignore'>1.<span>&nbsp; </span></span>First</p>
<table class=MsoTableGrid border=1 width=600 style='width:450pt'><tr style='height:10pt'>
<td width=100 style='width:75pt'><p class=MsoNormal><b>Year</b></p></td>
<td><p class=MsoNormal><b>Su</b><b>m</b></p></td></tr>
<tr><td><p class=MsoNormal>2015</p></td><td><p class=MsoNormal>7</p></td></tr></table>
<div><div><div onclick="alert(1)">Nested <img src=x onerror="alert(2)">
<a href="javascript:alert(3)">bad</a> <a href="data:text/html,x">data</a>
<a href="https://portal.example/" target=_blank onmouseover="alert(4)">good</a></div></div></div>
<script>alert(5)</script><v:shape><v:imagedata src="file:///x"></v:shape>
<iframe src="https://evil.example"></iframe><font face=Arial color=red>Plain</font>
<!--EndFragment--></body></html>"""

NASTY = [
    EVERYTHING,
    WORD,
    "<p>a<b>b<p>c</b>d",
    "<ul><p>a</p><li><div>b</div><ul><li>c</ul></ul>",
    "<table><tr><td><div>a</div><p>b<td>&nbsp;<table><tr><th>n</table></table>",
    "<blockquote>a<blockquote>b</blockquote></blockquote>",
    "<a href='java\tscript:alert(1)'>x</a><a href=' data:x'>y</a><a href='//portal.example'>z</a>",
    "<a href='https://portal.example/'><a href='x'>y</a></a>",
    "<scr<!-- -->ipt>alert(1)</scr<!-- -->ipt>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![if x]><script>alert(1)</script><![endif]>",
    "<o:p><o:script>alert(1)</o:script></o:p><script:x>alert(1)</script:x>",
    "<svg><style><img src=x onerror=alert(1)></style></svg><math><mtext></p><script>x</script>",
    '<p title="<script>alert(1)</script>">a</p><p lang="\'><script>alert(1)</script>">b</p>',
    "<xml><p>unseen</p></xml><title><p>unseen</p></title>seen",
    "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp;lt;b&amp;gt; &nbsp;&nbsp; x<br><br></p>",
    "<strong><strong> </strong></strong><em></em><p><strong>a</strong><strong>b</strong></p>",
    "<li>loose</li><td>cell</td><tr><td>row</td></tr>",
    "a <b <c> <p d\n\n<!-- never closed <p>e</p>",
    "<p>\u00a0\u200b</p><h3>\ufeff</h3>",
    "<" * 300 + "<p>" * 100 + "x",
]
DANGER = re.compile(
    r"<(script|style|img|iframe|svg|math|object|form)|<[^>]*\s(on\w+|style|src)=", re.I
)


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_a_text_is_harmless_and_as_tidy_as_it_gets_at_once(text):
    clean = sanitise(text)
    assert not DANGER.search(clean)
    assert not re.search(r"href=\"\s*(java|data)", clean)
    assert "unseen" not in clean
    assert sanitise(clean) == clean
    assert sanitise(clean.replace("\n", "\r\n")) == clean  # as a browser sends it back


def test_what_is_stored_comes_back_as_it_was(backoffice, portal):
    assert sanitise(EVERYTHING) == EVERYTHING
    project = Project.objects.get(slug="traffic-cloud")
    save(backoffice, filled_in(backoffice, project), description_de=EVERYTHING)
    form = filled_in(backoffice, project)
    assert form["description_de"] == EVERYTHING
    save(backoffice, form, description_de=EVERYTHING.replace("\n", "\r\n"))
    project.refresh_from_db()
    assert project.description_de == EVERYTHING
    assert LogEntry.objects.first().get_change_message() == "No fields changed."


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("<p>a<o:p>&nbsp;</o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>", "<p>a</p>"),
        ("<!--[if gte mso 9]><xml>x</xml><![endif]--><p>a</p>", "<p>a</p>"),
        ("<ul><li><p>a</p></li><li><p>b</p><ul><li><p>c</p></li></ul></li></ul>",
         "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"),
        ("<table><tr><td><p>a</p></td><td><p>b</p><p>c</p></td><td>&nbsp;</td></tr></table>",
         "<table><tbody><tr><td>a</td><td><p>b</p><p>c</p></td><td></td></tr></tbody></table>"),
        ("<p>&nbsp;a&nbsp;&nbsp; b 5&nbsp;km&nbsp;<br></p>", "<p>a b 5&nbsp;km</p>"),
        ("<p><b>Wo</b><b>rt</b><em> </em><a href='x'></a>y</p>", "<p><strong>Wort</strong> y</p>"),
    ],
)  # fmt: skip
def test_what_a_word_processor_leaves_behind_is_tidied(sent, kept):
    assert sanitise(sent) == kept


def test_a_form_offers_the_editor_beside_a_textarea_that_works_without_it(backoffice):
    address = filled_in(backoffice, ProjectFactory()).address
    page = backoffice.get(address).content.decode()
    assert re.search(r'<textarea name="description_de"[^>]* data-richtext', page)
    assert len(re.findall(r'<script src="[^"]*js/admin-richtext\.js" type="module">', page)) == 1
    assert "Plain paragraphs, separated by an empty line" in page
    assert 'aria-label="Bulleted list"' in page
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=", page)
    without = backoffice.get("/admin/projects/sector/add/").content.decode()
    assert "richtext" not in without
