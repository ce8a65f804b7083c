"""Every word of the report that no study has written: one table, English and French."""

import re
from collections.abc import Mapping
from typing import Any

from mlpstudy.said import LANGUAGES, THIN, decimal_commas

SYMBOLS = {  # of a verdict: it is never told by its colour alone
    "supported": "✓",
    "partly": "✓?",
    "contradicted": "✗",
    "partly_contradicted": "✗?",
    "depends": "±",
    "undecided": "?",
    "not_learned": "∅",
    "question": "¿",
    "untested": "–",
    "opinion": "“”",
}

BIN = ".venv/bin/"  # where make puts the programs of the project, seen from its folder

WORDS = {
    # key: (English, French); before a bar what goes with one (in French also none), then with more
    "title": ("The lecture, put to the test", "Le cours à l'épreuve"),
    "lecture_of": ("On the lecture {title}: {source}", "Sur le cours {title} : {source}"),
    "skip": ("Skip to the verdicts", "Aller aux verdicts"),
    "parts": ("Parts of this page", "Parties de cette page"),
    "settings": ("Language and theme", "Langue et thème"),
    "language": ("Language", "Langue"),
    "theme": ("Theme", "Thème"),
    "auto": ("Auto", "Auto"),
    "light": ("Light", "Clair"),
    "dark": ("Dark", "Sombre"),
    "colon": (":", " :"),
    "copy": ("Copy", "Copier"),
    "copied": ("Copied", "Copié"),
    # What was done
    "networks_trained": ("network trained|networks trained", "réseau entraîné|réseaux entraînés"),
    "dataset": ("dataset|datasets", "jeu de données|jeux de données"),
    "passes": ("pass|passes", "passe|passes"),
    "diverged": ("diverged", "a divergé|ont divergé"),
    "failed": ("failed", "en échec"),
    "counted": (
        "A network that diverges counts as a failure of its configuration; none is dropped.",
        "Un réseau qui diverge compte comme un échec de sa configuration ; aucun n'est écarté.",
    ),
    # Verdicts
    "verdicts": ("Verdicts", "Verdicts"),
    "supported": ("supported", "confirmée|confirmées"),
    "partly": ("partly supported", "confirmée en partie|confirmées en partie"),
    "contradicted": ("contradicted", "contredite|contredites"),
    "partly_contradicted": ("partly contradicted", "contredite en partie|contredites en partie"),
    "depends": ("depends|depend", "dépend|dépendent"),
    "undecided": ("undecided", "indécise|indécises"),
    "not_learned": ("not learned", "non apprise|non apprises"),
    "question": ("question|questions", "question|questions"),
    "untested": ("not tested", "non testée|non testées"),
    "opinion": ("opinion|opinions", "opinion|opinions"),
    "all": ("all", "toutes"),
    "untested_long": ("not tested in this report", "non testée dans ce rapport"),
    "opinion_long": ("an opinion: not tested", "une opinion : non testée"),
    "meaning": (
        "A finding is supported or contradicted where its whole interval lies on that side of the "
        "threshold, undecided where it does not, and not learned where the control does no better "
        "than guessing. A claim's verdict rests on its deciding findings alone. A law needs all of "
        "them; that something exists needs more of them than chance would give, for each statistic; a tendency needs "
        "more than half, and none against it (no more than half: partly; some for it and some "
        "against: depends). A question of the lecture is answered, not judged.",
        "Un résultat confirme ou contredit quand tout son intervalle est de ce côté du seuil ; il est "
        "indécis sinon, et non appris quand le témoin ne fait pas mieux que deviner. Le verdict d'une "
        "affirmation ne tient qu'à ses résultats décisifs. Une loi les veut tous ; une existence en "
        "veut, pour chaque statistique, plus que n'en donnerait le hasard ; une tendance en veut "
        "plus de la moitié, et aucun contre elle (pas plus de la moitié : en partie ; des pour et "
        "des contre : dépend). À une question du cours on répond, on ne la juge pas.",
    ),
    "decides": ("decides", "décide"),
    "also_seen": ("also seen", "vu aussi"),
    "lower": ("η at the lower edge of its grid", "η au bord bas de sa grille"),
    "upper": ("η at the upper edge of its grid", "η au bord haut de sa grille"),
    "both": ("η at both edges of its grid", "η aux deux bords de sa grille"),
    "hangs": (
        "hangs on η: {value} where both sides have the control's",
        "tient à η : {value} quand les deux côtés ont celui du témoin",
    ),
    "marks": (
        "Of {n} findings, {edges} have a chosen η at an edge of its grid ({decidingedges} of the "
        "{deciding} that decide), {hanging} hang on η ({decidinghanging}), and {unlearned} are not "
        "learned ({decidingunlearned}).",
        "Sur {n} résultats, {edges} ont un η choisi au bord de sa grille ({decidingedges} des "
        "{deciding} décisifs), {hanging} tiennent à η ({decidinghanging}) et {unlearned} ne sont pas "
        "appris ({decidingunlearned}).",
    ),
    "narrow": ("Show only", "Ne montrer que"),
    "search": ("Search the claims", "Chercher dans les affirmations"),
    "shown": ("claim shown|claims shown", "affirmation montrée|affirmations montrées"),
    "verdict_caption": (
        "All claims, with 95 % intervals.",
        "Toutes les affirmations, avec leurs intervalles à 95 %.",
    ),
    "claim": ("Claim", "Affirmation"),
    "words": ("The lecture's words", "Les mots du cours"),
    "statistic": ("Statistic", "Statistique"),
    "condition": ("Condition", "Condition"),
    "measured": ("Measured [95 %]", "Mesure [95 %]"),
    "needed": ("Supported if", "Confirmée si"),
    "side": ("supported if {side}", "confirmée si {side}"),
    "n": ("n", "n"),
    "verdict": ("Verdict", "Verdict"),
    "chapter": ("Chapter", "Chapitre"),
    "rerun": ("Run again", "Refaire"),
    "several": ("{n} findings", "{n} résultats"),
    "own": ("a claim of this project", "une affirmation de ce projet"),
    # Chapters
    "chapters": ("Chapters", "Chapitres"),
    "no_chapters": ("No study is in this report.", "Aucune étude dans ce rapport."),
    "design": ("Design", "Plan"),
    "swept": ("each with each", "toutes les combinaisons"),
    "together": ("together", "ensemble"),
    "fixed": ("fixed", "fixés"),
    "seeds": ("seed|seeds", "graine|graines"),
    "figures": ("Figures", "Figures"),
    "figure_n": ("n = {n} networks", "n = {n} réseaux"),
    "explore": ("Explore", "Explorer"),
    "explore_hint": (
        "Hover over a point for its cell, value, interval and n; click it to copy the command that "
        "trains its network again; click an entry of the legend to see it alone.",
        "Survolez un point pour sa cellule, sa valeur, son intervalle et n ; cliquez dessus pour "
        "copier la commande qui réentraîne son réseau ; cliquez sur une entrée de la légende pour "
        "ne voir qu'elle.",
    ),
    "findings": ("Findings", "Résultats"),
    "no_findings": ("This study has no findings.", "Cette étude n'a pas de résultat."),
    "the_runs": ("runs", "réseaux"),
    "not_held": ("What did not hold", "Ce qui n'a pas tenu"),
    "all_held": (
        "Every claim tested in this chapter is supported.",
        "Toutes les affirmations testées dans ce chapitre sont confirmées.",
    ),
    "unmeasured": (
        "announced, without a finding: {statistic}",
        "annoncée, sans résultat : {statistic}",
    ),
    "networks": ("network|networks", "réseau|réseaux"),
    "measurements": ("measurement|measurements", "mesure|mesures"),
    "trained": ("trained", "entraîné|entraînés"),
    "finished": ("finished", "terminé|terminés"),
    "limits": ("Limits", "Limites"),
    "again": ("How to run it again", "Comment refaire l'étude"),
    "again_where": (
        "In the project's folder; make setup puts the programs into {place}.",
        "Dans le dossier du projet ; make setup met les programmes dans {place}.",
    ),
    "again_active": (
        "Commands are for the project's folder, where make setup has put the programs into "
        ".venv/bin; first:",
        "Les commandes sont pour le dossier du projet, où make setup a mis les programmes dans "
        ".venv/bin ; d'abord :",
    ),
    "again_study": ("the whole study", "toute l'étude"),
    "again_run": ("one of its networks", "un de ses réseaux"),
    "tables": ("Tables", "Tableaux"),
    "first_rows": ("{shown} of {n} rows", "{shown} lignes sur {n}"),
    "to_verdicts": ("Back to the verdicts", "Retour aux verdicts"),
    # Errata
    "errata": ("Slips in the slides", "Coquilles des slides"),
    "errata_caption": (
        "Each row is checked by a test of this project.",
        "Chaque ligne est vérifiée par un test de ce projet.",
    ),
    "slide": ("The slide", "Le slide"),
    "correction": ("What is meant", "Ce qu'il faut lire"),
    "test": ("Test", "Test"),
    "row": ("Row", "Ligne"),
    # Theory, and what was lost
    "nav_theory": ("Theory", "Théorie"),
    "nav_errata": ("Slips", "Coquilles"),
    "nav_lost": ("Diverged", "Divergences"),
    "theory": ("What theory foretells", "Ce que prédit la théorie"),
    "theory_caption": (
        "Computed from the formulas alone, with nothing tuned; the chapters set it against what was "
        "measured.",
        "Calculé à partir des seules formules, sans rien ajuster ; les chapitres le confrontent aux "
        "mesures.",
    ),
    "lost": ("Networks that diverged", "Réseaux qui ont divergé"),
    "none_lost": ("None did.", "Aucun."),
    "work": ("Networks and time, study by study", "Réseaux et temps, étude par étude"),
    "timings": (
        "How many seconds of processor time each study took stands in {file}, beside this page.",
        "Le temps de calcul de chaque étude, en secondes, se trouve dans {file}, à côté de cette page.",
    ),
    # Provenance
    "provenance": ("Provenance", "Provenance"),
    "commands": ("Commands", "Commandes"),
    "versions": ("Versions", "Versions"),
    "machine": ("Machine", "Machine"),
    "run_settings": ("Settings", "Réglages"),
    "digests": ("Digests of the code", "Empreintes du code"),
    "seconds": ("Seconds", "Secondes"),
}


def word(key: str, language: str, count: float = 1) -> str:
    """The words for a key, as they go with a number; French with its spaces."""
    text = WORDS[key][LANGUAGES.index(language)]
    one, _, more = text.partition("|")
    single = count < 2 if language == "fr" else count == 1
    text = one if single or not more else more
    return french(text) if language == "fr" else text


def french(text: str) -> str:
    """Numbers as in French, and unbreakable spaces before high punctuation and inside « »."""
    text = re.sub(r"«\s*", f"«{THIN}", re.sub(r"\s*»", f"{THIN}»", decimal_commas(text)))
    return re.sub(r" ([:;!?%])", rf"{THIN}\1", text)


def localized(text: str | Mapping[str, str] | None) -> dict[str, str]:
    """A study's text by language; the key "" for a text that is the same in both."""
    if not isinstance(text, Mapping):
        return {} if text in (None, "") else {"": str(text)}
    told = {language: text[language] for language in LANGUAGES if text.get(language)}
    if len(told) == len(LANGUAGES) and len(set(told.values())) == 1:
        return {"": told["en"]}
    return {name: french(each) if name == "fr" else each for name, each in told.items()}


def chosen(text: Any, language: str) -> str:
    """A study's text in a language, or else in the one that it has."""
    texts = localized(text)
    return texts.get(language) or next(iter(texts.values()), "")
