"""What the report says: sentences made from findings, by rules, in each language."""

from mlpstudy.report.answers.answer import Answer, Dot, anchor_of, answer, headlines
from mlpstudy.report.answers.chapters import chapter
from mlpstudy.report.answers.glossary import Span, Term, glossary, terms_in

__all__ = [
    "Answer", "Dot", "Span", "Term", "anchor_of", "answer", "chapter", "glossary", "headlines",
    "terms_in",
]  # fmt: skip
