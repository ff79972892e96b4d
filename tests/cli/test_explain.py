#!/usr/bin/env python3
"""bench/explain-differences: every rule is found out by an article made for it, and what no rule explains is told.

The rules of bench/peers are held against Stemma as well: the words of made texts are as many as it counts.
"""
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("STEMMA_BUILD", os.path.join(ROOT, "build", "release"))
sys.path.insert(0, os.path.join(ROOT, "bench", "peers"))
from rules import ALL, RULES, Words, chunks_of  # noqa: E402
from tokens import folded  # noqa: E402

FILLED = "\n".join(f"The harbour master counted the grey ships of fleet number {n:02} at dawn and went" for n in range(8))
# record, kind, words, rules that explain it
CASES = [
    ({"text": "The harbour\u2019s wall fell."}, "phrase", "harbour wall", "possessive"),
    ({"text": "They don't sail."}, "and", "don sail", "apostrophe"),
    ({"text": "A U.S. vessel sank."}, "and", "us vessel", "initials"),
    ({"text": "See example.org for ferries."}, "phrase", "example org", "stop"),
    ({"text": "It rose 3.5 metres."}, "phrase", "5 metres", "number"),
    ({"text": "The co-op sells herring."}, "and", "coop herring", "hyphen"),
    ({"text": "Stra\u00dfe and quay."}, "phrase", "strasse and", "letter"),
    ({"text": "A snake_case name."}, "and", "snake name", "underscore"),
    ({"text": "x" * 60 + " lighthouse"}, "and", "x" * 48 + " lighthouse", "long"),
    ({"text": "The light\u00adhouse keeper."}, "phrase", "lighthouse keeper", "invisible"),
    ({"text": "The port <https://a.example/b> opened."}, "phrase", "port opened", "link"),
    ({"text": "They left theHarbour<https://a.example/b> early."}, "phrase", "left the", "glued"),
    ({"text": "Salt &amp; tar."}, "phrase", "salt tar", "reference"),
    ({"text": "<p>Fish</p><p>market</p>"}, "phrase", "fish market", "html"),
    ({"body": "An anchor was raised."}, "phrase", "anchor was", "field"),
    ({"text": FILLED.replace("number 03", "politi-\ncal")}, "and", "political harbour", "hyphen + wrap"),
    ({"text": "The port " + "reed " * 8 + "1,000 kr"}, "near", "kr port", "number"),
    ({"text": "The wharf " + "reed " * 7 + "3.5 o'er isles"}, "near", "wharf isles", "apostrophe + number"),
    ({"text": "The canal " + "reed " * 6 + "3.5 o'er ab.cd lock"}, "near", "canal lock", "apostrophe + stop + number"),
]
FILES = {"phrase": "phrases", "and": "ands", "near": "nears"}


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)


def build(index, corpus):
    done = run(os.path.join(BUILD, "indexer", "stemma-index"), "build", "-x", index, "--progress", "none", "--copies", "exact", corpus)
    assert done.returncode in (0, 4), done.stderr


class Archive:
    """Records, the peers' tokens of them, queries, and an index (of other records, where they are given)."""

    def __init__(self, folder, records, queries, indexed=None):
        self.folder, self.corpus = folder, os.path.join(folder, "made.jsonl")
        self.index = os.path.join(folder, "index")
        self.write("made.jsonl", (json.dumps(r) for r in records))
        lines = (folded(f"{r.get('title') or ''} {r.get('text') or ''}") for r in records)
        self.write("tokens.txt", (" ".join(words) for words in lines if words))
        for kind, name in FILES.items():
            self.write(name + ".txt", dict.fromkeys(words for k, words in queries if k == kind))
        other = os.path.join(folder, "indexed.jsonl")
        self.write("indexed.jsonl", (json.dumps(r) for r in indexed or records))
        build(self.index, other)

    def write(self, name, lines):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as out:
            out.writelines(line + "\n" for line in lines)

    def explain(self):
        """Status, printed lines, rows of --out."""
        out = os.path.join(self.folder, "out.tsv")
        done = run(sys.executable, os.path.join(ROOT, "bench", "explain-differences"), self.corpus, "--index", self.index,
                   "--work", self.folder, "--build", BUILD, "--out", out)
        if done.returncode not in (0, 1) or done.stderr:
            raise AssertionError(done.stderr)
        with open(out, encoding="utf-8") as rows:
            return done.returncode, done.stdout.splitlines(), [row.rstrip("\n").split("\t") for row in rows]


class Explain(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="stemma-explain.")
        self.addCleanup(self.folder.cleanup)

    def test_each_rule_is_found(self):
        archive = Archive(self.folder.name, [c[0] for c in CASES], [c[1:3] for c in CASES])
        status, printed, rows = archive.explain()
        self.assertEqual((status, printed[-1].split()), (0, ["unexplained", "0", "0"]))
        found = {(kind, words, int(number)): rules for kind, words, number, _, rules in rows}
        for number, (_, kind, words, rules) in enumerate(CASES, 1):
            self.assertEqual(found.get((kind, words, number)), rules, (number, words))
        named = {r for rules in found.values() for r in rules.split(" + ")}
        self.assertEqual(named, set(RULES) - {"record"})

    def test_a_record_that_only_stemma_reads(self):
        """A control character in a string, which the peers' reader of JSON refuses"""
        archive = Archive(self.folder.name, [{"text": "gulls over the bay"}], [("phrase", "gulls over")])
        line = '{"text": "gulls\tover the pier"}'
        for name in ("made.jsonl", "indexed.jsonl"):
            archive.write(name, ['{"text": "gulls over the bay"}', line])
        archive.index += ".two"
        build(archive.index, archive.corpus)
        self.assertEqual(archive.explain(), (0, archive.explain()[1], [["phrase", "gulls over", "2", "stemma", "record"]]))

    def test_what_no_rule_explains(self):
        """The index has another word than the corpus, at the same bytes."""
        good, bad = {"text": "Amber birch cedar delta."}, {"text": "Amber birch cedar fjord."}
        archive = Archive(self.folder.name, [good, {"text": "Nothing here."}], [("phrase", "cedar delta"), ("and", "amber fjord")],
                          [bad, {"text": "Nothing here."}])
        status, printed, rows = archive.explain()
        self.assertEqual((status, printed[-1].split()), (1, ["unexplained", "2", "2"]))
        self.assertEqual([row[3:] for row in rows], [["stemma", "unexplained"], ["peers", "unexplained"]])

    def test_no_differences(self):
        archive = Archive(self.folder.name, [{"text": "amber birch cedar"}], [("phrase", "birch cedar"), ("near", "cedar amber")])
        status, printed, rows = archive.explain()
        self.assertEqual((status, rows, printed[-1].split()), (0, [], ["unexplained", "0", "0"]))

    def test_words_are_as_many_as_stemma_counts(self):
        rng = random.Random(4)
        bits = ["a", "B", "7", "x9", "'", "\u2019", ".", ",", ":", ";", "-", "_", " ", " ", "\u00e9", "e\u0301", "\u0142", "\u00bd", "'s ", "U.S.",
                "\u00ad", "\u4e2d", "\u30ab", "\u2014", "&amp;", "\u200d", "\u2122", "\u0661", "\n\n"]
        records = [{"id": f"w-{i}", "title": "".join(rng.choices(bits, k=5)), "text": "k" + "".join(rng.choices(bits, k=40))} for i in range(600)]
        archive = Archive(self.folder.name, records, [])
        done = run(os.path.join(BUILD, "query", "stemma-query"), "export", "-x", archive.index, "--format", "tsv", "--fields", "id,tokens")
        counted = dict(row.split("\t") for row in done.stdout.splitlines()[1:])
        words, none = Words(ALL), Words(())
        for r in records:
            terms = words.of_chunks(chunks_of(r, ALL))[0]
            self.assertEqual(len(terms), int(counted[r["id"]]), (r, terms))
            self.assertEqual(none.of_chunks(chunks_of(r, frozenset()))[0], folded(f"{r['title']} {r['text']}"))


if __name__ == "__main__":
    unittest.main()
