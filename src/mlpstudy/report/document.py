"""The pages of a report as one document to print: the answers, all claims, then chapter by chapter."""

import re
from pathlib import Path

ARTICLE = re.compile(r'<article class="view chapter".*?</article>', re.DOTALL)
LISTED = re.compile(r'<ol class="contents">.*?</ol>', re.DOTALL)
CHAPTER = re.compile(r'href="(chapters/[^"#]+)"')
ACROSS = re.compile(r'href="[^"#]*#')  # a link to a place on another page
DATA = re.compile(r'<script type="[^"]*".*?</script>', re.DOTALL)  # of charts
FOLDED = re.compile(r'<details class="(?:rows|explored)".*?</details>', re.DOTALL)


def document(folder: Path, language: str) -> str:
    """The first page of the report in a folder with its chapters behind it, in one language.

    Drawings of the other language, and what stands folded behind figures, are left out.
    """
    first = _read(folder / "index.html")
    listed = LISTED.search(first)
    paths = dict.fromkeys(CHAPTER.findall(listed[0] if listed else ""))
    articles = [found[0] for path in paths if (found := ARTICLE.search(_read(folder / path)))]
    whole = first.replace("</main>", "\n".join([*articles, "</main>"]), 1)
    whole = ACROSS.sub('href="#', FOLDED.sub("", DATA.sub("", whole)))
    whole = re.sub(rf'<svg [^>]*lang="(?!{language})[a-z]+".*?</svg>', "", whole, flags=re.DOTALL)
    return whole.replace('<body class="index">', '<body class="index document">', 1)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
