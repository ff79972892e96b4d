#!/usr/bin/env python3
"""near_scan.py QUERY-PROGRAM INDEX ARTICLES.jsonl [WORDS] [SEED]

Counts again, from the texts and with no code of Stemma's (mixed_text.py), what stands near what, and holds every number that
collocates, cooc, matrix, keyness, ngrams and timeline --pair print against it: rows, O, f1, f2, N, articles and the words in windows.
Of each of WORDS words drawn from the articles the collocates by window, sentence and paragraph, with each neighbour the pairs in all four
scopes, and for outlets and months of the articles that hold it the key words. The index is to be one of --copies off: then each passage is one article's,
and what is counted once and what is counted of all copies are the same."""

import collections
import json
import random
import subprocess
import sys

from mixed_text import Article

WINDOW = 5
failures = 0


def ask(program, command, index, *rest):
    done = subprocess.run([program, command, "-x", index, "--format", "jsonl", *rest], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{command} {rest}: status {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def check(what, got, expected):
    """Both are rows by key."""
    global failures
    for key in sorted(set(got) | set(expected), key=str):
        if got.get(key) != expected.get(key):
            failures += 1
            if failures <= 20:
                print(f"  {what}: {key}: index {got.get(key)}, scan {expected.get(key)}")


def unit_of(article, within):
    if within == "sentence":
        return article.sentence
    return article.paragraph if within == "paragraph" else [0] * article.n


def windows(article, places, left, right, units):
    for at in places:
        for i in range(max(0, at - left), min(article.n, at + right + 1)):
            if i != at and units[i] == units[at]:
                yield i


def collocates(program, index, articles, totals, word):
    n = sum(totals.values())
    for within in ("words", "sentence", "paragraph"):
        left, right = (3, 5) if within == "words" else (10 ** 9, 10 ** 9)
        seen, holders, near, hits = collections.Counter(), collections.defaultdict(set), 0, 0
        for article in articles:
            places = [i for i, t in enumerate(article.terms) if t == word]
            hits += len(places)
            for i in windows(article, places, left, right, unit_of(article, within)):
                seen[article.terms[i]] += 1
                holders[article.terms[i]].add(article.record)
                near += 1
        expected = {w: (o, o, round(near * totals[w] / n, 4), hits, totals[w], n, len(holders[w])) for w, o in seen.items()}
        option = ["--window", "-3,5"] if within == "words" else ["--within", within]
        rows = ask(program, "collocates", index, "--limit", "0", "--min", "1", *option, word)
        check(f"collocates {word} {within}", {r["word"]: (r["O"], r["O_all"], round(r["E"], 4), r["f1"], r["f2"], r["N"], r["articles"])
                                             for r in rows}, near_enough(rows, expected))


def near_enough(rows, expected):
    """E is printed with so many digits: where it agrees to them, the printed one stands for it."""
    printed = {r["word"]: round(r["E"], 4) for r in rows}
    return {w: v[:2] + ((printed[w] if w in printed and abs(printed[w] - v[2]) < 2e-3 else v[2]),) + v[3:]
            for w, v in expected.items()}


def units_with(articles, word, within):
    found = set()
    for article in articles:
        units = unit_of(article, within)
        found.update((article.record, units[i]) for i, t in enumerate(article.terms) if t == word)
    return found


def greedy_pairs(article, a, b):
    """Of the pairs within WINDOW the one that ends first, of those the shortest, then on behind its end."""
    n, start = 0, 0
    for end, term in enumerate(article.terms):
        if term not in (a, b):
            continue
        other = b if term == a else a
        if any(article.terms[i] == other for i in range(max(start, end - WINDOW), end)):
            n, start = n + 1, end + 1
    return n


def cooc(program, index, articles, a, b):
    n_words = sum(article.n for article in articles)
    for within in ("sentence", "paragraph", "article"):
        with_a, with_b = units_with(articles, a, within), units_with(articles, b, within)
        n = sum(len(set(unit_of(article, within))) for article in articles if article.n)
        both = with_a & with_b
        expected = {(a, b): (len(both), len(with_a), len(with_b), n, len({r for r, _ in both}))}
        compare_pairs(program, index, expected, "--within", within, a, b)
    counts = {article.record: greedy_pairs(article, a, b) for article in articles}
    frequency = [sum(article.terms.count(w) for article in articles) for w in (a, b)]
    expected = {(a, b): (sum(counts.values()), *frequency, n_words, sum(c > 0 for c in counts.values()))}
    compare_pairs(program, index, expected, "--window", str(WINDOW), a, b)


def compare_pairs(program, index, expected, *rest):
    rows = ask(program, "cooc", index, "--limit", "0", "--min", "0", *rest)
    check(f"cooc {rest}", {(r["a"], r["b"]): (r["O"], r["f1"], r["f2"], r["N"], r["articles"]) for r in rows}, expected)
    check(f"cooc {rest}, all copies", {(r["a"], r["b"]): r["O_all"] for r in rows}, {k: v[0] for k, v in expected.items()})


def keyness(program, index, articles, totals, query, chosen):
    inside, holders = collections.Counter(), collections.Counter()
    for article in chosen:
        inside.update(article.terms)
        holders.update(set(article.terms))
    n1, n = sum(inside.values()), sum(totals.values())
    expected = {w: (o, totals[w] - o, n1, n - n1, n, holders[w]) for w, o in inside.items()}
    rows = ask(program, "keyness", index, "--limit", "0", "--min", "1", "--level", "0", query)
    got = {r["word"]: (r["O"], r["O2"], r["n1"], r["n2"], r["N"], r["articles"]) for r in rows}
    check(f"keyness {query}", got, {w: v for w, v in expected.items() if w in got})
    missing = [w for w, v in expected.items() if w not in got and v[0] * v[3] > v[1] * v[2]]
    check(f"keyness {query}, words that are left out", {w: True for w in missing}, {})


def ngrams(program, index, articles, least):
    for length in (2, 3):
        seen, holders = collections.Counter(), collections.defaultdict(set)
        for article in articles:
            for i in range(article.n - length + 1):
                if article.sentence[i] == article.sentence[i + length - 1]:
                    key = " ".join(article.terms[i:i + length])
                    seen[key] += 1
                    holders[key].add(article.record)
        expected = {k: (o, o, len(holders[k])) for k, o in seen.items() if o >= least}
        rows = ask(program, "ngrams", index, "--limit", "0", "--words", str(length), "--min", str(least))
        check(f"ngrams of {length}", {r["sequence"]: (r["O"], r["O_all"], r["articles"]) for r in rows}, expected)


def over_time(program, index, articles, a, b):
    expected = {}
    for article in articles:
        row = expected.setdefault(article.day[:7] or None, [0, 0, 0, 0])
        with_a, with_b = (units_with([article], w, "sentence") for w in (a, b))
        for i, n in enumerate((len(with_a & with_b), len(with_a), len(with_b), len(set(article.sentence)))):
            row[i] += n
    rows = ask(program, "timeline", index, "--pair", "--within", "sentence", "--bin", "month", a, b)
    got = {r["bin"]: [r["O"], r["f1"], r["f2"], r["N"]] for r in rows}
    check(f"timeline {a} {b}", got, {k: expected.get(k, [0, 0, 0, 0]) for k in got})
    check(f"timeline {a} {b}, months that are left out", {}, {k: v for k, v in expected.items() if k not in got and v[0]})


def matrix(program, index, articles, a, b):
    pairs = [(a, a), (b, b), (a, b), (b, a)]
    both = {pair: len(set.intersection(*(units_with(articles, w, "sentence") for w in pair))) for pair in pairs}
    rows = ask(program, "matrix", index, "--measure", "count", a, b)
    check(f"matrix {a} {b}", {(r["a"], r["b"]): r["O"] for r in rows},
          {(r["a"], r["b"]): both.get((r["a"], r["b"])) for r in rows})
    check(f"matrix {a} {b}, pairs", {(a, b): sum({r["a"], r["b"]} == {a, b} for r in rows)}, {(a, b): 1})
    for by in ("month", "source"):
        matrix_by(program, index, articles, by, a, b)


def matrix_by(program, index, articles, by, *words):
    expected, total = {}, collections.Counter()
    for article in articles:
        group = (article.day[:7] if by == "month" else article.source) or None
        total[group] += article.n
        for word in words:
            row = expected.setdefault((word, group), [0, 0])
            row[0] += article.terms.count(word)
            row[1] += word in article.places
    rows = ask(program, "matrix", index, "--by", by, "--limit", "0", *words)
    got = {(r["query"], r["group"]): [r["hits"], r["stories"], r["hits_all"], r["articles"], r["words"]] for r in rows}
    shown = {k: [v[0], v[1], v[0], v[1], total[k[1]]] for k, v in expected.items()}
    check(f"matrix {words} by {by}", got, {k: shown.get(k, [0, 0, 0, 0, total[k[1]]]) for k in got})
    check(f"matrix {words} by {by}, groups that are left out", {}, {k: v for k, v in shown.items() if k not in got and v[0]})


def draw_words(articles, totals, n, chance):
    """Words of letters that are no part of a joined entry anywhere, common ones and rare ones."""
    joined = set().union(*(set(a.joined) for a in articles))
    words = sorted(w for w, o in totals.items() if w.isascii() and w.isalpha() and len(w) > 2 and o > 4 and w not in joined
                   and w not in ("and", "not"))
    return chance.sample(words, min(n, len(words)))


def main():
    program, index, path = sys.argv[1:4]
    chance = random.Random(int(sys.argv[5]) if len(sys.argv) > 5 else 7)
    with open(path, encoding="utf-8") as lines:
        articles = [Article(i, line) for i, line in enumerate(lines, 1)]
    totals = collections.Counter(t for article in articles for t in article.terms)
    words = draw_words(articles, totals, int(sys.argv[4]) if len(sys.argv) > 4 else 20, chance)
    for k, word in enumerate(words):
        holders = [article for article in articles if word in article.places]
        collocates(program, index, articles, totals, word)
        other = words[k - 1]
        if other != word:
            cooc(program, index, articles, word, other)
            over_time(program, index, articles, word, other)
            matrix(program, index, articles, word, other)
        keyness(program, index, articles, totals, word, holders)
    ngrams(program, index, articles, 5)
    print(f"articles {len(articles)}, words {sum(totals.values())}, words drawn {len(words)}")
    print(f"numbers that differ {failures} bound 0")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
