"""Documents cut into passages."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.playbook.blocks import Block, clean, row
from knowledge.playbook.passages import LENGTH, TABLE_LENGTH, split

WORD = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=12) | st.sampled_from(
    ["end.", "What?", "x" * 50]
)
TEXTS = st.lists(WORD, min_size=1, max_size=200).map(" ".join)
SECTIONS = st.sampled_from([(), ("Calling",), ("Calling", "When"), ("The title",)])
CELLS = st.lists(WORD | st.lists(WORD, max_size=100).map(" ".join), min_size=1, max_size=6).map(row)


@st.composite
def blocks(draw):
    if draw(st.booleans()):
        lines = draw(st.lists(CELLS.filter(bool), min_size=1, max_size=30))
        return Block("\n".join(lines), draw(SECTIONS), table=True)
    lines = draw(st.lists(TEXTS, min_size=1, max_size=3))
    return Block(clean("\n".join(lines)), draw(SECTIONS), draw(st.none() | st.integers(1, 9)))


@settings(max_examples=50, deadline=None)
@given(st.lists(blocks(), max_size=5))
def test_passages_hold_all_words_in_order_and_none_is_too_long(given_blocks):
    found = split("doc", "The title", given_blocks)
    assert all(0 < len(each.text) <= (TABLE_LENGTH if each.is_table else LENGTH) for each in found)
    assert [each.position for each in found] == list(range(len(found)))
    assert len({each.id for each in found}) == len(found)
    assert {*" ".join(each.text for each in found).split()} == {*" ".join(each.text for each in given_blocks).split()}
    if not any(each.table for each in given_blocks):
        told = [word for each in given_blocks for word in each.text.split()]
        assert [word for each in found for word in each.text.split()] == told


def test_a_word_without_end_is_cut_and_nothing_is_lost():
    found = split("doc", "", [Block("x" * 5_000), Block("y" * 6_000, table=True)])
    assert "".join(each.text for each in found) == "x" * 5_000 + "y" * 6_000
    assert max(len(each.text) for each in found if not each.is_table) == LENGTH


def test_a_long_paragraph_is_cut_between_sentences_and_stays_one_line():
    sentence = "A rep may give ten percent off. "
    found = split("doc", "", [Block((sentence * 40).strip(), line=3)])
    assert len(found) == 2
    assert all(each.text.endswith("off.") and "\n" not in each.text and each.line == 3 for each in found)


def test_every_part_of_a_long_table_begins_with_the_names_of_its_columns():
    found = split("doc", "", [Block("Size | Price\n" + "\n".join(f"S{n} | {n}" for n in range(500)), table=True)])
    assert len(found) > 2
    assert all(each.text.startswith("Size | Price\nS") for each in found)


def test_short_blocks_under_one_heading_stand_together_and_others_do_not():
    given_blocks = [Block("One."), Block("Two."), Block("Three.", ("Title", "Next"))]
    found = split("doc", "Title", given_blocks)
    assert [(each.section, each.text) for each in found] == [("", "One.\nTwo."), ("Next", "Three.")]


def test_an_id_stays_while_the_words_do_and_differs_between_documents():
    first = split("doc", "", [Block("One."), Block("Same", ("a",)), Block("b", ("b",)), Block("Same", ("a",))])
    later = split("doc", "", [Block("New", ("new",)), Block("One.")])
    assert later[1].id == first[0].id
    assert first[1].id != first[3].id
    assert split("other", "", [Block("One.")])[0].id != first[0].id


def test_an_empty_table_is_no_passage():
    assert split("doc", "", [Block("", table=True), Block("")]) == []
