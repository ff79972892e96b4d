"""stem(word): the English stemmer of Snowball ("Porter2"), written from its description at
https://snowballstem.org/algorithms/english/stemmer.html, so that the scan shares no code with
libstemmer."""

import functools
import re

VOWELS = "aeiouy"
DOUBLES = ("bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt")
LI = "cdeghkmnrt"
WHOLE = {"skis": "ski", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie",
         "idly": "idl", "gently": "gentl", "ugly": "ugli", "early": "earli", "only": "onli",
         "singly": "singl", "sky": "sky", "news": "news", "howe": "howe", "atlas": "atlas",
         "cosmos": "cosmos", "bias": "bias", "andes": "andes"}
AFTER_1A = {"inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed"}
STEP_2 = {"tional": "tion", "enci": "ence", "anci": "ance", "abli": "able", "entli": "ent", "izer": "ize",
          "ization": "ize", "ational": "ate", "ation": "ate", "ator": "ate", "alism": "al", "aliti": "al",
          "alli": "al", "fulness": "ful", "ousli": "ous", "ousness": "ous", "iveness": "ive",
          "iviti": "ive", "biliti": "ble", "bli": "ble", "fulli": "ful", "lessli": "less",
          "ogi": None, "li": None}
STEP_3 = {"tional": "tion", "ational": "ate", "alize": "al", "icate": "ic", "iciti": "ic",
          "ical": "ic", "ful": "", "ness": "", "ative": None}
STEP_4 = ("al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ism",
          "ate", "iti", "ous", "ive", "ize", "ion")


def longest(w, suffixes):
    return max((s for s in suffixes if w.endswith(s)), key=len, default=None)


def regions(w):
    first = None
    for head in ("gener", "commun", "arsen"):
        if w.startswith(head):
            first = len(head)
    if first is None:
        m = re.search(f"[{VOWELS}][^{VOWELS}]", w)
        first = m.end() if m else len(w)
    m = re.search(f"[{VOWELS}][^{VOWELS}]", w[first:])
    return first, first + m.end() if m else len(w)


def has_vowel(w):
    return any(c in VOWELS for c in w)


def ends_in_short_syllable(w):
    return bool(re.search(f"[^{VOWELS}][{VOWELS}][^{VOWELS}wxY]$", w) or re.search(f"^[{VOWELS}][^{VOWELS}]$", w))


def step_1(w, r1):
    s = longest(w, ("'", "'s", "'s'"))
    if s:
        w = w[:-len(s)]
    s = longest(w, ("sses", "ied", "ies", "s", "us", "ss"))
    if s == "sses":
        w = w[:-2]
    elif s in ("ied", "ies"):
        w = w[:-2] if len(w) > 4 else w[:-1]
    elif s == "s" and has_vowel(w[:-2]):
        w = w[:-1]
    if w in AFTER_1A:
        return w, True
    s = longest(w, ("eed", "eedly", "ed", "edly", "ing", "ingly"))
    if s in ("eed", "eedly"):
        if len(w) - len(s) >= r1:
            w = w[:-len(s)] + "ee"
    elif s and has_vowel(w[:-len(s)]):
        w = w[:-len(s)]
        if w.endswith(("at", "bl", "iz")):
            w += "e"
        elif w.endswith(DOUBLES):
            w = w[:-1]
        elif ends_in_short_syllable(w) and r1 >= len(w):
            w += "e"
    if len(w) > 2 and w[-1] in "yY" and w[-2] not in VOWELS:
        w = w[:-1] + "i"
    return w, False


def step_2(w, r1):
    s = longest(w, STEP_2)
    if s is None or len(w) - len(s) < r1:
        return w
    if s == "ogi":
        return w[:-1] if w.endswith("logi") else w
    if s == "li":
        return w[:-2] if len(w) > 2 and w[-3] in LI else w
    return w[:-len(s)] + STEP_2[s]


def step_3(w, r1, r2):
    s = longest(w, STEP_3)
    if s is None or len(w) - len(s) < r1:
        return w
    if s == "ative":
        return w[:-5] if len(w) - 5 >= r2 else w
    return w[:-len(s)] + STEP_3[s]


def step_4(w, r2):
    s = longest(w, STEP_4)
    if s is None or len(w) - len(s) < r2:
        return w
    if s == "ion" and not w[:-3].endswith(("s", "t")):
        return w
    return w[:-len(s)]


def step_5(w, r1, r2):
    at = len(w) - 1
    if w.endswith("e") and (at >= r2 or (at >= r1 and not ends_in_short_syllable(w[:-1]))):
        return w[:-1]
    if w.endswith("ll") and at >= r2:
        return w[:-1]
    return w


@functools.lru_cache(None)
def stem(word):
    if len(word) < 3:
        return word
    if word in WHOLE:
        return WHOLE[word]
    w = word[1:] if word.startswith("'") else word
    w = re.sub("^y", "Y", w)
    w = re.sub(f"(?<=[{VOWELS}])y", "Y", w)
    r1, r2 = regions(w)
    w, done = step_1(w, r1)
    if not done:
        w = step_5(step_4(step_3(step_2(w, r1), r1, r2), r2), r1, r2)
    return w.lower()
