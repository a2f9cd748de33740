"""Each kind of file, read as what a person sees of it."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx.util import Inches

from knowledge.errors import BadFile
from knowledge.playbook.readers import MAX_BLOCKS, MAX_BYTES, READERS, read
from tests.knowledge.playbook import pages

MARKDOWN = """---
Title: Discount policy
owner: [Ana Reyes, Ben Roth]
Audience: manager
reviewed: 2026-03-18
---
# Discounts

Up to **10 %** without [approval](../legal/terms.md#limits), in
two lines.

## Limits

- first
  - nested
- second `code`

1. one
2. two

| Size | Limit |
|------|-------|
| S    | 5 %   |
| L    | 20 %  |

> A quotation with ![a picture](x.png).

```
call me
```
"""


def blocks(path):
    return [(block.section, block.text) for block in read(path).blocks]


def test_markdown_keeps_headings_lists_tables_and_lines(put):
    draft = read(put("a.md", MARKDOWN))
    assert [(each.line, each.section, each.text) for each in draft.blocks] == [
        (9, ("Discounts",), "Up to 10 % without approval, in two lines."),
        (14, ("Discounts", "Limits"), "• first\n• nested\n• second code"),
        (18, ("Discounts", "Limits"), "1. one\n2. two"),
        (21, ("Discounts", "Limits"), "Size | Limit\nS | 5 %\nL | 20 %"),
        (26, ("Discounts", "Limits"), "A quotation with a picture."),
        (28, ("Discounts", "Limits"), "call me"),
    ]
    assert [each.table for each in draft.blocks] == [False, False, False, True, False, False]
    assert draft.links == ("../legal/terms.md#limits",)


def test_front_matter_is_read_as_it_is_written_whatever_its_case(put):
    assert read(put("a.md", MARKDOWN)).facts == {
        "title": "Discount policy",
        "owner": ["Ana Reyes", "Ben Roth"],
        "audience": "manager",
        "reviewed": "2026-03-18",
    }
    facts = read(put("b.md", "---\ntitle: 1.10\nowner: ~\nurl: null\nstatus:\n...\nText")).facts
    assert facts == {"title": "1.10", "owner": None, "url": None, "status": None}


@pytest.mark.parametrize(
    "head",
    [
        "audience: manager\n\nText that goes on",
        "- a\n- b\n---\nText",
        "a: &x [1]\nb: *x\n---\nText",
        "a: " + "[" * 3_000 + "\n---\nText",
        "a: " + "x" * 5_000 + "\n---\nText",
    ],
    ids=["never ends", "no names", "alias", "nested", "endless"],
)
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_front_matter_that_cannot_be_understood_leaves_the_file_out(put, head, name):
    with pytest.raises(BadFile, match='"---"'):
        read(put(name, f"---\n{head}"))


def test_a_line_between_paragraphs_is_no_front_matter(put):
    assert blocks(put("a.md", "---\n\nOne\n\n---\n\nTwo")) == [((), "One"), ((), "Two")]


def test_plain_text_is_cut_at_empty_lines_and_keeps_their_numbers(put):
    draft = read(put("a.txt", "---\naudience: rep\n---\nOne\r\ntwo\r\n\r\n\r\nThree\x0bfour"))
    assert [(each.line, each.text) for each in draft.blocks] == [(4, "One\ntwo"), (8, "Three\nfour")]
    assert draft.facts == {"audience": "rep"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_decoded_by_its_first_bytes(put, encoding):
    assert blocks(put("a.txt", "Größe – 10 €".encode(encoding))) == [((), "Größe – 10 €")]


def test_each_row_of_a_table_of_answers_is_headed_by_its_question(put):
    rows = 'Section,Question,Answer,Extra\nPrice,How much?,"Ten\nor twelve.",x\n,Who?,"Ana, mostly",\n,Unanswered?,,\n'
    draft = read(put("faq.csv", rows))
    assert [(each.line, each.section, each.text) for each in draft.blocks] == [
        (2, ("Price", "How much?"), "Ten\nor twelve."),
        (4, ("Who?",), "Ana, mostly"),
    ]
    assert blocks(put("b.csv", "q;a\nWhere?;Here\n")) == [(("Where?",), "Here")]
    with pytest.raises(BadFile, match="question and answer"):
        read(put("c.csv", "name,phone\nAna,1\n"))


HTML = """<?xml version="1.0" encoding="utf-8"?><html><head><title>Terms &amp;
conditions</title><meta name="Owner" content="Ana"><style>p {color: red}</style></head><body>
<h1>Terms</h1>Loose <b>text</b><!-- not said -->, one line.<p>A <a href="b.html">link<br></a> and<br>more</p>
<ul><li>one<ul><li>nested</li></ul></li><li><p>two</p></li></ul>
<table><caption>Prices</caption><tr><th>Size</th><th>Price</th></tr><tr><td>S</td><td>5<br>or 6</td></tr></table>
<table><tr><td><h2>Laid out</h2><table><tr><td>inner</td></tr></table></td></tr></table>
<span><div>Block in a line</div></span><a href="c.html"><h2>Linked heading</h2></a>below</body></html>"""


def test_html_is_read_as_a_browser_shows_it(put):
    draft = read(put("a.html", HTML))
    assert [(each.section, each.text) for each in draft.blocks] == [
        (("Terms",), "Loose text, one line."),
        (("Terms",), "A link and more"),
        (("Terms",), "• one\n• nested\n• two"),
        (("Terms",), "Prices"),
        (("Terms",), "Size | Price\nS | 5 or 6"),
        (("Terms", "Laid out"), "inner"),
        (("Terms", "Laid out"), "Block in a line"),
        (("Terms", "Linked heading"), "below"),
    ]
    assert {each.text: each.line for each in draft.blocks}["A link and more"] == 3
    assert draft.links == ("b.html", "c.html")
    assert draft.facts["owner"] == "Ana"
    assert draft.facts["title"].split() == ["Terms", "&", "conditions"]


def test_a_pdf_is_read_page_by_page_with_its_properties(put):
    about = "/Title (Price list) /Author (Ana Reyes) /ModDate (D:20260318120000Z)"
    draft = read(put("a.pdf", pages.pdf("Small costs ten\nand large twelve", "Second page", about=about)))
    assert [(each.page, each.text) for each in draft.blocks] == [
        (1, "Small costs ten\nand large twelve"),
        (2, "Second page"),
    ]
    assert draft.facts == {"title": "Price list", "owner": "Ana Reyes", "reviewed": date(2026, 3, 18)}


def test_a_pdf_whose_date_means_nothing_is_read_without_it(put):
    assert read(put("a.pdf", pages.pdf("Words", about="/ModDate (last Tuesday)"))).facts == {}


def test_a_pdf_of_pictures_says_so(put):
    with pytest.raises(BadFile, match="pictures of text"):
        read(put("a.pdf", pages.pdf("")))


def fill_word(document):
    document.core_properties.title, document.core_properties.author = "Handbook", "Ana Reyes"
    document.core_properties.modified = datetime(2026, 3, 18)
    document.add_paragraph("Sales handbook", style="Title")
    document.add_heading("Calling", 1)
    document.add_paragraph("Call in the morning.")
    document.add_heading("Who", 2)
    document.add_paragraph("Ana", style="List Bullet")
    table = document.add_table(2, 3)
    for cell, text in zip(table.rows[0].cells, ("Size", "Price", "Note"), strict=True):
        cell.text = text
    table.rows[1].cells[0].text = "S"
    table.rows[1].cells[1].merge(table.rows[1].cells[2]).text = "five"
    inner = table.rows[1].cells[0].add_table(1, 1)
    inner.rows[0].cells[0].text = "inside"


def test_word_keeps_headings_lists_tables_and_properties(put):
    draft = read(put("a.docx", pages.word(fill_word)))
    assert [(each.section, each.text) for each in draft.blocks] == [
        (("Sales handbook", "Calling"), "Call in the morning."),
        (("Sales handbook", "Calling", "Who"), "• Ana"),
        (("Sales handbook", "Calling", "Who"), "Size | Price | Note\nS inside | five | five"),
    ]
    assert draft.blocks[-1].table
    assert draft.facts == {"title": "Handbook", "owner": "Ana Reyes", "reviewed": date(2026, 3, 18)}


def test_word_keeps_links_proposed_words_and_forms_but_not_what_was_struck_out(put):
    def fill(document):
        link = document.part.relate_to("https://example.com/x", RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        xml = (
            f'<w:p {nsdecls("w", "r")}><w:r><w:t xml:space="preserve">See </w:t></w:r><w:hyperlink r:id="{link}">'
            "<w:r><w:t>our terms</w:t></w:r></w:hyperlink><w:ins w:id='1' w:author='x'><w:r><w:t>, always</w:t></w:r>"
            "</w:ins><w:del w:id='2' w:author='x'><w:r><w:delText>, never</w:delText></w:r></w:del></w:p>"
        )
        form = f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>Form</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        for each in (xml, form):
            document.element.body.insert(0, parse_xml(each))

    draft = read(put("a.docx", pages.word(fill)))
    assert [each.text for each in draft.blocks] == ["Form", "See our terms, always"]
    assert draft.links == ("https://example.com/x",)


def fill_slides(show):
    first = show.slides.add_slide(show.slide_layouts[5])
    first.shapes.title.text = "Why us"
    box = first.shapes.add_textbox(0, 0, Inches(3), Inches(1))
    box.text_frame.text = "Faster\vand cheaper"
    table = first.shapes.add_table(2, 2, 0, 0, Inches(3), Inches(1)).table
    for (x, y), text in {(0, 0): "Size", (0, 1): "Price", (1, 0): "S", (1, 1): "5"}.items():
        table.cell(x, y).text = text
    first.shapes.add_table(1, 1, 0, 0, Inches(3), Inches(1))
    group = first.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, 9, 9).text_frame.text = "Grouped"
    first.notes_slide.notes_text_frame.text = "Say it slowly"
    second = show.slides.add_slide(show.slide_layouts[5])
    second.shapes.title.text = "Discounts above 20 % need approval"


def test_slides_keep_titles_tables_groups_and_notes(put):
    draft = read(put("a.pptx", pages.slides(fill_slides)))
    assert [(each.page, each.section, each.text) for each in draft.blocks] == [
        (1, ("Why us",), "Faster\nand cheaper"),
        (1, ("Why us",), "Size | Price\nS | 5"),
        (1, ("Why us",), "Grouped"),
        (1, ("Why us", "Notes"), "Say it slowly"),
        (2, (), "Discounts above 20 % need approval"),
    ]


def test_a_slide_whose_notes_hold_no_text_frame_is_read_all_the_same(put):
    def fill(show):
        slide = show.slides.add_slide(show.slide_layouts[5])
        slide.shapes.title.text = "Seen"
        for shape in list(slide.notes_slide.placeholders):
            shape._element.getparent().remove(shape._element)

    assert blocks(put("a.pptx", pages.slides(fill))) == [((), "Seen")]


@pytest.mark.parametrize("suffix", READERS)
def test_a_file_without_text_says_so(put, suffix):
    empty = {".pdf": pages.pdf(""), ".docx": pages.word(lambda _: None), ".pptx": pages.slides(lambda _: None)}
    with pytest.raises(BadFile, match=r"no text|no HTML|no columns"):
        read(put(f"a{suffix}", empty.get(suffix, b"")))


def test_a_heading_is_one_line_and_not_a_long_one(put):
    (section, _), *_ = blocks(put("a.html", f"<h1>Two<br>lines {'long ' * 1_000}</h1>text"))
    assert section[0].startswith("Two lines long")
    assert len(section[0]) <= 300


def test_more_than_a_document_holds_is_refused(put):
    with pytest.raises(BadFile, match="characters"):
        read(put("a.txt", "word " * 500_000))
    with pytest.raises(BadFile, match="paragraphs"):
        read(put("a.txt", "a\n\n" * (MAX_BLOCKS + 1)))
    path = put("b.txt", "")
    with path.open("r+b") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(BadFile, match="25 MB"):
        read(path)


def test_a_file_that_went_meanwhile_is_left_out(docs):
    with pytest.raises(BadFile, match="cannot be opened"):
        read(docs / "gone.md")


def test_styles_that_look_numbered_but_are_not_are_headings_all_the_same(put):
    def fill(document):
        document.styles.add_style("Heading ²", WD_STYLE_TYPE.PARAGRAPH)
        document.add_paragraph("Above", style="Heading ²")
        document.add_paragraph("Below")

    assert blocks(put("a.docx", pages.word(fill))) == [(("Above",), "Below")]
