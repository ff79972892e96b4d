#!/usr/bin/env python3
"""keyness, ngrams and like, end to end: numbers held against counting by hand, options, pages.

Stand-alone as test_query.py, whose helpers it has.
"""
import collections
import json
import math
import os
import random
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_query as T  # noqa: E402
from test_query import build, documented, jsonl, keys_of, run, tsv  # noqa: E402

WORDS = "amber birch cedar delta ember fjord grain heron inlet jetty kelp larch maple north otter plume the of".split()
SOURCES = ["Post", "Gazette", "Echo"]
A = None


class Archive:
    """Sixty articles of random words in sentences; those of the Post like kelp. Then two copies of the first, word for word."""

    def __init__(self):
        rng = random.Random(5)
        self.articles = []  # (outlet, sentences)
        for i in range(60):
            words = WORDS + ["kelp"] * 9 if i % 3 == 0 else WORDS
            sentences = [rng.choices(words, k=rng.randint(3, 12)) for _ in range(rng.randint(3, 9))]
            sentences[-1].append(f"end{i}")
            self.articles.append((SOURCES[i % 3], sentences))
        self.articles += [("Echo", self.articles[0][1]), ("Gazette", self.articles[0][1])]
        self.index = T.A.path("keyness")
        with open(T.A.path("keyness.jsonl"), "w", encoding="utf-8") as f:
            for i, (source, sentences) in enumerate(self.articles):
                body = " ".join(" ".join(s).capitalize() + "." for s in sentences)
                f.write(json.dumps({"id": f"k-{i}", "text": body, "source": source}) + "\n")
        build(self.index, "--copies", "exact", T.A.path("keyness.jsonl"))

    @staticmethod
    def story(i):
        return i if i < 60 else 0

    def counted(self, of, chosen, every):
        """What of(sentences) gives, by what it is: observations, articles, stories, sources; each story once, or each article."""
        o, articles, stories, sources = (collections.defaultdict(set) for _ in range(4))
        n = collections.Counter()
        for i in chosen:
            source, sentences = self.articles[i]
            for place, what in enumerate(of(sentences)):
                o[what].add((i if every else self.story(i), place))
                articles[what].add(i)
                stories[what].add(self.story(i))
                sources[what].add(source)
        return {w: (len(o[w]), len(articles[w]), len(stories[w]), len(sources[w])) for w in o}


def setUpModule():
    global A
    T.setUpModule()
    A = Archive()


def tearDownModule():
    T.tearDownModule()


def words_of(sentences):
    return [w for s in sentences for w in s]


def sequences(n):
    return lambda sentences: [" ".join(s[i:i + n]) if i + n <= len(s) else None for s in sentences for i in range(len(s))]


def ask(command, *args, status=0):
    got, out, err = run("-x", A.index, "-f", "jsonl", command, *args)
    assert got == status, err
    return jsonl(out)


def g2_of(o, n, o2, n2):
    cells = [[o, n - o], [o2, n2 - o2]]
    total = n + n2
    return 2 * sum(x * math.log(x * total / (sum(row) * (cells[0][j] + cells[1][j])))
                   for row in cells for j, x in enumerate(row) if x)


class Keyness(unittest.TestCase):
    POST = [i for i in range(60) if i % 3 == 0]

    def check(self, every, *args, other=None):
        rows = ask("keyness", "--limit", "0", "--min", "0", "--level", "0", *args)
        rows += ask("keyness", "--limit", "0", "--min", "0", "--level", "0", "--negative", *args)
        mine = A.counted(words_of, self.POST, every)
        theirs = A.counted(words_of, range(62) if other is None else other, every)
        n = sum(v[0] for v in mine.values())
        n2 = sum(v[0] for v in theirs.values()) - (n if other is None else 0)
        for r in rows:
            o, articles, stories, sources = mine.get(r["word"], (0, 0, 0, 0))
            o2 = theirs.get(r["word"], (0,))[0] - (o if other is None else 0)
            self.assertEqual([r[k] for k in ["O", "n1", "O2", "n2", "f1", "f2", "N", "articles", "stories", "sources"]],
                             [o, n, o2, n2, n, o + o2, n + n2, articles, stories, sources], r["word"])
            self.assertAlmostEqual(r["E"], n * (o + o2) / (n + n2), 4)
            self.assertAlmostEqual(r["log_ratio"], math.log2((o or .5) / n / ((o2 or .5) / n2)), 4)
            self.assertAlmostEqual(r["G2"], g2_of(o, n, o2, n2), 4)
            self.assertAlmostEqual(r["logDice"] or 0, 14 + math.log2(2 * o / (n + o + o2)) if o else 0, 4)
        want = {w for w in mine.keys() | theirs.keys()}
        even = [w for w in want if w not in {r["word"] for r in rows}]  # neither more often nor less
        self.assertLessEqual(len(even), 1)
        self.assertEqual(len(rows), len({r["word"] for r in rows}))

    def test_against_the_rest(self):
        for every in (False, True):
            self.check(every, "--copies", "all" if every else "collapse", "source:post")

    def test_against_another_part(self):
        echo = [i for i in range(62) if A.articles[i][0] == "Echo"]
        for every in (False, True):
            self.check(every, "--copies", "all" if every else "collapse", "--against", "source:echo", "source:post",
                       other=echo)

    def test_which_words(self):
        rows = ask("keyness", "source:post")
        self.assertEqual([r["word"] for r in rows], ["kelp"])
        self.assertTrue(rows[0]["G2"] > 15.13 and rows[0]["O"] > rows[0]["E"])
        self.assertEqual(ask("keyness", "--level", "5000", "source:post", status=1), [])
        rows = ask("keyness", "--negative", "--level", "3", "source:post")
        self.assertTrue(rows and all(r["O"] < r["E"] and r["G2"] >= 3 for r in rows))
        every = ask("keyness", "--level", "0", "--negative", "-n", "0", "source:post")
        self.assertEqual({r["word"] for r in every} - {r["word"] for r in
                         ask("keyness", "--level", "0", "--negative", "-n", "0", "--stop", "en", "source:post")}, {"the", "of"})
        self.assertTrue(all(r["O2"] >= 3 for r in every))
        self.assertEqual([r["word"] for r in ask("keyness", "--level", "0", "--negative", "--filter", "*er", "--sort", "word",
                                                 "source:post")],
                         sorted(r["word"] for r in every if r["word"].endswith("er")))

    def test_order(self):
        for measure, key in [("g2", "G2"), ("logratio", "log_ratio"), ("mi", "MI"), ("t", "t"), ("dice", "Dice")]:
            got = [r[key] for r in ask("keyness", "--level", "0", "--min", "1", "--measure", measure, "source:post")]
            self.assertEqual(got, sorted(got, reverse=True), measure)
        got = [r["log_ratio"] for r in ask("keyness", "--level", "0", "--negative", "--measure", "logratio", "source:post")]
        self.assertEqual(got, sorted(got))

    def test_surfaces(self):
        rows = {r["word"]: r for r in ask("keyness", "--level", "0", "--min", "0", "-n", "0", "--by", "surface", "source:post")}
        self.assertIn("Kelp", rows)
        folded = ask("keyness", "source:post")[0]
        self.assertEqual(rows["Kelp"]["O"] + rows["kelp"]["O"], folded["O"])
        self.assertEqual(rows["Kelp"]["f2"] + rows["kelp"]["f2"], folded["f2"])

    def test_pages_and_documents(self):
        words = [r["word"] for r in ask("keyness", "--level", "0", "--min", "1", "-n", "0", "source:post")]
        _, out, err = run("-x", A.index, "-f", "tsv", "keyness", "--level", "0", "--min", "1", "-n", "2", "--offset", "1", "source:post")
        self.assertEqual([r["word"] for r in tsv(out)], words[1:3])
        self.assertIn(f"2 of {len(words)} rows", err)
        self.assertEqual(out.decode().split("\n")[0].split("\t"), documented()["stemma.keyness/1"][1:])
        _, out, _ = run("-x", A.index, "--json", "keyness", "--against", "source:echo", "--level", "0", "--min", "1", "-n", "2",
                        "source:post")
        answer = json.loads(out)
        self.assertEqual(keys_of(answer), documented()["stemma.keyness-list/1"])
        self.assertTrue(answer["more"])
        for r in answer["results"]:
            self.assertEqual(keys_of(r), documented()["stemma.keyness/1"])

    def test_usage(self):
        for args, words in [(("--level", "x", "a"), "--level 'x' is none"), (("--level", "-1", "a"), "is none"),
                            (("--stop", "xx", "a"), "there is a list for en"), (("--filter", "a b", "a"), "not a word"),
                            (("--measure", "chi", "a"), "g2"), (("--level", "3"), "no query")]:
            status, _, err = run("-x", A.index, "keyness", *args)
            self.assertEqual(status, 2, args)
            self.assertIn(words, err)
        self.assertEqual(run("-x", A.index, "keyness", "zzz")[0], 1)


class Ngrams(unittest.TestCase):
    def check(self, rows, n, chosen, every):
        want = A.counted(sequences(n), chosen, every)
        want.pop(None, None)
        single = A.counted(words_of, chosen, every)
        size = sum(v[0] for v in single.values())
        self.assertEqual({r["sequence"]: (r["O"], r["articles"], r["stories"], r["sources"]) for r in rows}, want)
        for r in rows:
            f = [single[w][0] for w in r["sequence"].split()]
            self.assertEqual([r[f"f{i}"] for i in range(1, 6)], f + [None] * (5 - n))
            self.assertEqual((r["N"], r["length"]), (size, n))
            e = math.prod(f) / size ** (n - 1)
            self.assertAlmostEqual(r["E"], e, 4)
            self.assertAlmostEqual(r["MI"], math.log2(r["O"] / e), 4)
            self.assertAlmostEqual(r["logDice"], 14 + math.log2(n * r["O"] / sum(f)), 4)

    def test_the_archive(self):
        for n in (2, 3, 4, 5):
            rows = ask("ngrams", "--words", str(n), "--min", "1", "-n", "0")
            self.check(rows, n, range(62), False)
            self.assertEqual([r["O"] for r in rows], sorted((r["O"] for r in rows), reverse=True))
        self.check(ask("ngrams", "--min", "1", "-n", "0", "--copies", "all"), 2, range(62), True)

    def test_articles(self):
        echo = [i for i in range(62) if A.articles[i][0] == "Echo"]
        rows = ask("ngrams", "--min", "1", "-n", "0", "source:echo")
        self.check(rows, 2, echo, False)
        self.assertEqual(rows, ask("ngrams", "--min", "1", "-n", "0", "--in", "articles", "source:echo"))
        otter = [i for i in range(62) if "otter" in words_of(A.articles[i][1])]
        self.check(ask("ngrams", "--words", "3", "--min", "1", "-n", "0", "--in", "articles", "otter"), 3, otter, False)

    def test_hits(self):
        rows = ask("ngrams", "--words", "3", "--min", "1", "-n", "0", '"the otter"')
        want = {s: v[0] for s, v in A.counted(sequences(3), range(62), False).items() if s and "the otter" in s}
        self.assertEqual({r["sequence"]: r["O"] for r in rows}, want)
        self.assertEqual(ask("ngrams", "--words", "2", "--min", "1", '"the otter of"', status=1), [])

    def test_several_lengths(self):
        both = ask("ngrams", "--words", "2,3", "-n", "0")
        self.assertEqual({r["length"] for r in both}, {2, 3})
        key = lambda r: r["sequence"]
        self.assertEqual(sorted((r for r in both if r["length"] == 2), key=key), sorted(ask("ngrams", "-n", "0"), key=key))
        self.assertEqual(both, ask("ngrams", "--words", "2..3", "-n", "0"))

    def test_what_is_hidden(self):
        rows = ask("ngrams", "--words", "3", "--min", "1", "-n", "0")
        hidden = [r["sequence"] for r in ask("ngrams", "--words", "3", "--min", "1", "-n", "0", "--stop", "en")]
        inner = [r["sequence"] for r in rows if not {"the", "of"} & {r["sequence"].split()[i] for i in (0, 2)}]
        self.assertEqual(hidden, inner)
        kelp = [r["sequence"] for r in ask("ngrams", "--words", "3", "--min", "1", "-n", "0", "--filter", "ke*")]
        self.assertEqual(kelp, [r["sequence"] for r in rows if "kelp" in r["sequence"].split()])
        self.assertEqual([r for r in rows if r["O"] >= 2], ask("ngrams", "--words", "3", "--min", "2", "-n", "0"))

    def test_order(self):
        for measure, key in [("logdice", "logDice"), ("mi", "MI"), ("mi3", "MI3"), ("t", "t"), ("dice", "Dice")]:
            got = [r[key] for r in ask("ngrams", "--sort", "measure", "--measure", measure)]
            self.assertEqual(got, sorted(got, reverse=True))
        got = [r["sequence"].split() for r in ask("ngrams", "--sort", "word", "-n", "0")]
        self.assertEqual(got, sorted(got))

    def test_memory(self):
        """The same answer in little memory: the sequences are counted in parts."""
        want = run("-x", A.index, "-f", "tsv", "ngrams", "--words", "2..5", "--min", "1", "-n", "0")
        self.assertEqual(run("-x", A.index, "-f", "tsv", "ngrams", "--words", "2..5", "--min", "1", "-n", "0",
                             "--memory", "24M"), want)

    def test_pages_and_documents(self):
        every = [r["sequence"] for r in ask("ngrams", "-n", "0")]
        _, out, err = run("-x", A.index, "-f", "tsv", "ngrams", "-n", "3", "--offset", "2")
        self.assertEqual([r["sequence"] for r in tsv(out)], every[2:5])
        self.assertIn(f"3 of {len(every)} rows", err)
        self.assertEqual(out.decode().split("\n")[0].split("\t"), documented()["stemma.ngrams/1"][1:])
        for args, where in [((), "archive"), (("kelp",), "hits"), (("source:post",), "articles")]:
            answer = json.loads(run("-x", A.index, "--json", "ngrams", "-n", "1", *args)[1])
            self.assertEqual(keys_of(answer), documented()["stemma.ngrams-list/1"])
            self.assertEqual((answer["in"], answer["more"]), (where, True))
            self.assertEqual(keys_of(answer["results"][0]), documented()["stemma.ngrams/1"])

    def test_usage(self):
        for args, words in [(("--words", "1"), "--words '1' is none"), (("--words", "2,"), "is none"), (("--words", "6"), "2 to 5"),
                            (("--words", "4..2"), "is none"), (("--words", ""), "is none"), (("--words", "2.3"), "is none"),
                            (("--words", "2.."), "is none"), (("--stop", "xx"), "there is a list")]:
            status, _, err = run("-x", A.index, "ngrams", *args)
            self.assertEqual(status, 2, args)
            self.assertIn(words, err)


class Like(unittest.TestCase):
    def test_as_search(self):
        for args in [(), ("-n", "3"), ("--offset", "2"), ("--copies", "all"), ("--sort", "source")]:
            like = run("-x", A.index, "-f", "tsv", "like", *args, "k-5")[1]
            self.assertEqual(like, run("-x", A.index, "-f", "tsv", "search", *args, "like:k-5")[1])
        like = run("-x", A.index, "-f", "tsv", "like", "k-5", "kelp", "source:post")[1]
        self.assertEqual(like, run("-x", A.index, "-f", "tsv", "search", "like:k-5 kelp source:post")[1])

    def test_words(self):
        rows = ask("like", "--weights", "k-5")
        words = collections.Counter(words_of(A.articles[5][1]))
        stories = {w: v[2] for w, v in A.counted(words_of, range(62), False).items()}
        want = {w: n * math.log(1 + (60 - stories[w] + .5) / (stories[w] + .5)) for w, n in words.items() if stories[w] > 1}
        self.assertEqual({r["word"]: (r["occurrences"], r["stories"]) for r in rows}, {w: (words[w], stories[w]) for w in want})
        for r in rows:
            self.assertAlmostEqual(r["weight"], want[r["word"]], 5)
        got = [r["weight"] for r in rows]
        self.assertEqual(got, sorted(got, reverse=True))
        self.assertEqual(keys_of(rows[0]), documented()["stemma.like-word/1"])
        answer = json.loads(run("-x", A.index, "--json", "like", "--weights", "k-5")[1])
        self.assertEqual(keys_of(answer), documented()["stemma.like-word-list/1"])
        head = json.loads(run("-x", A.index, "--json", "like", "k-5")[1])
        self.assertEqual([w["word"] for w in head["words"]], [r["word"] for r in rows])
        self.assertEqual(keys_of(head), documented()["stemma.like-list/1"])

    def test_usage(self):
        for args, words in [(("nobody", "kelp"), "no article's ID begins with 'nobody'"), (("k-", "kelp"), "begins the IDs of 62"),
                            (("-f", "vimgrep", "k-5"), "vimgrep")]:
            status, _, err = run("-x", A.index, "like", *args)
            self.assertEqual(status, 2, args)
            self.assertIn(words, err)


if __name__ == "__main__":
    unittest.main()
