"""The benchmarks run to their end on a small book and say what they promise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot import sending
from bot.bench import (
    BENCHMARKS,
    allocation,
    ask,
    book,
    calls,
    company,
    imports,
    intents,
    office,
    pipeline,
    plans,
    playbook,
    process,
    ranking,
    shelf,
    slack,
    strangers,
    table,
)
from knowledge.connectors import demo
from knowledge.connectors.demo import LEADS
from knowledge.database import Database
from knowledge.people import roster
from knowledge.playbook import Playbook
from scoring.retrieval import Case
from tests.company import NOW


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLSHEET_BENCH_ROWS", "2000")
    monkeypatch.setattr(ask, "TIMES", 2)


@pytest.fixture
def in_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process of its own would do is done in this one, where few trees are grown, and one model is learnt."""
    monkeypatch.setattr(process, "alone", lambda work, *arguments: work(*arguments))
    monkeypatch.setattr(book, "CATALOG", ["ranking"])


def test_a_company_has_the_leads_asked_for_each_by_a_name_of_its_own(tmp_path):
    db = company.build(tmp_path / "books.db", 2_000)
    with db.connect() as connection:
        count = connection.exec_driver_sql("SELECT count(*), count(DISTINCT name) FROM leads WHERE outcome = 'open'")
        assert tuple(count.one()) == (2_000, 2_000)
        acted = connection.exec_driver_sql("SELECT count(*) FROM activities WHERE at > ?", (company.NOW.isoformat(),))
        assert acted.scalar_one() == 0
    assert sum(person.role == "rep" for person in roster(db).people) == company.REPS
    db.engine.dispose()


def test_names_do_not_repeat_in_the_first_million():
    assert len({company.name_of(number) for number in range(0, 1_000_000, 7)}) == len(range(0, 1_000_000, 7))


@pytest.mark.usefixtures("in_here")
def test_training_and_scoring_are_told_beside_bare_scikit_learn():
    found = BENCHMARKS["book"]()
    assert found["open_leads"] == 2_000
    assert found["statements"]
    assert min(found[key] for key in ("train_ratio", "score_ratio", "peak_mb", "scored_per_s", "learnt_rows")) > 0


@pytest.mark.usefixtures("in_here")
def test_an_answer_is_timed_for_every_asker_beside_a_full_sort():
    found = BENCHMARKS["ask"]()
    by_size = found["by_size"][2_000]
    assert all(by_size[who]["ratio"] > 0 and by_size[who]["p95_ms"] > 0 for who in ("rep", "manager", "admin"))
    assert all(timed["median_ms"] > 0 for timed in by_size.values())
    assert set(found["nobody_owns"]) == {"rep", "manager", "admin"}


def test_an_import_is_told_beside_the_bare_load():
    found = BENCHMARKS["imports"]()
    assert found["rows"] == 2_000
    assert found["ratio"] > 0


def test_an_event_is_claimed_while_another_process_imports():
    found = imports.claim_latency(2_000)
    assert found["claims"] > 0
    assert 0 < found["median_ms"] <= found["max_ms"]


@pytest.mark.usefixtures("in_here")
def test_features_scores_and_reasons_are_told_beside_bare_scikit_learn(monkeypatch):
    monkeypatch.setattr(ranking, "SIZES", (500,))
    monkeypatch.setattr(ranking, "LEARNT_FROM", 1_500)
    found = BENCHMARKS["ranking"]()
    assert list(found["by_size"]) == [500, 2_000]
    assert all(min(row.values()) > 0 for row in found["by_size"].values())
    assert found["by_size"][2_000]["activities"] > 15_000
    assert set(found["growth"]) == {"cut", "features", "judge", "baseline"}
    head, small, large = table(found).splitlines()[1:4]
    assert head.split()[:3] == ["by", "size", "activities"]
    assert (small.split()[0], large.split()[0]) == ("500", "2,000")


@pytest.mark.usefixtures("in_here")
def test_a_forecast_of_a_pipeline_is_told_beside_the_bare_libraries(monkeypatch):
    monkeypatch.setattr(pipeline, "SIZES", (100,))
    monkeypatch.setattr(pipeline, "LEARNT_FROM", 400)
    found = BENCHMARKS["pipeline"]()
    assert list(found["by_size"]) == [100, 200]
    assert found["by_size"][200]["events"] == 200 * pipeline.EVENTS
    assert found["by_size"][200]["ratio"] > 0
    assert {"snapshot", "forecast", "baseline"} <= set(found["growth"])


def test_the_call_list_is_told_beside_other_orders_of_the_same_leads(monkeypatch):
    monkeypatch.setattr(calls, "HOURS", (0.5,))
    monkeypatch.setattr(calls, "CALLS", 2)
    monkeypatch.setattr(calls, "SMALLEST", 0.1)
    by_order = BENCHMARKS["calls"]()["by_order"]
    assert tuple(by_order) == calls.ORDERS
    assert by_order["list"]["wins_beside_list"] == 1
    assert by_order["best possible"]["wins"] >= by_order["list"]["wins"] > 0


def test_the_best_plan_is_told_beside_general_solvers_of_the_same_problem(monkeypatch):
    monkeypatch.setattr(allocation, "SIZES", ((300, 6),))
    found = BENCHMARKS["allocation"]()
    by_case = found["by_case"]
    assert {"300 x 6, callsheet", "300 x 6, scipy assignment", "300 x 6, highs"} <= set(by_case)
    torn = by_case.pop(f"300 x 6, {allocation.TORN}")
    best = by_case["300 x 6, highs"]["worth"]
    assert all(row["worth"] == pytest.approx(best, rel=1e-6) and row["gap"] <= 1e-6 for row in by_case.values())
    # Without chance the best leads go to the best rep, and so on.
    value = np.sort(np.sort(allocation.values(300, 6, by_chance=False), axis=0)[::-1], axis=1)[:, ::-1]
    best = sum(value[45 * rep : 45 * rep + 45, rep].sum(dtype=np.float64) for rep in range(6))
    assert torn["worth"] == pytest.approx(best, rel=1e-6)
    assert torn["gap"] <= 1e-6
    assert found["growth"] is None


def test_plans_are_told_beside_other_ways_to_place_the_same_leads(books, tmp_path):
    again = Database(f"sqlite:///{tmp_path / 'again.db'}")
    again.migrate()
    demo.build(again, now=NOW, scale=0.25, truth=tmp_path / "truth")
    again.engine.dispose()
    found = plans.judge(books.db, tmp_path / "truth")
    assert found["leads"] > 50
    for aim in ("wins", "value"):
        ours = {way: found[f"{aim}_{way}"] for way in ("plan", "owners", "oracle")}
        assert ours["oracle"] > max(0, ours["plan"], ours["owners"])
        assert found[f"{aim}_low"] <= found[f"{aim}_told"] <= found[f"{aim}_high"]


def test_companies_are_told_one_by_one_and_in_the_mean(monkeypatch):
    monkeypatch.setattr(plans, "SEEDS", 3)
    monkeypatch.setattr(process, "side_by_side", lambda _, cases: ({"lift": seed * scale} for seed, scale in cases))
    monkeypatch.setenv("CALLSHEET_BENCH_ROWS", str(10 * LEADS))
    found = BENCHMARKS["plans"]()
    assert found["by_seed"] == {seed: {"lift": seed} for seed in (1, 2, 3)}
    assert found["over_companies"]["lift"]["mean"] == 2


def test_a_figure_over_companies_is_as_sure_as_they_are_many_and_alike():
    told = plans.summary({seed: {"lift": lift, "same": 2.0} for seed, lift in enumerate([1.0, 2.0, 3.0, 4.0])})
    # 2.5 and 2.353 (Student's t of three degrees) times 1.291 over the root of four.
    assert told["lift"] == pytest.approx({"mean": 2.5, "low": 0.981, "high": 4.019})
    assert told["same"] == {"mean": 2.0, "low": 2.0, "high": 2.0}


def written(folder: Path, size: int) -> dict[str, str]:
    shelf.write(folder, size)
    return {path.name: path.read_text("utf-8") for path in folder.rglob("*.md")}


def test_a_playbook_of_any_size_holds_documents_that_all_differ_and_is_the_same_each_time(tmp_path):
    small, large = (written(tmp_path / str(size), size) for size in (60, 70))
    assert len(set(large.values())) == 70
    assert small == {name: text for name, text in large.items() if name in small}


def test_a_playbook_is_added_asked_and_synced_beside_the_bare_libraries(monkeypatch):
    monkeypatch.setattr(playbook, "SIZES", (14,))
    monkeypatch.setattr(playbook, "QUESTIONS", 5)
    monkeypatch.setattr(strangers, "SHARED", strangers.SHARED / "nowhere")
    found = BENCHMARKS["playbook"]()
    row = found["by_size"][14]
    assert row["documents"] == 14 < row["passages"]
    assert row["changed"] == 1
    assert min(row.values()) > 0
    assert found["growth"] == {}
    assert found["strangers"].startswith("left out")


def test_the_bare_libraries_find_a_passage_by_its_own_words(tmp_path):
    shelf.write(tmp_path / "documents", 8)
    assert playbook.add(tmp_path)["documents"] == 8
    db = Database(f"sqlite:///{tmp_path / 'books.db'}")
    book = Playbook.beside(db, tmp_path / "playbook")
    entries = book.entries()
    by_words, by_vectors = playbook.Bare(book).search(Case(entries[40].passage.text, frozenset(), ()))
    assert 40 in by_words
    assert 40 in by_vectors
    db.engine.dispose()


def test_a_question_of_others_is_found_by_what_it_means():
    said = [
        ("my card has not arrived", "arrival"),
        ("when does the card arrive", "arrival"),
        ("how do I change my code", "code"),
        ("forgot the code of the card", "code"),
    ]
    asked = [("the card did not arrive yet", "arrival"), ("change the code", "code"), ("zzz", "code")]
    found = strangers.compare(said, asked)
    assert set(found) == {"vectors", "words", "both"}
    assert found["words"]["value"] == pytest.approx(2 / 3, abs=1e-3)
    assert found["both"]["asked"] == 3


def test_questions_of_a_bank_s_customers_are_found_by_each_way(shared, monkeypatch):
    monkeypatch.setattr(strangers, "SHARED", shared)
    monkeypatch.setattr(strangers, "MOST", 100)
    monkeypatch.setattr(strangers, "AMONG", 2_000)
    found = strangers.measure()
    # One of 77 kinds by chance.
    assert all(way["low"] > 0.5 for way in found.values())


def test_many_who_ask_at_once_are_counted_by_what_came_of_it(
    company: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack, "SETTLING_S", 0.0)
    names = [person.name for person in roster(company).people if person.active][:4]
    told = {"CALLSHEET_DATABASE_URL": str(company)}
    with office.opened(company, tmp_path, told, 1) as there:
        found = slack.ask(there, names, 0.5, slack.DISTURBANCES["undisturbed"])
        ana = there.slack.person(names[0])
        answered = slack.Asked(ana, ana.dm("thanks"))
        ana.answer(to=answered.question)
        there.stop()
        again = {"channel": ana.direct.id, "thread_ts": answered.question.ts, "text": f"{slack.APOLOGIES[0]}."}
        sending.client(there.slack.bot_token, there.slack.api_url).chat_postMessage(**again)
        counted = slack.summary([answered, slack.Asked(ana, ana.dm("thanks"))], [])
    assert (counted["asked"], counted["lost"], counted["doubled"], counted["apologies"]) == (2, 1, 1, 1)
    assert (found["asked"], found["lost"], found["doubled"], found["apologies"]) == (4, 0, 0, 0)
    assert (found["events"] >= 4, found["unheard"]) == (True, 0)
    assert 0 < found["answer_p50_s"] <= found["answer_p95_s"]


def test_kinds_of_question_are_told_apart_beside_a_bare_library():
    said = [
        (f"{verb} my {thing}", verb)
        for verb in ("block", "order", "lose")
        for thing in ("card", "account", "pin", "loan", "cash")
    ]
    found = intents.compare(said)
    assert found["questions"] == len(said)
    for row in found["by_way"].values():
        assert row["low"] < row["right"] == row["high"] == 1
    assert found["by_way"]["planner"]["expected"] > 0.8
