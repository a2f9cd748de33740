"""The sample playbook agrees with the demo company, and with itself."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.connectors.demo import company
from knowledge.playbook import words
from knowledge.playbook.readers import html

DOCUMENTS = Path(company.__file__).parents[2] / "documents"
MARKDOWN = sorted(DOCUMENTS.rglob("*.md"))
STATUSES = {"approved", "draft", "retired"}
AUDIENCES = {"everyone", "manager", *(f"team: {name}" for _, name in company.TEAMS)}
LIST_PRICES = {name: price for _, name, price in company.PRODUCTS}
FEWEST_ASKED = 6

each_document = pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: str(path.relative_to(DOCUMENTS)))


def parts(path: Path) -> tuple[dict[str, Any], str]:
    """Front matter and body of a document."""
    _, front, body = path.read_text("utf-8").split("---\n", 2)
    return yaml.safe_load(front), body


def answers() -> list[dict[str, str]]:
    """Rows of the questionnaire, by column."""
    with (DOCUMENTS / "security/answers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def asked() -> dict[str, list[str]]:
    """How people ask for what each file says, in their own words."""
    found = {str(path.relative_to(DOCUMENTS)): parts(path)[0]["asked"] for path in MARKDOWN}
    found["faq.html"] = str(html.read(DOCUMENTS / "faq.html").facts["asked"]).split(" | ")
    found["security/answers.csv"] = [phrase for row in answers() for phrase in row["asked"].split(" | ")]
    return found


def compared(phrase: str) -> str:
    """A phrasing without what makes no difference to a reader: capitals and punctuation."""
    return " ".join(re.findall(r"\w+", phrase.casefold()))


def rows_of_products(body: str) -> list[tuple[str, int]]:
    """Product and first price of each row of a table that begins with a product, linked or not."""
    found = re.findall(r"^\| \[?([A-Z][a-z ]+?)\]?(?:\([^)]*\))? \| \$([\d,]+)", body, re.M)
    return [(name, int(price.replace(",", ""))) for name, price in found if name in LIST_PRICES]


@each_document
def test_a_document_says_who_answers_for_it_and_for_whom_it_is(path: Path) -> None:
    front, body = parts(path)
    assert set(front) == {"title", "owner", "reviewed", "audience", "status", "asked"}
    assert front["owner"] in {one.name for one in company.STAFF}
    assert type(front["reviewed"]) is date
    assert front["audience"] in AUDIENCES
    assert front["status"] in STATUSES
    assert body.lstrip().startswith(f"# {front['title']}\n")


@each_document
def test_links_of_a_document_lead_to_documents(path: Path) -> None:
    targets = re.findall(r"\]\(([^)]+)\)", path.read_text("utf-8"))
    assert [to for to in targets if not (path.parent / to).is_file()] == []


@each_document
def test_prices_beside_a_product_are_list_prices_unless_the_list_is_retired(path: Path) -> None:
    front, body = parts(path)
    wrong = [(name, price) for name, price in rows_of_products(body) if price != LIST_PRICES[name]]
    assert bool(wrong) == (front["status"] == "retired")


def test_all_four_list_prices_are_in_the_overview() -> None:
    assert rows_of_products((DOCUMENTS / "products/overview.md").read_text("utf-8")) == list(LIST_PRICES.items())


def test_volume_prices_are_the_list_prices_less_their_band() -> None:
    text = (DOCUMENTS / "policies/discounts.md").read_text("utf-8")
    price = r" \$([\d,.]+) \|"
    bands = re.findall(rf"^\| \d+ (?:to|and) \w+ \| (\d+)%[^|]*\|{price}{price}{price}", text, re.M)
    assert len(bands) == 5
    for off, *prices in bands:
        expected = [full * (100 - int(off)) / 100 for name, full in LIST_PRICES.items() if name != "Starter kit"]
        assert [float(each.replace(",", "")) for each in prices] == expected


def test_the_questionnaire_has_an_answer_and_a_section_to_each_question() -> None:
    rows = answers()
    assert len(rows) >= 25
    assert all(set(row) == {"question", "answer", "section", "asked"} and all(row.values()) for row in rows)


def test_every_document_says_how_people_ask_for_it() -> None:
    short = {name: len(said) for name, said in asked().items() if len(said) < FEWEST_ASKED}
    assert short == {}


def test_no_two_documents_are_asked_for_in_the_same_words() -> None:
    said = [compared(phrase) for phrases in asked().values() for phrase in phrases]
    assert all(said)
    assert sorted({phrase for phrase in said if said.count(phrase) > 1}) == []


def test_no_word_of_the_glossary_stands_for_two_things() -> None:
    glossary = yaml.safe_load((DOCUMENTS / "glossary.yaml").read_text("utf-8"))
    groups = [{" ".join(words.stems(word)) for word in (term, *same)} for term, same in glossary.items()]
    meant = [word for group in groups for word in group]
    assert sorted({word for word in meant if meant.count(word) > 1}) == []
