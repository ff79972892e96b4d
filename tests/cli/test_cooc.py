#!/usr/bin/env python3
"""cooc, matrix and timeline --pair, end to end: their numbers held against counting by hand, their options, their pages.

Stand-alone as test_query.py, whose helpers it has.
"""
import collections
import itertools
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
OUTLETS = ["Post", "Gazette", "Echo"]
A = None


def make(path, seed):
    """Articles of paragraphs of sentences of random words; the last two are copies of the first, word for word. `Otter` is a
    name: it has a capital wherever it stands."""
    rng = random.Random(seed)
    texts = []
    for i in range(60):
        paragraphs = [[rng.choices(WORDS, k=rng.randint(3, 9)) for _ in range(rng.randint(1, 4))]
                      for _ in range(rng.randint(2, 4))]
        paragraphs[-1][-1].append(f"end{i}")
        texts.append(paragraphs)
    texts += [texts[0], texts[0]]
    with open(path, "w", encoding="utf-8") as f:
        for i, paragraphs in enumerate(texts):
            body = "\n\n".join(" ".join(" ".join(s).capitalize().replace("otter", "Otter") + "." for s in p)
                               for p in paragraphs)
            o = {"id": f"c-{i}", "text": body, "source": OUTLETS[i % 3], "date": f"2016-{1 + i % 5:02}-10"}
            f.write(json.dumps(o) + "\n")
    return texts


class Archive:
    def __init__(self):
        self.texts = make(T.A.path("cooc.jsonl"), 12)
        self.index = T.A.path("cooc")
        build(self.index, "--copies", "exact", T.A.path("cooc.jsonl"))


def setUpModule():
    global A
    T.setUpModule()
    A = Archive()


def tearDownModule():
    T.tearDownModule()


def units_of(text, within):
    """What an article is counted in: lists of words."""
    if within == "sentence":
        return [s for p in text for s in p]
    if within == "paragraph":
        return [[w for s in p for w in s] for p in text]
    return [[w for p in text for s in p for w in s]]


def near(words, a, b, window):
    """Pairs of the two, each as short as may be, none over another."""
    n, start = 0, 0
    for end in range(len(words)):
        other = {a: b, b: a}.get(words[end])
        left = [i for i in range(max(start, end - window), end) if words[i] == other]
        if other and left:
            n += 1
            start = end + 1
    return n


def counted(a, b, within, window, every, texts=None):
    o = f1 = f2 = size = 0
    articles, stories, sources = set(), set(), set()
    for i, text in enumerate(A.texts):
        if texts is not None and i not in texts:
            continue
        once = every or i < 60
        words = units_of(text, "article")[0]
        if within == "words":
            here = near(words, a, b, window)
            counts = here, words.count(a), words.count(b), len(words)
        else:
            units = units_of(text, within)
            counts = tuple(sum(all(w in u for w in want) for u in units) for want in ([a, b], [a], [b], []))
        if once:
            o, f1, f2, size = (x + y for x, y in zip((o, f1, f2, size), counts))
        if counts[0]:
            articles.add(i)
            stories.add(0 if i >= 60 else i)
            sources.add(i % 3)
    return o, f1, f2, size, len(articles), len(stories), len(sources)


def ask(command, *args):
    _, out, _ = run("-x", A.index, "-f", "jsonl", command, *args)
    return jsonl(out)


class Cooc(unittest.TestCase):
    def check(self, row, want, window=None):
        o, f1, f2, n = want[:4]
        self.assertEqual(tuple(row[k] for k in ["O", "f1", "f2", "N", "articles", "stories", "sources"]), want)
        near = f1 * 2 * window if window else f1
        e = near * f2 / n
        self.assertAlmostEqual(row["E"], e, 5)
        self.assertAlmostEqual(row["Dice"], 2 * o / (f1 + f2), 5)
        if o:
            self.assertAlmostEqual(row["logDice"], 14 + math.log2(2 * o / (f1 + f2)), 5)
            self.assertAlmostEqual(row["MI"], math.log2(o / e), 5)
            self.assertAlmostEqual(row["MI3"], math.log2(o**3 / e), 5)
            self.assertAlmostEqual(row["t"], (o - e) / math.sqrt(o), 5)

    def test_scopes(self):
        words = ["kelp", "otter", "amber", "the"]
        for within, window, args in [("sentence", None, []), ("sentence", None, ["--within", "/s"]),
                                     ("paragraph", None, ["--within", "paragraph"]),
                                     ("paragraph", None, ["--within", "/p"]),
                                     ("article", None, ["--within", "article"]),
                                     ("words", 3, ["--window", "3"]), ("words", 5, ["--within", "words"])]:
            for mode in ["collapse", "all"]:
                rows = ask("cooc", "--limit", "0", "--min", "0", "--copies", mode, *args, *words)
                rows = {(r["a"], r["b"]): r for r in rows}
                self.assertEqual(set(rows), set(itertools.combinations(words, 2)))
                for (a, b), row in rows.items():
                    self.check(row, counted(a, b, within, window, mode == "all"), window)
                    self.assertEqual(row["O_all"], counted(a, b, within, window, True)[0])
                    self.assertEqual(row["mode"], mode)

    def test_any_query(self):
        rows = ask("cooc", '"kelp otter"', "amber OR birch", "source:post the", "--within", "article", "--min", "0",
                   "--sort", "given")
        want = [0, 0, 0]
        for i, text in enumerate(A.texts[:60]):
            words = units_of(text, "article")[0]
            has = [("kelp", "otter") in zip(words, words[1:]), "amber" in words or "birch" in words,
                   i % 3 == 0 and "the" in words]
            # the copies of the first are of other outlets
            for k, (a, b) in enumerate(itertools.combinations(range(3), 2)):
                want[k] += has[a] and has[b]
        self.assertEqual([r["O"] for r in rows], want)

    def test_equals_near(self):
        for a, b in [("kelp", "otter"), ('"the of"', "amber"), ("ce*", "kelp")]:
            row = ask("cooc", "--window", "4", "--min", "0", a, b)[0]
            _, out, _ = run("-x", A.index, "-f", "jsonl", "count", f"{a} NEAR/4 {b}")
            count = jsonl(out)[0]
            self.assertEqual((row["O"], row["O_all"]), (count["hits"], count["hits_all"]))
            self.assertEqual((row["stories"], row["articles"]), (count["stories"], count["articles"]))

    def test_order(self):
        words = WORDS[:8]
        rows = ask("cooc", *words)
        got = [(r["O"], r["logDice"]) for r in rows]
        self.assertEqual(got, sorted(got, reverse=True))
        for measure in ["logDice", "MI", "MI3", "t", "Dice"]:
            got = [r[measure] for r in ask("cooc", "--measure", measure.lower(), *words)]
            self.assertEqual(got, sorted(got, reverse=True))
        got = [(r["a"], r["b"]) for r in ask("cooc", "--sort", "given", "--min", "0", *words)]
        self.assertEqual(got, list(itertools.combinations(words, 2)))
        least = sorted(r["O"] for r in rows)[10]
        self.assertEqual(ask("cooc", "--min", str(least), *words), [r for r in rows if r["O"] >= least])

    def test_a_page_and_a_file(self):
        path = T.A.path("cooc-queries")
        with open(path, "w", encoding="utf-8") as f:
            f.write("amber\nbirch\ncedar\n\n")
        rows = ask("cooc", "amber", "birch", "cedar")
        self.assertEqual(ask("cooc", "--queries", path), rows)
        _, out, err = run("-x", A.index, "-f", "tsv", "cooc", "-n", "1", "--offset", "1", "--queries", path)
        self.assertEqual([(r["a"], r["b"]) for r in tsv(out)], [(r["a"], r["b"]) for r in rows[1:2]])
        self.assertIn("1 of 3 pairs are shown", err)

    def test_threads(self):
        """What is printed does not depend on how many threads count, in an archive that is large enough for several."""
        path, index, words = T.A.path("large.jsonl"), T.A.path("large"), [f"w{i}" for i in range(20)]
        rng = random.Random(7)
        texts = [". ".join(" ".join(rng.choices(words, k=9)) for _ in range(6)) for _ in range(1500)]
        with open(path, "w", encoding="utf-8") as f:
            for i, text in enumerate(texts + texts[::9]):
                f.write(json.dumps({"id": f"l-{i}", "text": f"{text}.", "source": f"Outlet {i % 70}"}) + "\n")
        build(index, "--copies", "exact", path)
        for args in (["cooc", "-n", "0"], ["cooc", "-n", "0", "--window", "3", "--copies", "all"], ["cooc", "--within", "article"],
                     ["matrix"]):
            answers = [run("-x", index, "-f", "csv", *args, "-j", j, *words) for j in ("1", "2", "8")]
            self.assertEqual(answers[0][0], 0)
            self.assertEqual(answers[1], answers[0], args)
            self.assertEqual(answers[2], answers[0], args)

    def test_more_queries_than_a_mask_has_bits(self):
        """Stories that hold 80 of the queries: pairs are counted as their sentences say, and as among 40 of them."""
        path, index, words = T.A.path("many.jsonl"), T.A.path("many"), [f"w{i}" for i in range(80)]
        rng = random.Random(9)
        texts = [[rng.sample(words, 12) for _ in range(30)] for _ in range(6)]
        with open(path, "w", encoding="utf-8") as f:
            for i, text in enumerate(texts):
                f.write(json.dumps({"id": f"m-{i}", "text": " ".join(" ".join(s).capitalize() + "." for s in text)}) + "\n")
        build(index, "--copies", "exact", path)
        self.assertTrue(all(len({w for s in text for w in s}) > 64 for text in texts))
        want = {}
        for pair in (p for text in texts for s in text for p in itertools.combinations(sorted(s), 2)):
            want[pair] = want.get(pair, 0) + 1
        for asked in (words, words[:40]):
            rows = jsonl(run("-x", index, "-f", "jsonl", "cooc", "-n", "0", "--min", "1", *asked)[1])
            got = {tuple(sorted((r["a"], r["b"]))): r["O"] for r in rows if r["O"]}
            self.assertEqual(got, {p: n for p, n in want.items() if p[0] in asked and p[1] in asked})

    def test_top(self):
        """The pairs are those of the commonest words that are not stop words, and no others."""
        n = collections.Counter(w for t in A.texts[:60] for w in units_of(t, "article")[0])
        content = [w for w, _ in sorted(n.items(), key=lambda x: (-x[1], x[0])) if w not in ("the", "of")][:9]
        want = ask("cooc", "--measure", "logdice", "--min", "5", "-n", "6", *content)
        self.assertEqual(ask("cooc", "--top", "6", "--of", "9"), want)
        e = ask("cooc", "--top", "99", "--filter", "*er", "--min", "1")
        self.assertEqual({x for r in e for x in (r["a"], r["b"])}, {w for w in WORDS if w.endswith("er")})
        self.assertEqual(ask("cooc", "--top", "9", "--among", "names"), [])
        names = ask("cooc", "--top", "9", "--among", "names", "--min", "0", "--of", "2")
        self.assertEqual(names, [], "Otter alone is a name")

    def test_documented(self):
        _, out, _ = run("-x", A.index, "--json", "cooc", "-n", "2", "kelp", "amber", "birch")
        answer = json.loads(out)
        self.assertEqual(keys_of(answer), documented()["stemma.cooc-list/1"])
        self.assertTrue(answer["more"])
        for r in answer["results"]:
            self.assertEqual(keys_of(r), documented()["stemma.cooc/1"])
        _, out, _ = run("-x", A.index, "-f", "tsv", "cooc", "kelp", "amber")
        self.assertEqual(out.decode().split("\n")[0].split("\t"), documented()["stemma.cooc/1"][1:])

    def test_text(self):
        _, out, err = run("-x", A.index, "cooc", "kelp", "amber")
        self.assertEqual(out.decode().split("\n")[0].split(),
                         "a b O E f1 f2 N logDice articles stories sources".split())
        self.assertIn("sentences", err)
        for form, start in [("dot", b"graph"), ("graphml", b"<?xml"), ("svg", b"<?xml")]:
            status, out, _ = run("-x", A.index, "-f", form, "cooc", "kelp", "amber", "birch")
            self.assertEqual((status, out.startswith(start)), (0, True))

    def test_nothing(self):
        status, out, _ = run("-x", A.index, "-f", "tsv", "cooc", "zzz", "kelp")
        self.assertEqual((status, len(tsv(out))), (1, 0))

    def test_usage(self):
        for args, words in [(("kelp",), "a pair takes two"), (("kelp", "amber", "--window", "0"), "--window"),
                            (("kelp", "amber", "--window", "3", "--within", "sentence"), "--window counts words"),
                            (("kelp", "amber", "--of", "9"), "are for --top"), (("kelp", "--top", "9"), "takes no queries"),
                            (("--top", "9", "--stop", "xx"), "there is a list for en"),
                            (("kelp", "amber", "-f", "vega"), "svg")]:
            status, _, err = run("-x", A.index, "cooc", *args)
            self.assertEqual(status, 2, args)
            self.assertIn(words, err)


class Matrix(unittest.TestCase):
    def test_pairs(self):
        words = WORDS[:5]
        pairs = {(r["a"], r["b"]): r for r in ask("cooc", "--min", "0", *words)}
        for measure, key in [("logdice", "logDice"), ("count", "O"), ("g2", "G2")]:
            rows = ask("matrix", "--measure", measure, *words)
            self.assertEqual([(r["a"], r["b"]) for r in rows], list(itertools.combinations(words, 2)))
            for r in rows:
                p = pairs[r["a"], r["b"]]
                self.assertAlmostEqual(r["value"], p[key], 5)
                self.assertEqual([r[k] for k in ["O", "E", "f1", "f2", "N"]], [p[k] for k in ["O", "E", "f1", "f2", "N"]])

    def test_by(self):
        for by, of in [("source", lambda i: OUTLETS[i % 3]), ("month", lambda i: f"2016-{1 + i % 5:02}")]:
            for mode in ["collapse", "all"]:
                rows = ask("matrix", "--by", by, "--copies", mode, "--value", "relative", "kelp", "otter")
                groups = {of(i) for i in range(62)}
                self.assertEqual({(r["query"], r["group"]) for r in rows}, set(itertools.product(["kelp", "otter"], groups)))
                for r in rows:
                    texts = [(i, units_of(t, "article")[0]) for i, t in enumerate(A.texts) if of(i) == r["group"]]
                    if mode == "collapse" and len({0, 60, 61} & {i for i, _ in texts}) > 1:
                        texts = [(i, t) for i, t in texts if i < 60 or (i == 61 and 0 not in dict(texts)
                                                                        and 60 not in dict(texts))]
                    hits = sum(t.count(r["query"]) for _, t in texts)
                    words = sum(len(t) for _, t in texts)
                    self.assertEqual((r["hits" if mode == "collapse" else "hits_all"], r["words"]), (hits, words))
                    self.assertAlmostEqual(r["value"], 1e6 * hits / words, 3)
        self.assertEqual([r["group"] for r in ask("matrix", "--by", "month", "-n", "2", "kelp")], ["2016-04", "2016-05"])

    def test_heat_map(self):
        _, out, _ = run("-x", A.index, "matrix", "kelp", "otter", "amber")
        lines = out.decode().split("\n")
        self.assertEqual(lines[0].split(), ["kelp", "otter", "amber"])
        self.assertEqual([x.split()[0] for x in lines[1:5]], ["kelp", "otter", "amber", "logDice"])
        for form, start in [("svg", b"<?xml"), ("vega", b"{")]:
            for args in [["kelp", "otter", "amber"], ["--by", "month", "kelp"]]:
                status, out, _ = run("-x", A.index, "-f", form, "matrix", *args)
                self.assertEqual((status, out.startswith(start)), (0, True))

    def test_documented(self):
        for args, name in [(["kelp", "otter"], "matrix"), (["--by", "month", "kelp"], "matrix-by")]:
            _, out, _ = run("-x", A.index, "--json", "matrix", *args)
            answer = json.loads(out)
            self.assertEqual(keys_of(answer), documented()[f"stemma.{name}-list/1"])
            for r in answer["results"]:
                self.assertEqual(keys_of(r), documented()[f"stemma.{name}/1"])
            _, out, _ = run("-x", A.index, "-f", "tsv", "matrix", *args)
            self.assertEqual(out.decode().split("\n")[0].split("\t"), documented()[f"stemma.{name}/1"][1:])

    def test_usage(self):
        for args, words in [(("kelp",), "a matrix takes queries"), (("--by", "mnth", "kelp"), "did you mean"),
                            (("--by", "month,source", "kelp"), "one field"), (("--by", "month"), "a matrix takes queries"),
                            (("--by", "month", "--within", "sentence", "kelp"), "are for pairs")]:
            status, _, err = run("-x", A.index, "matrix", *args)
            self.assertEqual(status, 2, args)
            self.assertIn(words, err)
        self.assertEqual(run("-x", A.index, "matrix", "zzz", "yyy")[0], 1)


class Pair(unittest.TestCase):
    def test_bins(self):
        for within, window, args in [("sentence", None, []), ("paragraph", None, ["--within", "/p"]),
                                     ("article", None, ["--within", "article"]), ("words", 4, ["--window", "4"])]:
            for mode in ["collapse", "all"]:
                rows = ask("timeline", "--pair", "--bin", "month", "--copies", mode, *args, "kelp", "amber")
                self.assertEqual([r["bin"] for r in rows], [f"2016-{m:02}" for m in range(1, 6)])
                for k, r in enumerate(rows):
                    texts = {i for i in range(62) if i % 5 == k}
                    # the copies, 60 and 61, are in the months of 0 and 1
                    if mode == "collapse" and k == 1:
                        want = counted("kelp", "amber", within, window, True, texts)
                    else:
                        want = counted("kelp", "amber", within, window, mode == "all", texts)
                    self.assertEqual(tuple(r[x] for x in ["O", "f1", "f2", "N"]), want[:4])
                    self.assertEqual(r["articles"], want[4])
                    self.assertAlmostEqual(r["share"], want[0] / want[1], 5)
                    self.assertAlmostEqual(r["per_million"], 1e6 * want[0] / want[3], 3)

    def test_range(self):
        rows = ask("timeline", "--pair", "--bin", "month", "--from", "2016-02", "--to", "2016-03", "kelp", "amber")
        every = ask("timeline", "--pair", "--bin", "month", "kelp", "amber")
        self.assertEqual(rows, every[1:3])

    def test_text(self):
        _, out, _ = run("-x", A.index, "timeline", "--pair", "-r", "kelp", "amber")
        lines = out.decode().strip().split("\n")
        self.assertEqual(lines[0].split()[1:], ["O", "f1", "f2", "logDice", "relative"])
        self.assertEqual(lines[-1], "kelp and amber: sentences with both per million sentences")
        for form, start in [("svg", b"<?xml"), ("vega", b"{")]:
            status, out, _ = run("-x", A.index, "-f", form, "timeline", "--pair", "kelp", "amber")
            self.assertEqual((status, out.startswith(start)), (0, True))

    def test_documented(self):
        _, out, _ = run("-x", A.index, "--json", "timeline", "--pair", "kelp", "amber")
        answer = json.loads(out)
        self.assertEqual(keys_of(answer), documented()["stemma.timeline-pair-list/1"])
        for r in answer["results"]:
            self.assertEqual(keys_of(r), documented()["stemma.timeline-pair/1"])

    def test_usage(self):
        for args, words in [(("--pair", "kelp"), "takes two queries, not 1"), (("--within", "sentence", "kelp"), "for --pair"),
                            (("--pair", "a", "b", "c"), "not 3")]:
            status, _, err = run("-x", A.index, "timeline", *args)
            self.assertEqual(status, 2, args)
            self.assertIn(words, err)


if __name__ == "__main__":
    unittest.main()
