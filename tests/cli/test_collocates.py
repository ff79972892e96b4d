#!/usr/bin/env python3
"""collocates, end to end: its numbers held against counting by hand, its options, its page.

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
A = None


def make(path, seed):
    """Articles of random words in sentences, none a copy but the last two, which are the first word for word."""
    rng = random.Random(seed)
    texts = []
    for i in range(60):
        sentences = [rng.choices(WORDS, k=rng.randint(3, 12)) for _ in range(rng.randint(3, 9))]
        sentences[-1].append(f"end{i}")
        texts.append(sentences)
    texts += [texts[0], texts[0]]
    with open(path, "w", encoding="utf-8") as f:
        for i, sentences in enumerate(texts):
            body = " ".join(" ".join(s).capitalize() + "." for s in sentences)
            o = {"id": f"c-{i}", "text": body, "source": ["Post", "Gazette", "Echo"][i % 3]}
            f.write(json.dumps(o) + "\n")
    return texts


def make_large(path, seed):
    """Articles enough for a query to be counted on several threads, some copies of others."""
    rng = random.Random(seed)
    texts = [" ".join(rng.choices(WORDS + [f"rare{rng.randint(0, 400)}"], k=150)) for _ in range(500)]
    with open(path, "w", encoding="utf-8") as f:
        for i, text in enumerate(texts + texts[::9]):
            f.write(json.dumps({"id": f"l-{i}", "text": f"{text}.", "source": f"Outlet {i % 90}"}) + "\n")


class Archive:
    def __init__(self):
        self.texts = make(T.A.path("collocates.jsonl"), 11)
        self.index = T.A.path("collocates")
        build(self.index, "--copies", "exact", T.A.path("collocates.jsonl"))


def setUpModule():
    global A
    T.setUpModule()
    A = Archive()


def tearDownModule():
    T.tearDownModule()


def counted(node, left, right, sentence, every):
    """Counts of each word near the node, and what else the rows have."""
    o, f2, articles, stories, sources = (collections.Counter() for _ in range(5))
    outlets = collections.defaultdict(set)
    near = hits = size = 0
    for i, sentences in enumerate(A.texts):
        words = [(w, k) for k, s in enumerate(sentences) for w in s]
        copy = i >= 60
        seen = set()
        for at, (word, k) in enumerate(words):
            if every or not copy:
                f2[word] += 1
                size += 1
            if word != node:
                continue
            hits += every or not copy
            for j in range(max(0, at - left), min(len(words), at + right + 1)):
                if j != at and (not sentence or words[j][1] == k):
                    seen.add(words[j][0])
                    if every or not copy:
                        o[words[j][0]] += 1
                        near += 1
        for w in seen:
            articles[w] += 1
            stories[w] += not copy
            outlets[w].add(i % 3)
    return {w: (o[w], hits, f2[w], size, articles[w], stories[w], len(outlets[w])) for w in o}, near


def sequences(node, n, left, right, every):
    """The same of n neighbouring words in one sentence, on one side of the node."""
    o, f2, articles, stories, sources = (collections.Counter() for _ in range(5))
    outlets = collections.defaultdict(set)
    near = hits = size = 0
    for i, sentences in enumerate(A.texts):
        words = [(w, k) for k, s in enumerate(sentences) for w in s]
        copy = i >= 60
        seen = set()
        if every or not copy:
            size += len(words)
            for j in range(len(words) - n + 1):
                f2[" ".join(w for w, _ in words[j:j + n])] += 1
        for at, (word, _) in enumerate(words):
            if word != node:
                continue
            hits += every or not copy
            for lo, hi in [(max(0, at - left), at), (at + 1, min(len(words), at + 1 + right))]:
                for j in range(lo, hi - n + 1):
                    if len({k for _, k in words[j:j + n]}) > 1:
                        continue
                    text = " ".join(w for w, _ in words[j:j + n])
                    seen.add(text)
                    if every or not copy:
                        o[text] += 1
                        near += 1
        for w in seen:
            articles[w] += 1
            stories[w] += not copy
            outlets[w].add(i % 3)
    return {w: (o[w], hits, f2[w], size, articles[w], stories[w], len(outlets[w])) for w in o}, near


def ask(*args):
    _, out, err = run("-x", A.index, "-f", "jsonl", "collocates", "--limit", "0", "--min", "1", *args)
    return {r["word"]: r for r in jsonl(out)}


class Collocates(unittest.TestCase):
    def check(self, rows, want, near):
        names = ["O", "f1", "f2", "N", "articles", "stories", "sources"]
        self.assertEqual({w: tuple(r[k] for k in names) for w, r in rows.items()}, want)
        for r in rows.values():
            o, f1, f2, n = r["O"], r["f1"], r["f2"], r["N"]
            e = near * f2 / n
            self.assertAlmostEqual(r["E"], e, 5)
            self.assertAlmostEqual(r["logDice"], 14 + math.log2(2 * o / (f1 + f2)), 5)
            self.assertAlmostEqual(r["Dice"], 2 * o / (f1 + f2), 5)
            self.assertAlmostEqual(r["MI"], math.log2(o / e), 5)
            self.assertAlmostEqual(r["MI3"], math.log2(o**3 / e), 5)
            self.assertAlmostEqual(r["t"], (o - e) / math.sqrt(o), 5)
            cells = [[o, near - o], [max(f2 - o, 0), max(n - near - max(f2 - o, 0), 0)]]
            total = sum(map(sum, cells))
            g2 = 2 * sum(x * math.log(x * total / (sum(row) * (cells[0][j] + cells[1][j])))
                         for row in cells for j, x in enumerate(row) if x)
            self.assertAlmostEqual(r["G2"], g2, 4)
            p = math.erfc(math.sqrt(g2 / 2))
            self.assertLess(abs(r["p"] - p), 1e-4 * p + 1e-300)

    def test_windows(self):
        for window, left, right in [("5", 5, 5), ("-3,0", 3, 0), ("0,2", 0, 2), ("-1,4", 1, 4)]:
            for mode in ["collapse", "all"]:
                want, near = counted("kelp", left, right, False, mode == "all")
                self.check(ask("--window", window, "--copies", mode, "kelp"), want, near)

    def test_sentences(self):
        want, near = counted("kelp", 99, 99, True, False)
        self.check(ask("--within", "sentence", "kelp"), want, near)
        want, near = counted("kelp", 2, 1, True, False)
        self.check(ask("--within", "sentence", "--window", "-2,1", "kelp"), want, near)

    def test_phrases(self):
        for n, left, right in [(2, 5, 5), (3, 5, 5), (2, 4, 0), (3, 3, 2)]:
            for mode in ["collapse", "all"]:
                want, near = sequences("kelp", n, left, right, mode == "all")
                rows = ask("--words", str(n), "--window", f"-{left},{right}", "--copies", mode, "kelp")
                self.check(rows, want, near)
        rows = ask("--words", "2", "kelp")
        self.assertEqual(ask("--words", "1", "kelp"), ask("kelp"))
        shown = ask("--words", "2", "--filter", "ce*", "kelp")
        self.assertEqual(set(shown), {w for w in rows if any(x.startswith("ce") for x in w.split())})
        hidden = set(rows) - set(ask("--words", "2", "--stop", "en", "kelp"))
        self.assertEqual(hidden, {w for w in rows if set(w.split()) <= {"the", "of"}})

    def test_many_outlets(self):
        path, index = T.A.path("outlets.jsonl"), T.A.path("outlets")
        with open(path, "w", encoding="utf-8") as f:
            for i, sentences in enumerate(A.texts):
                body = " ".join(" ".join(s) + "." for s in sentences)
                f.write(json.dumps({"id": f"o-{i}", "text": body, "source": f"Paper {i % 47}"}) + "\n")
        build(index, "--copies", "exact", path)
        want = collections.defaultdict(set)
        for i, sentences in enumerate(A.texts):
            words = [w for s in sentences for w in s]
            for at, word in enumerate(words):
                if word == "kelp":
                    for j in range(max(0, at - 5), min(len(words), at + 6)):
                        if j != at:
                            want[words[j]].add(i % 47)
        self.assertGreater(max(map(len, want.values())), 33)  # more than a row has bits for
        _, out, _ = run("-x", index, "-f", "jsonl", "collocates", "-n", "0", "--min", "1", "kelp")
        self.maxDiff = None
        self.assertEqual({r["word"]: r["sources"] for r in jsonl(out)}, {w: len(v) for w, v in want.items()})

    def test_one_letter_units(self):
        for letter, name in [("/s", "sentence"), ("/p", "paragraph")]:
            self.assertEqual(ask("--within", letter, "kelp"), ask("--within", name, "kelp"))

    def test_the_first_are_the_same(self):
        for measure in ["logdice", "mi", "mi3", "t", "g2", "dice"]:
            for sort in ["measure", "count"]:
                args = ["--measure", measure, "--sort", sort, "kelp"]
                rows = list(ask(*args).values())
                _, out, _ = run("-x", A.index, "-f", "jsonl", "collocates", "--min", "1", "-n", "3", "--offset", "1",
                                *args)
                self.assertEqual(jsonl(out), rows[1:4])

    def test_surfaces(self):
        rows = ask("--by", "surface", "kelp")
        folded = ask("kelp")
        self.assertIn("Otter", rows)
        for word in WORDS:
            both = [rows[w]["O"] for w in (word, word.capitalize()) if w in rows]
            self.assertEqual(sum(both), folded[word]["O"])
            self.assertEqual(sum(rows[w]["f2"] for w in (word, word.capitalize()) if w in rows), folded[word]["f2"])

    def test_what_is_hidden(self):
        rows = ask("kelp")
        hidden = ask("--stop", "en", "kelp")
        self.assertEqual(set(rows) - set(hidden), {"the", "of"})
        self.assertTrue(all(hidden[w] == rows[w] for w in hidden))
        self.assertEqual(ask("--filter", "*er", "kelp"), {w: r for w, r in rows.items() if w.endswith("er")})
        self.assertEqual(ask("--filter", "ce*", "kelp"), {"cedar": rows["cedar"]})
        self.assertEqual(ask("--filter", "Cedar", "kelp"), {"cedar": rows["cedar"]})
        least = sorted(r["O"] for r in rows.values())[-3]
        self.assertEqual(set(ask("--min", str(least), "kelp")), {w for w, r in rows.items() if r["O"] >= least})

    def test_order(self):
        rows = list(ask("kelp").values())
        for measure in ["logDice", "MI", "MI3", "t", "Dice"]:
            got = [r[measure] for r in ask("--measure", measure.lower(), "kelp").values()]
            self.assertEqual(got, sorted(got, reverse=True))
        got = [r["G2"] if r["O"] >= r["E"] else -r["G2"] for r in ask("--measure", "g2", "kelp").values()]
        self.assertEqual(got, sorted(got, reverse=True))
        self.assertEqual(list(ask("--sort", "word", "kelp")), sorted(r["word"] for r in rows))
        got = [r["O"] for r in ask("--sort", "count", "kelp").values()]
        self.assertEqual(got, sorted(got, reverse=True))

    def test_a_page(self):
        words = list(ask("kelp"))
        _, out, err = run("-x", A.index, "-f", "tsv", "collocates", "--min", "1", "-n", "4", "--offset", "2", "kelp")
        self.assertEqual([r["word"] for r in tsv(out)], words[2:6])
        self.assertIn(f"4 of {len(words)} rows", err)

    def test_threads(self):
        """What is printed does not depend on how many threads count."""
        path, index = T.A.path("large.jsonl"), T.A.path("large")
        make_large(path, 5)
        build(index, "--copies", "exact", path)
        query = " OR ".join(WORDS[:12])
        for args in ([], ["--by", "surface"], ["--copies", "all", "--within", "sentence"], ["--sort", "word", "--min", "1"]):
            answers = [run("-x", index, "-f", "jsonl", "collocates", "-n", "0", "-j", j, *args, query) for j in ("1", "2", "8")]
            self.assertEqual(answers[0][0], 0)
            self.assertGreater(answers[0][1].count(b"\n"), 17)
            self.assertEqual(answers[1], answers[0], args)
            self.assertEqual(answers[2], answers[0], args)

    def test_documented(self):
        _, out, _ = run("-x", A.index, "--json", "collocates", "-n", "3", "kelp")
        answer = json.loads(out)
        self.assertEqual(keys_of(answer), documented()["stemma.collocates-list/1"])
        self.assertTrue(answer["more"])
        for r in answer["results"]:
            self.assertEqual(keys_of(r), documented()["stemma.collocates/1"])
        _, out, _ = run("-x", A.index, "-f", "tsv", "collocates", "kelp")
        self.assertEqual(out.decode().split("\n")[0].split("\t"), documented()["stemma.collocates/1"][1:])

    def test_text(self):
        _, out, _ = run("-x", A.index, "collocates", "kelp")
        self.assertEqual(out.decode().split("\n")[0].split(),
                         "word O E f1 f2 N logDice articles stories sources".split())
        _, out, _ = run("-x", A.index, "collocates", "--measure", "t", "kelp")
        self.assertIn("t", out.decode().split("\n")[0].split())

    def test_nothing(self):
        status, out, _ = run("-x", A.index, "-f", "tsv", "collocates", "zzz")
        self.assertEqual((status, len(tsv(out))), (1, 0))

    def test_usage(self):
        for args, words in [(("--window", "x"), "--window 'x' is none"), (("--window", "0"), "is none"),
                            (("--window", "3,5"), "is none"), (("--window", "99999"), "10000 at most"),
                            (("--stop", "xx"), "there is a list for en"),
                            (("--filter", "a b"), "not a word"), (("--measure", "chi"), "logdice"), (("--words", "4"), "--words")]:
            status, _, err = run("-x", A.index, "collocates", *args, "kelp")
            self.assertEqual(status, 2, args)
            self.assertIn(words, err)


if __name__ == "__main__":
    unittest.main()
