"""The words by which a claim is found, with those that mean the same or something of its kind."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlpstudy.report.answers import glossary
from mlpstudy.report.collect import Report, Verdict
from mlpstudy.words import LANGUAGES, Words

# Words that find each other: the field's, the lecture's and their French.
SYNONYMS: Sequence[frozenset[str]] = tuple(
    frozenset(line.split(","))
    for line in (
        "epoch,epoque,pass,passes,passe,presentation,iteration",
        "momentum,moment,inertie,sgd,optimizer,optimiseur",
        "regularization,regularisation,regularizer,overfitting,sur-apprentissage,dropout,drop-out,"
        "early stopping,early-stopping,weight decay,bruit,noise",
        "learning rate,eta,step,pas,taux d'apprentissage",
        "backprop,backpropagation,retropropagation,delta,gradient",
        "vanishing,vanish,evapore,evanescent,exploding,explode",
        "residual,residuelle,residuelles,skip,resnet,shortcut",
        "initialization,initialisation,init,glorot,xavier,he_normal,kaiming,orthogonal",
        "activation,relu,sigmoid,sigmoide,tanh,non-linearity,non linearite,nonlinearity",
        "loss,cost,cout,error,erreur,cross-entropy,entropie croisee,mse,nll,moindres carres",
        "convolution,convolutional,convolutive,convolutives,cnn,conv",
        "pretraining,pre-entrainement,pretrained,autoencoder,auto-encodeur,auto-encodeurs,rbm,"
        "layer by layer,couche par couche",
        "depth,deep,profondeur,profond,layers,couches",
        "width,largeur,neurons,neurones,units,unites,cells,cellules",
        "restart,restarts,recommencer,seed,graine,starts,departs",
        "generalization,generalisation,test error,erreur de test,gap,ecart",
        "time,temps,speed,latency,latence,real time,temps reel,cost of a pass",
        "memory,memoire,graph,graphe",
        "pytorch,torch,autograd,tensor,tenseur",
        "perceptron,linear,lineaire,logistic,logistique",
        "minimum,minima,plateau,plateaux,surface,landscape",
        "double descent,double descente,overfitting,sur-apprentissage",
    )
)


def synonyms() -> list[list[str]]:
    """Groups of words that find each other: those above, and those of the glossary."""
    named = {language: {t.key: t for t in glossary(Words(language))} for language in LANGUAGES}
    of_terms = [
        {plain(word) for terms in named.values() for word in (terms[key].word, *terms[key].also)}
        for key in named[LANGUAGES[0]]
    ]
    return [sorted(group) for group in (*SYNONYMS, *of_terms) if len(group) > 1]


def found_by(verdict: Verdict, report: Report) -> str:
    """All that a claim is found by, without accents and capitals."""
    studies = [c.study for c in report.chapters if c.name in verdict.studies]
    texts = [verdict.claim.id, verdict.claim.fr, *_texts(verdict.claim.en)]
    for study in studies:
        texts += [study["name"], *_texts(study.get("title")), *_texts(study.get("question"))]
    for finding in verdict.findings:
        texts += [finding.statistic, *_texts(finding.says)]
    texts += _swept(studies, report)
    words = plain(" ".join(dict.fromkeys(texts)))
    return " ".join(dict.fromkeys(words.split()))


def _swept(studies: Iterable[Mapping[str, Any]], report: Report) -> list[str]:
    """The fields and levels that studies set or vary, in each language."""
    speakers = [Words(language, report.labels) for language in LANGUAGES]
    fields: dict[str, None] = {}
    levels: dict[str, None] = {}
    for study in studies:
        for given in (study.get("base") or {}, *_blocks(study)):
            fields |= dict.fromkeys(given)
            levels |= dict.fromkeys(v for v in _flat(given.values()) if isinstance(v, str))
    labels = [words.label(field) for words in speakers for field in fields]
    return [*fields, *labels, *levels]


def _blocks(study: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    for block in (study.get("sweep") or {}).values():
        yield from (block.get("base") or {}, block.get("grid") or {}, block.get("zip") or {})
        yield from block.get("cells") or ()


def _flat(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        yield from value if isinstance(value, list) else [value]


def _texts(text: Any) -> list[str]:
    return [str(t) for t in (text.values() if isinstance(text, Mapping) else [text]) if t]


def plain(text: str) -> str:
    """A text without accents and capitals, as it is searched."""
    apart = unicodedata.normalize("NFD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).lower()
