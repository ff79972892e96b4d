#!/usr/bin/env python3
"""Archives that are hard on whoever looks for copies, as JSONL on standard output.

    copies_make.py KIND N [SEED]

  exact      N copies of one article of 600 words
  edited     one article and N - 1 light edits of it: up to 3 % of the words are others
  truncated  one article of 900 words and N - 1 copies of it that end early, at random, behind a fifth at least
  late       the same, but the whole article has the latest date
  parts      one article of 900 words and N - 1 parts of it, cut at random at both ends, a fifth at least
  short      N articles of ten words of a vocabulary of 60
  repeat     an article of 200 words, N times one after another in one record; and once by itself
  footer     N articles that share nothing but a footer of 60 words
  distinct   N articles of 300 words that share nothing

Words are made up; the same arguments give the same bytes.
"""
import json
import random
import sys

ONSETS = "b c d f g h j k l m n p r s t v w z br cr dr fl gr pl pr sl st tr".split()
VOWELS = "a e i o u ai ea ou".split()
CODAS = ["", "", "l", "m", "n", "r", "s", "t", "ck", "nd"]


def vocabulary(rng, n):
    words = set()
    while len(words) < n:
        syllables = rng.choice([1, 2, 2, 3])
        words.add("".join(rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS)
                          for _ in range(syllables)))
    return sorted(words)


class Writer:
    def __init__(self, seed, size=40000):
        self.rng = random.Random(seed)
        self.words = vocabulary(self.rng, size)
        self.rng.shuffle(self.words)

    def word(self):
        # the r-th word about in proportion to 1/r
        r = int(len(self.words) ** self.rng.random()) - 1
        return self.words[min(r, len(self.words) - 1)]

    def text(self, n):
        return [self.word() for _ in range(n)]

    def edited(self, words, share):
        out = list(words)
        for _ in range(int(len(out) * share)):
            out[self.rng.randrange(len(out))] = self.word()
        return out


def sentences(words):
    out, at = [], 0
    while at < len(words):
        end = min(len(words), at + 8 + (at * 7) % 11)
        out.append(words[at].capitalize() + " " + " ".join(words[at + 1:end]) + ".")
        at = end
    return " ".join(out)


def put(number, words, title, day=None):
    date = "2015-%02d-%02d" % (1 + number // 28 % 12, 1 + number % 28) if day is None else day
    print(json.dumps({"id": "m%06d" % number, "date": date, "title": title, "text": sentences(words)}))


def main():
    kind, n = sys.argv[1], int(sys.argv[2])
    w = Writer(int(sys.argv[3]) if len(sys.argv) > 3 else 1, 60 if kind == "short" else 40000)
    title = " ".join(w.text(6))
    if kind == "exact":
        text = w.text(600)
        for i in range(n):
            put(i, text, title)
    elif kind == "edited":
        text = w.text(600)
        for i in range(n):
            put(i, text if i == 0 else w.edited(text, 0.03 * w.rng.random()), title)
    elif kind in ("truncated", "late", "parts"):
        text = w.text(900)
        put(0, text, title, "2018-01-01" if kind == "late" else "2014-12-31")
        for i in range(1, n):
            length = w.rng.randrange(180, 900)
            at = w.rng.randrange(0, 900 - length + 1) if kind == "parts" else 0
            put(i, text[at:at + length], title)
    elif kind == "short":
        for i in range(n):
            put(i, w.text(10), " ".join(w.text(4)))
    elif kind == "repeat":
        text = w.text(200)
        put(0, text, title, "2014-12-31")
        put(1, text * n, title)
    elif kind == "footer":
        footer = w.text(60)
        for i in range(n):
            put(i, w.text(100 + w.rng.randrange(100)) + footer, " ".join(w.text(6)))
    elif kind == "distinct":
        for i in range(n):
            put(i, w.text(300), " ".join(w.text(6)))
    else:
        sys.exit(__doc__)


main()
