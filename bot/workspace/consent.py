"""The page on which somebody lets the app into the workspace, and the code that the app then exchanges for a token."""

import html
import secrets
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.workspace.state import Workspace

CLIENT_ID, CLIENT_SECRET = "1111111111.2222222222", "local-client-secret"
_PAGE = """<!doctype html><html lang="en"><title>Install {app}</title>
<body style="font:16px system-ui;max-width:34rem;margin:4rem auto;padding:0 1rem">
<h1>{app} asks to be let into {team}</h1><p>It will be able to: {scopes}.</p>
<form method="post"><button name="allowed" value="yes">Allow</button> <button name="allowed" value="">Cancel</button>
</form></body></html>"""


class Consent:
    """Asks for consent, and sends the browser back to the app."""

    def __init__(self, workspace: Workspace, token: str) -> None:
        self.workspace, self._token = workspace, token

    def routes(self) -> list[Route]:
        """The page, and what its buttons do."""
        return [
            Route("/oauth/v2/authorize", self.ask, methods=["GET"]),
            Route("/oauth/v2/authorize", self.decide, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        """The page; what is wrong with the question is said instead."""
        if wrong := self._wrong(request):
            return HTMLResponse(f"<p>Something went wrong: {wrong}</p>", 400)
        app, scopes = self.workspace.app, request.query_params["scope"].replace(",", ", ")
        told = {"app": app.app_name, "team": app.team_name, "scopes": scopes}
        return HTMLResponse(_PAGE.format(**{name: html.escape(text) for name, text in told.items()}))

    async def decide(self, request: Request) -> Response:
        """Back to the app, with a code or without consent."""
        if wrong := self._wrong(request):
            return HTMLResponse(f"<p>Something went wrong: {wrong}</p>", 400)
        answer = {"state": request.query_params.get("state", "")}
        if (await request.form()).get("allowed"):
            answer["code"] = secrets.token_urlsafe(16)
            self.workspace.codes[answer["code"]] = self._token
        else:
            answer["error"] = "access_denied"
        return RedirectResponse(f"{self._back(request)}?{urlencode(answer)}", 302)

    def _back(self, request: Request) -> str:
        return request.query_params.get("redirect_uri") or self.workspace.redirect_url

    def _wrong(self, request: Request) -> str | None:
        wanted = set(filter(None, request.query_params.get("scope", "").split(",")))
        if request.query_params.get("client_id") != CLIENT_ID:
            return "invalid_client_id"
        if not wanted or not wanted <= self.workspace.manifest.scopes:
            return "invalid_scope"
        if not self._back(request) or self._back(request) != self.workspace.redirect_url:
            return "bad_redirect_uri"
        return None
