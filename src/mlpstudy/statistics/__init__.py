"""What the tables of runs say: measures, tuning, contrasts, intervals, verdicts."""
