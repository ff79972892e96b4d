#!/usr/bin/env python3
"""tokens.py CORPUS.jsonl FOLDER: what all engines of a comparison are given.

FOLDER/tokens.txt    an article a line: its title's and text's words, folded to [a-z0-9]+ of at most 48 bytes, a blank between
FOLDER/tokens.jsonl  the same lines as records
FOLDER/phrases.txt   1,000 phrases of 2 to 5 words: 900 drawn from the text as they occur, 300 of each band of their rarest word
                     (in 5 % of the articles or more, in 0.1 % or more, rarer), 50 of the commonest words alone, 50 that
                     most likely stand nowhere
FOLDER/ands.txt      300 sets of 2 to 4 words that one article has: common ones, common ones and a rarer one, rarer ones
FOLDER/nears.txt     200 pairs of words that stand within ten words of each other somewhere
FOLDER/facts.json    articles, bytes of titles and texts, tokens

The same corpus gives the same files.
"""
import collections
import json
import os
import random
import re
import sys
import unicodedata

WORD = re.compile("[a-z0-9]+")
LONGEST = 48
COMMON, KNOWN = 0.05, 0.001  # shares of the articles


def folded(text):
    text = text.lower()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).replace("\u2019", " ")
        text = "".join(c for c in text if not unicodedata.combining(c))
    return [w[:LONGEST] for w in WORD.findall(text)]


def write_tokens(corpus, folder):
    """Returns the articles as lists of words."""
    articles, size = [], 0
    with open(corpus, encoding="utf-8", errors="replace") as lines, \
            open(f"{folder}/tokens.txt", "w", encoding="ascii") as plain, \
            open(f"{folder}/tokens.jsonl", "w", encoding="ascii") as records:
        for line in lines:
            try:
                record = json.loads(line)
            except ValueError:
                continue
            text = f"{record.get('title') or ''} {record.get('text') or ''}"
            words = folded(text)
            if not words:
                continue
            size += len(text.encode("utf-8", "replace"))
            plain.write(" ".join(words) + "\n")
            records.write(json.dumps({"text": " ".join(words)}) + "\n")
            articles.append(words)
    facts = {"articles": len(articles), "bytes": size, "tokens": sum(map(len, articles))}
    with open(f"{folder}/facts.json", "w", encoding="ascii") as out:
        json.dump(facts, out)
    return articles


class Draw:
    """Draws words of articles, by the bands of how many articles have them."""

    def __init__(self, articles):
        self.articles = articles
        self.random = random.Random(1813)
        self.have = collections.Counter()
        for words in articles:
            self.have.update(set(words))
        self.commonest = {w for w, _ in self.have.most_common(60)}

    def band(self, words):
        share = min(self.have[w] for w in words) / len(self.articles)
        return 0 if share >= COMMON else 1 if share >= KNOWN else 2

    def article(self, least):
        while True:
            words = self.random.choice(self.articles)
            if len(words) >= least:
                return words

    def run(self, n):
        words = self.article(n)
        at = self.random.randrange(len(words) - n + 1)
        return words[at:at + n]

    def collect(self, n, make):
        """n different lines of what make gives, which may give None; fewer where the corpus has none left."""
        lines, tries = [], 0
        seen = set()
        while len(lines) < n and tries < 2_000_000:
            tries += 1
            words = make()
            if words and tuple(words) not in seen:
                seen.add(tuple(words))
                lines.append(" ".join(words))
        return lines

    def phrase(self, band):
        words = self.run(self.random.randint(2, 5))
        return words if self.band(words) == band else None

    def common_phrase(self):
        words = self.run(self.random.randint(2, 4))
        return words if self.commonest.issuperset(words) else None

    def missing(self):
        words = self.run(40)
        return [words[31], words[3], words[17]]

    def set_of(self, common, known):
        words = sorted(set(self.article(1)))
        pools = [w for w in words if self.band([w]) == 0], [w for w in words if self.band([w]) == 1]
        if len(pools[0]) < common or len(pools[1]) < known:
            return None
        return self.random.sample(pools[0], common) + self.random.sample(pools[1], known)

    def pair(self, band):
        words = self.run(12)
        pair = [words[0], words[self.random.randint(2, 10)]]
        if pair[0] == pair[1] or self.band(pair) != band:
            return None
        return pair if self.random.random() < .5 else pair[::-1]


def write_queries(articles, folder):
    draw = Draw(articles)
    pick = draw.random.randint
    files = {
        "phrases": [line for band in range(3) for line in draw.collect(300, lambda b=band: draw.phrase(b))]
        + draw.collect(50, draw.common_phrase) + draw.collect(50, draw.missing),
        "ands": draw.collect(100, lambda: draw.set_of(pick(2, 4), 0))
        + draw.collect(100, lambda: draw.set_of(pick(1, 3), 1)) + draw.collect(100, lambda: draw.set_of(0, pick(2, 4))),
        "nears": draw.collect(100, lambda: draw.pair(0)) + draw.collect(100, lambda: draw.pair(1)),
    }
    for name, lines in files.items():
        with open(f"{folder}/{name}.txt", "w", encoding="ascii") as out:
            out.writelines(line + "\n" for line in lines)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    os.makedirs(sys.argv[2], exist_ok=True)
    articles = write_tokens(*sys.argv[1:])
    if not articles:
        sys.exit(f"tokens.py: {sys.argv[1]} has no article")
    write_queries(articles, sys.argv[2])


if __name__ == "__main__":
    main()
