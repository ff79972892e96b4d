"""make_copies.py N < articles.jsonl > out.jsonl: the first N articles of enough words and, behind each, three copies:
one truncated, one wrapped at another width, one lightly edited. With a second argument: the articles alone."""
import json
import random
import sys
import textwrap


def truncated(r, text):
    words = text.split(" ")
    return " ".join(words[: int(len(words) * r.uniform(0.4, 0.9))])


def wrapped(r, text):
    width = r.choice((64, 72, 78))
    parts = [textwrap.fill(p, width, break_long_words=False, break_on_hyphens=False) for p in text.split("\n\n")]
    return r.choice(("\n\n", "\n\n", "\n")).join(parts)


def edited(r, text):
    words = text.split(" ")
    for _ in range(max(1, len(words) // 150)):
        at = r.randrange(len(words))
        kind = r.randrange(3)
        if kind == 0 and len(words) > 1:
            del words[at]
        elif kind == 1:
            words[at] = words[r.randrange(len(words))]
        else:
            words.insert(at, r.choice(words))
    return " ".join(words)


def main():
    r = random.Random(3)
    left, alone = int(sys.argv[1]), len(sys.argv) > 2
    for line in sys.stdin:
        article = json.loads(line)
        if len(article["text"].split()) < 150:
            continue
        print(json.dumps(article, ensure_ascii=False))
        for name, change in () if alone else (("cut", truncated), ("wrap", wrapped), ("edit", edited)):
            copy = dict(article, id=article["id"] + "-" + name, source="copier", text=change(r, article["text"]))
            print(json.dumps(copy, ensure_ascii=False))
        left -= 1
        if left == 0:
            break


main()
