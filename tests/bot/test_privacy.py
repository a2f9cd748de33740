"""What a model's provider is shown in the place of names."""

from __future__ import annotations

import re
from pathlib import Path

from bot.privacy import KEY_BYTES, Veil, kept_key

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


def test_the_key_of_stand_ins_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "stand-ins.key"
    key = kept_key(file)
    assert (len(key), kept_key(file)) == (KEY_BYTES, key)
    assert file.stat().st_mode & 0o077 == 0
    assert [*tmp_path.iterdir()] == [file]
    (tmp_path / "broken.key").write_bytes(b"")
    assert len({kept_key(tmp_path / "broken.key"), kept_key(tmp_path / "no such folder" / "a.key"), b"", key}) == 4
