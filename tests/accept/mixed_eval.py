"""Queries as trees, what they look like when typed, and what they match in an article: the rules
of docs/QUERY.md done in the plainest way.

A node is a tuple, its kind first. Items (they may stand in a phrase):
  ("word", w) ("prefix", p) ("pattern", p) ("regex", r) ("stem", w) ("exact", s) ("any",)
  ("alts", ((item, ...), ...))
With spans: items and ("phrase", (item, ...)) ("window", n, (item, ...)) ("near", op, n, a, b)
  ("notnear", n, a, b) ("atleast", n, a) ("or", (a, ...))
Others: ("and", (a, ...)) ("not", a) ("in", n, a) ("part", name, a) ("filter", typed, test)
"""

import re
import unicodedata

from mixed_stem import stem
from mixed_text import APOSTROPHES, MARKS, cut

SPELT = {"prefix": "{}*", "pattern": "{}", "regex": "/{}/", "stem": "stem({})"}


def item_typed(item, inside):
    kind = item[0]
    if kind == "any":
        return "*"
    if kind == "alts":
        return "(" + "|".join(" ".join(item_typed(i, True) for i in a) for a in item[1]) + ")"
    if kind == "exact":
        return "=" + item[1] if inside else f'="{item[1]}"'
    shown = SPELT.get(kind, "{}").format(item[1])
    # some in capitals, which change nothing; but AND is none of them
    return shown.upper() if kind == "word" and len(shown) > 4 and len(shown) % 5 == 0 else shown


def typed(node, level=0):
    """The query with no more parentheses than the precedence asks for."""
    kind = node[0]
    if kind == "phrase":
        return '"' + " ".join(item_typed(i, True) for i in node[1]) + '"'
    if kind == "window":
        return '"' + " ".join(item_typed(i, True) for i in node[2]) + f'"~{node[1]}'
    if kind == "or":
        own, text = 0, " OR ".join(typed(c, 1) for c in node[1])
    elif kind == "and":
        own, text = 1, (" AND " if node[2] else " ").join(typed(c, 2) for c in node[1])
    elif kind == "near":
        sign = node[1] + (f"/{node[2]}" if node[2] else "")
        own, text = 2, f"{typed(node[3], 2)} {sign} {typed(node[4], 3)}"
    elif kind == "notnear":
        own, text = 2, f"{typed(node[2], 2)} NOT-NEAR/{node[1]} {typed(node[3], 3)}"
    elif kind == "not":
        inner = typed(node[1], 3)
        own, text = 3, "-" + inner if node[2] and inner[0] not in "-NAI/" else "NOT " + inner
    elif kind in ("atleast", "in"):
        own, text = 3, f"{kind.upper()}/{node[1]} {typed(node[2], 3)}"
    elif kind == "part":
        own, text = 4, f"{node[1]}:{typed(node[2], 4)}" if node[2][0] in ("word", "phrase") else \
            f"{node[1]}:({typed(node[2])})"
    elif kind == "filter":
        own, text = 4, node[1]
    else:
        own, text = 4, item_typed(node, False)
    return text if own >= level else "(" + text + ")"


class Vocabulary:
    """Which plain terms each prefix, pattern, stem and expression stands for, as terms turn up."""

    def __init__(self, trees):
        self.items, self.seen = {}, set()
        for tree in trees:
            self.collect(tree)

    def collect(self, node):
        if not isinstance(node, tuple):
            return
        if node and node[0] in SPELT:
            self.items[node] = (self.test(node), set())
        for child in node:
            self.collect(child)

    @staticmethod
    def test(item):
        kind, what = item
        if kind == "prefix":
            return lambda t: t.startswith(what)
        if kind == "stem":
            wanted = stem(what)
            return lambda t: stem(t) == wanted
        form = what if kind == "regex" else \
            "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in what)
        return lambda t, match=re.compile(form, re.S).fullmatch: match(t) is not None

    def add(self, terms):
        new = terms - self.seen
        self.seen |= new
        for test, found in self.items.values():
            found.update(t for t in new if test(t))


UNSEEN = "[\u00ad\u034f\u061c\u180e\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]*"


def exact_part(text):
    out = []
    for c in re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)):
        out.append(r"\s+" if c == " " else f"[{APOSTROPHES}]" if c in APOSTROPHES else
                   f"[{MARKS}]" if c in MARKS else re.escape(c))
    return UNSEEN.join(out)


def exact_form(surface):
    """What stands before its words, they, and what is behind, as written; white space, apostrophes
    and quotation marks of any style, and between the characters what nobody sees"""
    words = cut(surface)
    first, last = words[0][0], words[-1][1]
    trail = exact_part(surface[last:])
    return re.compile(f"(?={exact_part(surface[:first])}({exact_part(surface[first:last])}){UNSEEN}{trail})")


class Evaluator:
    def __init__(self, vocabulary):
        self.vocabulary = vocabulary
        self.forms = {}

    def exact(self, surface, art):
        form = self.forms.get(surface)
        if form is None:
            form = self.forms[surface] = exact_form(surface)
        starts = {t[0]: i for i, t in enumerate(art.tokens)}
        ends = {t[1]: i for i, t in enumerate(art.tokens)}
        out = set()
        for m in form.finditer(art.text):
            a, b = starts.get(m.start(1)), ends.get(m.end(1))
            if a is not None and b is not None:
                out.add((a, b - a + 1))
        return out

    def item(self, item, art):
        kind = item[0]
        if kind == "any":
            return {(i, 1) for i in range(art.n)}
        if kind == "alts":
            return set().union(*(self.phrase(a, art) for a in item[1]))
        if kind == "exact":
            return self.exact(item[1], art)
        out = set()
        if kind in ("word", "stem"):
            out.update(art.places.get(item[1], ()), art.joined.get(item[1], ()))
        if kind != "word":
            for t in self.vocabulary.items[item][1] & art.places.keys():
                out.update(art.places[t])
        return out

    def phrase(self, items, art):
        maps = []
        for item in items:
            spans = self.spans(item, art)
            if not spans:
                return set()
            maps.append(spans)
        out = {(i, i + n) for i, n in maps[0]}
        for spans in maps[1:]:
            lengths = {}
            for i, n in spans:
                lengths.setdefault(i, []).append(n)
            out = {(a, e + n) for a, e in out for n in lengths.get(e, ())}
        return {(a, e - a) for a, e in out}

    @staticmethod
    def shortest(item):
        if item[0] == "exact":
            return len(cut(item[1]))
        if item[0] == "alts":
            return min(sum(Evaluator.shortest(i) for i in a) for a in item[1])
        return 1

    def window(self, n, items, art):
        lists = [self.spans(i, art) for i in items]
        if not all(lists):
            return set()
        room = n + sum(self.shortest(i) for i in items)
        starts = sorted({i for spans in lists for i, _ in spans})
        ends = sorted({i + k for spans in lists for i, k in spans})

        def lay(k, begin, end, taken):
            if k == len(lists):
                return True
            for i, size in lists[k]:
                mine = set(range(i, i + size))
                if i >= begin and i + size <= end and not mine & taken and lay(k + 1, begin, end, taken | mine):
                    return True
            return False

        out, behind = set(), 0
        for end in ends:
            for begin in reversed([s for s in starts if max(behind, end - room) <= s < end]):
                if lay(0, begin, end, frozenset()):
                    out.add((begin, end - begin))
                    behind = end
                    break
        return out

    @staticmethod
    def near(op, n, left, right, art):
        pairs = set()
        for (a, k), (b, m) in ((x, y) for x in left for y in right):
            orders = [(a, k, b, m)]
            if op in ("NEAR", "/s", "/p"):
                orders.append((b, m, a, k))
            for x, xn, y, yn in orders:
                if y < x + xn:
                    continue
                last = y + yn - 1
                if op in ("NEAR", "PRE"):
                    ok = y - (x + xn - 1) <= n
                else:
                    unit = art.sentence if op[1] == "s" else art.paragraph
                    ok = unit[x] == unit[last]
                if ok:
                    pairs.add((last + 1, last + 1 - x))
        out, behind = set(), 0
        for end, size in sorted(pairs):
            if end - size >= behind:
                out.add((end - size, size))
                behind = end
        return out

    def spans(self, node, art):
        """{(first word, words)} of a node that has spans"""
        key = node
        found = art.kept.get(key)
        if found is None:
            found = art.kept[key] = self.find_spans(node, art)
        return found

    def find_spans(self, node, art):
        kind = node[0]
        if kind == "phrase":
            return self.phrase(node[1], art)
        if kind == "window":
            return self.window(node[1], node[2], art)
        if kind == "near":
            left = self.spans(node[3], art)
            return self.near(node[1], node[2], left, self.spans(node[4], art), art) if left else set()
        if kind == "notnear":
            others = self.spans(node[3], art)
            return {(a, k) for a, k in self.spans(node[2], art)
                    if not any(b - (a + k - 1) <= node[1] and a - (b + m - 1) <= node[1] for b, m in others)}
        if kind == "atleast":
            out = self.spans(node[2], art)
            return out if len(out) >= node[1] else set()
        if kind == "or":
            return set().union(*(self.spans(c, art) for c in node[1]))
        return self.item(node, art)

    def judge(self, node, art, low, high):
        """Does it match among the words [low, high)? And the hits of its atoms there."""
        kind = node[0]
        if kind in ("and", "or"):
            both = [self.judge(c, art, low, high) for c in node[1]]
            verdict = all if kind == "and" else any
            return verdict(m for m, _ in both), set().union(*(h for _, h in both))
        if kind == "not":
            return not self.judge(node[1], art, low, high)[0], set()
        if kind == "filter":
            return node[2](art), set()
        if kind == "part":
            inner = (0, art.title_n) if node[1] == "title" else (art.title_n, art.n)
            return self.judge(node[2], art, *inner)
        if kind == "in":
            hits = {(a, k) for a, k in self.spans(node[2], art) if a >= art.title_n and a + k <= art.title_n + node[1]}
        else:
            hits = {(a, k) for a, k in self.spans(node, art) if a >= low and a + k <= high}
        return bool(hits), hits

    def matches(self, tree, art):
        """None, or the hits of the article"""
        yes, hits = self.judge(tree, art, 0, art.n)
        return hits if yes else None
