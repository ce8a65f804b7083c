"""Findings, where studies that are modules look for them: see mlpstudy.statistics.verdicts."""

from mlpstudy.statistics.verdicts import *  # noqa: F403
