"""What changed in a folder, and what becomes of documents then."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta

import pytest

from knowledge.errors import BadInput
from knowledge.playbook import Playbook
from knowledge.playbook.embedding import Hashing


@pytest.fixture
def playbook(db, folder_store):
    return Playbook(db, folder_store, Hashing())


@pytest.fixture
def take(book, docs, now):
    """Takes the folder in; ids of what was added, changed, moved and is gone, and how many are unchanged."""

    def run(at=now, **options):
        change = book.add(docs, now=at, progress=lambda *_: None, **options)
        return (
            sorted(each.document.id for each in change.added),
            sorted(each.document.id for each in change.changed),
            sorted(each.id for each in change.moved),
            sorted(change.gone),
            change.unchanged,
            dict(change.skipped),
        )

    return run


def ask(book, now, question, audiences=None):
    return [hit.entry.passage.text for hit in book.search(question, audiences=audiences, now=now).hits]


def words(book, now, question):
    """What is found by words alone: by its letters a synonym is near to anything."""
    hits = book.search(question, audiences=None, now=now, only="words").hits
    return [hit.entry.passage.text for hit in hits]


def the(book, id_):
    return next(each for each in book.documents() if each.id == id_)


def test_documents_come_change_move_and_go(playbook, put, docs, now):
    def sync():
        return playbook.sync(now=now, progress=lambda *_: None)[0]

    put("stays.md", "Umbrellas are ten.")
    put("changes.md", "Hats are five.")
    moves = put("moves.md", "Gloves are seven.")
    goes = put("goes.md", "Scarves are nine.")
    first = playbook.add(docs, now=now, progress=lambda *_: None)
    assert (len(first.added), first.skipped) == (4, ())
    put("changes.md", "Hats are six.")
    put("sub/comes.md", "Boots are forty.")
    moves.rename(docs / "moves too.md")
    goes.unlink()
    change = sync()
    assert [each.document.id for each in change.added] == ["sub/comes"]
    # Its title is its file's name, so that it reads otherwise now.
    assert sorted(each.document.id for each in change.changed) == ["changes", "moves"]
    assert (change.moved, change.gone, change.unchanged) == ((), ("goes",), 1)
    assert ask(playbook, now, "what are hats")[0] == "Hats are six."
    assert ask(playbook, now, "what are gloves")[0] == "Gloves are seven."
    assert ask(playbook, now, "boots")[0] == "Boots are forty."
    assert "Scarves are nine." not in ask(playbook, now, "scarves")
    assert [(each.path, each.title) for each in playbook.documents() if each.id == "moves"] == [
        ("moves too.md", "Moves too")
    ]
    again = sync()
    assert (again.added, again.changed, again.moved, again.gone, again.unchanged) == ((), (), (), (), 4)


def test_a_document_that_moves_keeps_its_id_and_passages(take, book, put, docs, now):
    file = put("pricing/terms.md", "---\ntitle: Terms\n---\nThirty days net.")
    take()
    passage = book.entries()[0].passage
    (docs / "legal").mkdir()
    file.rename(docs / "legal" / "payment.md")
    later = now + timedelta(days=1)
    assert take(later) == ([], [], ["pricing/terms"], [], 0, {})
    assert book.entries()[0].passage == passage
    assert (the(book, "pricing/terms").path, the(book, "pricing/terms").added_at) == ("legal/payment.md", now)
    put("pricing/terms.md", "Another document.")
    assert take()[0] == ["pricing/terms.md"]


def test_links_of_a_document_that_moves_count_from_where_it_is(take, book, put, docs):
    file = put("a/x.md", "---\ntitle: X\n---\nSee [y](y.md).")
    take()
    (docs / "b").mkdir()
    file.rename(docs / "b" / "x.md")
    assert take()[1] == ["a/x"]
    assert the(book, "a/x").links == ("b/y.md",)


def test_content_under_another_kind_of_name_is_another_document(take, book, put):
    file = put("a.md", "**Bold** words.")
    take()
    file.rename(file.with_suffix(".txt"))
    assert take()[:4] == (["a"], [], [], ["a"])
    assert book.entries()[0].passage.text == "**Bold** words."


def test_of_two_files_alike_each_finds_a_name(take, put):
    for name in ("a.md", "a.txt", "a.html"):
        put(name, "Words.")
    assert take()[0] == ["a", "a.md", "a.txt"]
    assert take()[4] == 3


def test_a_new_version_that_is_broken_keeps_the_old_one(take, book, put, now):
    put("terms.md", "Thirty days net.")
    put("other.md", "---\nstatus: final\n---\nWords.")
    assert take()[5] == {"other.md": 'its status is "final"; write approved, draft or retired'}
    put("terms.md", b"\xff Sixty days net.")
    *rest, skipped = take()
    assert rest == [[], [], [], [], 0]
    assert "UTF-8" in skipped["terms.md"]
    assert ask(book, now, "net days") == ["Thirty days net."]
    put("terms.md", "Sixty days net.")
    assert take()[1] == ["terms"]
    assert ask(book, now, "net days") == ["Sixty days net."]


def test_what_cannot_be_opened_any_more_is_kept(take, book, put, docs, tmp_path):
    put("a.md", "Words.")
    put("sub/b.md", "Words.")
    take()
    (docs / "a.md").unlink()
    (docs / "a.md").symlink_to(tmp_path / "elsewhere.md")
    shutil.move(docs / "sub", tmp_path / "sub")
    (docs / "sub").symlink_to(tmp_path / "sub")
    assert take()[3] == []
    assert {"a.md", "sub"} == set(take()[5])
    assert [each.id for each in book.documents()] == ["a", "sub/b"]
    (docs / "sub").unlink()
    assert take()[3] == ["sub/b"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may open everything")
def test_documents_of_a_folder_that_is_locked_are_kept(take, book, put, docs):
    put("sub/b.md", "Words.")
    take()
    (docs / "sub").chmod(0)
    try:
        assert take()[3:] == ([], 0, {"sub": "it is a folder that cannot be opened"})
    finally:
        (docs / "sub").chmod(0o755)


def test_a_folder_that_is_not_there_keeps_its_documents(take, book, put, docs, now):
    put("a.md", "Umbrellas are ten.")
    take()
    shutil.rmtree(docs)
    (change,) = book.sync(now=now, progress=lambda *_: None)
    assert "was kept" in change.skipped[0][1] or "were kept" in change.skipped[0][1]
    assert ask(book, now, "umbrellas") == ["Umbrellas are ten."]
    assert book.remove(docs, progress=lambda *_: None) == 1
    assert ask(book, now, "umbrellas") == []


def test_folders_that_overlap_are_refused(take, book, put, docs, now):
    inner = put("sub/a.md", "Words.").parent
    take()
    for path in (inner, inner / "a.md", docs.parent, inner / ".." / ".." / "docs" / "sub"):
        with pytest.raises(BadInput, match="overlaps"):
            book.add(path, now=now, progress=lambda *_: None)


@pytest.mark.parametrize("name", ["nothing", "~nobody-of-that-name/x", "a\0b", "x.exe", "pipe", "/dev/null"])
def test_what_is_no_document_is_refused(book, docs, put, now, name):
    put("x.exe", "x")
    os.mkfifo(docs / "pipe.md")
    with pytest.raises(BadInput):
        book.add((docs / "pipe.md") if name == "pipe" else docs / name if name[0] not in "~/" else type(docs)(name),
                 now=now, progress=lambda *_: None)  # fmt: skip
    assert book.documents() == []


def test_two_folders_may_hold_files_of_one_name(book, tmp_path, now):
    for name, text in (("one", "Umbrellas are ten."), ("two", "Hats are five.")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "prices.md").write_text(text)
        book.add(tmp_path / name, now=now, progress=lambda *_: None)
    assert [each.id for each in book.documents()] == ["prices", "prices.md"]
    assert ask(book, now, "hats")[0] == "Hats are five."
    (tmp_path / "one" / "prices.md").write_text("Umbrellas are eleven.")
    book.sync(now=now, progress=lambda *_: None)
    assert ask(book, now, "umbrellas")[0] == "Umbrellas are eleven."
    assert book.remove(tmp_path / "one", progress=lambda *_: None) == 1
    assert [each.id for each in book.documents()] == ["prices.md"]


def test_one_file_can_be_added_alone(book, put, now):
    file = put("a.md", "Words.")
    put("b.md", "Others.")
    book.add(file, now=now, progress=lambda *_: None)
    assert [each.path for each in book.documents()] == ["a.md"]


def test_who_a_document_is_for_is_said_by_itself_or_by_its_folder(take, book, put, now):
    put("own.md", "---\nAUDIENCE: 'Team:  West'\n---\nUmbrellas are ten.")
    put("none.md", "Hats are five.")
    take()
    assert (the(book, "own").audience, the(book, "none").audience) == ("team: West", "everyone")
    assert take(audience="manager")[1] == ["none", "own"]
    assert (the(book, "own").audience, the(book, "none").audience) == ("team: West", "manager")
    assert ask(book, now, "umbrellas and hats", ["everyone", "rep"]) == []
    assert ask(book, now, "umbrellas and hats", ["manager"]) == ["Hats are five."]
    with pytest.raises(BadInput):
        take(audience="bosses")


def test_what_cannot_be_read_anew_is_forgotten_where_its_readers_were_decided_anew(take, book, put, now):
    put("a.md", "Thirty days net.")
    take()
    put("a.md", b"\xff")
    assert take(audience="manager")[3] == ["a"]
    assert ask(book, now, "net days") == []


def test_a_document_that_moves_while_its_readers_are_decided_anew_is_for_them(take, book, put):
    file = put("a.md", "---\ntitle: T\n---\nWords.")
    take()
    file.rename(file.with_name("b.md"))
    take(audience="manager")
    assert the(book, "a").audience == "manager"


def test_the_glossary_of_a_folder_counts_as_soon_as_it_changes(take, book, put, now):
    put("a.md", "A rebate is ten percent.")
    put("glossary.yaml", "markdown: [concession]\n")
    take()
    assert words(book, now, "kickback") == []
    put("glossary.yaml", 'rebate: [kickback, "give\\0away"]\nno: negative\n')
    assert take()[4] == 1
    assert words(book, now, "kickback") == ["A rebate is ten percent."]
    put("glossary.yaml", "a: &a [b]\nc: *a\n")
    assert "glossary.yaml" in take()[5]
    assert words(book, now, "kickback") == ["A rebate is ten percent."]


def test_retired_documents_are_listed_but_never_found(take, book, put, now):
    put("a.md", "Umbrellas are ten.")
    take()
    put("a.md", "---\nstatus: retired\n---\nUmbrellas are ten.")
    assert take()[1] == ["a"]
    assert the(book, "a").status == "retired"
    assert ask(book, now, "umbrellas") == []
    put("a.md", "Umbrellas are ten.")
    take()
    assert ask(book, now, "umbrellas") == ["Umbrellas are ten."]


def test_names_that_break_lines_are_left_out_and_shown_without_what_breaks_them(take, put):
    put("a\nInstalled: malware\u202e.md", "Words.")
    (name,) = take()[5]
    assert name.isprintable()


def test_what_no_database_keeps_is_kept_nowhere(playbook, put, docs, now):
    head = '---\ntitle: "a\\0b"\nowner: "x\\ud800y"\n---\n'
    put("a.md", f"{head}See [this](%00.md) and [that](http://[).")
    put("b.html", "<title>a&#0;b</title><p>x&#0;y</p><a href='%00'>z</a>")
    change = playbook.add(docs, now=now, progress=lambda *_: None)
    assert {each.document.id for each in change.added} | set(dict(change.skipped)) >= {"b"}
    assert "\0" not in "".join(each.title for each in playbook.documents())


def test_deep_folders_do_not_stop_the_others(book, put, docs, now):
    put("a.md", "Words.")
    here = os.getcwd()
    try:
        os.chdir(docs)
        for _ in range(20):
            os.mkdir("d" * 250)
            os.chdir("d" * 250)
    finally:
        os.chdir(here)
    change = book.add(docs, now=now, progress=lambda *_: None)
    assert [each.document.id for each in change.added] == ["a"]
