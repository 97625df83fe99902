"""Light stemming of one folded word, Arabic (after the idea of light10) and English."""

from functools import lru_cache

from helpdesk.folding.lexicon import BROKEN_PLURALS, IRREGULAR, OWN_FIRST, OWN_LAST

_ARTICLES = ("وبال", "وكال", "ولل", "فلل", "وال", "بال", "كال", "فال", "لل", "ال")
_SINGLE = "وفبلكس"
_PRONOUNS = ("هما", "كما", "ها", "هم", "هن", "كم", "نا", "ني", "ه", "ي", "ك")
_ENDINGS = ("يات", "تان", "تين", "يت", "يه", "يا", "ات", "ان", "ون", "ين", "وا", "تم", "نا", "ته", "ه", "ت", "ي", "ا", "ء")


@lru_cache(maxsize=65536)
def arabic_forms(word: str) -> tuple[str, ...]:
    """Stems under which a folded Arabic word is indexed; the first is the one a query asks for.

    A single letter in front (و ف ب ل ك س) may be a prefix or the word's own, so both readings are indexed."""
    bare = _without_article(word)
    if bare != word:
        # لل hides the first ل of words such as لون, and ال the word's own alef: the folded word stays as second form.
        return _unique(_stem(bare), word if len(bare) < 4 else "")
    stem = _stem(word)
    if stem in OWN_FIRST or word in OWN_FIRST or len(word) < 4:
        return (stem,)
    return _unique(*_readings(word, stem))


def _readings(word: str, stem: str) -> tuple[str, ...]:
    """The stem, and the stem of the word without a first letter that may be a prefix; the likelier one first."""
    rest = word[1:]
    if word[0] == "و":
        bare = _without_article(rest)
        return (_stem(bare), stem) if len(rest) >= 3 else (stem,)
    if word[0] in _SINGLE and len(rest) >= 3:
        following = _stem(rest)
        # بجهازي: what is left is a word we know; then a query means it too.
        return (following, stem) if following in OWN_LAST or following in _SINGULARS else (stem, following)
    if len(rest) >= 3 and (word[0] == "ي" or (word[0] == "ت" and len(rest) == 3)):  # يعمل, تعمل
        return stem, _stem(rest)
    return (stem,)


def _without_article(word: str) -> str:
    for article in _ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= 3:
            return word[len(article) :]
    if word.startswith("ال") and len(word) == 4:  # الحي, اليد; but not الى, الا
        return word[2:]
    return word


def _stem(word: str) -> str:
    word = word[:-1] if word.endswith("يء") else word
    known = _known(word)
    if known:
        return known
    owned = [word[: -len(suffix)] for suffix in _PRONOUNS if word.endswith(suffix) and len(word) - len(suffix) >= 3]
    for rest in owned:
        known = _known(rest)
        if known:  # ضماني is ضمان + ي, not ضما + ني
            return known
    return _without_ending(owned[0] if owned else word)


def _without_ending(word: str) -> str:
    """The word without one suffix of number, gender or person."""
    for suffix in _ENDINGS:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
            return word[:-1] if word[-1] in "يء" and len(word) > 3 and word not in OWN_LAST else word
    return word


def _known(word: str) -> str | None:
    """The stem of a word in the tables; a broken plural goes by its singular."""
    return _PLURALS.get(word) or (word if word in OWN_LAST else None)


_PLURALS = {plural: singular if singular in OWN_LAST else _without_ending(singular) for plural, singular in BROKEN_PLURALS.items()}
_SINGULARS = frozenset(_PLURALS.values())


def _unique(*forms: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(form for form in forms if form))


@lru_cache(maxsize=65536)
def english_stem(word: str) -> str:
    """The stem of a lower-case Latin word: plural, -ing, -ed, silent e; words with digits and short words stay."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if len(word) < 4:
        return word
    return _without_silent_e(_without_verb_ending(_singular(word)))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _without_verb_ending(word: str) -> str:
    for suffix in ("ing", "ed"):
        rest = word[: -len(suffix)]
        if word.endswith(suffix) and len(rest) >= 3 and any(vowel in rest for vowel in "aeiouy") and not word.endswith("eed"):
            if rest[-1] == "i":
                return rest[:-1] + "y"
            return rest[:-1] if rest[-1] == rest[-2] and rest[-1] not in "aeiouls" else rest
    return word


def _without_silent_e(word: str) -> str:
    return IRREGULAR.get(word) or (word[:-1] if word.endswith("e") and len(word) > 4 else word)
