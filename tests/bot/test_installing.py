"""Installing by OAuth, as a browser does it: from our link over Slack's page and back, and what is kept of it."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.client import HTTPMessage
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import Installation

from bot import installing, settings
from bot.settings import Settings
from bot.stopping import Hands
from bot.web import Door, Events, Installing
from bot.workspace import LocalSlack, Member
from bot.workspaces import Many
from knowledge.database import Database, Table
from knowledge.errors import LockedInstallation, NotInstalled
from knowledge.installations import Begun, Installations, Installed
from tests.company import NOW

KEY = Fernet.generate_key().decode()
TEAM = "T0NORTHWIND"


class Staying(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: a test looks where it would go."""

    def redirect_request(self, *facts: Any, **more: Any) -> None:
        return None


@dataclass(frozen=True)
class Page:
    status: int
    headers: HTTPMessage
    text: str

    @property
    def leads_to(self) -> str:
        return self.headers["Location"]

    @property
    def cookie(self) -> str:
        return self.headers["Set-Cookie"].partition(";")[0]


def visit(url: str, cookie: str = "", form: dict[str, str] | None = None) -> Page:
    data = None if form is None else urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(url, data, {"Cookie": cookie})
    try:
        with urllib.request.build_opener(Staying).open(request, timeout=10) as answer:
            return Page(answer.status, answer.headers, answer.read().decode())
    except urllib.error.HTTPError as error:
        return Page(error.code, error.headers, error.read().decode())


@dataclass(frozen=True)
class Site:
    """The bot's own address, and the local Slack that sends to it."""

    slack: LocalSlack
    kept: Installations
    address: str

    @property
    def workspaces(self) -> Many:
        return Many(self.kept, self.slack.api_url)

    def consent(self, *, allowed: bool = True) -> tuple[str, str]:
        """Where Slack sends the browser back to once somebody decided, and the cookie that it brings."""
        begun = visit(f"{self.address}/slack/install")
        assert "asks to be let into" in visit(begun.leads_to).text
        return visit(begun.leads_to, form={"allowed": "yes" if allowed else ""}).leads_to, begun.cookie

    def install(self) -> Page:
        return visit(*self.consent())


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(people=[Member("U0ANA", "Ana", "ana@x.example")], clock=lambda: NOW) as running:
        running.faults.retry_scale = 0
        yield running


@pytest.fixture
def read(slack: LocalSlack) -> Settings:
    return settings.read(
        {
            "SLACK_API_URL": slack.api_url,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_CLIENT_ID": slack.client_id,
            "SLACK_CLIENT_SECRET": slack.client_secret,
            "CALLSHEET_SECRET_KEY": KEY,
        }
    )


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A database with the two tables that matter here."""
    db = Database(f"sqlite:///{tmp_path}/callsheet.db")
    Table.metadata.create_all(db.engine, [Table.metadata.tables[each.__tablename__] for each in (Installed, Begun)])
    yield db
    db.engine.dispose()


@pytest.fixture
def kept(db: Database) -> Installations:
    return Installations(db, [KEY])


@pytest.fixture
def site(slack: LocalSlack, read: Settings, kept: Installations) -> Iterator[Site]:
    yield from serving(slack, read, kept)


def serving(slack: LocalSlack, read: Settings, kept: Installations) -> Iterator[Site]:
    hands = Hands(2)
    app = installing.app(read, kept, lambda: NOW, hands)
    app.event("message")(lambda event, say: "bot_id" in event or say(text="here", thread_ts=event["ts"]))
    assert app.oauth_flow
    routes = [*Events(app, read.slack_signing_secret).routes(), *Installing(app.oauth_flow).routes()]
    door = Door(0, routes, setting="--http")
    door.open()
    address = f"http://127.0.0.1:{door.port}"
    slack.post_to(f"{address}/slack/events", redirect_url=f"{address}/slack/oauth_redirect")
    yield Site(slack, kept, address)
    door.close(5)
    hands.finish(5)


def test_once_it_is_let_in_it_answers_there_and_keeps_no_token_in_plain_text(site: Site, db: Database) -> None:
    assert site.install().status == 200
    ana = site.slack.person("U0ANA")
    assert ana.answer(ana.dm("hello")).text == "here"
    assert site.kept.teams() == [TEAM]
    assert site.workspaces.of(TEAM).auth_test()["team_id"] == TEAM
    with db.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM installations").all()
    assert "xoxb" not in str(rows)


def test_it_asks_for_the_scopes_of_the_manifest(site: Site) -> None:
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(visit(f"{site.address}/slack/install").leads_to).query)
    assert set(query["scope"][0].split(",")) == site.slack.workspace.manifest.scopes
    assert not query.get("user_scope")


def test_the_way_back_is_gone_once_and_by_the_browser_that_began_alone(site: Site) -> None:
    back, cookie = site.consent()
    assert visit(back).status == 400
    assert visit(back, cookie.replace("=", "=x")).status == 400
    assert visit(back, cookie).status == 200
    assert visit(back, cookie).status == 401
    assert len(site.kept.teams()) == 1


def test_who_does_not_consent_installs_nothing(site: Site) -> None:
    assert "access_denied" in visit(*site.consent(allowed=False)).text
    assert site.kept.teams() == []


@pytest.mark.parametrize(
    ("named", "installed", "status"),
    [("", [], 200), ("", ["T0OTHER"], 403), (f"T0OTHER,{TEAM.lower()}", ["T0OTHER"], 200), ("T0OTHER", [], 403)],
)
def test_only_the_companys_workspaces_get_in(
    slack: LocalSlack, read: Settings, kept: Installations, named: str, installed: list[str], status: int
) -> None:
    ours = settings.read({"CALLSHEET_WORKSPACES": named}).workspaces
    for team in installed:
        kept.save(team, {"bot_token": "xoxb-other"}, NOW)
    for site in serving(slack, replace(read, workspaces=ours), kept):
        page = site.install()
        assert page.status == status
        assert ("CALLSHEET_WORKSPACES" in page.text) == (status == 403)
        assert (TEAM in kept.teams()) == (status == 200)


@pytest.mark.parametrize("uninstalled", [True, False])
def test_thrown_out_it_forgets_the_token_and_can_be_let_in_again(site: Site, uninstalled: bool) -> None:
    site.install()
    ana = site.slack.person("U0ANA")
    site.slack.workspace.revoke(uninstalled=uninstalled)
    ana.wait(lambda: site.kept.teams() == [], what="the token to be forgotten")
    with pytest.raises(NotInstalled):
        site.workspaces.of(TEAM)
    assert site.install().status == 200
    assert ana.answer(ana.dm("hello again")).text == "here"


def test_each_workspace_is_reached_by_its_own_token_and_one_that_cannot_be_read_by_none(
    site: Site, db: Database
) -> None:
    site.install()
    Installations(db, [Fernet.generate_key().decode()]).save("T0LOCKED", {"bot_token": "xoxb-lost"}, NOW)
    site.kept.save("T0SOUTH", {"bot_token": "xoxb-south"}, NOW)
    reached = site.workspaces
    assert {team: slack.token for team, slack in reached.all()} == {
        TEAM: site.slack.bot_token,
        "T0SOUTH": "xoxb-south",
    }
    assert reached.of("T0SOUTH") is reached.of("T0SOUTH")
    site.kept.save("T0SOUTH", {"bot_token": "xoxb-renewed"}, NOW)
    assert reached.of("T0SOUTH").token == "xoxb-renewed"
    assert reached.locked() == ["T0LOCKED"]
    with pytest.raises(LockedInstallation):
        reached.of("T0LOCKED")


def test_a_workspace_that_is_not_known_is_told_so_and_nothing_else(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    ana = site.slack.person("U0ANA")
    ana.slash("/callsheet", "hello")
    assert installing.GONE in ana.sees(ana.direct)[-1].text


def test_a_whole_organisation_does_not_get_in(kept: Installations) -> None:
    store = installing.Store(kept, frozenset(), lambda: NOW)
    with pytest.raises(installing.NotOurs):
        store.save(Installation(enterprise_id="E0ORG", user_id="U0ANA", is_enterprise_install=True))
    assert kept.teams() == []


def test_a_secret_that_is_wrong_installs_nothing(slack: LocalSlack, read: Settings, kept: Installations) -> None:
    for site in serving(slack, replace(read, slack_client_secret="wrong"), kept):
        assert site.install().status == 401
        assert kept.teams() == []


def test_without_the_first_installation_nobody_is_reached(kept: Installations, slack: LocalSlack) -> None:
    reached = Many(kept, slack.api_url)
    assert reached.all() == []
    with pytest.raises(NotInstalled):
        reached.of(None)
    kept.save(TEAM, {"bot_token": slack.bot_token}, NOW)
    assert reached.of(None).auth_test()["ok"]
    kept.save(TEAM, {"bot_token": "xoxb-wrong"}, NOW)
    with pytest.raises(SlackApiError):
        reached.of(None).auth_test()
