"""What Snakemake pays for while it parses."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "pandas", "sklearn", "scipy", "matplotlib")


def test_parsing_imports_nothing_heavy():
    code = (
        "import sys, mlpstudy.design.plan;"
        "from mlpstudy.design.project import Project; from mlpstudy.provenance.stamps import Makers;"
        "p = Project.read(); m = Makers(p); m.train(next(iter(p.jobs.values())).uses); m.report();"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
