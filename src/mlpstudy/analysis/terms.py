"""English -> French, for all that is written in one place and shown in many.

Labels inside figures, names of statistics, columns, fields and units, and the conditions of findings
are written in English where they are used, and looked up here. A pair of braces stands for whatever
is there (a number, a name); what it stands for is looked up in turn. What is not in the table is shown as it
is, in both languages: names of datasets, activations and initializations, symbols, numbers.
"""

import re
from functools import cache

from mlpstudy.said import Said

TERMS = {
    # Of every study
    "dataset": "jeu de données",
    "activation": "activation",
    "initialization": "initialisation",
    "depth": "profondeur",
    "width": "largeur",
    "n parameters": "nombre de paramètres",
    "number of parameters": "nombre de paramètres",
    "network": "réseau",
    "layer": "couche",
    "pass": "passe",
    "passes": "passes",
    "epoch": "passe",
    "value": "valeur",
    "95 % interval": "intervalle à 95 %",
    "run again": "refaire",
    "scale": "échelle",
    "linear": "linéaire",
    "logarithmic": "logarithmique",
    "shown": "montrer",
    "down to depth": "jusqu'à la profondeur",
    "linear model": "modèle linéaire",
    "{} layer of {}": "{} couche de {}",
    "{} layers of {}": "{} couches de {}",
    "test error": "erreur en test",
    "test accuracy": "exactitude en test",
    "share of networks that train": "part des réseaux qui s'entraînent",
    "rms delta / that of the last hidden layer": "delta quadratique moyen / celui de la dernière couche cachée",
    "rms delta / that of the last hidden layer before training": "delta quadratique moyen / celui de la dernière couche cachée avant l'entraînement",
}

BETWEEN = re.compile(r"(\n|, |; | · |: )")


def spaced(name: str) -> str:
    """The name of a statistic, of a field or of a count as words."""
    return str(name).replace("_", " ")


def named(name: str) -> Said:
    """A name of the code, such as a statistic or a column, in both languages."""
    return said(spaced(name))


def said(text: str) -> Said:
    """A short text of a figure or a finding in both languages."""
    return Said(en=str(text), fr=french(str(text)))


@cache
def french(text: str) -> str:
    """A short text in French, part by part where it is not in the table as a whole."""
    known = _known(text)
    if known is not None:
        return known
    parts = BETWEEN.split(text)  # texts, and between two of them what parts them
    if len(parts) == 1:
        return text
    parts[::2] = map(french, parts[::2])
    return "".join(parts)


def _known(text: str) -> str | None:
    bare = text.strip(" ")
    if bare in TERMS:
        return text.replace(bare, TERMS[bare]) if bare else text
    for pattern, target in _patterns():
        if found := pattern.fullmatch(text):
            return target.format(*map(french, found.groups()))
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern, str], ...]:
    """The entries with braces, those with the most words of their own first."""
    entries = [(key, value) for key, value in TERMS.items() if "{}" in key]
    entries.sort(key=lambda entry: -len(entry[0].replace("{}", "")))
    return tuple(
        (re.compile(r"((?:[^,;:\n]|[,:](?! ))+?)".join(map(re.escape, key.split("{}")))), value)
        for key, value in entries
    )
