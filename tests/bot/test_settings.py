"""Settings are read once, and one that cannot be used is named in a sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import app, settings
from knowledge.database import Database
from tools.errors import BadInput


@pytest.mark.parametrize(("text", "cuts"), [("", None), ("14,45", (14.0, 45.0)), (" 7.5 , 30 ", (7.5, 30.0))])
def test_the_cuts_reach_what_models_are_trained_under(text: str, cuts: tuple[float, float] | None) -> None:
    config = settings.read({"CALLSHEET_CUTS": text, "CALLSHEET_TIMEZONE": "Asia/Tokyo"})
    assert app.preferences(config).cuts == cuts
    assert app.preferences(config).default_zone == "Asia/Tokyo"


@pytest.mark.parametrize("text", ["soon", "14", "14,45,90", "45,14", "14,14", "0,14", "-3,14", "14,inf", "nan,14"])
def test_cuts_that_are_none_are_named_in_a_sentence(text: str) -> None:
    with pytest.raises(BadInput, match=f'^CALLSHEET_CUTS is "{text}"; give the days .* such as 14,45.$'):
        settings.read({"CALLSHEET_CUTS": text})


def test_shares_reach_what_tools_go_by() -> None:
    config = settings.read({"CALLSHEET_FAIR_SHARE": "0", "CALLSHEET_SWITCHING_COST": "0.25", "CALLSHEET_HOLD_OUT": "1"})
    policy = app.create_services(config, Database("sqlite://")).policy
    assert (policy.fair_share, policy.switching_cost, policy.hold_out) == (0.0, 0.25, 1.0)


@pytest.mark.parametrize("text", ["much", "-0.1", "1.5", "nan"])
def test_a_share_that_is_none_is_named_in_a_sentence(text: str) -> None:
    with pytest.raises(BadInput, match=f'^CALLSHEET_HOLD_OUT is "{text}"; give a share from 0 to 1, such as 0.1.$'):
        settings.read({"CALLSHEET_HOLD_OUT": text})


@pytest.mark.parametrize("text", ["soon", "0", "-3"])
def test_a_horizon_of_deals_that_is_no_number_of_days_is_refused(text: str) -> None:
    assert settings.read({"CALLSHEET_DEAL_HORIZON": "28"}).deal_horizon == timedelta(days=28)
    with pytest.raises(BadInput, match="CALLSHEET_DEAL_HORIZON"):
        settings.read({"CALLSHEET_DEAL_HORIZON": text})


@pytest.mark.parametrize("text", ["http", "-1", "70000"])
def test_a_health_port_that_is_none_is_refused(text: str) -> None:
    assert settings.read({"CALLSHEET_HEALTH_PORT": "8080"}).health_port == 8080
    with pytest.raises(BadInput, match="CALLSHEET_HEALTH_PORT"):
        settings.read({"CALLSHEET_HEALTH_PORT": text})


def test_keys_and_workspaces_come_with_commas_between() -> None:
    read = settings.read({"CALLSHEET_SECRET_KEY": "a, b", "CALLSHEET_WORKSPACES": "t012ab,T034cd"})
    assert (read.secret_keys, read.workspaces) == (("a", "b"), {"T012AB", "T034CD"})


@pytest.mark.parametrize("text", ["soon", "4", "601", "-30"])
def test_a_patience_that_is_none_is_named_in_a_sentence(text: str) -> None:
    assert settings.read({}).patience_s == 60
    assert settings.read({"CALLSHEET_ANSWER_TIMEOUT": "30"}).patience_s == 30
    with pytest.raises(
        BadInput, match=f'^CALLSHEET_ANSWER_TIMEOUT is "{text}"; give a number of seconds from 5 to 600'
    ):
        settings.read({"CALLSHEET_ANSWER_TIMEOUT": text})
