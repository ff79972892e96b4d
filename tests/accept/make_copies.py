"""make_copies.py N LEAST KINDS < articles.jsonl > out.jsonl: the first N articles of at least LEAST words and, behind each, a copy for
each of KINDS, which are parted by commas; of a copy several things may be done, joined by plus signs. KINDS "alone": no copies.

  cut     40 to 90 % of the words are left, from the beginning
  wrap    wrapped at another width
  type    other quotation marks, apostrophes and dashes
  edit1   one word in a hundred left out, put in the place of another or put in; edit2: two
  byline  a byline before the text, one of its paragraphs left out
"""
import json
import random
import sys
import textwrap

R = random.Random(3)


def cut(text):
    words = text.split(" ")
    return " ".join(words[: int(len(words) * R.uniform(0.4, 0.9))])


def wrap(text):
    width = R.choice((64, 72, 78))
    parts = [textwrap.fill(p, width, break_long_words=False, break_on_hyphens=False) for p in text.split("\n\n")]
    return R.choice(("\n\n", "\n\n", "\n")).join(parts)


def typography(text):
    text = text.replace("'", "\u2019").replace(' "', " \u201c").replace('" ', "\u201d ")
    return text.replace(" - ", " \u2014 ")


def edit(rate):
    def change(text):
        words = text.split(" ")
        for _ in range(max(1, int(len(words) * rate))):
            at = R.randrange(len(words))
            kind = R.randrange(3)
            if kind == 0 and len(words) > 1:
                del words[at]
            elif kind == 1:
                words[at] = words[R.randrange(len(words))]
            else:
                words.insert(at, R.choice(words))
        return " ".join(words)

    return change


def byline(text):
    parts = text.split("\n\n")
    if len(parts) > 2:
        del parts[R.randrange(1, len(parts))]
    return "By %s, Staff Writer\n\n" % R.choice(("Ann Lee", "Jon Roe", "Max Ort")) + "\n\n".join(parts)


CHANGES = {"cut": cut, "wrap": wrap, "type": typography, "edit1": edit(0.01), "edit2": edit(0.02), "byline": byline}


def main():
    left, least = int(sys.argv[1]), int(sys.argv[2])
    kinds = [] if sys.argv[3] == "alone" else sys.argv[3].split(",")
    for line in sys.stdin:
        article = json.loads(line)
        if len(article["text"].split()) < least:
            continue
        print(json.dumps(article, ensure_ascii=False))
        for i, kind in enumerate(kinds):
            text = article["text"]
            for name in kind.split("+"):
                text = CHANGES[name](text)
            copy = dict(article, id="%s-%d" % (article["id"], i), source="copier", text=text)
            print(json.dumps(copy, ensure_ascii=False))
        left -= 1
        if left == 0:
            break


main()
