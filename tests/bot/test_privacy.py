"""What a model's provider is shown in the place of names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.privacy import KEY_BYTES, KINDS, Veil, kept_key

HIDDEN = "".join(chr(0xE0000 + ord(each)) for each in "call Jane Doe")


def test_a_name_with_signs_that_nobody_sees_has_a_stand_in_and_comes_back_as_it_was() -> None:
    veil = Veil("names", b"key", "thread", lambda text: ())
    name = "Ja\u200bne\u00ad Doe"
    veil.knows([name])
    hidden = [veil.hide(f"Call {written} today.") for written in (name, "Jane Doe", "J\ufe0fane Doe", "JANE \u2060DOE")]
    assert re.fullmatch(r"Call NAME_\w{6} today\.", hidden[0])
    assert len({*hidden}) == 1
    assert veil.show(hidden[0]) == f"Call {name} today."


def test_words_that_only_machines_see_reach_no_model_in_any_mode() -> None:
    for mode in ("names", "strict", "off"):
        assert Veil(mode, b"key", "thread", lambda text: ()).hide(f"all is{HIDDEN} well\n\tnow") == "all is well\n\tnow"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("see acme.museum today", "address"),
        ("see acme.technology/price?id=ana today", "address"),
        ("see www.acme.co.uk:8443/a today", "address"),
        ("see https://acme.test/ana-byron today", "address"),
        ("see crm://leads/ana today", "address"),
        ("see bücher.example today", "address"),
        ("see acme.xn--p1ai today", "address"),
        ("see <https://acme.ai/a|this> today", "address"),
        ("see mailto:ana@acme.travel today", "email"),
        ("see @ana.byron today", "address"),
        ("see ana.byron@acme.photography today", "email"),
        ("see ana@localhost today", "email"),
        ("see ana [at] acme [dot] io today", "email"),
        ("see (617) 555-0186 today", "phone"),
        ("see +49\u00a030\u00a01234567 today", "phone"),
        ("see 030\u20111234567 today", "phone"),
        ("see Byron today", "word"),
        ("see 42 today", "number"),
    ],
)
def test_strict_hides_every_address_wherever_it_is(text: str, kind: str) -> None:
    veil = Veil("strict", b"key", "thread", lambda text: (), ordinary=frozenset({"see", "today"}))
    hidden = veil.hide(text)
    rest = re.sub(r"(?:NAME|EMAIL|PHONE|NUMBER|ADDRESS)_\w{6}", "", hidden)
    assert set(re.findall(r"\w+", rest)) <= {"see", "today", "this", "mailto"}, hidden
    assert veil.show(hidden) == text
    assert veil.hidden[kind] >= 1
    assert {*veil.hidden} <= {*KINDS}


@pytest.mark.parametrize("text", ["e.g. a call", "i.e. later, at p.m.", "a.m.", "the price-list.pdf and notes.txt"])
def test_what_only_looks_like_an_address_is_left_alone(text: str) -> None:
    assert Veil("strict", b"key", "thread", lambda text: ()).hide(text) == text


def test_versions_and_amounts_are_numbers_and_no_addresses() -> None:
    veil = Veil("strict", b"key", "thread", lambda text: ())
    veil.hide("version 1.12.3 at 3.5k, 10.5 %")
    assert set(veil.hidden) == {"number"}


def test_the_key_of_stand_ins_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "stand-ins.key"
    key = kept_key(file)
    assert (len(key), kept_key(file)) == (KEY_BYTES, key)
    assert file.stat().st_mode & 0o077 == 0
    assert [*tmp_path.iterdir()] == [file]
    (tmp_path / "broken.key").write_bytes(b"")
    assert len({kept_key(tmp_path / "broken.key"), kept_key(tmp_path / "no such folder" / "a.key"), b"", key}) == 4
