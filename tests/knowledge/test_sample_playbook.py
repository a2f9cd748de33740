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

DOCUMENTS = Path(company.__file__).parents[2] / "documents"
MARKDOWN = sorted(DOCUMENTS.rglob("*.md"))
STATUSES = {"approved", "draft", "retired"}
AUDIENCES = {"everyone", "manager", *(f"team: {name}" for _, name in company.TEAMS)}
LIST_PRICES = {name: price for _, name, price in company.PRODUCTS}

each_document = pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: str(path.relative_to(DOCUMENTS)))


def parts(path: Path) -> tuple[dict[str, Any], str]:
    """Front matter and body of a document."""
    _, front, body = path.read_text("utf-8").split("---\n", 2)
    return yaml.safe_load(front), body


def rows_of_products(body: str) -> list[tuple[str, int]]:
    """Product and first price of each row of a table that begins with a product, linked or not."""
    found = re.findall(r"^\| \[?([A-Z][a-z ]+?)\]?(?:\([^)]*\))? \| \$([\d,]+)", body, re.M)
    return [(name, int(price.replace(",", ""))) for name, price in found if name in LIST_PRICES]


@each_document
def test_a_document_says_who_answers_for_it_and_for_whom_it_is(path: Path) -> None:
    front, body = parts(path)
    assert set(front) == {"title", "owner", "reviewed", "audience", "status"}
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
    with (DOCUMENTS / "security/answers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 25
    assert all(set(row) == {"question", "answer", "section"} and all(row.values()) for row in rows)


def test_no_word_of_the_glossary_stands_for_two_things() -> None:
    glossary = yaml.safe_load((DOCUMENTS / "glossary.yaml").read_text("utf-8"))
    words = [word.casefold() for term, same in glossary.items() for word in (term, *same)]
    assert sorted({word for word in words if words.count(word) > 1}) == []
