"""The findings and the time at the top of the project's README: `python -m mlpstudy.landing` writes
them anew.

They are taken from report/answers.json and report/timings.json, as they were last made.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlpstudy.design.mistakes import Mistake
from mlpstudy.files import write_atomically

README = Path("README.md")
ANSWERS, TIMINGS = Path("report/answers.json"), Path("report/timings.json")
SHOWN = 3  # findings
BLOCK = re.compile(r"(<!-- findings -->\n).*?(<!-- /findings -->)", re.DOTALL)
MINUTES = re.compile(r"(# all: some )\d+( minutes on two cores)")
WORDS = {"supported": "holds", "contradicted": "does not hold", "depends": "depends"}


def block(answers: Mapping[str, Any]) -> str:
    """Three headlines with their numbers, in English: the verdicts that are clearest come first."""
    counts = answers["counts"]
    lines = [_line(answer) for answer in chosen(answers)]
    studies, networks = counts["studies"], f"{counts['networks']:,}"
    opening = f"{counts['claims']} claims, {studies} studies, {networks} networks. Three answers:"
    return "\n".join([opening, "", *lines, ""])


def chosen(answers: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Of the headlines one with each verdict, as far as there are some, then the first ones; in
    the lecture's order."""
    heads = [answer for answer in answers["answers"] if answer["claim"] in answers["headlines"]]
    each = {answer["verdict"]: answer for answer in reversed(heads)}
    ranked = [answer for verdict in WORDS if (answer := each.get(verdict))]
    ranked += [answer for answer in heads if answer not in ranked]
    return [answer for answer in heads if answer in ranked[:SHOWN]]


def _line(answer: Mapping[str, Any]) -> str:
    verdict = WORDS.get(answer["verdict"], answer["verdict"].replace("_", " "))
    plain, lead = answer["plain"]["en"], answer["lead"]["en"]
    return f"- *{plain}* **{verdict.capitalize()}.** {lead}"


def put(text: str, answers: Mapping[str, Any], seconds: float | None) -> str:
    """The README with the block, and with the minutes that so many CPU seconds are on two cores.

    Raises Mistake where it has no place for them."""
    for place, kind, form in (
        (BLOCK, "findings", "<!-- findings -->"),
        (MINUTES, "time", "# all: some 15 minutes on two cores"),
    ):
        if len(place.findall(text)) != 1:
            raise Mistake(f"has no place for the {kind}", file=README, allowed=f"{form}, once")
    text = BLOCK.sub(lambda found: f"{found[1]}{block(answers)}{found[2]}", text)
    if seconds is None:
        return text
    return MINUTES.sub(rf"\g<1>{math.ceil(seconds / 120)}\g<2>", text)


def main() -> None:
    answers, timings = (json.loads(path.read_text(encoding="utf-8")) for path in (ANSWERS, TIMINGS))
    text = put(README.read_text(encoding="utf-8"), answers, timings["all_cpu_seconds"])
    write_atomically(README, text.encode())


if __name__ == "__main__":
    main()
