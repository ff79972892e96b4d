#!/usr/bin/env python3
"""What a user sees of stemma-query dups: stories, links, diffs, spread, and why.

Stand-alone; the build folder is STEMMA_BUILD (build/release without it). Archives are the bundled example and small
ones made here, whose copies are planted.
"""
import fcntl
import json
import os
import pty
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import unicodedata
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_query as q
from test_query import ENV, HOSTILE, INDEX, QUERY, ROOT, documented, jsonl, run, tsv

SUBCOMMANDS = ["list", "show", "diff", "spread", "why"]
PART_RELATIONS = {"root", "same", "exact", "near", "contains", "contained"}


def build(index, *args):
    r = subprocess.run([INDEX, "build", "-x", index, "--progress", "none", *args], capture_output=True, cwd=ROOT,
                       env=ENV, timeout=300)
    assert r.returncode in (0, 4), r.stderr.decode()


def keys_of(o, prefix=""):
    """Paths of all keys, a list's objects as []; objects with a schema of their own are not entered."""
    found = []
    for key, value in o.items():
        found.append(prefix + key)
        if isinstance(value, dict):
            found += keys_of(value, prefix + key + ".")
        for item in value if isinstance(value, list) else []:
            if isinstance(item, dict) and "schema" not in item:
                found += keys_of(item, prefix + key + "[].")
    return list(dict.fromkeys(found))


def width(text):
    n = 0
    for c in text:
        if unicodedata.category(c) in ("Mn", "Me", "Cf"):
            continue
        n += 2 if unicodedata.east_asian_width(c) in "WF" else 1
    return n


# The archive: texts of made-up words, so that only what is planted is alike. ---------------------------------------

def words(r, n):
    out = []
    for _ in range(n):
        out.append("".join(r.choice("bdfgklmnprstvz") + r.choice("aeiou") for _ in range(r.randint(2, 4))))
    return out


def sentences(r, n):
    out = words(r, n)
    for i in range(0, n, 12):
        out[i] = out[i].capitalize()
        if i:
            out[i - 1] += "."
    return out


def text_of(tokens, per_line=0):
    if not per_line:
        return " ".join(tokens) + "."
    lines = [" ".join(tokens[i:i + per_line]) for i in range(0, len(tokens), per_line)]
    return "\n".join(lines) + "."


def write_planted(path):
    """Planted: a-* one story, b-* one, c quotes b's text, d alone; e-* wide characters; h-* hostile."""
    r = random.Random(7)
    a, b, d = sentences(r, 300), sentences(r, 200), sentences(r, 150)
    edited = list(a)
    for i in range(20, 300, 60):
        edited[i] = "changed"
    c = sentences(r, 80) + b[130:180] + sentences(r, 70)
    wide = "東京 " * 3 + " ".join(words(r, 60))
    articles = [
        ("a-1", "2023-02-28", "first.example", "The first title", text_of(a)),
        ("a-2", "2023-03-01", "second.example", "The first title", text_of(a)),
        ("a-3", "2023-03-02", "third.example", "Another title", text_of(a)),
        ("a-4", "2023-03-04", "first.example", "The first title", text_of(edited)),
        ("a-5", "2023-03-09", "fourth.example", "Cut short", text_of(a[:180])),
        ("a-6", None, "fifth.example", "The first title", text_of(a, 9)),
        ("b-1", "2023-03-31", "first.example", "The second", text_of(b)),
        ("b-2", "2023-04-01", "second.example", "The second, cut", text_of(b[:120])),
        ("c-1", "2023-04-20", "third.example", "A review", text_of(c)),
        ("d-1", "2023-05-01", "first.example", "Alone", text_of(d)),
        ("e-1", "2023-06-01", "東京新聞", "Wide 東京", wide + " one."),
        ("e-2", "2023-06-01", "", "Wide 東京", wide + " 変更 two."),
        ("h-1", "2023-07-01", "o" + HOSTILE, "t" + HOSTILE, text_of(d[:100]) + " " + HOSTILE + " end."),
        ("h-2", "2023-07-01", "o", "u" + HOSTILE, text_of(d[:100]) + " " + HOSTILE + " other."),
    ]
    with open(path, "w", encoding="utf-8") as f:
        for i, (id_, date, source, title, text) in enumerate(articles):
            o = {"id": id_, "title": title, "text": text, "source": source, "author": f"w{i}"}
            if date:
                o["date"] = date
            f.write(json.dumps(o) + "\n")
    return {x[0]: x for x in articles}


class Archives:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="stemma-dups-")
        p = self.path
        self.articles = write_planted(p("planted.jsonl"))
        self.planted = p("planted")
        build(self.planted, p("planted.jsonl"))
        self.segments = p("segments")
        build(self.segments, "--segment-tokens", "1024", p("planted.jsonl"))
        self.off = p("off")
        build(self.off, "--copies", "off", p("planted.jsonl"))
        self.example = p("example")
        build(self.example, "examples/archive")

    def path(self, name):
        return os.path.join(self.dir, name)


A = None


def setUpModule():
    global A
    A = Archives()


def tearDownModule():
    shutil.rmtree(A.dir)


def dups(*args, index=None, **kw):
    return run("-x", index or A.planted, "dups", *args, **kw)


def rows(*args, **kw):
    status, out, err = dups(*args, "-f", "jsonl", **kw)
    assert status in (0, 1), err
    return jsonl(out)


class List(unittest.TestCase):
    def test_planted_stories(self):
        for index in (A.planted, A.segments):
            got = {r["article"]: r for r in rows("list", "--all", index=index)}
            self.assertEqual(set(got), set(A.articles))
            for group in ("a", "b", "e"):
                self.assertEqual(len({r["story"] for id_, r in got.items() if id_[0] == group}), 1, group)
            for a in "abcde":
                for b in "abcde":
                    self.assertEqual(got[a + "-1"]["story"] == got[b + "-1"]["story"], a == b)
            self.assertEqual(got["a-1"]["relation"], "root")
            self.assertIn(got["a-2"]["relation"], ("same", "exact"))
            self.assertEqual(got["a-3"]["relation"], "exact")
            self.assertEqual(got["a-4"]["relation"], "near")
            self.assertEqual(got["a-5"]["relation"], "contained")
            self.assertEqual(got["b-2"]["relation"], "contained")
            self.assertEqual(got["a-5"]["articles"], 6)
            self.assertEqual(got["d-1"]["articles"], 1 + sum(got[h]["story"] == "d-1" for h in ("h-1", "h-2")))

    def test_figures(self):
        got = {r["article"]: r for r in rows("list")}
        cut = got["a-5"]
        self.assertEqual(cut["base"], cut["story"])
        self.assertEqual((cut["covered"], cut["covered_base"], cut["run"]), (1, 0.6, 180))
        self.assertEqual((cut["from"], cut["to"]), (2, 182))        # behind the title's two words
        self.assertEqual((cut["base_from"], cut["base_to"]), (3, 183))
        self.assertIsNone(got["a-1"]["base"])
        self.assertIsNone(got["a-1"]["covered"])
        self.assertEqual(got["a-1"]["score"], 1)
        near = got["a-4"]
        self.assertTrue(0.9 < near["covered"] <= 1 and near["run"] < 100)

    def test_order_and_limits(self):
        by_story = [r["story"] for r in rows("list")]
        sizes = [by_story.count(s) for s in dict.fromkeys(by_story)]
        self.assertEqual(sizes, sorted(sizes, reverse=True))
        self.assertEqual(sizes[0], 6)
        canonical = list(dict.fromkeys(r["story"] for r in rows("list", "--sort", "canonical")))
        self.assertEqual(sorted(canonical), sorted(set(by_story)))
        dates = [A.articles[s][1] for s in canonical]
        self.assertEqual(dates, sorted(dates))
        self.assertEqual({r["story"] for r in rows("list", "--min", "3")} & {"a-1", "b-1"}, {"a-1"})
        self.assertEqual(len({r["story"] for r in rows("list", "--min", "1")}), len({r["story"] for r in rows("list", "--all")}))
        self.assertEqual(dups("list", "--min", "100")[:2], (1, b"0 articles in 0 stories\n"))
        whole = json.loads(dups("list", "--json")[1])
        cut = json.loads(dups("list", "--json", "-n", "1")[1])
        self.assertEqual((whole["more"], cut["more"]), (False, True))
        self.assertEqual(cut["results"], whole["results"][:6])
        self.assertEqual((cut["stories"], cut["articles"]), (whole["stories"], whole["articles"]))
        status, out, err = dups("list", "-n", "1")
        self.assertIn("; 1 shown\n", out.decode())
        self.assertIn("--limit 0 shows all", err)

    def test_named(self):
        self.assertEqual({r["story"] for r in rows("list", "a-5")}, {"a-1"})
        self.assertEqual(len(rows("list", "a-5", "a-2")), 6)
        got = list(dict.fromkeys(r["story"] for r in rows("list", "b-2", "a-3", "c-1")))
        self.assertEqual(got, ["b-1", "a-1", "c-1"])
        status, out, err = dups("list", "nothing-such", "-f", "tsv")
        self.assertEqual((status, out.count(b"\n")), (1, 1))
        self.assertIn("nothing-such", err)

    def test_relation(self):
        self.assertEqual({r["article"] for r in rows("list", "--relation", "contained")} & {"a-5", "b-2", "a-1"},
                         {"a-5", "b-2"})
        both = rows("list", "--relation", "near,exact", "a-1")
        self.assertEqual({r["relation"] for r in both}, {"near", "exact"})
        text = dups("list", "--relation", "contained", "b-1")[1].decode()
        self.assertRegex(text, r"^The second  2 articles\n  contained +2023-04-01 b-2 second\.example \(100% of it, 60% of the original\)\n\n")
        self.assertEqual(dups("list", "--relation", "nearly")[0], 2)
        self.assertEqual(dups("list", "--relation", "")[0], 2)

    def test_links(self):
        plain = rows("list")
        linked = rows("list", "--links")
        self.assertEqual(linked[:len(plain)], plain)
        links = linked[len(plain):]
        quote = [r for r in links if {r["article"], r["base"]} == {"b-1", "c-1"}]
        self.assertEqual(len(quote), 1, links)
        self.assertEqual((quote[0]["relation"], quote[0]["run"]), ("excerpt", 50))
        self.assertEqual(rows("list", "--relation", "excerpt"), [r for r in links if r["relation"] == "excerpt"])
        named = rows("list", "b-2", "--links")
        self.assertEqual(named[-1]["article"], "c-1")
        self.assertEqual(named[-1]["base"], "b-1")
        self.assertEqual((named[-1]["to"] - named[-1]["from"]), 50)
        mirrored = rows("list", "c-1", "--links")[-1]
        self.assertEqual((mirrored["article"], mirrored["base"]), ("b-1", "c-1"))
        for one, other in (("covered", "covered_base"), ("from", "base_from"), ("to", "base_to")):
            self.assertEqual((mirrored[one], mirrored[other]), (named[-1][other], named[-1][one]))

    def test_tsv_is_the_same(self):
        for args in (["list"], ["list", "--all"], ["list", "--links"], ["show", "a-3"]):
            table = tsv(dups(*args, "-f", "tsv")[1])
            objects = rows(*args)
            self.assertEqual(len(table), len(objects))
            for row, o in zip(table, objects):
                for key in ("article", "story", "relation"):
                    self.assertEqual(row[key], o[key])
                for key in ("articles", "from", "base_to", "run", "facts_differ"):
                    self.assertEqual(row[key], "" if o[key] is None else str(o[key]))
                for key in ("score", "covered", "covered_base", "rare"):
                    self.assertEqual(row[key], "" if o[key] is None else "%.4f" % o[key])
                self.assertEqual(row["digest"], o["provenance"]["digest"])
                self.assertEqual(row["offset"], str(o["provenance"]["offset"]))

    def test_all_is_one_line_an_article(self):
        for index in (A.planted, A.example, A.off):
            n = json.loads(run("stats", "--json", index)[1])["articles"]
            self.assertEqual(len(rows("list", "--all", index=index)), n)
            text = dups("list", "--all", index=index)[1].decode().splitlines()
            self.assertEqual(len(text), n + 1)
        self.assertEqual(dups("list", index=A.off)[0], 1)
        self.assertEqual(dups("list", "--all", "a-1")[0], 2)

    def test_stats_agree(self):
        for index in (A.planted, A.example, A.segments):
            o = json.loads(run("stats", "--json", index)[1])
            got = rows("list", "--all", index=index)
            count = {}
            for r in got:
                count[r["relation"]] = count.get(r["relation"], 0) + 1
            self.assertEqual(o["relations"], count)
            self.assertLessEqual(set(count), PART_RELATIONS)
            self.assertEqual(o["largest_story"], max(r["articles"] for r in got))
            self.assertEqual(o["stories_with_copies"], len({r["story"] for r in got if r["articles"] > 1}))
            links = rows("list", "--all", "--links", index=index)[len(got):]
            self.assertEqual(sum(o["links"].values()), len(links))
            other = subprocess.run([INDEX, "stats", "--limits", index], capture_output=True, env=ENV).stdout.decode()
            self.assertIn(f"{o['stories_with_copies']} stories have some", other)
            for name, value in o["limits"].items():
                self.assertRegex(other, rf"(?m)^  limit {name} +{value}$")
        self.assertEqual(json.loads(run("stats", "--json", A.off)[1])["copies"], "off")
        self.assertEqual(json.loads(run("stats", "--json", A.planted)[1])["copies"], "near")


class Show(unittest.TestCase):
    def test_story(self):
        o = json.loads(dups("show", "b-2", "--json")[1])
        self.assertEqual((o["article"], o["story"], o["articles"]), ("b-2", "b-1", 2))
        self.assertEqual([m["article"] for m in o["members"]], ["b-1", "b-2"])
        self.assertEqual([m["article"] for m in o["links"]], ["c-1"])
        text = dups("show", "b-2")[1].decode()
        self.assertIn("story b-1: 2 articles\n", text)
        self.assertIn("100% of it, 60% of the original; words 4 to 123 beside 3 to 122; longest run 120", text)
        self.assertIn("linked stories\n", text)
        self.assertIn("part of the original\n", text)
        members = json.loads(run("-x", A.planted, "show", "b-2", "--json")[1])["members"]
        self.assertEqual([(m["relation"], m["covered"], m["covered_base"]) for m in members],
                         [("root", None, None), ("contained", 1, 0.6)])

    def test_statuses(self):
        self.assertEqual(dups("show", "nothing-such")[:2], (1, b""))
        status, out, err = dups("show", "a-")
        self.assertEqual((status, out), (2, b""))
        self.assertIn("a-3  ", err)


class Diff(unittest.TestCase):
    def lines(self, *args, width_wanted=80, **kw):
        status, out, err = dups("diff", *args, **kw)
        self.assertEqual(status, 0, err)
        lines = out.decode().splitlines()
        half = (width_wanted - 3) // 2
        for line in lines[:-1]:
            self.assertLessEqual(width(line), width_wanted)
            if " |" in line:
                left = line.split(" |")[0]
                self.assertEqual(width(left), half, line)
        return lines

    def test_marks(self):
        lines = self.lines("a-1", "a-4")
        text = "\n".join(lines)
        self.assertEqual(text.count("[-"), 5)
        self.assertEqual(text.count("{+changed+}"), 5)
        self.assertRegex(text, r"\.\.\. \d+ words alike \.\.\.")
        self.assertEqual(lines[-1], "298 words alike of 303 and 303")
        same = self.lines("a-1", "a-2")
        self.assertEqual([x.strip() for x in same[2:-2]], ["... 303 words alike ..."])

    def test_widths(self):
        for n in (24, 40, 79, 80, 133, 300):
            self.lines("e-1", "e-2", "--width", str(n), width_wanted=n)
            self.lines("a-1", "a-5", env={"COLUMNS": str(n)}, width_wanted=n)
        self.assertIn("{+変更 two+}", "\n".join(self.lines("e-1", "e-2")))
        self.lines("a-1", "a-5", env={"COLUMNS": "wide"})
        self.assertEqual(dups("diff", "a-1", "a-2", "--width", "5")[0], 2)

    def test_terminal(self):
        pid, fd = pty.fork()
        if pid == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 100, 0, 0))
            env = dict(ENV)
            env.pop("COLUMNS", None)
            os.execve(QUERY, [QUERY, "-x", A.planted, "dups", "diff", "a-1", "a-4"], env)
        out = b""
        try:
            while True:
                data = os.read(fd, 4096)
                if not data:
                    break
                out += data
        except OSError:
            pass
        os.waitpid(pid, 0)
        os.close(fd)
        text = out.decode()
        self.assertIn("\x1b[31m", text)
        self.assertIn("\x1b[32mchanged\x1b[0m", text)
        self.assertNotIn("[-", text.replace("\x1b[", ""))
        plain = re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()
        self.assertEqual(len(plain[1]), 2 * ((100 - 3) // 2) + 3)

    def test_hunks(self):
        for a, b in (("a-1", "a-5"), ("a-4", "a-1"), ("b-1", "c-1"), ("a-1", "d-1"), ("e-1", "e-2")):
            o = json.loads(dups("diff", a, b, "--json")[1])
            at = [0, 0]
            equal = 0
            for h in o["hunks"]:
                self.assertEqual([h["a_from"], h["b_from"]], at)
                at = [h["a_to"], h["b_to"]]
                na, nb = h["a_to"] - h["a_from"], h["b_to"] - h["b_from"]
                if h["kind"] == "equal":
                    equal += na
                    self.assertEqual((na, h["a_text"], h["b_text"]), (nb, None, None))
                else:
                    self.assertEqual((h["a_text"] is None, h["b_text"] is None), (na == 0, nb == 0))
                    self.assertEqual(h["kind"], "inserted" if na == 0 else "deleted" if nb == 0 else "replaced")
            self.assertEqual(at, [o["tokens_a"], o["tokens_b"]])
            self.assertEqual(equal, o["equal"])
            self.assertEqual(rows("diff", a, b), o["hunks"])
            table = tsv(dups("diff", a, b, "-f", "tsv")[1])
            self.assertEqual([r["kind"] for r in table], [h["kind"] for h in o["hunks"]])
        quote = json.loads(dups("diff", "b-1", "c-1", "--json")[1])
        self.assertIn((132, 182), [(h["a_from"], h["a_to"]) for h in quote["hunks"] if h["kind"] == "equal"])


class Spread(unittest.TestCase):
    def test_story(self):
        o = json.loads(dups("spread", "a-4", "--json")[1])
        self.assertEqual((o["story"], o["first"], o["last"], o["outlets"], o["articles"]),
                         ("a-1", "2023-02-28", "2023-03-09", 5, 6))
        got = [(r["article"], r["days_after"], r["covered_base"] > 0.9) for r in o["results"]]
        self.assertEqual(got, [("a-1", 0, True), ("a-2", 1, True), ("a-3", 2, True), ("a-4", 4, True),
                               ("a-5", 9, False), ("a-6", None, True)])
        self.assertEqual(rows("spread", "a-4"), o["results"])
        table = tsv(dups("spread", "a-4", "-f", "tsv")[1])
        self.assertEqual([r["days_after"] for r in table], ["0", "1", "2", "4", "9", ""])
        text = dups("spread", "a-4")[1].decode()
        self.assertIn("story a-1: 6 articles of 5 outlets, 2023-02-28 to 2023-03-09\n", text)
        self.assertRegex(text, r"(?m)^  2023-03-01 +1 #$")
        self.assertRegex(text, r"(?m)^  no date +1 #$")
        self.assertRegex(text, r"(?m)^  2023-03-09     \+9d  60% contained  a-5 fourth\.example$")

    def test_links(self):
        with_links = rows("spread", "b-1", "--links")
        self.assertEqual([r["article"] for r in with_links], ["b-1", "b-2", "c-1"])
        self.assertEqual((with_links[-1]["relation"], with_links[-1]["days_after"]), ("excerpt", 20))


class Why(unittest.TestCase):
    def why(self, a, b, **kw):
        status, out, err = dups("why", a, b, "--json", **kw)
        self.assertIn(status, (0, 1), err)
        return status, json.loads(out)

    def test_relations(self):
        want = [("a-1", "a-2", "exact"), ("a-1", "a-3", "exact"), ("a-1", "a-6", "exact"), ("a-1", "a-4", "near"),
                ("a-5", "a-1", "contained"), ("a-1", "a-5", "contains"), ("b-1", "c-1", "excerpt"),
                ("c-1", "b-1", "excerpt"), ("a-1", "b-1", "unrelated"), ("d-1", "a-5", "unrelated")]
        for index in (A.planted, A.segments, A.off):
            for a, b, relation in want:
                status, o = self.why(a, b, index=index)
                self.assertEqual(o["relation"], relation, (a, b))
                self.assertEqual(status, 1 if relation == "unrelated" else 0)
                merged = relation not in ("excerpt", "unrelated") and index != A.off
                self.assertEqual(o["same_story"], merged, (a, b, index))
                self.assertEqual(o["link"], "excerpt" if relation == "excerpt" and index != A.off else None)
                self.assertEqual(o["copies"], "off" if index == A.off else "near")

    def test_figures(self):
        _, o = self.why("a-5", "a-1")
        self.assertEqual((o["covered_a"], o["covered_b"], o["run"], o["matched"]), (1, 0.6, 180, 180))
        self.assertEqual((o["from_a"], o["to_a"], o["from_b"], o["to_b"]), (2, 182, 3, 183))
        self.assertEqual((o["tokens_a"], o["tokens_b"]), (182, 303))
        self.assertEqual(o["containment_a"], 1)
        self.assertAlmostEqual(o["jaccard"], 176 / 296, places=5)
        self.assertEqual(o["days_apart"], 9)
        self.assertEqual(o["rare"], 1)
        _, turned = self.why("a-1", "a-5")
        for key in o:
            if key.endswith("_a"):
                self.assertEqual(o[key], turned[key[:-2] + "_b"], key)
        body = A.articles["a-5"][4].split()
        self.assertTrue(o["begins_a"].startswith(body[0]))
        self.assertTrue(body[-1].startswith(o["ends_a"].split()[-1]))
        _, o = self.why("a-1", "a-6")
        self.assertIsNone(o["days_apart"])

    def test_text(self):
        status, out, _ = dups("why", "a-5", "a-1")
        text = out.decode()
        self.assertEqual(status, 0)
        for line in (r"^relation +contained, score 1\.0000$", r"^first +a-5: 100% of its 180 words covered, containment 1\.0000$",
                     r"^second +a-1: 60% of its 300 words covered", r"words 3 to 182 of 182: Cut short \[\w+",
                     r"^shared +180 words, the longest run 180; Jaccard 0\.5946", r"^dates +9 days apart$",
                     r"^index +one story, a-1$", r"a-1 is the original of story a-1 \(root\)$"):
            self.assertRegex(text, "(?m)" + line)
        names = {r["name"]: r["value"] for r in tsv(dups("why", "a-5", "a-1", "-f", "tsv")[1])}
        _, o = self.why("a-5", "a-1")
        self.assertEqual(set(names), set(o) - {"schema", "agreed", "differing"})
        self.assertEqual((names["same_story"], names["run"], names["covered_b"]), ("1", "180", "0.6000"))

    def test_pairs(self):
        pairs = "# a comment\na-5 a-1\na-1\ta-5\tcontains\tmore\n\nb-1 c-1\nnothing-such a-1\na-1 a-\nd-1 a-1\n"
        path = A.path("pairs")
        with open(path, "w") as f:
            f.write(pairs)
        status, out, err = dups("why", "--pairs", path, "-f", "tsv")
        self.assertEqual(status, 0, err)
        table = tsv(out)
        self.assertEqual([r["relation"] for r in table], ["contained", "contains", "excerpt", "", "", "unrelated"])
        self.assertEqual([r["same_story"] for r in table], ["1", "1", "0", "", "", "0"])
        self.assertEqual([r["link"] for r in table], ["", "", "excerpt", "", "", ""])
        self.assertIn("nothing-such", err)
        self.assertIn("line 7: ", err)
        self.assertEqual(dups("why", "--pairs", "-", "-f", "tsv", stdin=pairs.encode())[1], out)
        for row, o in zip(table, rows("why", "--pairs", path)):
            self.assertEqual(o["found"], row["relation"] != "")
            if o["found"]:
                _, single = self.why(o["a"], o["b"])
                for key in ("relation", "rule", "score", "run", "covered_a", "covered_b", "same_story", "link"):
                    if o["relation"] != "unrelated" or key in ("relation", "rule", "same_story", "link"):
                        self.assertEqual(o[key], single[key], key)
        text = dups("why", "--pairs", path)[1].decode().splitlines()
        self.assertEqual(len(text), 6)
        self.assertRegex(text[0], r"^a-5 a-1: contained \(.*\), 100% and 60% covered, longest run 180, one story$")
        with open(path, "w") as f:
            f.write("a-1 d-1\n")
        self.assertEqual(dups("why", "--pairs", path, "-f", "tsv")[0], 1)
        with open(path, "w") as f:
            f.write("a-1\n")
        self.assertEqual(dups("why", "--pairs", path)[0], 2)
        self.assertEqual(dups("why", "--pairs", A.path("no-such-file"))[0], 2)
        self.assertEqual(dups("why", "--pairs", path, "a-1")[0], 2)


class Documented(unittest.TestCase):
    def check(self, *args, schema):
        for o in jsonl(dups(*args)[1]):
            self.assertEqual(o["schema"], schema)
            self.assertEqual(keys_of(o), documented()[schema])
            for value in [v for x in o.values() if isinstance(x, list) for v in x]:
                if isinstance(value, dict) and "schema" in value:
                    self.assertEqual(keys_of(value), documented()[value["schema"]])

    def test_keys(self):
        path = A.path("some-pairs")
        with open(path, "w") as f:
            f.write("a-1 a-5\nb-1 c-1\n")
        for args, one, whole in ((["list", "--links"], "dups", "dups-list"), (["show", "b-1"], "dups", "dups-show"),
                                 (["diff", "a-1", "a-4"], "dups-hunk", "dups-diff"),
                                 (["spread", "a-1"], "dups-spread", "dups-spread-list"),
                                 (["why", "--pairs", path], "dups-pair", "dups-pair-list")):
            self.check(*args, "-f", "jsonl", schema=f"stemma.{one}/1")
            self.check(*args, "--json", schema=f"stemma.{whole}/1")
        # cw-1001 and cw-1002 of the example differ in facts, so the lists have entries
        _, out, _ = dups("why", "cw-1001", "cw-1002", "--json", index=A.example)
        self.assertEqual(keys_of(json.loads(out)), documented()["stemma.dups-why/1"])

    def test_columns(self):
        path = A.path("some-pairs")
        with open(path, "w") as f:
            f.write("a-1 a-5\n")
        for args, title in ((["list"], "list and dups show"), (["show", "a-1"], "list and dups show"),
                            (["diff", "a-1", "a-4"], "diff"), (["spread", "a-1"], "spread"),
                            (["why", "--pairs", path], "why")):
            head = dups(*args, "-f", "tsv")[1].decode().split("\n")[0].split("\t")
            self.assertEqual(head, documented()["Columns of dups " + title])

    def test_every_table_is_checked(self):
        self.assertEqual(len([t for t in documented() if "dups" in t]), 15)

    def test_manual_page_has_the_options(self):
        with open(os.path.join(ROOT, "man", "stemma-query.1"), encoding="utf-8") as f:
            page = f.read()
        options = page.split(".SH OPTIONS OF DUPS\n")[1].split(".SH ")[0]
        in_page = {}
        for section in options.split(".SS ")[1:]:
            title, body = section.split("\n", 1)
            in_page[title] = body.split(".TP\n")[1:]
        common = run("dups", "--man")[1].decode().split(".TP\n")[1:]
        for name in SUBCOMMANDS:
            status, out, _ = run("dups", name, "--man")
            self.assertEqual(status, 0)
            blocks = out.decode().split(".TP\n")[1:]
            self.assertEqual(blocks[:len(common)], common)
            self.assertEqual(blocks[len(common):], in_page.get("dups " + name, []))


class CommandLine(unittest.TestCase):
    def test_statuses(self):
        for want, args in ((2, ["lst"]), (2, ["-f", "tsv"]), (2, ["diff", "a-1"]), (2, ["show"]), (2, ["why", "a-1"]),
                           (2, ["spread", "a-1", "a-2"]), (2, ["list", "--min", "0"]), (2, ["list", "--sort", "odd"]),
                           (0, ["--help"]), (0, ["list", "--help"]), (1, ["why", "a-1", "nothing-such"]),
                           (1, ["diff", "nothing-such", "a-1"])):
            status, out, err = dups(*args)
            self.assertEqual(status, want, (args, err))
            if want == 2:
                self.assertEqual(out, b"", args)
                self.assertTrue(err.startswith("stemma-query: "), args)
        self.assertIn("did you mean 'list'", dups("lst")[2])
        self.assertEqual(run("-x", A.path("none"), "dups", "list")[0], 3)

    def test_options_anywhere(self):
        want = dups("list", "-f", "tsv", "--sort", "canonical", "--min", "2")
        self.assertEqual(run("-x", A.planted, "--sort", "canonical", "dups", "-f", "tsv", "--min", "2", "list"), want)
        self.assertEqual(run("dups", "--min=2", "list", "-ftsv", "--sort", "canonical", "-x", A.planted), want)
        want = dups("diff", "a-1", "a-5", "--width", "60")
        self.assertEqual(run("--width", "60", "-x", A.planted, "dups", "diff", "a-1", "a-5"), want)

    def test_nothing_commands_a_terminal(self):
        for args in (["list"], ["list", "--all"], ["show", "h-1"], ["diff", "h-1", "h-2"], ["spread", "h-1"],
                     ["why", "h-1", "h-2"], ["list", "--all", "-f", "tsv"], ["diff", "h-1", "h-2", "-f", "tsv"],
                     ["why", "h-1", "h-2", "--json"], ["spread", "h-2", "-f", "tsv"], ["show", "h-2", "-f", "jsonl"]):
            status, out, err = dups(*args)
            self.assertIn(status, (0, 1))
            for c in out.decode("utf-8") + err:
                self.assertFalse(unicodedata.category(c) == "Cc" and c not in "\n\t", (args, c))
                self.assertFalse(0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069, (args, c))

    def test_segments_and_threads_do_not_matter(self):
        for args in (["list", "--links"], ["show", "a-3"], ["spread", "a-1"], ["diff", "b-1", "c-1"]):
            self.assertEqual(rows(*args), rows(*args, index=A.segments))


if __name__ == "__main__":
    unittest.main()
