"""An article as the scan sees it: words, where they stand, sentences and paragraphs.

Shares nothing with Stemma but the rules of docs/TEXT.md and docs/TEXT-analyser.md, and, of
text/abbreviations.c, the lists of words (data, not rules)."""

import html
import json
import os
import re
import unicodedata
from urllib.parse import urlsplit

from phrase_scan import HYPHENS, INITIALISM, LINK, WORD, fold

REFERENCE = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")
STOPS = set(".?!\u2026\u203c\u203d\u2047\u2048\u2049")
QUOTES = set("\"'\u00ab\u00bb\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2039\u203a\uff02")
APOSTROPHES = "'\u2018\u2019\u201a\u201b\u02bb\u02bc\u02bd\u02be\u02bf\uff07"
MARKS = "\"\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02"
DATES = (re.compile(r"(?<!\d)(1[89]\d\d|2[01]\d\d)/(\d\d?)/(\d\d?)(?!\d)"),
         re.compile(r"(?<!\d)(1[89]\d\d|2[01]\d\d)[-_.](\d\d?)[-_.](\d\d?)(?!\d)"),
         re.compile(r"(?<!\d)(1[89]\d\d|2[01]\d\d)(\d\d)(\d\d)(?!\d)"),
         re.compile(r"(?<!\d)(1[89]\d\d|2[01]\d\d)/(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*/(\d\d?)(?!\d)", re.I))
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


# Words by themselves: raised digits, fractions, and the letters of Han and kana.
ALONE = r"\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u2089\u3005\u3007\u3041-\u3096\u30a1-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
PARTS = re.compile(f"[{ALONE}]|[^{ALONE}]+")


def abbreviations():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "text", "abbreviations.c")
    with open(path, encoding="utf-8") as f:
        source = f.read()
    kinds = dict(re.findall(r'\{"([^"]+)",\s*(TITLE|MAY_END|OF_NUMBER)\}', source))
    words = re.search(r"starters\[\] = \{(.*?)\};", source, re.S).group(1)
    return kinds, set(re.findall(r'"([^"]+)"', words))


KINDS, STARTERS = abbreviations()


def lines_of(text):
    text = LINK.sub("", REFERENCE.sub(lambda m: html.unescape(m.group()), text))
    text = re.sub(r"[\u00ad\ufeff]", "", text)
    return [line for line in (x.strip() for x in re.split(r"[\r\n\u0085\u2028\u2029\f\v]+", text)) if line]


def cut(text):
    """[(from, to, term)] of the words of a text"""
    out = []
    for m in WORD.finditer(text):
        for part in PARTS.finditer(m.group()):
            surface = part.group()
            at = m.start() + part.start() + len(surface) - len(surface.lstrip("_"))
            surface = surface.strip("_")
            if any(c.isalnum() for c in surface):
                out.append((at, at + len(surface), fold(surface)))
    return out


def starts_sentence(text, before, after):
    """A word at after[0]: does a sentence begin there? The one before it ends at before[1]."""
    gap = text[before[1]:after[0]]
    stopped = ends = False
    for c in gap:
        if c in STOPS:
            stopped, ends = True, False
        elif c.isspace():
            ends = ends or stopped
        elif c in QUOTES or c in "*_" or unicodedata.category(c) in ("Pe", "Pf", "Pi"):
            pass
        else:
            stopped = ends and stopped
    if not ends:
        return False
    first, word, next_word = text[after[0]], text[before[0]:before[1]], text[after[0]:after[1]]
    if gap[0] == "." and sum(c in STOPS for c in gap) == 1:
        kind = KINDS.get(word)
        if re.fullmatch(r"[^\W\d_](?:\.[^\W\d_])*", word):
            kind = "MAY_END"
        initial = len(next_word) == 1 and text[after[1]:after[1] + 1] == "."
        if kind == "TITLE" or (kind == "OF_NUMBER" and first.isdigit()):
            return False
        if kind == "MAY_END" and (initial or next_word not in STARTERS):
            return False
    category = unicodedata.category(first)
    return category in ("Lu", "Lt", "Lo", "Lm", "Nd") or gap[-1] in QUOTES


def day_of(date, url):
    """The date of the record, from the year 1000 on, or one in the path of its address"""
    if date and date[:4] >= "1000":
        return date[:10]
    url = re.split("[?#]", url)[0]
    found = []
    for i, form in enumerate(DATES):
        for m in form.finditer(url):
            month = MONTHS.index(m.group(2).lower()) + 1 if i == 3 else int(m.group(2))
            day, year = int(m.group(3)), int(m.group(1))
            leap = month == 2 and year % 4 == 0 and (year % 100 or year % 400 == 0)
            if 1 <= month <= 12 and 1 <= day <= DAYS[month - 1] + bool(leap):
                found.append((m.start(), f"{year:04}-{month:02}-{day:02}"))
    return max(found)[1] if found else ""


class Article:
    def __init__(self, record, line):
        o = json.loads(line)
        self.record = record
        title = " ".join(lines_of(o.get("title") or ""))
        title = " ".join(title.split())
        body = lines_of(o.get("text") or "") or ([title] if title else [])
        head = title + "\n\n" if title else ""
        self.text = head + "\n".join(body)
        self.tokens = cut(self.text)
        self.n = len(self.tokens)
        self.terms = [t for _, _, t in self.tokens]
        self.title_n = sum(1 for t in self.tokens if t[1] <= len(title)) if title else 0
        self.author, self.url = o.get("author") or "", o.get("url") or ""
        self.source = o.get("source") or o.get("outlet") or (urlsplit(self.url).hostname or "").removeprefix("www.")
        self.day = day_of(o.get("date") or "", self.url)
        self.units()
        self.places = {}
        for i, t in enumerate(self.terms):
            self.places.setdefault(t, []).append((i, 1))
        self.joined = {}
        self.join()
        self.kept = {}

    def units(self):
        """glued[i], and the numbers of the sentence and the paragraph of each word"""
        self.glued, self.sentence, self.paragraph = [False] * self.n, [0] * self.n, [0] * self.n
        s = p = 0
        for i in range(1, self.n):
            before, after = self.tokens[i - 1], self.tokens[i]
            gap = self.text[before[1]:after[0]]
            if gap in HYPHENS:
                self.glued[i] = any(c.isalpha() for c in before[2] + after[2])
            elif "\n" in gap:
                p, s = p + 1, s + 1
            elif starts_sentence(self.text, before, after):
                s += 1
            self.sentence[i], self.paragraph[i] = s, p

    def join(self):
        i = 0
        for i, t in enumerate(self.terms):
            if INITIALISM.match(t):
                self.joined.setdefault(t.replace(".", ""), []).append((i, 1))
            if i + 1 < self.n and self.glued[i + 1]:
                self.joined.setdefault(t + self.terms[i + 1], []).append((i, 2))
                if not self.glued[i]:
                    n = 2
                    while i + n < self.n and self.glued[i + n]:
                        n += 1
                    if 3 <= n <= 5:
                        self.joined.setdefault("".join(self.terms[i:i + n]), []).append((i, n))


def words_of(text):
    return [t for _, _, t in cut(text)]
