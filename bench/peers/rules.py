"""An article's words by the rules of the peers' tokens, each of which can be replaced by Stemma's.

What tokens.py does with a record and what docs/TEXT.md, docs/TEXT-analyser.md and docs/INPUTS.md say, rule by rule: with no rule of RULES
the words are those of tokens.txt, with all of them Stemma's. Nothing of Stemma's code or data is used.
Words of other scripts are told apart as far as the places of the words between them need it: what is asked for is [a-z0-9]+.
"""
import itertools
import re
import sys
import unicodedata

from reading import TEXT_RULES, title_and_text
from tokens import LONGEST

# name -> what it says, where. The order is that in which they are tried.
RULES = {
    "possessive": ("the ending 's goes: Port's is port", "TEXT.md, Terms 7"),
    "apostrophe": ("an apostrophe between letters joins: don't", "TEXT.md, Words"),
    "initials": ("single letters with stops between are a word, found without them too: U.S. is us", "TEXT.md, Joined entries"),
    "stop": ("a stop or colon between letters joins: example.org", "TEXT.md, Words"),
    "number": ("stop, comma, semicolon, apostrophe join digits: 3.5", "TEXT.md, Words"),
    "hyphen": ("words joined by hyphens are found as one too: co-op is coop", "TEXT.md, Joined entries"),
    "invisible": ("soft hyphens and characters nobody sees go", "TEXT-analyser.md, The normalised text"),
    "letter": ("letters, digits and marks beyond ASCII are some", "TEXT.md, Words, Terms"),
    "underscore": ("an underscore in a word stays", "TEXT.md, Departures"),
    "long": ("a word is cut at 240 bytes", "TEXT.md, Departures"),
    "link": ("<https://...>, targets of [label](...) and <a ...> go", "TEXT-analyser.md, Links"),
    "glued": ("a word that lost its blank before a link gets it back", "TEXT-analyser.md, Glued words"),
    "wrap": ("a text in filled lines is put together again", "TEXT-analyser.md, Hard wraps"),
    "reference": ("&amp; and its like are the character", "INPUTS.md, HTML in JSON"),
    "html": ("a text that is HTML is read without tags", "INPUTS.md, HTML in JSON"),
    "field": ("other names of title and text, texts of several strings", "INPUTS.md, JSON"),
    "record": ("control characters in strings are let through", "INPUTS.md, JSON"),
}
ALL = frozenset(RULES)
JOINING = {"hyphen"}  # adds entries, changes no word

HYPHENS = {"-", "\u2010", "\u2011"}
APOSTROPHES = "'\u2018\u2019\uff07"
STOPS = ".\u2024\ufe52\uff0e"
COLONS = ":\u00b7\u0387\u055f\u05f4\u2027\ufe13\ufe55\uff1a"
COMMAS = ",;\u037e\u0589\u060c\u060d\u066c\u07f8\u2044\ufe10\ufe14\ufe50\ufe54\uff0c\uff1b"
JOINS = set(APOSTROPHES + STOPS + COLONS + COMMAS)
WORD_BYTES = 240
KNOWN_MAX = 100_000
CHAIN = 5  # parts of a hyphen chain that are one entry
# What is one word by any rules, whatever stands around it
PLAIN = re.compile("[\"\u201c\u2018'($#-]*([A-Za-z0-9]{1,48})[.,;:!?\"\u201d\u2019')%-]*").fullmatch
INITIALS = re.compile(r"[^\W\d_](?:\.[^\W\d_])+").fullmatch


def ranges(wanted, first=0x80, end=0x10000):
    """The characters from first on that wanted() takes, as the inside of a class of a regular expression"""
    out, begin = [], None
    for code in range(first, end + 1):
        if code < end and wanted(chr(code)):
            begin = code if begin is None else begin
        elif begin is not None:
            out.append(f"\\U{begin:08x}-\\U{code - 1:08x}")
            begin = None
    return "".join(out)


def one_of(wanted):
    """One character that wanted() takes. Classes within the first plane are looked up at once, others are gone through."""
    return f"(?:[{ranges(wanted)}]|(?=[\U00010000-\U0010ffff])[{ranges(wanted, 0x10000, 0x32000)}])"


def is_extra(c):
    """It goes with the character before it."""
    return unicodedata.category(c) in ("Mn", "Mc", "Me", "Cf") and c != "\u200b"


RUNS = ((0x0e00, 0x0eff), (0x1000, 0x109f), (0x1780, 0x17df), (0x1950, 0x19df), (0x1a20, 0x1a7f), (0x2e80, 0x2fff), (0x3005, 0x3007),
        (0x3031, 0x3035), (0x3041, 0x3096), (0x30a1, 0x30ff), (0x31f0, 0x31ff), (0x3400, 0x4dbf), (0x4e00, 0x9fff), (0xa980, 0xa9df),
        (0xf900, 0xfaff), (0xff66, 0xff9f), (0x17000, 0x18cff), (0x1b000, 0x1b2ff), (0x20000, 0x3ffff))


def is_alone(c):
    """A word by itself: a raised digit, a fraction, a letter of a script without blanks"""
    return unicodedata.category(c) == "No" or (c.isalnum() and any(a <= ord(c) <= b for a, b in RUNS))


CIRCLED = "\u24b6-\u24e9\U0001f130-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189"


def word_pattern(run, letter, digits, extra, alone):
    """run: of letters of ASCII"""
    more = f"{extra}*" if extra else ""
    join = f"(?:[{APOSTROPHES}{STOPS}{COLONS}]{more}(?={letter}))?"
    count = f"(?:[{APOSTROPHES}{STOPS}{COMMAS}]{more}(?=\\d))?"
    part = f"{run}{more}{join}|{digits}{more}{count}|_"
    if not extra:
        return re.compile(f"(?:{part})+")
    other = f"(?=[^\\x00-\\x7f])(?:{letter}{more}{join}|\\d{more}{count}|{extra}+)"
    return re.compile(f"(?:{part}|{other})+|{alone}{more}")


ASCII_WORD = word_pattern("[a-z]+", "[a-z]", "[0-9]+", "", "")
ALONE = one_of(is_alone)
UNICODE_WORD = word_pattern("[A-Za-z]+", f"(?:(?!{ALONE})[^\\W\\d_]|[{CIRCLED}])", "[0-9]+", one_of(is_extra), ALONE)
IGNORED = re.compile(one_of(lambda c: unicodedata.category(c) == "Cf" or "\ufe00" <= c <= "\ufe0f" or c in "\u115f\u1160\u3164\uffa0"))


def is_mark_dropped(c):
    k = unicodedata.combining(c)
    return k == 1 or 10 <= k <= 36 or 200 <= k <= 240 or unicodedata.category(c) == "Me" or c == "\u0640"


def peers_letters(text):
    """As tokens.py has them, the apostrophe left as it is."""
    text = text.lower()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        for mark in filter(unicodedata.combining, set(text)):
            text = text.replace(mark, "")
    return text


def folded(surface):
    """TEXT.md, Terms, but for what makes no difference to words of ASCII"""
    if surface.isascii():
        return surface.lower()
    surface = "".join("'" if c in APOSTROPHES or c == "\u201b" or "\u02bb" <= c <= "\u02bf" else c for c in surface)
    surface = unicodedata.normalize("NFKD", surface).casefold().replace("\u0131", "i")
    return "".join(c for c in IGNORED.sub("", surface) if not is_mark_dropped(c))


class Words(dict):
    """What stands between two blanks -> its terms, and the numbers of those that a hyphen joins to the next; by some of the rules."""

    def __init__(self, rules):
        super().__init__()
        self.rules = frozenset(rules)
        self.word = UNICODE_WORD if "letter" in self.rules else ASCII_WORD

    def cuts(self, surface):
        """Where the rules that are off part it: offsets of what joins"""
        whole = folded(surface)
        initials = INITIALS(whole[:-2] if whole.endswith("'s") else whole)
        for i, c in enumerate(surface):
            if c == "_":
                rule = "underscore"
            elif c not in JOINS:
                continue
            elif surface[i + 1:i + 2].isdigit():
                rule = "number"
            elif c in APOSTROPHES:
                rule = "possessive" if folded(surface[i + 1:]) == "s" else "apostrophe"
            else:
                rule = "initials" if initials and c in STOPS else "stop"
            if rule not in self.rules:
                yield i

    def terms_of(self, surface):
        if surface.isascii() and surface.isalnum():
            return self.limited(surface.lower())
        cuts = [-1, *self.cuts(surface), len(surface)]
        terms = []
        for a, b in zip(cuts, cuts[1:]):
            piece = surface[a + 1:b].strip("_")
            if any(c.isalnum() or unicodedata.category(c) == "So" for c in piece):
                term = folded(piece)
                if term.endswith("'s") and len(term) > 2:
                    term = term[:-2]
                terms += self.limited(term.strip("_'") or piece)
        return terms

    def limited(self, term):
        if len(term) < 12:
            return [term]
        raw = term.encode("utf-8", "replace")
        if "long" not in self.rules:
            return [raw[:LONGEST].decode("utf-8", "ignore")]
        return [raw[i:i + WORD_BYTES].decode("utf-8", "ignore") for i in range(0, len(raw), WORD_BYTES)]

    def __missing__(self, chunk):
        if len(self) > KNOWN_MAX:
            self.clear()
        plain = PLAIN(chunk)
        answer = self[chunk] = ([plain.group(1).lower()], ()) if plain else self.read(chunk)
        return answer

    def read(self, chunk):
        text = chunk if "letter" in self.rules else peers_letters(chunk)
        terms, joined, before, end = [], [], "", 0
        for m in self.word.finditer(text):
            surface = m.group()
            found = self.terms_of(surface)
            if not found:
                continue
            gap = text[end:m.start() + len(surface) - len(surface.lstrip("_"))]
            if "hyphen" in self.rules and terms and gap in HYPHENS and any(map(str.isalpha, before + found[0])):
                joined.append(len(terms) - 1)
            terms += found
            before, end = terms[-1], m.start() + len(surface.rstrip("_"))
        return terms, joined

    def of_chunks(self, chunks):
        """The terms of an article's words, and the numbers of those that a hyphen joins to the next"""
        chunks = [self[chunk] for chunk in chunks]
        terms = list(itertools.chain.from_iterable(t for t, _ in chunks))
        joined, at = set(), 0
        if "hyphen" in self.rules:
            for found, hyphens in chunks:
                if hyphens:
                    joined.update(at + i for i in hyphens)
                at += len(found)
        return terms, joined


def chunks_of(record, rules):
    """What stands between blanks in an article: no rule makes a word of what does in two places."""
    title, text = title_and_text(record, rules)
    return title.split() + text.split()


def is_plain(chunk):
    return PLAIN(chunk) is not None


class Article:
    """Where the words that are asked for stand in an article: [(place, how many words)]."""

    def __init__(self, words, chunks, asked):
        terms, joined = words.of_chunks(chunks)
        self.places = {w: [] for w in asked}
        for i, t in enumerate(terms):
            if t in asked:
                self.places[t].append((i, 1))
        if "initials" in words.rules:
            for i, t in enumerate(terms):
                if "." in t and t.replace(".", "") in asked and INITIALS(t):
                    self.places[t.replace(".", "")].append((i, 1))
        self.join(terms, joined)

    def join(self, terms, glued):
        for i in glued:
            entries = [(terms[i] + terms[i + 1], 2)]
            length = 2
            while i - 1 not in glued and i + length - 1 in glued:
                length += 1
            if 3 <= length <= CHAIN:
                entries.append(("".join(terms[i:i + length]), length))
            for key, n in entries:
                if key in self.places:
                    self.places[key].append((i, n))

    def answers(self, kind, words):
        if not all(self.places[w] for w in words):
            return False
        return kind == "and" or (self.has_phrase(words) if kind == "phrase" else self.has_near(*words))

    def has_phrase(self, words):
        ends = {at + n for at, n in self.places[words[0]]}
        for w in words[1:]:
            ends = {at + n for at, n in self.places[w] if at in ends}
        return bool(ends)

    def has_near(self, one, other, most=10):
        """The first word of the right one at most so many words behind the last of the left one"""
        ends = {at + n - 1 for at, n in self.places[one]}
        starts = {at for at, _ in self.places[one]}
        return any(any(at - d in ends or at + n - 1 + d in starts for d in range(1, most + 1)) for at, n in self.places[other])
