"""The findings at the top of the project's README: `python -m mlpstudy.landing` writes them anew.

They are taken from report/answers.json, as it was last made.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlpstudy.design.mistakes import Mistake
from mlpstudy.files import write_atomically

README, ANSWERS = Path("README.md"), Path("report/answers.json")
SHOWN = 3  # findings
BLOCK = re.compile(r"(<!-- findings -->\n).*?(<!-- /findings -->)", re.DOTALL)
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


def put(text: str, answers: Mapping[str, Any]) -> str:
    """The README with the block. Raises Mistake where it has no place for it."""
    if len(BLOCK.findall(text)) != 1:
        raise Mistake(
            "has no place for the findings", file=README, allowed="<!-- findings -->, once"
        )
    return BLOCK.sub(lambda found: f"{found[1]}{block(answers)}{found[2]}", text)


def main() -> None:
    answers = json.loads(ANSWERS.read_text(encoding="utf-8"))
    text = put(README.read_text(encoding="utf-8"), answers)
    write_atomically(README, text.encode())


if __name__ == "__main__":
    main()
