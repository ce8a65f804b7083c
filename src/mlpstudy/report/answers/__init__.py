"""What the report says: sentences made from findings, by rules, in each language."""

from mlpstudy.report.answers.answer import Answer, Dot, anchor_of, answer, headlines
from mlpstudy.report.answers.chapters import chapter

__all__ = ["Answer", "Dot", "anchor_of", "answer", "chapter", "headlines"]
