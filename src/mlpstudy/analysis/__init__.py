"""From tidy tables to numbers with intervals, and to figures of one style."""
