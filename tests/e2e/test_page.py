"""The page as a person uses it, in a real browser."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.office import Office

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE_MS = 60_000


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed; on Debian: apt-get install chromium")
def test_a_rep_asks_in_the_page_and_gets_ranked_explained_leads(office: Office, tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    pictures = Path(os.environ.get("CALLSHEET_SCREENSHOTS", tmp_path))
    rep = office.user(office.books.person("rep"))
    with playwright.sync_playwright() as started:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = started.chromium.launch(executable_path=CHROMIUM, args=arguments)
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{office.slack.url}/?as={rep.id}")
        box = page.get_by_placeholder("Message Callsheet")
        box.fill("which leads should I call now")
        box.press("Enter")
        page.get_by_text("Sources:").wait_for(timeout=PATIENCE_MS)
        assert page.get_by_role("button", name="Why?").count() == 5
        page.screenshot(path=pictures / "call-list.png")
        page.get_by_role("button", name="Why?").first.click()
        page.get_by_text("90 % sure").first.wait_for(timeout=PATIENCE_MS)
        page.screenshot(path=pictures / "why.png")
        page.keyboard.press("Escape")
        page.keyboard.press("Control+k")
        page.keyboard.type("home")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Good to see you").wait_for(timeout=PATIENCE_MS)
        browser.close()
    assert not errors
    assert (pictures / "call-list.png").stat().st_size > 20_000
