"""Pages with hostile names, opened from disk in a real browser whose network is off.

Skipped where there is no Chromium (`make test` installs Debian's where it may) or no Playwright.
Playwright drives the browser that is there; it downloads none.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # reading.py
sys.path.insert(0, str(Path(__file__).parents[1] / "report"))  # example.py, explored.py

import example
from explored import FIGURES, tables
from reading import DESKTOP, HOSTILE

from mlpstudy.publish import chromium
from mlpstudy.report.build import build
from mlpstudy.tables.files import write_tables


def pytest_collection_modifyitems(items):
    """Where the browser cannot run, say why, once for each test."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    if reason := _missing():
        for item in here:
            item.add_marker(pytest.mark.skip(reason=reason))


def _missing() -> str:
    if not chromium():
        return "no Chromium found: apt install chromium, or set MLPSTUDY_CHROMIUM to its path"
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "no Playwright found: pip install playwright"
    return ""


ASIDE = "A sentence that goes on and on, as those of what is also seen do. " * 3


@dataclass
class Opened:
    """A page in the browser, and everything it asked for or complained about."""

    page: object
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def clipboard(self) -> str:
        return self.page.evaluate("navigator.clipboard.readText()")


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Path:
    """The report of hand-made studies, whose every text is hostile."""
    results = tmp_path_factory.mktemp("page") / "results"
    names = ("trainability", "regions")
    for name in names:
        found = [
            example.finding("C21", 0.5, 0.4, 0.6, study=name, condition=HOSTILE, says=HOSTILE,
                            rerun="mlpstudy replay digits-d8-1", runs=["digits-d8-1"],
                            decides=True),
            *(
                example.finding("C21", value, value - 0.1, value + 0.1, study=name, says=ASIDE,
                                statistic="aside", condition=HOSTILE, decides=False)
                for value in (0.5, -0.5)
            ),
            example.finding("C30", -0.06, -0.11, -0.01, study=name, n=48, condition=HOSTILE),
            example.finding("C33", -0.5, -0.6, -0.4, study=name, says={"en": "It helps.", "fr": "Cela aide."}),
            example.finding("U-mine", 3, 2, 4, study=name, says=HOSTILE),
        ]  # fmt: skip
        described = FIGURES[name]
        told = example.study(name, title=HOSTILE, question=HOSTILE, module=name, options={})
        told["figures"] = described
        drawn = described[0]["name"]
        figure = {"name": drawn, "title": HOSTILE, "caption": HOSTILE, "alt": HOSTILE, "n": 24}
        example.put(results, told, found, {"networks": 160, "diverged": 3}, figures=[figure])
        folder = results / "studies" / name
        example.draw(folder / "figures" / drawn, alt=HOSTILE)
        write_tables(folder / "tables", tables(name, HOSTILE), {"code": "0"})
    provenance = {
        "studies": list(names),
        "networks": 480,
        "passes": 960,
        "versions": {HOSTILE: HOSTILE},
        "machine": HOSTILE,
        "commands": ["snakemake --cores 2"],
    }
    out = results.parent / "report"
    build(results, out, example.TEMPLATES, example.LECTURE, "en", provenance)
    return out / "index.html"


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield launched
        launched.close()


@pytest.fixture
def opened(browser, built):
    """opened(size, path) -> a page; at the end nothing else was requested and no error logged."""
    pages = []

    def opened(size=DESKTOP, path="index.html", **options) -> Opened:
        context = browser.new_context(
            viewport=size,
            offline=True,
            permissions=["clipboard-read", "clipboard-write"],
            **options,
        )
        seen = Opened(context.new_page())
        seen.page.set_default_timeout(20000)
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
        seen.page.on(
            "console",
            lambda told: told.type in ("error", "warning") and seen.errors.append(told.text),
        )
        seen.page.goto((built.parent / path).as_uri())
        pages.append(seen)
        return seen

    yield opened
    for seen in pages:
        known = ("data:", "blob:", built.parent.as_uri())
        assert [url for url in seen.requests if not url.startswith(known)] == []
        assert seen.errors == []
        assert seen.page.title() != "broken in"
        seen.page.context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core, as the package axe-playwright-python carries it."""
    module = pytest.importorskip("axe_playwright_python")
    return (Path(module.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
