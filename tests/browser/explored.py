"""The tables that the interactive figures are made of: tiny, by hand."""


def tables(study: str, name: str) -> dict:
    return {}
