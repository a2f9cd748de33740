"""Slack is asked about a user once in a while, and at once when it told of a change."""

from __future__ import annotations

from typing import Any

import pytest

from bot.profiles import KEPT_S, Profiles
from bot.sending import Slack
from tests.office import Watch


class Counted(Slack):
    """A Slack that counts how often it is asked."""

    asked = 0

    def api_call(self, api_method: str, **arguments: Any) -> Any:
        self.asked += 1
        return {"user": {"id": arguments["params"]["user"], "asked": self.asked}}


@pytest.fixture
def slack() -> Counted:
    return Counted("none")


def test_a_profile_is_asked_for_once_and_again_when_it_is_old(slack: Counted) -> None:
    watch = Watch()
    profiles = Profiles(lambda: watch.now)
    assert [profiles.of(slack, user)["id"] for user in ("U1", "U1", "U2")] == ["U1", "U1", "U2"]
    assert slack.asked == 2
    watch.sleep(KEPT_S)
    profiles.of(slack, "U1")
    assert slack.asked == 3


def test_a_change_that_slack_told_of_is_seen_at_once(slack: Counted) -> None:
    profiles = Profiles()
    before = profiles.of(slack, "U1")
    profiles.forget("U1")
    profiles.forget("U2")
    assert profiles.of(slack, "U1") != before
