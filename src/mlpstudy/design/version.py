"""The version of this project, which a plan carries: see design/plan.py."""

VERSION = "0.2.0.dev0"
UNSAID = "0.1.0"  # of a plan that carries none
