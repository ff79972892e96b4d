"""The queries: made from the words of articles, of every kind in turn, with a fixed seed.

Words are chosen among those that the text writes in letters of ASCII alone, one blank from their
neighbours, so that what is typed is what the analyser makes of it; texts are not restricted."""

import re
from collections import Counter

PLAIN = re.compile(r"[A-Za-z][a-z]+")
OPERATORS = {"AND", "OR", "NOT"}
KINDS = ("word phrase stars wild alts window near pre chain notnear sentence paragraph atleast inn "
         "boolean fields stem regex exact pattern part nested").split()


def both(a, b, spelled=True):
    return ("and", (a, b), spelled)


class Maker:
    def __init__(self, rng, articles):
        self.rng, self.articles = rng, [a for a in articles if a.n > 80]
        self.df = Counter(t for a in articles for t in a.places)
        self.total = len(articles)

    def article(self):
        return self.rng.choice(self.articles)

    def run(self, n, art=None):
        """n words of an article, side by side, as items"""
        while True:
            a = art or self.article()
            i = self.rng.randrange(a.n - n)
            at, end = a.tokens[i][0], a.tokens[i + n - 1][1]
            words = a.text[at:end].split(" ")
            if len(words) == n and all(PLAIN.fullmatch(w) and w not in OPERATORS for w in words):
                return [("word", w.lower()) for w in words]

    def word(self, art=None, common=0.25):
        """A word that is not in more than so many of the articles"""
        for _ in range(200):
            item = self.run(1, art)[0]
            if self.df[item[1]] <= common * self.total:
                return item
        return item

    def fellows(self, n, within, common=0.4):
        """n words of one stretch of an article, more often than not in its order"""
        while True:
            a = self.article()
            i = self.rng.randrange(a.n - within)
            words = [t for t in a.terms[i:i + within] if PLAIN.fullmatch(t) and len(t) > 2
                     and self.df[t] <= common * self.total]
            words = list(dict.fromkeys(words))
            if len(words) >= n:
                taken = self.rng.sample(range(len(words)), n)
                return [("word", words[i]) for i in (sorted(taken) if self.rng.random() < 0.7 else taken)]

    def vary(self, item):
        """The item, or one that stands for it among others"""
        w, kind = item[1], self.rng.choice(("word", "prefix", "pattern", "stem", "alts", "exact"))
        if len(w) < 5 or kind == "word":
            return item
        if kind == "prefix":
            return ("prefix", w[:-self.rng.randint(1, 2)])
        if kind == "pattern":
            i = self.rng.randrange(1, len(w) - 1)
            return ("pattern", w[:i] + self.rng.choice("?*") + w[i + 1:])
        if kind == "alts":
            return ("alts", ((self.word(),), (item,), tuple(self.run(2))))
        return (kind, w)

    # one function a kind

    def make_word(self):
        return self.word(common=self.rng.choice((0.02, 0.2, 1.0)))

    def make_phrase(self):
        return ("phrase", tuple(self.run(self.rng.randint(2, 6))))

    def make_stars(self):
        items = self.run(self.rng.randint(3, 6))
        for _ in range(self.rng.randint(1, 2)):
            items[self.rng.randrange(len(items) - 1)] = ("any",)
        return ("phrase", tuple(items))

    def make_wild(self):
        items = self.run(self.rng.randint(2, 4))
        i = self.rng.randrange(len(items))
        items[i] = self.vary(items[i])
        return ("phrase", tuple(items))

    def make_alts(self):
        items = self.run(self.rng.randint(2, 4))
        i = self.rng.randrange(len(items))
        others = tuple(tuple(self.run(self.rng.randint(1, 2))) for _ in range(self.rng.randint(1, 3)))
        items[i] = ("alts", ((items[i],), *others))
        return ("phrase", tuple(items))

    def make_window(self):
        n = self.rng.randint(2, 4)
        items = self.fellows(n, 10)
        return ("window", self.rng.randint(0, 9), tuple(self.vary(i) if self.rng.random() < 0.2 else i for i in items))

    def side(self, item):
        """An operand: a word, a variant, a phrase or a group"""
        r = self.rng.random()
        if r < 0.55:
            return item
        if r < 0.7:
            item = self.vary(item)
            return item if item[0] != "alts" else item[1][1][0]
        if r < 0.9:
            return ("or", (item, self.word()) if r < 0.8 else (("phrase", tuple(self.run(2))), item))
        return ("phrase", (item, ("any",)))

    def make_near(self, ops=("NEAR",)):
        a, b = self.fellows(2, 12)
        return ("near", self.rng.choice(ops), self.rng.choice((1, 2, 3, 5, 8, 15, 60)), self.side(a), self.side(b))

    def make_pre(self):
        return self.make_near(("PRE",))

    def make_chain(self):
        a, b, c = self.fellows(3, 14)
        ops = ("NEAR", "PRE", "/s", "+s", "/p", "+p")
        o, p = self.rng.choice(ops), self.rng.choice(ops)
        inner = ("near", o, self.rng.randint(4, 14) if o[0] in "NP" else 0, self.side(a), b)
        n = self.rng.randint(4, 14) if p[0] in "NP" else 0
        return ("near", p, n, inner, c) if self.rng.random() < 0.8 else ("near", p, n, c, inner)

    def make_notnear(self):
        a, b = self.fellows(2, 8)
        return ("notnear", self.rng.choice((1, 3, 6, 20)), self.side(a), self.side(b))

    def make_sentence(self):
        a, b = self.fellows(2, 10)
        return ("near", self.rng.choice(("/s", "+s")), 0, self.side(a), self.side(b))

    def make_paragraph(self):
        a, b = self.fellows(2, 30)
        return ("near", self.rng.choice(("/p", "+p")), 0, self.side(a), self.side(b))

    def make_atleast(self):
        n = self.rng.randint(2, 5)
        node = self.word(common=0.4) if self.rng.random() < 0.5 else self.rng.choice(
            (self.make_near, self.make_wild, self.make_phrase, self.make_stem))()
        return ("atleast", n, node)

    def make_inn(self):
        node = self.word(common=0.5) if self.rng.random() < 0.5 else self.rng.choice(
            (self.make_near, self.make_phrase, self.make_atleast))()
        return ("in", self.rng.choice((5, 20, 50, 120, 400)), node)

    def make_boolean(self, depth=2):
        r = self.rng.random()
        if depth == 0 or r < 0.2:
            return self.word(common=0.5)
        a, b = self.make_boolean(depth - 1), self.make_boolean(depth - 1)
        if r < 0.35:
            return both(*self.fellows(2, 60), self.rng.random() < 0.5)
        if r < 0.5:
            return both(a, b, self.rng.random() < 0.5)
        if r < 0.75:
            return ("or", (a, b))
        return both(a, ("not", b, self.rng.random() < 0.5), self.rng.random() < 0.5)

    def make_fields(self):
        test = self.filter()
        r = self.rng.random()
        if r < 0.3:
            return test
        if r < 0.5:
            return both(self.word(), ("not", test, self.rng.random() < 0.5))
        if r < 0.6:
            return ("or", (both(self.word(), test), self.filter()))
        return both(self.word(common=0.5), test, self.rng.random() < 0.5)

    def make_stem(self):
        while True:
            w = self.word()
            if len(w[1]) > 3:
                return ("stem", w[1])

    def make_regex(self):
        while True:
            w = self.word()[1]
            if len(w) < 5:
                continue
            i = self.rng.randrange(1, len(w) - 1)
            form = self.rng.choice(("{a}[{c}a-e]{b}", "{a}.{b}", "{a}{c}?{b}s?", "({w}|{v})(s|ed)?", "{a}.+{z}",
                                    "[a-m]*{b}", r"{a}\w{{2}}{z}", ".{z}{{1,2}}{b}"))
            form = form.format(a=w[:i], b=w[i + 1:], c=w[i], z=w[-1], w=w, v=self.word()[1])
            return ("regex", form)

    def make_exact(self):
        """A stretch of an article as it is written, with the signs between its words"""
        while True:
            a = self.article()
            n = self.rng.randint(1, 4)
            i = self.rng.randrange(a.n - n)
            end = a.tokens[i + n - 1][1]
            if self.rng.random() < 0.3 and a.text[end:end + 1] in tuple(".,?!;:"):
                end += 1
            surface = " ".join(a.text[a.tokens[i][0]:end].split())
            if not any(c in surface for c in "\"\u201c\u201d\u201e\u00ab\u00bb<>") and surface != "*":
                return ("exact", surface.replace("\u2019", "'") if self.rng.random() < 0.5 else surface)

    def make_pattern(self):
        while True:
            w = self.word()[1]
            if len(w) > 4:
                i = self.rng.randrange(1, len(w) - 1)
                return self.rng.choice((("prefix", w[:max(3, i)]), ("pattern", "*" + w[-max(4, len(w) - i):]),
                                        ("pattern", w[:i] + "?" + w[i + 1:]), ("pattern", w[:i] + "*" + w[-1])))

    def make_part(self):
        name = self.rng.choice(("title", "title", "body"))
        a = self.article()
        while a.title_n < 3:
            a = self.article()
        words = [("word", t) for t in a.terms[:a.title_n] if PLAIN.fullmatch(t) and t not in ("is", "in")]
        first = self.rng.choice(words) if words else self.word()
        second = self.rng.choice(words) if words else self.word()
        node = self.rng.choice((first, ("or", (first, second)), both(first, ("not", second, True)),
                                ("near", "NEAR", 3, first, self.word(common=0.5)),
                                both(first, second), ("prefix", first[1][:3])))
        if node[0] == "prefix" and len(node[1]) < 3:
            node = first
        part = ("part", name, node)
        return part if self.rng.random() < 0.6 else both(part, self.word(common=0.5))

    def make_nested(self, depth=2):
        kinds = "word phrase wild window near chain notnear sentence paragraph atleast inn fields exact part stem"
        one = lambda: getattr(self, "make_" + self.rng.choice(kinds.split()))()
        if depth == 0:
            return one()
        a, b = self.make_nested(depth - 1), self.make_nested(depth - 1)
        r = self.rng.random()
        if r < 0.15:
            return both(a, b, self.rng.random() < 0.5)
        if r < 0.75:
            return ("or", (a, b))
        return both(a, ("not", b, False))

    # filters: what is typed, and a test of an article

    def filter(self):
        return getattr(self, "filter_" + self.rng.choice("source author url date date words title".split()))()

    def filter_title(self):
        return self.make_part()

    def filter_words(self):
        n = self.rng.choice((50, 150, 300, 600, 1000, 2000))
        return self.rng.choice((
            ("filter", f"words:>{n}", lambda a: a.n - a.title_n > n),
            ("filter", f"words:<={n}", lambda a: a.n - a.title_n <= n),
            ("filter", f"words:{n}..{2 * n}", lambda a: n <= a.n - a.title_n <= 2 * n)))

    def filter_source(self):
        from mixed_text import words_of
        hosts = [self.article().source for _ in range(2)]
        x, y = hosts
        if not all(re.fullmatch(r"[a-z0-9.-]+", h) for h in hosts):
            return self.filter_source()
        if self.rng.random() < 0.4:
            return ("filter", f'source:="{x}"', lambda a: a.source == x)
        wanted = [words_of(h) for h in hosts]

        def has(a, w):
            words = words_of(a.source)
            return any(words[i:i + len(w)] == w for i in range(len(words)))
        if self.rng.random() < 0.5:
            return ("filter", f"source:{x}", lambda a: has(a, wanted[0]))
        return ("filter", f"source:{x}|{y}", lambda a: has(a, wanted[0]) or has(a, wanted[1]))

    def filter_author(self):
        from mixed_text import words_of
        if self.rng.random() < 0.15:
            return ("filter", "author:none", lambda a: not a.author.strip())
        while True:
            author = self.article().author
            words = re.findall(r"[A-Za-z]+", author)
            if len(words) >= 2 and " ".join(words[:2]) in author and len(words[0]) > 2 and len(words[1]) > 2:
                break
        w = [x.lower() for x in (words[:2] if self.rng.random() < 0.6 else words[:1])]
        shown = f'author:"{" ".join(w)}"' if len(w) > 1 else f"author:{w[0]}"

        def test(a):
            t = words_of(a.author)
            return any(t[i:i + len(w)] == w for i in range(len(t)))
        return ("filter", shown, test)

    def filter_url(self):
        while True:
            url = self.article().url
            m = re.match(r"https?://(?:www\.)?([a-z.-]+)/([a-z-]+)/", url)
            if m:
                break
        part = self.rng.choice((m.group(1), m.group(2), f"{m.group(1)}/{m.group(2)}"))
        star = self.rng.random() < 0.2
        form = re.compile(r"(?<![a-z0-9])" + re.escape(part) + ("" if star else r"(?![a-z0-9])"), re.I | re.A)
        return ("filter", f"url:{part}" + ("*" if star else ""), lambda a: form.search(a.url) is not None)

    def filter_date(self):
        r = self.rng.random()
        if r < 0.1:
            return ("filter", "date:none", lambda a: not a.day)
        days = sorted(d for d in (self.article().day for _ in range(12)) if d)
        x, y = days[0], days[-1]
        if r < 0.3:
            return ("filter", f"date:{x[:4]}", lambda a: a.day[:4] == x[:4])
        if r < 0.5:
            return ("filter", f"date:{x[:7]}", lambda a: a.day[:7] == x[:7])
        if r < 0.6:
            return ("filter", f"date:{x}", lambda a: a.day == x)
        if r < 0.8:
            return ("filter", f"date:{x[:7]}..{y[:4]}", lambda a: a.day and x[:7] <= a.day[:7] and a.day[:4] <= y[:4])
        if r < 0.9:
            return ("filter", f"date:..{y[:7]}", lambda a: bool(a.day) and a.day[:7] <= y[:7])
        return ("filter", f"date:>={x}", lambda a: a.day >= x)


def make(rng, articles, wanted):
    """[(kind, tree)], no two typed alike"""
    from mixed_eval import typed
    maker, out, seen = Maker(rng, articles), [], set()
    while len(out) < wanted:
        kind = KINDS[len(out) % len(KINDS)]
        tree = getattr(maker, "make_" + kind)()
        text = typed(tree)
        if text not in seen and len(text) < 400:
            seen.add(text)
            out.append((kind, tree))
    return out
