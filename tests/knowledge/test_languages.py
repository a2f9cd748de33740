"""A language is one, whatever it is called."""

from __future__ import annotations

import pytest

from knowledge import languages


@pytest.mark.parametrize(("text", "code"), [
    ("de", "de"), ("DE", "de"), ("de-AT", "de"), ("deu", "de"), ("German", "de"), (" deutsch ", "de"),
    ("pt_BR", "pt"), ("Brazilian Portuguese", "pt"), ("Português", "pt"), ("Chinese (Simplified)", "zh"),
    ("中文", "zh"), ("English", "en"), ("Klingonese", None), ("", None), (None, None),
])  # fmt: skip
def test_codes_and_names_in_english_and_its_own_come_to_the_same(text, code):
    assert languages.code(text) == code


def test_what_is_no_language_is_left_out_of_many():
    assert languages.codes(["German", "de", "juggling"]) == {"de"}
    assert languages.codes(None) == frozenset()
