"""A change serves as a whole or not at all, in both kinds of store."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading

import pytest

from knowledge.errors import Overtaken, Unavailable
from knowledge.playbook import Playbook
from knowledge.playbook.embedding import Hashing
from knowledge.playbook.publishing import serving
from knowledge.playbook.vectors import AROUND, Folder, Server

QUESTION = "what are umbrellas"


class Cut(Exception):
    """The process ends here."""


class Failing:
    """A store that goes on as the real one, until it is cut short at one step."""

    def __init__(self, store, step, error=Cut, then=None):
        self._store, self._step, self._error, self._then = store, step, error, then

    def __getattr__(self, name):
        real = getattr(self._store, name)
        if name != self._step:
            return real

        def cut(*args, **kwargs):
            if self._then:
                self._then()
                return real(*args, **kwargs)
            # Half of it is done.
            real(*args, **kwargs)
            raise self._error

        return cut


class Renamed(Hashing):
    """Another embedding, by its name and its size."""

    name, size = "hashing-256", 256


class Down(Hashing):
    """An embedding that is made elsewhere and cannot be reached."""

    def vectors(self, texts):
        raise Unavailable


def quiet(*_):
    pass


def found(book, now, only=None):
    return [hit.entry.passage.text for hit in book.search(QUESTION, audiences=None, now=now, only=only).hits]


def places(store):
    """The names of all places of a store."""
    if isinstance(store, Folder):
        return sorted(each.name for each in store._folder.iterdir()) if store._folder.exists() else []
    with store._reached() as client:
        return sorted(each.name for each in client.list_collections() if each.name.startswith(store._prefix))


def vectors(store, place):
    with store._open(place) as collection:
        return set(collection.get(include=[])["ids"])


@pytest.fixture
def filled(sqlite_db, store, put, docs, now):
    """A playbook that knows what umbrellas are, and a folder that says otherwise by now."""
    book = Playbook(sqlite_db, store, Hashing())
    put("a.md", "Umbrellas are ten.")
    put("b.md", "Hats are five.")
    book.add(docs, now=now, progress=quiet)
    put("a.md", "Umbrellas are twelve.")
    put("c.md", "Umbrellas, large, are twenty.")
    return book


@pytest.mark.parametrize("step", ["draft", "add"])
def test_a_change_that_is_cut_short_leaves_the_index_as_it_was(filled, sqlite_db, store, now, step):
    with pytest.raises(Cut):
        Playbook(sqlite_db, Failing(store, step), Hashing()).sync(now=now, progress=quiet)
    for only in (None, "words", "vectors"):
        assert found(filled, now, only)[0] == "Umbrellas are ten."
    assert "Umbrellas, large, are twenty." not in found(filled, now)
    filled.sync(now=now, progress=quiet)
    assert_settled(filled, sqlite_db, store, now)


def test_a_change_whose_embedding_fails_leaves_the_index_as_it_was(filled, sqlite_db, store, now):
    with pytest.raises(Unavailable):
        Playbook(sqlite_db, store, Down()).sync(now=now, progress=quiet)
    assert found(filled, now)[0] == "Umbrellas are ten."
    assert found(Playbook(sqlite_db, store, Down()), now)[0] == "Umbrellas are ten."
    filled.sync(now=now, progress=quiet)
    assert_settled(filled, sqlite_db, store, now)


def test_a_change_that_cannot_be_committed_leaves_the_index_as_it_was(filled, sqlite_db, store, now):
    with sqlite_db.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON passages BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    with pytest.raises(Exception, match="disk is full"):
        filled.sync(now=now, progress=quiet)
    assert found(filled, now)[0] == "Umbrellas are ten."
    with sqlite_db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER full")
    filled.sync(now=now, progress=quiet)
    assert_settled(filled, sqlite_db, store, now)


@pytest.mark.parametrize("error", [Cut, Unavailable])
def test_a_change_that_serves_stays_though_nothing_was_cleared_after_it(filled, sqlite_db, store, put, now, error):
    cut = Playbook(sqlite_db, Failing(store, "settle", error), Hashing())
    if error is Cut:
        with pytest.raises(Cut):
            cut.sync(now=now, progress=quiet)
    else:
        cut.sync(now=now, progress=quiet)
    assert found(filled, now)[0] == "Umbrellas are twelve."
    put("d.md", "Scarves are nine.")
    filled.sync(now=now, progress=quiet)
    assert_settled(filled, sqlite_db, store, now)


def assert_settled(book, db, store, now):
    """What is new is found, and of what was before or was cut short only the index before is left."""
    assert set(found(book, now)[:2]) == {"Umbrellas are twelve.", "Umbrellas, large, are twenty."}
    place = serving(db).place
    assert vectors(store, place) == {each.passage.id for each in book.entries()}
    assert place in places(store)
    assert len(places(store)) <= 2


def test_of_two_changes_at_once_one_serves_and_the_other_is_told(filled, sqlite_db, store, put, now):
    def overtake():
        filled.sync(now=now, progress=quiet)
        put("d.md", "Umbrellas, small, are two.")

    for step in ("draft", "add"):
        put("e.md", f"Written while the other one is at its {step}.")
        slow = Playbook(sqlite_db, Failing(store, step, then=overtake), Hashing())
        with pytest.raises(Overtaken):
            slow.sync(now=now, progress=quiet)
        assert "Umbrellas are twelve." in found(filled, now)
        filled.sync(now=now, progress=quiet)
        assert "Umbrellas, small, are two." in found(filled, now)
        assert vectors(store, serving(sqlite_db).place) == {each.passage.id for each in filled.entries()}


def test_of_two_first_changes_at_once_one_serves(db, tmp_path, put, docs, now):
    put("a.md", "Umbrellas are ten.")
    ready = threading.Barrier(2)
    outcomes = []

    def add():
        store = Folder(tmp_path / "vectors")
        book = Playbook(db, Failing(store, "add", then=ready.wait), Hashing())
        try:
            outcomes.append(len(book.add(docs, now=now, progress=quiet).added))
        except Overtaken:
            outcomes.append("overtaken")

    threads = [threading.Thread(target=add) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(outcomes, key=str) == [1, "overtaken"]
    assert found(Playbook(db, Folder(tmp_path / "vectors"), Hashing()), now) == ["Umbrellas are ten."]


SCRIPT = """
import sys
from datetime import datetime
from pathlib import Path
from knowledge.database import Database
from knowledge.playbook import Playbook
from knowledge.playbook.embedding import Hashing
from knowledge.playbook.vectors import Folder
book = Playbook(Database(sys.argv[1]), Folder(Path(sys.argv[2])), Hashing())
for now in sys.stdin:
    found = book.search("umbrellas", audiences=None, now=datetime.fromisoformat(now.strip()), only="vectors")
    print(found.hits[0].entry.passage.text, flush=True)
"""


def test_another_process_sees_a_change_at_its_next_question(sqlite_db, folder_store, put, docs, now):
    book = Playbook(sqlite_db, folder_store, Hashing())
    put("a.md", "Umbrellas are ten.")
    book.add(docs, now=now, progress=quiet)
    command = [sys.executable, "-c", SCRIPT, sqlite_db.url.render_as_string(), str(folder_store._folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:

        def asked():
            other.stdin.write(f"{now.isoformat()}\n")
            other.stdin.flush()
            return other.stdout.readline().strip()

        assert asked() == "Umbrellas are ten."
        for price in ("eleven", "twelve", "thirteen"):
            put("a.md", f"Umbrellas are {price}.")
            book.sync(now=now, progress=quiet)
            assert asked() == f"Umbrellas are {price}."
        other.stdin.close()


def test_another_embedding_makes_everything_anew_and_then_swaps(filled, sqlite_db, store, now):
    old = serving(sqlite_db)
    renamed = Playbook(sqlite_db, store, Renamed())
    assert found(renamed, now)[0] == "Umbrellas are ten."
    assert found(renamed, now, "vectors") == []
    renamed.sync(now=now, progress=quiet)
    new = serving(sqlite_db)
    assert (new.embedding, new.generation) == ("hashing-256", old.generation + 1)
    assert new.place != old.place
    assert found(renamed, now, "vectors")[0] == "Umbrellas are twelve."
    assert_settled(renamed, sqlite_db, store, now)


def test_vectors_deleted_by_hand_come_back_with_a_sync(filled, sqlite_db, store, now):
    if isinstance(store, Folder):
        shutil.rmtree(store._folder)
    else:
        with store._reached() as client:
            client.delete_collection(serving(sqlite_db).place)
    assert found(filled, now)[0] == "Umbrellas are ten."
    assert found(filled, now, "vectors") == []
    filled.sync(now=now, progress=quiet)
    assert found(filled, now, "vectors")[0] == "Umbrellas are twelve."


def test_a_sync_without_changes_changes_nothing(filled, sqlite_db, now):
    filled.sync(now=now, progress=quiet)
    before = serving(sqlite_db), sqlite_db.version()
    filled.sync(now=now, progress=quiet)
    assert (serving(sqlite_db), sqlite_db.version()) == before


def test_vectors_do_not_say_who_may_read(filled, sqlite_db, store, now):
    place = serving(sqlite_db).place
    entry = next(each for each in filled.entries() if "ten" in each.passage.text)
    store.add(place, [entry.passage.id], Hashing().vectors(["umbrellas"]), ["rep"], 1)
    assert filled.search(QUESTION, audiences=["rep"], now=now).hits == ()


def test_a_server_that_is_down_is_said_and_changes_nothing(sqlite_db, folder_store, put, docs, now):
    down = Server("http://127.0.0.1:9", "company")
    put("a.md", "Umbrellas are ten.")
    with pytest.raises(Unavailable, match="CALLSHEET_CHROMA_URL"):
        Playbook(sqlite_db, down, Hashing()).add(docs, now=now, progress=quiet)
    assert serving(sqlite_db) is None
    Playbook(sqlite_db, folder_store, Hashing()).add(docs, now=now, progress=quiet)
    book = Playbook(sqlite_db, down, Hashing())
    assert found(book, now) == ["Umbrellas are ten."]
    put("a.md", "Umbrellas are twelve.")
    with pytest.raises(Unavailable):
        book.sync(now=now, progress=quiet)
    assert found(book, now) == ["Umbrellas are ten."]


def test_the_nearest_are_found_among_those_for_some_audiences(store):
    embedding = Hashing()
    place = store.draft(None, [], 1)
    texts = {"a": "umbrellas are ten", "b": "umbrellas", "c": "hats are five", "d": "中文"}
    store.add(place, list(texts), embedding.vectors(list(texts.values())), ["rep", "manager", "rep", "rep"], 1)
    near = store.nearest(place, embedding.vectors(["umbrellas"]), 50, None)
    assert [id_ for id_, _ in near][:2] == ["b", "a"]
    assert near[0][1] == pytest.approx(1.0, abs=1e-5)
    assert {id_ for id_, _ in store.nearest(place, embedding.vectors(["umbrellas"]), 50, ["rep"])} == {"a", "c", "d"}
    assert store.nearest(place, embedding.vectors(["umbrellas"]), 50, ["team: West"]) == []
    assert store.has(place)
    assert not store.has("1-000000000000")


def test_who_may_read_little_finds_it_behind_all_that_is_for_others(store):
    embedding, others = Hashing(), 2 * AROUND
    place = store.draft(None, [], 1)
    texts = [*["umbrellas"] * others, "hats", "umbrellas are ten"]
    audiences = [*["manager"] * others, "rep", "rep"]
    store.add(place, list(map(str, range(len(texts)))), embedding.vectors(texts), audiences, 1)
    near = store.nearest(place, embedding.vectors(["umbrellas"]), 1, ["rep"])
    assert [id_ for id_, _ in near] == [str(others + 1)]
    assert len(store.nearest(place, embedding.vectors(["umbrellas"]), 1, ["manager", "rep"])) == 1
