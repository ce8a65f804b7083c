"""Commands that the report shows, for who has activated nothing."""

BIN = ".venv/bin/"  # where make puts the programs of the project, seen from its folder
