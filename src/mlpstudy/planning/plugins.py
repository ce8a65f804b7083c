"""Whether the parts in a user's own files are what they should be, before anything is trained.

    python -m mlpstudy.planning.plugins my_parts.py ...

It runs the files: parts that train are compared with derivatives, measures and kinds of figure are
called on small examples.
"""

import sys

from mlpstudy.core.parts import install
from mlpstudy.design import parts
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.taken import taken


def check(files: list[str]) -> None:
    """Raises Mistake where a part is not what it should be."""
    parts.use(files, taken())
    install()
    if parts.names("measure"):
        from mlpstudy.statistics.plugin_measures import check_measures

        check_measures()
    if parts.names("figure"):
        from mlpstudy.drawing.plugin_kinds import check_kinds

        check_kinds()


def main(files: list[str]) -> None:
    """The check as a command: one line and exit code 2 where a part is refused."""
    try:
        check(files)
    except Mistake as mistake:
        print(f"mlpstudy: {mistake}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main(sys.argv[1:])
