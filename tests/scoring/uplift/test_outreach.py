from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from knowledge.frames import History
from scoring.uplift import outreach
from tests.scoring.uplift.conftest import Outreach, events

Made = Callable[..., Outreach]
FIRST = "L-00000"


def test_every_group_is_a_trial_and_responses_are_read_as_they_were(randomised: Outreach, as_of: datetime) -> None:
    trials = outreach.gather(randomised.history, as_of=as_of)
    leads = pd.Index(trials.leads)
    assert len(np.unique(trials.time)) == 8
    assert leads.is_unique
    assert len(leads) > 0.98 * len(randomised.effect)
    np.testing.assert_array_equal(trials.treated, randomised.contacted.reindex(leads))
    np.testing.assert_array_equal(trials.responded, randomised.responded.reindex(leads))
    np.testing.assert_allclose(trials.share, pd.Series(trials.treated).groupby(trials.time).transform("mean"))


def test_what_came_later_and_the_order_of_rows_change_nothing(randomised: Outreach, as_of: datetime) -> None:
    past, books = as_of - timedelta(days=70), randomised.history
    known = books.leads.index[books.leads["created_at"] <= pd.Timestamp(past)]
    mixed = np.random.default_rng(0).permutation(known)
    early = replace(
        books,
        leads=books.leads.loc[mixed],
        attributes=books.attributes.loc[mixed],
        activities=books.activities[books.activities["at"] <= pd.Timestamp(past)],
    )
    full, cut = (outreach.gather(each, as_of=past) for each in (books, early))
    assert 0 < len(full) < len(books.leads)
    pd.testing.assert_frame_equal(full.frame, cut.frame)
    for name in ("treated", "responded", "leads", "time"):
        np.testing.assert_array_equal(getattr(full, name), getattr(cut, name))


def test_a_lead_that_showed_interest_first_was_not_moved_by_the_contact(randomised: Outreach, as_of: datetime) -> None:
    books, contacted = randomised.history, randomised.contacted
    id_ = str(contacted.index[contacted == 1][0])
    done = books.activities[(books.activities["lead_id"] == id_)]
    sent = done["at"][done["kind"] == "email"]
    just_before = _with(books, events(pd.Index([id_]), pd.DatetimeIndex(sent - pd.Timedelta("1s")), "form", "inbound"))
    trials = outreach.gather(just_before, as_of=as_of)
    assert not trials.treated[trials.leads == id_].any()
    trials = outreach.gather(books, as_of=as_of)
    assert trials.treated[trials.leads == id_].all()


def test_what_the_seller_hears_in_the_contact_itself_is_no_response(randomised: Outreach, as_of: datetime) -> None:
    quiet = randomised.responded.index[(randomised.responded == 0) & (randomised.contacted == 1)]
    books = randomised.history
    done = books.activities
    calls = done["lead_id"].isin(quiet) & (done["kind"] == "email")
    called = replace(
        books,
        activities=done.assign(
            kind=done["kind"].where(~calls, "call"), disposition=done["disposition"].where(~calls, "reached")
        ),
    )
    trials = outreach.gather(called, as_of=as_of)
    of_quiet = np.isin(trials.leads, list(quiet))
    assert trials.treated[of_quiet].all()
    assert not trials.responded[of_quiet].any()


def test_instants_at_which_nearly_all_were_contacted_are_left_out(make: Made, as_of: datetime) -> None:
    made = make(seed=3, groups=3, size=300)
    books, first = made.history, made.effect.index[:300]
    rest = first[made.contacted[first] == 0][3:]
    when = books.activities["at"].min() + pd.to_timedelta(np.full(len(rest), 60), unit="s")
    everyone = _with(books, events(rest, pd.DatetimeIndex(when), "email", "outbound"))
    assert len(np.unique(outreach.gather(books, as_of=as_of).time)) == 3
    assert len(np.unique(outreach.gather(everyone, as_of=as_of).time)) == 2


def test_responses_that_are_not_all_known_yet_are_not_counted(randomised: Outreach, as_of: datetime) -> None:
    last = outreach.gather(randomised.history, as_of=as_of).time.max()
    soon = outreach.gather(randomised.history, as_of=datetime.fromtimestamp((last + 13) * 86_400, as_of.tzinfo))
    assert soon.time.max() < last


def test_the_rows_are_bounded_and_a_fair_sample(randomised: Outreach, as_of: datetime, monkeypatch) -> None:
    monkeypatch.setattr(outreach, "MOST_ROWS", 1600)
    trials = outreach.gather(randomised.history, as_of=as_of)
    assert 1500 < len(trials) <= 1600
    assert abs(trials.treated.mean() - randomised.contacted.mean()) < 0.05


def _with(books: History, more: pd.DataFrame) -> History:
    done = pd.concat([books.activities, more]).sort_values("at", kind="stable", ignore_index=True)
    return replace(books, activities=done)
