#!/usr/bin/env python3
"""phrase_scan.py QUERY-PROGRAM INDEX CORPUS.jsonl [N] [SEED]

Takes N phrases of 2 to 5 plain lower-case words from the corpus, counts them by a scan of the
raw text that shares nothing with Stemma but the rules of docs/TEXT.md, and compares with
`stemma-query count`. Prints the number of differences and its bound, 0.

The scan knows: words by UAX #29's mid-letter and mid-number rules, marks dropped, case folded,
possessive dropped, hyphen joints (also found in one word) and initialisms (U.S. is also us).
"""
import json
import random
import re
import subprocess
import sys
import tempfile
import unicodedata

LETTER = r"[^\W\d_]"
WORD = re.compile(
    r"(?:\w|[\u0300-\u036f\u00ad\u200d\ufe0f]"
    r"|(?<=[^\W\d_])[.:'\u2018\u2019\u00b7\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a](?=[^\W\d_])"
    r"|(?<=\d)[.,;'\u2018\u2019\u2024\u037e\u0589\u060c\u066c\ufe10\ufe14\ufe50\ufe52\ufe54\uff07\uff0c\uff0e\uff1b](?=\d))+"
)
LINK = re.compile(r"[ \t]*\n?[ \t]*<(?:https?://|mailto:|www\.)[^<>\s]*>")
PLAIN = re.compile(r"^[a-z]+$")
INITIALISM = re.compile(r"^[^\W\d_](?:\.[^\W\d_])+$")
HYPHENS = {"-", "\u2010", "\u2011"}
CACHE = {}


def fold(surface):
    term = CACHE.get(surface)
    if term is None:
        text = surface.replace("\u2019", "'").replace("\u2018", "'").replace("\uff07", "'")
        text = unicodedata.normalize("NFKD", text).casefold()
        text = "".join(c for c in text if unicodedata.combining(c) < 200 and c not in "\u00ad\u200d\ufe0f")
        text = text.replace("\u0131", "i")
        text = text.strip("_'")
        if text.endswith("'s") and len(text) > 2:
            text = text[:-2]
        term = CACHE[surface] = text
    return term


def words(text):
    """[(term, glued to the one before)]"""
    out, end = [], 0
    for m in WORD.finditer(text):
        surface = m.group().strip("_")
        if not surface.isalnum() and not any(c.isalnum() for c in surface):
            continue
        gap = text[end:m.start()]
        glued = gap in HYPHENS and out and (any(c.isalpha() for c in surface) or any(c.isalpha() for c in out[-1][0]))
        out.append((fold(surface), bool(glued)))
        end = m.end()
    return out


def joins(tokens, i):
    """[(key, tokens covered)] that begin at token i"""
    out = [(tokens[i][0], 1)]
    term = tokens[i][0]
    if INITIALISM.match(term):
        out.append((term.replace(".", ""), 1))
    if i + 1 < len(tokens) and tokens[i + 1][1]:
        out.append((term + tokens[i + 1][0], 2))
        if not tokens[i][1]:
            n = 2
            while i + n < len(tokens) and tokens[i + n][1]:
                n += 1
            if 3 <= n <= 8:
                out.append(("".join(t for t, _ in tokens[i:i + n]), n))
    return out


def count_in(tokens, by_first, hits):
    memo = {}

    def keys(i):
        if i not in memo:
            memo[i] = joins(tokens, i)
        return memo[i]

    last = len(tokens) - 1
    for i, (term, _) in enumerate(tokens):
        joint = "." in term or (i < last and tokens[i + 1][1])
        if not joint and term not in by_first:
            continue
        for key, span in keys(i) if joint else ((term, 1),):
            for phrase, rest in by_first.get(key, ()):
                ends = {i + span}
                for w in rest:
                    ends = {e + s for e in ends if e < len(tokens) for k, s in keys(e) if k == w}
                    if not ends:
                        break
                # an occurrence is a distinct (first token, length)
                for e in ends:
                    hits[phrase].add((i, e))


class Hits(dict):
    def __missing__(self, key):
        self[key] = set()
        return self[key]


def main():
    program, index, corpus = sys.argv[1:4]
    wanted = int(sys.argv[4]) if len(sys.argv) > 4 else 1000
    rng = random.Random(int(sys.argv[5]) if len(sys.argv) > 5 else 7)
    texts = []
    with open(corpus, encoding="utf-8") as f:
        for line in f:
            o = json.loads(line)
            texts.append((o.get("title") or "") + "\n\n" + (o.get("text") or ""))
    phrases = set()
    while len(phrases) < wanted:
        t = texts[rng.randrange(len(texts))].split()
        n = rng.randint(2, 5)
        if len(t) > n:
            i = rng.randrange(len(t) - n)
            if all(PLAIN.match(w) for w in t[i:i + n]):
                phrases.add(" ".join(t[i:i + n]))
    phrases = sorted(phrases)
    by_first = {}
    for p in phrases:
        w = p.split()
        by_first.setdefault(w[0], []).append((p, w[1:]))
    total = dict.fromkeys(phrases, 0)
    articles = dict.fromkeys(phrases, 0)
    for text in texts:
        tokens = words(LINK.sub("", text))
        hits = Hits()
        count_in(tokens, by_first, hits)
        for p, spans in hits.items():
            total[p] += len(spans)
            articles[p] += 1
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as f:
        f.write("".join(f'"{p}"\n' for p in phrases))
        f.flush()
        r = subprocess.run([program, "count", "-x", index, "--format", "tsv", "--queries", f.name],
                           capture_output=True, text=True)
    if r.returncode not in (0, 1):
        sys.exit(f"stemma-query failed: {r.stderr}")
    rows = [line.split("\t") for line in r.stdout.splitlines()]
    head, rows = rows[0], rows[1:]
    differences = 0
    for p, row in zip(phrases, rows, strict=True):
        got = dict(zip(head, row))
        if int(got["hits_all"]) != total[p] or int(got["articles"]) != articles[p]:
            differences += 1
            print(f'  "{p}": index {got["hits_all"]} in {got["articles"]}, scan {total[p]} in {articles[p]}')
    print(f"phrases {len(phrases)} differences {differences} bound 0")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
