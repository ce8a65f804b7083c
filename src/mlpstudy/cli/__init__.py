"""The command `mlpstudy`: what it takes, and what it shows."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command; a mistake is one line and exit code 2, a failure one line and 1."""
    from mlpstudy.cli.command import app
    from mlpstudy.leaving import leave

    leave(app, "mlpstudy", arguments)
