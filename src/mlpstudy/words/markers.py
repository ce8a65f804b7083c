"""Marks of messages that stand in tables and are translated where they are used."""


def N_(message: str) -> str:  # gettext's name for it
    """The message itself, which the extraction finds by this name."""
    return message
