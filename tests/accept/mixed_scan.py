#!/usr/bin/env python3
"""mixed_scan.py QUERY-PROGRAM INDEX ARTICLES.jsonl [QUERIES] [SEED]

Answers queries of all kinds (mixed_queries.py) by a scan of the articles (mixed_text.py,
mixed_eval.py) that shares no code with Stemma, and asks stemma-query the same. Compared are, for
every article, the number of its words, and for every query the articles that match and the hits of each by word and length (search --copies all),
the number of hits and articles (count --queries), and for every tenth the articles of export.
Then every hit's bytes, as search prints them, are read from the file and must hold its words.

Restrictions: words of queries are in ASCII (mixed_queries.py); regular expressions are those that
Python and PCRE2 read alike; articles that may hold HTML or Markdown are not in the file, as the
scan has no parser of them. Passages (hits with copies taken once) and the filters of copies (is:,
copies:, story:, like:) are not asked for: they have tests of their own."""

import json
import random
import subprocess
import sys
import tempfile
from collections import Counter

import mixed_queries
from mixed_eval import Evaluator, Vocabulary, typed
from mixed_text import LINK, Article, cut

SAMPLE = 1000  # articles that queries are made from


def ask(program, command, index, *rest):
    r = subprocess.run([program, command, "-x", index, *rest], capture_output=True)
    if r.returncode not in (0, 1):
        sys.exit(f"stemma-query {command} {rest}: status {r.returncode}: {r.stderr.decode()}")
    if r.stderr:
        note = r.stderr.decode()
        if "as a" in note or "literal" in note:
            print(f"  note on {rest[-1]}: {note.strip()}")
    return r.stdout


def scan(path, trees):
    """[{record: hits}] of each tree, and each article's terms and how many of them are its title's"""
    vocabulary = Vocabulary(trees)
    judge, found, terms, titles = Evaluator(vocabulary), [{} for _ in trees], {}, {}
    with open(path, encoding="utf-8") as f:
        for record, line in enumerate(f, 1):
            art = Article(record, line)
            vocabulary.add(art.places.keys())
            terms[record], titles[record] = art.terms, art.title_n
            for answers, tree in zip(found, trees):
                hits = judge.matches(tree, art)
                if hits is not None:
                    answers[record] = hits
    return found, terms, titles


class Spans:
    """Hits read back from the file of articles by their bytes"""

    def __init__(self, path, terms, titles):
        self.file, self.terms, self.titles = open(path, "rb"), terms, titles
        self.read = self.wrong = 0

    def check(self, query, record, match):
        self.file.seek(match["bytes_from"])
        raw = self.file.read(match["bytes_to"] - match["bytes_from"])
        wanted = self.terms[record][match["token"]:match["token"] + match["tokens"]]
        in_title = self.titles[record] - match["token"]
        if 0 < in_title < match["tokens"]:  # from the title into the text: two strings of the record
            parts = [raw[:raw.find(b'", "')], raw[raw.rfind(b'"text": "') + 9:]]
        else:
            parts = [raw]
        try:
            texts = [json.loads(b'"' + p + b'"', strict=False) for p in parts]
            held = [t for text in texts for _, _, t in cut(LINK.sub("", text))]
        except ValueError:
            held = None
        self.read += 1
        if held != wanted:
            self.wrong += 1
            if self.wrong <= 10:
                print(f"  {query}: record {record}, bytes {match['bytes_from']}: {len(wanted)} words {wanted[:4]}, the file has {raw[:80]!r}")


def compare(program, index, text, answers, spans):
    """None, or how the answers of search differ from the scan's"""
    got, why = {}, None
    for line in ask(program, "search", index, "--copies", "all", "--limit", "0", "--format", "jsonl", "--", text).splitlines():
        o = json.loads(line)
        record = o["provenance"]["record"]
        got[record] = {(m["token"], m["tokens"]) for m in o["matches"]}
        for m in o["matches"]:
            spans.check(text, record, m)
    if got.keys() != answers.keys():
        more, less = sorted(got.keys() - answers.keys()), sorted(answers.keys() - got.keys())
        why = f"articles {len(got)}, scan {len(answers)}; only index {more[:5]}, only scan {less[:5]}"
    else:
        other = [r for r in got if got[r] != answers[r]]
        if other:
            r = other[0]
            why = (f"hits differ in {len(other)} articles; record {r}: only index {sorted(got[r] - answers[r])[:4]}, "
                   f"only scan {sorted(answers[r] - got[r])[:4]}")
    return why


def main():
    program, index, path = sys.argv[1:4]
    wanted = int(sys.argv[4]) if len(sys.argv) > 4 else 500
    rng = random.Random(int(sys.argv[5]) if len(sys.argv) > 5 else 11)
    with open(path, encoding="utf-8") as f:
        lines = list(enumerate(f, 1))
    some = [Article(r, line) for r, line in rng.sample(lines, min(SAMPLE, len(lines)))]
    queries = mixed_queries.make(rng, some, wanted)
    del some, lines
    found, terms, titles = scan(path, [tree for _, tree in queries])
    texts = [typed(tree) for _, tree in queries]
    spans, wrong, empty = Spans(path, terms, titles), Counter(), Counter()
    lengths = {}
    for line in ask(program, "export", index, "--format", "jsonl", "--fields", "record,tokens").splitlines():
        o = json.loads(line)
        lengths[o["record"]] = o["tokens"]
    longer = [r for r in terms.keys() | lengths.keys() if r not in terms or lengths.get(r) != len(terms[r])]
    if longer:
        print(f"  words of record {longer[0]}: {lengths.get(longer[0])}, scan {len(terms.get(longer[0], ()))}")
    print(f"articles of another number of words {len(longer)} bound 0")
    for i, ((kind, _), text, answers) in enumerate(zip(queries, texts, found)):
        why = compare(program, index, text, answers, spans)
        empty[kind] += not answers
        if not why and i % 10 == 0:
            out = ask(program, "export", index, "--format", "jsonl", "--fields", "record", "--", text)
            ids = sorted(json.loads(line)["record"] for line in out.splitlines())
            if ids != sorted(answers):
                why = f"export has {len(ids)} articles, scan {len(answers)}"
        if why:
            wrong[kind] += 1
            print(f"  {kind}: {text}\n    {why}")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as f:
        f.write("".join(t + "\n" for t in texts))
        f.flush()
        rows = [r.split("\t") for r in ask(program, "count", index, "--format", "tsv", "--queries", f.name).decode().splitlines()]
    counts = 0
    for text, row, answers in zip(texts, rows[1:], found, strict=True):
        got = dict(zip(rows[0], row))
        hits = sum(len(h) for h in answers.values())
        if int(got["hits_all"]) != hits or int(got["articles"]) != len(answers):
            counts += 1
            print(f'  count {text}: {got["hits_all"]} in {got["articles"]}, scan {hits} in {len(answers)}')
    print("kinds " + " ".join(f"{k}:{n}" for k, n in Counter(k for k, _ in queries).items()))
    print(f"articles {len(terms)}; queries {len(queries)}, of them without an answer {sum(empty.values())}")
    print("without an answer " + " ".join(f"{k}:{n}" for k, n in empty.items() if n))
    print(f"queries whose answers differ {sum(wrong.values())} bound 0; whose counts differ {counts} bound 0")
    print(f"hits read from the file by their bytes {spans.read}, that hold other words {spans.wrong} bound 0")
    sys.exit(1 if longer or sum(wrong.values()) or counts or spans.wrong or not spans.read else 0)


if __name__ == "__main__":
    main()
