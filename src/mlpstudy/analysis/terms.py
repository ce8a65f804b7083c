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
    # Convolutions and RBM features
    "convolution": "convolution",
    "convolution, permuted": "convolution, permutée",
    "dense": "dense",
    "dense, permuted": "dense, permuté",
    "RBM, then all layers": "RBM, puis toutes les couches",
    "drawn, then all layers": "au hasard, puis toutes les couches",
    "RBM, last layer alone": "RBM, dernière couche seule",
    "drawn, last layer alone": "au hasard, dernière couche seule",
    "all layers trained": "toutes les couches apprennent",
    "last layer alone trained": "seule la dernière couche apprend",
    "test error saved by the convolution": "erreur de test gagnée par la convolution",
    "gap closed by the convolution": "écart comblé par la convolution",
    "cost of permuting, convolution": "coût de la permutation, convolution",
    "cost of permuting, dense": "coût de la permutation, dense",
    "test error less training error": "erreur de test moins erreur d'apprentissage",
    "gap reduced": "réduction de l'écart",
    "error reduced": "réduction de l'erreur",
    "gap reduced by rbm": "réduction de l'écart par la RBM",
    "error reduced by rbm": "réduction de l'erreur par la RBM",
    "permutation cost": "coût de la permutation",
    "permutation costs more": "surcoût de la permutation",
    "permutation cost of dense": "coût de la permutation, dense",
    "{} and {} parameters": "{} et {} paramètres",
    # One hidden layer, depth and linear pieces
    "hidden layers": "couches cachées",
    "on a line": "sur une droite",
    "in a plane": "dans un plan",
    "{} layers of {} against 1": "{} couches de {} contre 1",
    "{} layers against 1": "{} couches contre 1",
    "{} parameters": "{} paramètres",
    "leaves {}": "reste {}",
    "error, in the target's deviation": "erreur, en écarts types de la cible",
    "units of the hidden layer, n": "unités de la couche cachée, n",
    "best with n + 1 pieces": "le mieux avec n + 1 morceaux",
    "equal steps": "pas égaux",
    "Barron's rate": "vitesse de Barron",
    "linear pieces": "morceaux linéaires",
    "upper bound": "borne supérieure",
    "one layer's most": "maximum d'une couche",
    "constructed": "construit",
    "random": "aléatoire",
    "at the start": "au départ",
    "after learning": "après apprentissage",
    "{} regions": "{} régions",
    "n = {} networks": "n = {} réseaux",
    "n = {} random networks": "n = {} réseaux aléatoires",
    "exponent of width": "exposant de la largeur",
    "left by widest": "reste de la plus large",
    "log over constructed": "log du rapport au réseau construit",
    "log gained by depth": "log du gain de la profondeur",
    "constructed over shallow": "construit rapporté à une couche",
    "share above bound": "part au-dessus de la borne",
    "off expected": "écart à l'espérance",
    "random deep over shallow": "aléatoire profond rapporté à une couche",
    "learned over start": "après apprentissage rapporté au départ",
    "share of the variance": "part de la variance",
    "share of the networks": "part des réseaux",
    # Stacks of linear layers
    "{} hidden layer": "{} couche cachée",
    "{} hidden layers": "{} couches cachées",
    "{} linear layers": "{} couches linéaires",
    "{} relu layers": "{} couches relu",
    "{} matrix": "{} matrice",
    "{} matrices": "{} matrices",
    "linear layers": "couches linéaires",
    "{} precision": "précision {}",
    "single": "simple",
    "double": "double",
    "largest difference to one layer": "plus grande différence à une couche",
    "ReLU between them": "ReLU entre elles",
    "variance that one layer leaves": "variance laissée par une couche",
    "accuracy on new examples": "exactitude sur des exemples nouveaux",
    "started on the modes": "départ sur les modes",
    "started at random": "départ au hasard",
    "on the modes": "sur les modes",
    "at random": "au hasard",
    "time (steps times their size)": "temps (pas multipliés par leur taille)",
    "off product": "écart au produit",
    "left by one layer": "reste d'une couche",
    "off linear model": "écart au modèle linéaire",
    "gained by relu": "gain de ReLU",
    "share waiting": "part d'attente",
    "off law": "écart à la loi",
    "order of modes": "ordre des modes",
    "share of the largest output": "part de la plus grande sortie",
    "share of the time": "part du temps",
    "accuracy": "exactitude",
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
