#!/usr/bin/env python3
"""What a user sees of stemma-query: answers, provenance to the byte, formats, statuses, terminals.

Stand-alone; the build folder is STEMMA_BUILD (build/release without it). Archives are the bundled example and small
ones made here.
"""
import csv
import errno
import gzip
import json
import os
import pty
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import unicodedata
import unittest
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("STEMMA_BUILD", os.path.join(ROOT, "build", "release"))
INDEX = os.path.join(BUILD, "indexer", "stemma-index")
QUERY = os.path.join(BUILD, "query", "stemma-query")
COMMANDS = ["search", "kwic", "count", "timeline", "terms", "collocates", "cooc", "matrix", "keyness", "ngrams", "like", "show", "export",
            "explain", "stats"]
ENV = {k: v for k, v in os.environ.items()
       if k not in ("STEMMA_INDEX", "NO_COLOR", "PAGER", "LESS", "VTE_VERSION", "COLUMNS")}
ENV.update(LC_ALL="C.UTF-8", TERM="xterm", STEMMA_PAGER="")


def run(*args, env=None, stdin=None, **kw):
    """Runs stemma-query: (status, stdout bytes, stderr text)."""
    e = dict(ENV, **(env or {}))
    r = subprocess.run([QUERY, *args], input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
                       capture_output=True, env=e, timeout=120, **kw)
    return r.returncode, r.stdout, r.stderr.decode("utf-8")


def build(index, *inputs):
    r = subprocess.run([INDEX, "build", "-x", index, "--progress", "none", *inputs], capture_output=True, cwd=ROOT,
                       env=ENV, timeout=300)
    assert r.returncode in (0, 4), r.stderr.decode()


def jsonl(out):
    return [json.loads(line) for line in out.decode("utf-8").splitlines()]


def tsv(out):
    lines = out.decode("utf-8").split("\n")
    assert lines[-1] == ""
    head = lines[0].split("\t")
    rows = [line.split("\t") for line in lines[1:-1]]
    assert all(len(r) == len(head) for r in rows), (head, rows)
    return [dict(zip(head, r)) for r in rows]


# Archives made here ----------------------------------------------------------------------------------------------

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202eeman\u2066\x00\x08\x7f"


def write_hostile(path):
    with open(path, "w", encoding="utf-8") as f:
        for i, key in enumerate(["title", "author", "source", "url", "text", "id"]):
            o = {"id": f"h-{i}", "title": f"Title {i}", "text": f"A harmless zebra stands here, number {i}.",
                 "source": "outlet", "author": "author", "url": "http://h.example/x"}
            o[key] = o[key] + " zebra " + HOSTILE + "\ttab\nline"
            f.write(json.dumps(o) + "\n")


def write_copies(path):
    body = "The lighthouse keeper counted ships. The lighthouse burned all night and the keeper slept."
    with open(path, "w", encoding="utf-8") as f:
        for i, (outlet, text) in enumerate([("first", body), ("second", body), ("third", body.upper()),
                                            ("other", "A lighthouse of another story stands on a rock.")]):
            f.write(json.dumps({"id": f"l-{i}", "text": text, "source": outlet, "date": f"2020-01-0{i + 1}"}) + "\n")


PLAIN_WORDS = "amber birch cedar delta ember fjord grain heron inlet jetty".split()


def write_plain(path, n, seed):
    """Random plain words, so that a count is a scan. Returns each article's words."""
    rng = random.Random(seed)
    articles = []
    with open(path, "w", encoding="utf-8") as f:
        for i in range(n):
            words = rng.choices(PLAIN_WORDS, k=rng.randint(5, 120))
            articles.append(words)
            f.write(json.dumps({"id": f"p-{i}", "text": " ".join(words) + "."}) + "\n")
    return articles


# Every JSONL hit below is written with escapes, so bytes and text differ.
ESCAPED = [
    {"id": "e-0", "title": "Caf\u00e9 \u201cquoted\u201d news", "text": "line one\nline\ttwo \u2014 \u201cna\u00efve\u201d \ud83d\ude00 caf\u00e9 end"},
    {"text": "title comes last here", "id": "e-1", "title": "A title at the end"},
    {"id": "e-2", "title": "Slashes", "text": "back\\slash and \"inner quotes\" and a/b slash/d word"},
]


def write_escaped(path):
    with open(path, "w", encoding="ascii") as f:
        f.write(json.dumps(ESCAPED[0], ensure_ascii=True) + "\r\n")
        f.write("\n")
        f.write(json.dumps(ESCAPED[1], ensure_ascii=True) + "\n")
        f.write(json.dumps(ESCAPED[2], ensure_ascii=True).replace("/", "\\/") + "\n")


# --- one folder with all indexes -----------------------------------------------------------------------------------

class Archives:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="stemma-cli-query-")
        p = lambda name: os.path.join(self.dir, name)
        self.example = p("example")
        build(self.example, "examples/archive")
        for name, make in (("hostile", write_hostile), ("copies", write_copies), ("escaped", write_escaped)):
            make(p(name + ".jsonl"))
            build(p(name), p(name + ".jsonl"))
            setattr(self, name, p(name))
        self.plain_articles = write_plain(p("plain.jsonl"), 300, 1)
        self.plain = p("plain")
        build(self.plain, p("plain.jsonl"))
        with open(p("escaped.jsonl"), "rb") as f, gzip.open(p("zipped.jsonl.gz"), "wb") as g:
            g.write(f.read())
        self.zipped = p("zipped")
        build(self.zipped, p("zipped.jsonl.gz"))

    def path(self, name):
        return os.path.join(self.dir, name)


A = None


def setUpModule():
    global A
    A = Archives()


def tearDownModule():
    shutil.rmtree(A.dir)


# Comparing a hit with its bytes ---------------------------------------------------------------------------------------

def letters(text):
    """Letters and digits only, folded: what a hit and its bytes have in common whatever the markup."""
    text = unicodedata.normalize("NFKC", text)
    return "".join(c for c in text.casefold() if c.isalnum())


def as_written(data, reader):
    text = data.decode("utf-8")
    if reader == "jsonl":
        text = json.loads('"' + text + '"')
    text = re.sub(r"<https?://[^>]*>", " ", text)      # inline links of plain text
    if reader == "markdown":
        text = re.sub(r"\]\([^)]*\)", "]", text)       # links
        text = re.sub(r"(?m)^\d+\. ", "", text)         # numbers of list items
    return text


def input_bytes(path):
    with (gzip.open if path.endswith(".gz") else open)(os.path.join(ROOT, path), "rb") as f:
        return f.read()


class Provenance(unittest.TestCase):
    def check_hits(self, index, queries):
        n = 0
        for q in queries:
            status, out, err = run("-x", index, "-f", "jsonl", "--limit", "0", q)
            self.assertIn(status, (0, 1), err)
            for row in jsonl(out):
                p = row["provenance"]
                data = input_bytes(p["input"])
                record = data[p["offset"]:p["offset"] + p["length"]]
                self.assertEqual(len(record), p["length"])
                if p["reader"] == "jsonl":
                    self.assertEqual(data[:p["offset"]].count(b"\n") + 1, p["record"])
                    json.loads(record)
                else:
                    self.assertEqual((p["record"], p["offset"], p["length"]), (1, 0, len(data)))
                self.assertEqual(row["matches_total"], len(row["matches"]))
                for m in row["matches"]:
                    n += 1
                    self.assertEqual(m["bytes_from"] - m["record_from"], p["offset"])
                    self.assertEqual(m["bytes_to"] - m["record_to"], p["offset"])
                    hit = as_written(data[m["bytes_from"]:m["bytes_to"]], p["reader"])
                    self.assertEqual(letters(hit), letters(m["text"]), (q, p["input"]))
                    self.assertIn(m["text"], m["snippet"])
        return n

    def test_example_hits(self):
        words = ["the", "night", "t*", '"night shift"', '"the harbour council"', "council", "Türkiye", "political",
                 '"container terminal at"', "a NEAR/4 ship*", "tugs", "Delanoë", '"we have"', "U.S.", "straits OR strait",
                 '"slain*" OR glass', "de*", "20*"]
        self.assertGreater(self.check_hits(A.example, words), 700)

    def test_escaped_hits(self):
        queries = ["cafe", "naive", '"one line two naive"', "quoted", '"quoted news"', "end", "title", "last", "slash",
                   '"inner quotes and a"', "word", "back*"]
        for index in (A.escaped, A.zipped):
            self.assertGreater(self.check_hits(index, queries), 12)

    def test_read_with_tail(self):
        """The recipe of the manual page."""
        _, out, _ = run("-x", A.escaped, "-f", "jsonl", '"line two"')
        row = jsonl(out)[0]
        m = row["matches"][0]
        got = subprocess.run(["sh", "-c", 'tail -c +$(($1 + 1)) "$0" | head -c $(($2 - $1))', row["provenance"]["input"],
                              str(m["bytes_from"]), str(m["bytes_to"])], capture_output=True).stdout
        self.assertEqual(got, b"line\\ttwo")
        row_tsv = tsv(run("-x", A.escaped, "-f", "tsv", '"line two"')[1])[0]
        self.assertEqual((row_tsv["hit_from"], row_tsv["hit_to"]), (str(m["bytes_from"]), str(m["bytes_to"])))

    def test_source_is_the_record(self):
        _, out, _ = run("-x", A.example, "-f", "jsonl", "--limit", "0", "the")
        for row in jsonl(out):
            p = row["provenance"]
            status, source, err = run("-x", A.example, "show", "--source", row["article"], cwd=ROOT)
            self.assertEqual(status, 0, err)
            self.assertEqual(source, input_bytes(p["input"])[p["offset"]:p["offset"] + p["length"]])

    def test_source_that_cannot_be_had(self):
        path = A.path("moved.jsonl")
        write_copies(path)
        build(A.path("moved"), path)
        with open(path, "r+b") as f:
            f.seek(30)
            f.write(b"X")
        status, out, err = run("-x", A.path("moved"), "show", "--source", "l-0")
        self.assertEqual((status, out), (3, b""))
        self.assertIn("changed since it was indexed", err)
        os.remove(path)
        status, out, err = run("-x", A.path("moved"), "show", "--source", "l-0")
        self.assertEqual((status, out), (3, b""))
        self.assertIn("moved.jsonl", err)
        status, out, err = run("-x", A.zipped, "show", "--source", "e-1")
        self.assertEqual((status, out), (3, b""))
        command = re.search(r"run: (.*)", err).group(1)
        got = subprocess.run(["sh", "-c", command], capture_output=True).stdout
        self.assertEqual(json.loads(got), ESCAPED[1])


class Answers(unittest.TestCase):
    def test_phrases_are_a_scan(self):
        rng = random.Random(2)
        queries = [rng.choices(PLAIN_WORDS, k=rng.randint(1, 4)) for _ in range(120)]
        status, out, err = run("-x", A.plain, "count", "-f", "tsv", *('"%s"' % " ".join(q) for q in queries))
        self.assertEqual(status, 0, err)
        for q, row in zip(queries, tsv(out)):
            hits = [sum(a[i:i + len(q)] == q for i in range(len(a))) for a in A.plain_articles]
            self.assertEqual(int(row["hits_all"]), sum(hits), q)
            self.assertEqual(int(row["articles"]), sum(h > 0 for h in hits), q)

    def test_window_changes_nothing(self):
        for q in ("amber", '"amber birch"', "amber NEAR/5 birch", "cedar NOT delta", "am* AND (birch OR heron)"):
            want = run("-x", A.plain, "-f", "jsonl", "--limit", "0", q)
            for window in ("1", "64", "4096"):
                self.assertEqual(run("-x", A.plain, "-f", "jsonl", "--limit", "0", "--addresses", window, q), want)

    def test_copies_are_one_story(self):
        row = tsv(run("-x", A.copies, "count", "-f", "tsv", "lighthouse")[1])[0]
        self.assertEqual([row[k] for k in ("hits", "stories", "hits_all", "articles")], ["3", "2", "7", "4"])
        rows = jsonl(run("-x", A.copies, "-f", "jsonl", "keeper")[1])
        self.assertEqual(len(rows), 1)
        self.assertEqual((rows[0]["hits"], rows[0]["hits_all"], rows[0]["articles"], rows[0]["copies"]), (2, 6, 3, 2))
        self.assertEqual(rows[0]["article"], rows[0]["story"])
        _, out, _ = run("-x", A.copies, "keeper")
        self.assertIn("+2 copies", out.decode())
        self.assertTrue(out.decode().endswith("2 hits in 1 story (6 hits in 3 articles)\n"))
        shown = json.loads(run("-x", A.copies, "show", "l-2", "--json")[1])
        self.assertEqual([m["article"] for m in shown["members"]], ["l-0", "l-1", "l-2"])
        self.assertEqual([m["relation"] for m in shown["members"]], ["root", "same", "same"])
        self.assertIn("THE LIGHTHOUSE KEEPER", shown["text"])

    def test_text_has_what_the_brief_promises(self):
        _, out, _ = run("-x", A.example, '"dock workers" AND strike', "--limit", "3")
        text = out.decode()
        self.assertIn("[Dock workers]", text)
        self.assertRegex(text, r"(?m)^1\. ")
        self.assertRegex(text, r"(?m)^   2023-03-\d\d  .*  examples/archive/\S+:\d+$")
        self.assertRegex(text, r"\d+ hits in \d+ stories \(\d+ hits in \d+ articles\); 3 stories shown\n$")

    def articles(self, *args):
        """The IDs of matching articles."""
        status, out, err = run("search", "-x", A.example, "--copies", "all", "-f", "jsonl", "-n", "0", "--strict", *args)
        self.assertIn(status, (0, 1), err)
        return {json.loads(line)["article"] for line in out.decode().splitlines()}

    def test_stems(self):
        some = self.articles("strike OR strikes OR striking OR striker OR strikers OR struck")
        stems = self.articles("stem(strikes)")
        self.assertTrue(self.articles("strike OR strikes") <= stems <= some)
        self.assertEqual(stems, self.articles("stem(strike, en)"))
        self.assertEqual(stems, self.articles("--stem-lang", "english", "stem(striking)"))
        status, _, err = run("count", "-x", A.example, "--stem-lang", "englich", "stem(strike)")
        self.assertEqual(status, 2)
        self.assertIn("did you mean 'english'?", err)
        self.assertIn("stem() takes one word", run("count", "-x", A.example, "stem(night shift)")[2])

    def test_regular_expressions(self):
        self.assertEqual(self.articles("/strikes?/"), self.articles("strike OR strikes"))
        self.assertEqual(self.articles('"the /d.ck/ workers"'), self.articles('"the (dock|duck|deck) workers"'))
        status, _, err = run("count", "-x", A.example, "--strict", "tugs AND /(a/")
        self.assertEqual(status, 2)
        self.assertIn("missing closing parenthesis", err)
        caret = [line for line in err.splitlines() if "^" in line][0]
        self.assertEqual(caret.index("^"), len("tugs AND /(a"))
        status, _, err = run("count", "-x", A.example, "/" + ".*" * 60 + "[xz]y/")
        self.assertEqual(status, 3)
        self.assertIn("steps", err)

    def test_exact_surfaces(self):
        the = self.articles("the")
        upper = self.articles('="The"')
        lower = self.articles("=the")
        self.assertTrue(upper and lower)
        self.assertEqual(upper | lower | self.articles("=THE"), the)
        self.assertEqual(self.articles('="THe"'), set())

    def test_synonyms(self):
        path = A.path("synonyms.txt")
        with open(path, "w", encoding="utf-8") as f:
            f.write("# of the harbour\ntugs, glass\nstrike => night shift, flour\n")
        both = self.articles("tugs OR glass")
        self.assertEqual(self.articles("--synonyms", path, "tugs"), both)
        self.assertEqual(self.articles("--synonyms", path, "glass"), both)
        self.assertEqual(self.articles("--synonyms", path, "strike"), self.articles('strike OR "night shift" OR flour'))
        self.assertEqual(self.articles("--synonyms", path, "flour"), self.articles("flour"))
        _, out, _ = run("explain", "-x", A.example, "--synonyms", path, "strike")
        self.assertIn("(alts (word strike) (phrase (word night) (word shift)) (word flour))", out.decode())
        with open(path, "w", encoding="utf-8") as f:
            f.write("tugs, glass\nalone\n")
        status, _, err = run("count", "-x", A.example, "--synonyms", path, "tugs")
        self.assertEqual(status, 2)
        self.assertIn("line 2", err)
        self.assertEqual(run("count", "-x", A.example, "--synonyms", A.path("none"), "tugs")[0], 2)

    def test_no_positive_word_lists_articles(self):
        status, out, _ = run("-x", A.copies, "-f", "jsonl", "NOT keeper")
        rows = jsonl(out)
        self.assertEqual((status, [r["article"] for r in rows]), (0, ["l-3"]))
        self.assertEqual((rows[0]["hits"], rows[0]["matches"]), (0, []))
        row = tsv(run("-x", A.copies, "-f", "tsv", "NOT keeper")[1])[0]
        self.assertEqual((row["hit_from"], row["hit_to"], row["snippet"]), ("", "", ""))


def tsv_of(*args):
    return tsv(run("-x", A.copies, "-f", "tsv", "--limit", "0", *args)[1])


class Copies(unittest.TestCase):
    """l-0, l-1 and l-2 are one story, l-3 another."""

    def counts(self, *args):
        row = tsv(run("-x", A.copies, "count", "-f", "tsv", *args)[1])[0]
        return [int(row[k]) for k in ("hits", "stories", "hits_all", "articles")]

    def test_filters(self):
        for q, want in (("is:original", [0, 2, 0, 2]), ("is:copy", [0, 1, 0, 2]), ("is:excerpt", [0, 0, 0, 0]),
                        ("keeper is:copy", [2, 1, 4, 2]), ("lighthouse -is:copy", [3, 2, 3, 2]),
                        ("copies:>1", [0, 1, 0, 3]), ("copies:0", [0, 1, 0, 1]), ("story:l-2", [0, 1, 0, 3]),
                        ('story:"l-3" lighthouse', [1, 1, 1, 1]), ("NOT story:l-1", [0, 1, 0, 1]),
                        ("(is:copy OR story:l-3) lighthouse", [3, 2, 5, 3]), ("like:l-0", [0, 1, 0, 1])):
            self.assertEqual(self.counts(q), want, q)
        self.assertEqual([r["article"] for r in tsv_of("like:l-3")], ["l-0"])
        self.assertEqual([r["article"] for r in tsv_of("keeper is:copy")], ["l-1"])

    def test_filters_that_cannot_be(self):
        for q, words in (("story:zz", "no article's ID begins with 'zz'"), ("like:l-", "begins the IDs of 4 articles")):
            status, out, err = run("-x", A.copies, q)
            self.assertEqual((status, out), (2, b""))
            self.assertIn(words, err)
        status, _, err = run("-x", A.copies, "keeper NEAR/3 is:copy")
        self.assertRegex(err, r"literal phrase.*\n.*\n       \^ NEAR/3 joins words")
        self.assertEqual(run("-x", A.copies, "--strict", "is:new keeper")[0], 2)
        self.assertIn("there is no field sauce: did you mean source:", run("-x", A.copies, "sauce:first keeper")[2])

    def test_modes(self):
        for mode, articles in (("collapse", ["l-0", "l-3"]), ("originals", ["l-0", "l-3"]),
                               ("all", ["l-0", "l-1", "l-2", "l-3"]), ("group", ["l-0", "l-1", "l-2", "l-3"])):
            rows = tsv_of("--copies", mode, "lighthouse")
            self.assertEqual([r["article"] for r in rows], articles, mode)
            self.assertEqual([r["story"] for r in rows], ["l-0"] * (len(articles) - 1) + ["l-3"])
            relations = {"l-0": "root", "l-1": "same", "l-2": "same", "l-3": "root"}
            self.assertEqual([r["relation"] for r in rows], [relations[a] for a in articles])
            self.assertEqual([r["matches"] for r in rows], ["2"] * (len(articles) - 1) + ["1"])
            ranks = ["1", "2", "3", "4"] if mode == "all" else ["1", "1", "1", "2"] if mode == "group" else ["1", "2"]
            self.assertEqual([r["rank"] for r in rows], ranks)
            listed = json.loads(run("-x", A.copies, "--json", "--copies", mode, "lighthouse")[1])
            self.assertEqual(listed["mode"], mode)
            lines = listed["results"]
            if mode == "group":
                members = [m["article"] for line in lines for m in line["members"]]
                self.assertEqual(members, articles)
            else:
                self.assertEqual([line["article"] for line in lines], articles)
            self.assertEqual(listed["hits_all"], 3 if mode == "originals" else 7)

    def test_modes_in_text(self):
        out = run("-x", A.copies, "--copies", "group", "keeper")[1].decode()
        self.assertRegex(out, r"(?m)^   root +2020-01-01  first  l-0  .*  2 hits$")
        self.assertRegex(out, r"(?m)^   same +2020-01-03  third  l-2  .*  2 hits$")
        out = run("-x", A.copies, "--copies", "all", "keeper")[1].decode()
        self.assertIn("  copy of l-0 (same)  l-1  ", out)
        self.assertNotIn("+2", out)
        _, out, err = run("-x", A.copies, "--copies", "all", "-n", "2", "lighthouse")
        self.assertTrue(out.decode().endswith("; 2 articles shown\n"))
        self.assertIn("2 of 4 articles shown", err)
        self.assertTrue(json.loads(run("-x", A.copies, "--json", "--copies", "all", "-n", "2", "lighthouse")[1])["more"])
        self.assertFalse(json.loads(run("-x", A.copies, "--json", "--copies", "all", "-n", "4", "lighthouse")[1])["more"])

    def test_counts_of_originals(self):
        for mode in ("collapse", "group", "all"):
            self.assertEqual(self.counts("--copies", mode, "lighthouse"), [3, 2, 7, 4])
        self.assertEqual(self.counts("--copies", "originals", "lighthouse"), [3, 2, 3, 2])

    def test_keep(self):
        for rule, want in (("earliest", "l-0"), ("longest", "l-0"), ("source:THIRD", "l-2"), ("source:none,second", "l-1")):
            self.assertEqual(tsv_of("--keep", rule, "keeper")[0]["article"], want, rule)
        status, out, err = run("-x", A.copies, "--keep", "newest", "keeper")
        self.assertEqual((status, out), (2, b""))
        self.assertIn("--keep takes", err)
        self.assertEqual(run("-x", A.copies, "--copies", "some", "keeper")[0], 2)


class Pages(unittest.TestCase):
    """--sort, --offset and --limit of search."""

    def rows(self, *args):
        return tsv(run("-x", A.example, "-f", "tsv", *args)[1])

    def test_pages_make_the_whole(self):
        for args in ([], ["--sort", "date"], ["--sort", "source"], ["--copies", "all"],
                     ["--copies", "all", "--sort", "date-desc"]):
            whole = self.rows("harbour", "--limit", "0", *args)
            self.assertEqual([int(r["rank"]) for r in whole], list(range(1, len(whole) + 1)))
            pages = []
            for offset in range(0, len(whole) + 3, 3):
                pages += self.rows("harbour", "--limit", "3", "--offset", str(offset), *args)
            self.assertEqual(pages, whole, args)

    def test_orders(self):
        for copies in ("collapse", "all"):
            for sort, key in (("date", "date"), ("date-desc", "date"), ("source", "outlet")):
                rows = self.rows("the", "--limit", "0", "--sort", sort, "--copies", copies)
                values = [r[key] for r in rows]
                known = [v for v in values if v]
                self.assertEqual(values, known + [""] * (len(values) - len(known)))
                self.assertEqual(known, sorted(known, reverse=sort == "date-desc"))
                self.assertGreater(len(set(known)), 3)
                same = self.rows("the", "--limit", "0", "--copies", copies)
                ids = lambda r: sorted(x["article"] for x in r)
                self.assertEqual(ids(rows), ids(same))

    def test_times_of_one_day(self):
        path = A.path("times.jsonl")
        times = ["2020-05-01T10:00:00Z", "2020-05-01T09:00:00Z", "2020-05-01", "2020-05-01T23:59:59Z", None,
                 "2020-04-30T12:00:00Z", "2020-05-01T00:00:00Z"]
        with open(path, "w", encoding="utf-8") as f:
            for i, t in enumerate(times):
                f.write(json.dumps({"id": f"t-{i}", "text": f"Ship number {i} came in.", "date": t}) + "\n")
        build(A.path("times"), path)
        for limit in ("0", "3", "7"):
            for sort, want in (("date", "5261034"), ("date-desc", "3016254")):
                rows = tsv(run("-x", A.path("times"), "-f", "tsv", "ship", "--sort", sort, "--limit", limit)[1])
                n = int(limit) or len(want)
                self.assertEqual("".join(r["article"][2:] for r in rows), want[:n], (sort, limit))

    def test_what_is_cut_is_told(self):
        x = ("-x", A.example)
        whole = json.loads(run(*x, "--json", "--limit", "0", "harbour")[1])
        self.assertEqual((whole["offset"], whole["more"], whole["sort"]), (0, False, "score"))
        n = whole["stories"]
        status, out, err = run(*x, "--json", "--limit", "2", "--offset", "1", "--sort", "source", "harbour")
        page = json.loads(out)
        self.assertEqual((status, page["offset"], page["more"], page["sort"]), (0, 1, True, "source"))
        self.assertEqual([r["rank"] for r in page["results"]], [2, 3])
        self.assertIn(f"stories 2 to 3 of {n} shown; --offset 3 goes on", err)
        status, out, err = run(*x, "--json", "--limit", "2", "--offset", str(n - 2), "harbour")
        self.assertEqual((json.loads(out)["more"], err), (False, ""))
        status, out, err = run(*x, "--limit", "2", "--offset", "900", "harbour")
        self.assertEqual(status, 0)
        self.assertIn(f"there are only {n} stories", err)
        out = run(*x, "--limit", "2", "--offset", "1", "harbour")[1].decode()
        self.assertRegex(out, r"; stories 2 to 3 shown\n$")


class Formats(unittest.TestCase):
    def test_formats_agree(self):
        for q in ("the", '"night shift"', "tugs NEAR/6 flour", "NOT harbour"):
            listed = json.loads(run("-x", A.example, "--json", "--limit", "0", q)[1])
            lines = jsonl(run("-x", A.example, "-f", "jsonl", "--limit", "0", q)[1])
            table = tsv(run("-x", A.example, "-f", "tsv", "--limit", "0", q)[1])
            self.assertEqual(listed["results"], lines)
            self.assertEqual(len(table), len(lines))
            self.assertEqual(listed["query"], q)
            self.assertEqual(listed["stories"], len(lines))
            self.assertEqual(sum(r["hits"] for r in lines), listed["hits"])
            self.assertEqual(sum(r["hits_all"] for r in lines), listed["hits_all"])
            self.assertEqual(sum(r["articles"] for r in lines), listed["articles"])
            self.assertEqual([r["rank"] for r in lines], list(range(1, len(lines) + 1)))
            self.assertEqual(sorted((-r["score"] for r in lines)), [-r["score"] for r in lines])
            count = tsv(run("-x", A.example, "count", "-f", "tsv", q)[1])[0]
            for key in ("hits", "stories", "hits_all", "articles"):
                self.assertEqual(int(count[key]), listed[key])
            for row, line in zip(table, lines):
                for key in ("rank", "of", "hits", "hits_all", "articles", "copies"):
                    self.assertEqual(int(row[key]), line[key])
                self.assertEqual(row["article"], line["article"])
                self.assertEqual(row["title"], line["title"] or "")
                self.assertEqual(row["date"], (line["date"] or "")[:10])
                for key in ("input", "digest"):
                    self.assertEqual(row[key], line["provenance"][key])
                for key in ("record", "offset", "length"):
                    self.assertEqual(int(row[key]), line["provenance"][key])

    def test_a_cut_list_says_so(self):
        status, out, err = run("-x", A.example, "--json", "-n", "2", "the")
        o = json.loads(out)
        self.assertTrue(o["more"])
        self.assertEqual(len(o["results"]), 2)
        self.assertIn("2 of %d stories shown; --limit 0 shows all" % o["stories"], err)
        for line in jsonl(run("-x", A.example, "-f", "jsonl", "-n", "2", "the")[1]):
            self.assertEqual(line["of"], o["stories"])
        status, out, err = run("-x", A.example, "--json", "-n", "0", "the")
        whole = json.loads(out)
        self.assertFalse(whole["more"])
        self.assertEqual(len(whole["results"]), whole["stories"])
        self.assertEqual(err, "")
        self.assertEqual(len(json.loads(run("-x", A.example, "--json", "the")[1])["results"]), 10)

    def test_hits_option(self):
        rows = jsonl(run("-x", A.example, "-f", "jsonl", "--hits", "2", "-n", "0", "the")[1])
        self.assertTrue(any(r["matches_total"] > 2 for r in rows))
        for r in rows:
            self.assertEqual(len(r["matches"]), min(2, r["matches_total"]))
        few = run("-x", A.example, "--hits", "1", "the")[1].decode()
        many = run("-x", A.example, "--hits", "0", "the")[1].decode()
        self.assertRegex(few, r"(?m)^   \d+ more hits in this article$")
        self.assertNotIn("in this article", many)
        self.assertGreater(len(many), len(few))

    def test_every_hit_is_marked_once(self):
        _, out, _ = run("-x", A.plain, "--hits", "0", "-n", "0", "amber")
        want = sum(a.count("amber") for a in A.plain_articles)
        self.assertEqual(out.decode().count("[amber]"), want)

    def test_count_text_is_aligned(self):
        _, out, _ = run("-x", A.example, "count", "the", '"night shift"', "Türkiye")
        lines = out.decode().splitlines()
        self.assertEqual(lines[0].split(), ["query", "hits", "stories", "hits_all", "articles"])
        self.assertEqual(len({len(line) for line in lines}), 1)

    def test_stats(self):
        o = json.loads(run("-x", A.example, "stats", "--json")[1])
        self.assertEqual(o["articles"], 41)
        rows = {r["name"]: r["value"] for r in tsv(run("stats", A.example, "-f", "tsv")[1])}
        for key, value in o.items():
            if isinstance(value, int):
                self.assertEqual(int(rows[key]), value)
        for key, value in o["sections"].items():
            self.assertEqual(int(rows["section." + key]), value)
        files = sum(os.path.getsize(os.path.join(A.example, f)) for f in os.listdir(A.example) if f.endswith(".stm"))
        self.assertEqual(o["index_bytes"], files)
        r = subprocess.run([INDEX, "stats", "--format", "json", A.example], capture_output=True, env=ENV)
        if r.returncode == 0:
            other = json.loads(r.stdout)
            for key in ("articles", "tokens", "text_bytes"):
                self.assertEqual(other[key], o[key])
        text = run("stats", "-x", A.example)[1].decode()
        self.assertRegex(text, r"(?m)^articles +41$")
        self.assertRegex(text, r"(?m)^POS +\d+ bytes +\d+\.\d\d % of text$")

    def test_explain(self):
        o = json.loads(run("-x", A.example, "explain", "--json", '"night shift"', "AND", "tug*")[1])
        self.assertEqual(o["query"], '"night shift" AND tug*')
        self.assertEqual(o["tree"], "(and (phrase (word night) (word shift)) (prefix tug))")
        self.assertGreater(o["milliseconds"], 0)
        text = run("-x", A.example, "explain", '"night shift"')[1].decode()
        self.assertRegex(text, r"(?s)^query +\"night shift\"\ntree +\(phrase.*\nplan\n.*\nanswer +\d+ hits in \d+ stories \(27 hits in 14 articles\)\ntime +[\d.]+ ms")
        self.assertEqual(run("-x", A.example, "explain", "zzzz")[0], 1)

    def test_show(self):
        status, out, _ = run("-x", A.example, "show", "cw-1001", "--json")
        o = json.loads(out)
        raw = run("-x", A.example, "show", "--raw", "cw-1001")[1].decode()
        self.assertEqual((status, o["text"]), (0, raw))
        with open(os.path.join(ROOT, "examples/archive/wire/wire-2023.jsonl"), encoding="utf-8") as f:
            first = json.loads(f.readline())
        self.assertEqual(letters(first["title"] + re.sub(r"<http[^>]*>", "", first["text"])), letters(raw))
        text = run("-x", A.example, "show", "cw-1001")[1].decode()
        self.assertTrue(text.endswith(raw if raw.endswith("\n") else raw + "\n"))
        self.assertRegex(text, r"(?m)^title   " + re.escape(first["title"]) + "$")
        self.assertRegex(text, r"(?m)^record  1 \(jsonl\), bytes 0\+\d+, digest [0-9a-f]{32}$")
        rows = {r["name"]: r["value"] for r in tsv(run("-x", A.example, "show", "cw-1001", "-f", "tsv")[1])}
        self.assertEqual(rows["digest"], o["provenance"]["digest"])
        self.assertEqual(int(rows["length"]), o["provenance"]["length"])

    def test_show_by_prefix(self):
        self.assertEqual(json.loads(run("-x", A.example, "show", "us-", "--json")[1])["article"], "us-5")
        status, out, err = run("-x", A.example, "show", "cw-")
        self.assertEqual((status, out), (2, b""))
        self.assertIn("cw-1001  examples/archive/wire/wire-2023.jsonl:1", err)
        self.assertIn("give more of it", err)
        status, out, err = run("-x", A.example, "show", "nothing-such")
        self.assertEqual((status, out), (1, b""))
        self.assertIn("nothing-such", err)


# The page of columns and keys -------------------------------------------------------------------------------------

def documented():
    """Section title -> names in its table."""
    with open(os.path.join(ROOT, "docs", "OUTPUT.md"), encoding="utf-8") as f:
        page = f.read()
    tables = {}
    for section in re.split(r"(?m)^### ", page)[1:]:
        title = section.split("\n", 1)[0]
        body = re.split(r"(?m)^## ", section)[0]
        tables[title] = re.findall(r"(?m)^\| `([^`]+)` \|", body)
    return tables


def keys_of(o, prefix="", inside=False):
    """Paths of all keys, a list's objects as []; objects with a schema of their own are not entered."""
    found = []
    for key, value in o.items():
        found.append(prefix + key)
        if isinstance(value, dict) and key not in ("sections", "relations", "links", "limits", "fields"):
            found += keys_of(value, prefix + key + ".")
        if isinstance(value, list):
            for item in value:
                if isinstance(item, dict) and "schema" not in item:
                    found += keys_of(item, prefix + key + "[].")
    return list(dict.fromkeys(found))


class Documented(unittest.TestCase):
    def check_json(self, *args, schema=None):
        _, out, err = run(*args)
        for o in jsonl(out):
            self.assertEqual(o["schema"], schema)
            self.assertEqual(keys_of(o), documented()[schema], err)
            for value in o.get("results", []):
                self.assertEqual(keys_of(value), documented()[value["schema"]])

    def test_json_keys(self):
        x = ("-x", A.copies)
        self.check_json(*x, "--json", "--copies", "group", "keeper", schema="stemma.search-list/1")
        self.check_json(*x, "-f", "jsonl", "--copies", "group", "keeper", schema="stemma.search/1")
        for mode in ("collapse", "all", "originals"):
            for o in jsonl(run(*x, "-f", "jsonl", "--copies", mode, "keeper")[1]):
                want = [k for k in documented()["stemma.search/1"] if not k.startswith("members")]
                self.assertEqual(keys_of(o), want)
        self.check_json(*x, "count", "--json", "keeper", "night", schema="stemma.count-list/1")
        self.check_json(*x, "count", "-f", "jsonl", "keeper", "night", schema="stemma.count/1")
        self.check_json(*x, "show", "--json", "l-1", schema="stemma.show/1")
        self.check_json(*x, "show", "-f", "jsonl", "l-1", schema="stemma.show/1")
        self.check_json(*x, "explain", "--json", "keeper", schema="stemma.explain/1")
        self.check_json(*x, "explain", "-f", "jsonl", "keeper", schema="stemma.explain/1")
        self.check_json(*x, "stats", "--json", schema="stemma.stats/1")
        self.check_json(*x, "stats", "-f", "jsonl", schema="stemma.stats/1")

    def test_columns(self):
        doc = documented()
        for command, args in (("search", ["keeper"]), ("count", ["count", "keeper"])):
            _, out, _ = run("-x", A.copies, "-f", "tsv", *args)
            self.assertEqual(out.decode().split("\n")[0].split("\t"), doc["Columns of " + command])
        for command, args in (("show", ["show", "l-0"]), ("explain", ["explain", "keeper night"]), ("stats", ["stats"])):
            names = [r["name"] for r in tsv(run("-x", A.copies, "-f", "tsv", *args)[1])]
            names = list(dict.fromkeys(re.sub(r"^(section|relation|link|limit|field)\..*", r"\1.NAME", n) for n in names))
            want = [n for n in doc["Rows of " + command] if n in names or not n.endswith(".NAME")]  # none: no row
            self.assertEqual(names, want)

    def test_csv_has_what_tsv_has(self):
        for args in (["zebra", "--limit", "0"], ["zebra", "--copies", "group"], ["dups", "list", "--all"],
                     ["dups", "show", "h-0"], ["dups", "diff", "h-0", "h-1"], ["dups", "spread", "h-1"],
                     ["dups", "why", "h-0", "h-1"], ["stats"], ["count", "zebra", "zebra OR h*"], ["show", "h-1"],
                     ["kwic", "zebra"], ["terms"], ["timeline", "zebra"], ["export"]):
            want = run("-x", A.hostile, "-f", "tsv", *args)[1].decode()
            got = run("-x", A.hostile, "-f", "csv", *args)[1].decode()
            self.assertEqual(list(csv.reader(got.splitlines(), strict=True)),
                             [line.split("\t") for line in want.split("\n")[:-1]], args)

    def test_fields(self):
        x = ("-x", A.copies)
        doc = documented()
        every = doc["Columns of search"] + doc["Further columns of search"]
        for fmt in ("tsv", "csv"):
            head = run(*x, "-f", fmt, "--fields", ",".join(every[::-1]), "keeper")[1].decode().split("\n")[0]
            self.assertEqual(head.split("\t" if fmt == "tsv" else ","), every[::-1])
        whole = jsonl(run(*x, "-f", "jsonl", "--copies", "group", "lighthouse")[1])
        for key in doc["stemma.search/1"][1:]:
            path = key.replace("[]", "")
            rows = jsonl(run(*x, "-f", "jsonl", "--copies", "group", "--fields", path, "lighthouse")[1])
            top = path.split(".")[0]
            self.assertEqual([list(r) for r in rows], [["schema", top]] * len(whole), key)
            if top == path:
                self.assertEqual([r[top] for r in rows], [r[top] for r in whole])
        listed = json.loads(run(*x, "--json", "--fields", "article,provenance.record", "keeper")[1])
        self.assertEqual(listed["hits"], 2)
        self.assertEqual(listed["results"], [{"schema": "stemma.search/1", "article": "l-0", "provenance": {"record": 1}}])
        self.assertEqual(run(*x, "--fields", "article,hits", "lighthouse")[1].decode(),
                         "article  hits\nl-0         2\nl-3         1\n")
        for args, want in ((["stats", "--fields", "articles,relations"], "articles\t4\nrelation.root\t2\nrelation.same\t2\n"),
                           (["show", "--fields", "outlet,article", "l-0", "l-3"],
                            "article\tl-0\noutlet\tfirst\narticle\tl-3\noutlet\tother\n"),
                           (["explain", "--fields", "tree", "keeper"], "tree\t(word keeper)\n"),
                           (["dups", "why", "--fields", "relation", "l-1", "l-0"], "relation\texact\n")):
            self.assertEqual(run(*x, *args)[1].decode(), "name\tvalue\n" + want)
            self.assertEqual(run(*x, "-f", "csv", "-0", *args)[1].decode(), want.replace("\t", ",").replace("\n", "\0"))
            for fmt in ("tsv", "json", "jsonl"):
                self.assertEqual(run(*x, *args, "-f", fmt, "--fields", "nothing-such")[0], 2, args)
        explained = json.loads(run(*x, "--json", "explain", "--fields", "tree,nodes.depth", "keeper")[1])
        self.assertEqual(explained, {"schema": "stemma.explain/1", "tree": "(word keeper)", "nodes": [{"depth": 0}]})
        for args, words in ((["--fields", "articel", "x"], "did you mean 'article'?"),
                            (["--json", "--fields", "hit_from", "x"], "there is no field 'hit_from'"),
                            (["--fields", "", "x"], "--fields takes names")):
            status, out, err = run(*x, *args)
            self.assertEqual((status, out), (2, b""), args)
            self.assertIn(words, err)

    def test_rows_that_end_with_nul(self):
        x = ("-x", A.copies)
        path = A.path("copies.jsonl")
        self.assertEqual(run(*x, "-0", "--fields", "article,hits", "lighthouse")[1], b"l-0\t2\0l-3\t1\0")
        self.assertEqual(run(*x, "-0", "-f", "csv", "--fields", "input", "keeper")[1], path.encode() + b"\0")
        odd = A.path("two  blanks\n.jsonl")
        write_copies(odd)
        build(A.path("odd"), odd)
        self.assertEqual(run("-x", A.path("odd"), "--null", "--fields", "input", "keeper")[1], odd.encode() + b"\0")
        self.assertIn(b"two blanks .jsonl", run("-x", A.path("odd"), "-f", "tsv", "--fields", "input", "keeper")[1])
        self.assertEqual(run(*x, "-0", "--json", "keeper")[0], 2)

    def test_vimgrep(self):
        n = 0
        for index, queries in ((A.example, ["harbour", "night OR glass", '"night shift"']), (A.escaped, ["title OR end"]),
                               (A.copies, ["keeper"])):
            for q in queries:
                for copies in ("collapse", "group", "all"):
                    rows = jsonl(run("-x", index, "-f", "jsonl", "--limit", "0", "--copies", "all", q)[1])
                    hits = {}
                    for r in rows:
                        for m in r["matches"]:
                            data = input_bytes(r["provenance"]["input"])[:m["bytes_from"]]
                            place = (r["provenance"]["input"], data.count(b"\n") + 1, len(data) - data.rfind(b"\n"))
                            hits[place] = " ".join(m["snippet"].split())
                    status, out, err = run("-x", index, "-f", "vimgrep", "--copies", copies, q, cwd=ROOT)
                    self.assertEqual((status, err), (0, ""))
                    lines = out.decode().splitlines()
                    for line in lines:
                        path, number, column, text = line.split(":", 3)
                        self.assertEqual(hits[path, int(number), int(column)], " ".join(text.split()), line)
                        n += 1
                    if copies != "collapse":
                        self.assertEqual(len(lines), len(hits))
        self.assertGreater(n, 100)
        self.assertEqual(len(run("-x", A.example, "-f", "vimgrep", "--limit", "1", "--hits", "1", "the")[1].splitlines()), 1)

    def test_vimgrep_without_the_input(self):
        row = jsonl(run("-x", A.example, "-f", "jsonl", '"the minutes that"')[1])[0]
        self.assertEqual(row["provenance"]["reader"], "markdown")
        out = run("-x", A.example, "-f", "vimgrep", '"the minutes that"', cwd="/")[1].decode()
        self.assertTrue(out.startswith(row["provenance"]["input"] + ":1:1:"), out)
        out = run("-x", A.zipped, "-f", "vimgrep", "slashes")[1].decode()
        self.assertTrue(out.startswith(A.path("zipped.jsonl.gz") + ":4:"), out)
        for command in (["count"], ["show"], ["stats"], ["explain"], ["dups", "list"]):
            status, _, err = run(*command, "-x", A.example, "-f", "vimgrep", "x")
            self.assertEqual(status, 2)
            self.assertIn("vimgrep is of search and kwic", err)

    def test_every_table_is_checked(self):
        """Each table is one of a command, and the tests of each are in one of these files."""
        here = ["search", "count", "explain", "stats"]
        others = ["count-articles", "count-group", "stats-group", "timeline", "timeline-pair", "terms", "terms-surface", "collocates", "cooc", "matrix",
                  "matrix-by", "keyness", "ngrams", "like",
                  "like-word", "kwic", "show", "export", "dups"]
        for title in documented():
            family = re.search(r"stemma\.([a-z-]+?)(-list)?/1|(?:Columns|columns|Rows|Groups) of (\w+)", title)
            self.assertIsNotNone(family, title)
            name = family.group(1) or family.group(3)
            self.assertIn(re.sub("^dups-.*", "dups", name), here + others, title)

    def test_manual_page_has_the_options(self):
        """Each block of options stands in the page, under the commands that take it, and none besides."""
        with open(os.path.join(ROOT, "man", "stemma-query.1"), encoding="utf-8") as f:
            page = f.read()
        options = page.split(".SH OPTIONS\n")[1].split(".SH ")[0]
        in_page = {}
        for section in options.split(".SS ")[1:]:
            title, body = section.split("\n", 1)
            for block in body.split(".TP\n")[1:]:
                in_page[block] = title.split(", ")
        printed = {}
        for command in COMMANDS:
            status, out, _ = run(command, "--man", "x")
            self.assertEqual(status, 0)
            for block in out.decode().split(".TP\n")[1:]:
                printed.setdefault(block, []).append(command)
        self.assertEqual(in_page, printed)

    def test_manual_page_has_no_faults(self):
        if not shutil.which("groff"):
            self.skipTest("no groff")
        r = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", os.path.join(ROOT, "man", "stemma-query.1")],
                           capture_output=True)
        self.assertEqual(r.stderr, b"")


# The command line ----------------------------------------------------------------------------------------------------

class CommandLine(unittest.TestCase):
    def test_statuses(self):
        x = ("-x", A.example)
        for want, args in ((0, ["harbour"]), (1, ["zzzz"]), (0, ["count", "zzzz", "harbour"]), (1, ["count", "zzzz"]),
                           (2, ["--nonsense", "harbour"]), (2, ["!!!"]), (2, [""]), (2, ["--strict", "(harbour"]),
                           (2, ["-f", "yaml", "harbour"]), (2, ["-n", "many", "harbour"]), (2, ["show", "a", "b"]),
                           (2, ["explain", "--strict", "AND"]), (2, ["show", "--raw", "--source", "cw-1001"]),
                           (2, ["stats", "a", "b"]), (2, ["count", "--queries", A.path("no-such-file")]),
                           (2, ["help", "nothing"]), (0, ["help"]), (0, ["help", "count"]), (0, ["stats"])):
            status, out, err = run(*x, *args)
            self.assertEqual(status, want, (args, err))
            if want == 2:
                self.assertEqual(out, b"", args)
                self.assertTrue(err.startswith("stemma-query: "), args)
        self.assertEqual(run()[0], 2)
        self.assertEqual(run("harbour")[0], 2)
        self.assertIn("STEMMA_INDEX", run("harbour")[2])

    def test_literal_reading_warns(self):
        status, out, err = run("-x", A.example, "(night shift")
        self.assertEqual(status, 0)
        self.assertIn("[night shift]", out.decode())
        self.assertRegex(err, r"warning: .*literal phrase.*\n\(night shift\n\^ ")
        status, out, err = run("-x", A.example, "--strict", "(night shift")
        self.assertEqual((status, out), (2, b""))
        self.assertRegex(err, r"\n\(night shift\n\^ ")

    def test_hint_once(self):
        _, _, err = run("-x", A.example, "count", "tugs W/6 flour", "tugs W/6 flour")
        self.assertEqual(err.count("NEAR/6"), 1, err)

    def test_environment_names_the_index(self):
        env = {"STEMMA_INDEX": A.example}
        self.assertEqual(run("harbour", env=env), run("-x", A.example, "harbour"))
        self.assertEqual(run("-x", A.copies, "harbour", env=env)[0], 1)
        self.assertEqual(run("stats", env=env), run("stats", A.example))

    def test_options_anywhere(self):
        want = run("-x", A.example, "-f", "tsv", "-n", "2", "night", "shift")
        self.assertEqual(want[0], 0)
        for args in (["night", "shift", "-x", A.example, "--format=tsv", "--limit", "2"],
                     ["--limit=2", "night", "-ftsv", "-x" + A.example, "shift"],
                     ["--limit", "2", "-f", "tsv", "--index", A.example, "search", "night", "shift"],
                     ["search", "-n2", "night", "--index=" + A.example, "shift", "-f", "tsv"]):
            self.assertEqual(run(*args), want)

    def test_every_value_option_may_stand_before_the_command(self):
        for command in ("search", "count", "explain"):
            _, out, _ = run(command, "--man", "x")
            for names in re.findall(r"(?m)^(\\fB.*\\fR) \\fI", out.decode()):
                for name in re.findall(r"\\fB([^\\]*(?:\\-[^\\]*)*)\\fR", names):
                    name = name.replace("\\-", "-")
                    value = {"-x": A.example, "--index": A.example, "-f": "tsv", "--format": "tsv",
                             "--color": "never", "--queries": "/dev/null", "--copies": "all",
                             "--keep": "longest", "--memory": "1G", "--stem-lang": "english", "--synonyms": "/dev/null", "--timeout": "100s", "--hyperlink": "never",
                             "--pager": "never", "--by": "month", "--sort": "date" if command == "search" else "key", "--fields": {"search": "articles", "explain": "tree"}.get(command, "hits")}.get(name, "3")
                    grouped = command == "count" and name in ("--sort", "--limit", "-n", "--min")
                    more = ["--by", "month"] if grouped else []
                    status, out, err = run(name, value, command, *more, "harbour", env={"STEMMA_INDEX": A.example})
                    self.assertEqual((status, err.replace("\n", "")[:6]), (0, err[:0]) if "shown" not in err else
                                     (0, err[:6]), (name, command, err))
                    direct = run(command, name, value, *more, "harbour", env={"STEMMA_INDEX": A.example})
                    if command != "explain":
                        self.assertEqual(out, direct[1], (name, command))

    def test_commands_and_words(self):
        path = A.path("words.jsonl")
        with open(path, "w") as f:
            for i, word in enumerate(["count", "show", "stats", "count strike", "search", "help"]):
                f.write(json.dumps({"id": f"w-{i}", "text": f"We {word} here."}) + "\n")
        build(A.path("words"), path)
        x = ("-x", A.path("words"))
        hits = lambda *args: json.loads(run(*x, "--json", *args)[1])["hits"]
        self.assertEqual(hits("search", "count"), 2)
        self.assertEqual(hits("--", "count"), 2)
        self.assertEqual(hits("--", "stats"), 1)
        self.assertEqual(hits("search", "stats"), 1)
        self.assertEqual(hits("--", "count", "strike"), 2)
        self.assertEqual(json.loads(run(*x, "stats", "--json")[1])["schema"], "stemma.stats/1")
        # a command's name alone is a word, and a hint says so
        status, out, err = run(*x, "count")
        self.assertEqual((status, out.decode().count("[count]")), (0, 2))
        self.assertIn("searching for the word 'count'", err)
        status, out, err = run(*x, "count", "strike")
        self.assertEqual(out.decode().split("\n")[1].split(), ["strike", "1", "1", "1", "1"])
        self.assertEqual(err, "", "no hint where nobody reads it")

    def test_did_you_mean(self):
        self.assertIn("did you mean '--limit'?", run("--limt", "3", "x")[2])
        self.assertIn("did you mean 'count'?", run("help", "cuont")[2])

    def test_help(self):
        for args in (["--help"], ["-h"], ["help"]):
            status, out, err = run(*args)
            self.assertEqual((status, err), (0, ""))
            for command in COMMANDS:
                self.assertIn(command, out.decode())
        windows = ["timeline", "collocates", "cooc", "matrix"]
        for command in COMMANDS:
            status, out, err = run("help", command)
            self.assertEqual((status, err), (0, ""))
            self.assertEqual(run(command, "--help"), (status, out, err))
            self.assertIn("--format", out.decode())
            self.assertNotIn("--man", out.decode())
            self.assertEqual("--window" in out.decode(), command in windows)  # that of others is hidden
            self.assertTrue(all(len(line) <= 80 for line in out.decode().splitlines()))
        status, out, _ = run("--version")
        self.assertRegex(out.decode(), r"^stemma-query \d+\.\d+\.\d+\n$")

    def test_examples_of_the_help_work(self):
        _, out, _ = run("help")
        examples = re.findall(r"(?m)^  (stemma-query -x INDEX .*?)   ", out.decode())
        self.assertGreater(len(examples), 4)
        for line in examples:
            line = line.replace("INDEX", '"$1"', 1).replace("stemma-query", '"$0"', 1)
            r = subprocess.run(["sh", "-c", line, QUERY, A.example], capture_output=True, env=ENV)
            self.assertEqual(r.returncode, 0, (line, r.stderr))


class QueriesFile(unittest.TestCase):
    def test_file_and_standard_input(self):
        text = b'\xef\xbb\xbf"night shift"\r\n\n   \nharbour\ntug*'
        with open(A.path("q.txt"), "wb") as f:
            f.write(text)
        want = run("-x", A.example, "count", "-f", "tsv", '"night shift"', "harbour", "tug*")
        self.assertEqual(run("-x", A.example, "count", "-f", "tsv", "--queries", A.path("q.txt")), want)
        self.assertEqual(run("-x", A.example, "count", "-f", "tsv", "--queries", "-", stdin=text), want)
        self.assertEqual(run("-x", A.example, "count", "-f", "tsv", '"night shift"', "--queries", "-",
                             stdin=b"harbour\ntug*\n"), want)
        r = subprocess.run(["bash", "-c", '"$0" -x "$1" count -f tsv --queries <(cat "$2")', QUERY, A.example,
                            A.path("q.txt")], capture_output=True, env=ENV)
        self.assertEqual(r.stdout, want[1], "a pipe will do")

    def test_many(self):
        rng = random.Random(3)
        words = "night shift harbour council strike tugs the of a ferry glass".split()
        queries = ['"%s"' % " ".join(rng.choices(words, k=rng.randint(1, 3))) for _ in range(2000)]
        status, out, err = run("-x", A.example, "count", "-f", "tsv", "--queries", "-", stdin="\n".join(queries).encode())
        rows = tsv(out)
        self.assertEqual((status, [r["query"] for r in rows]), (0, queries), err)
        one = run("-x", A.example, "count", "-f", "tsv", queries[1234])[1]
        self.assertEqual(tsv(one)[0], rows[1234])

    def test_a_query_that_cannot_be_read_stops_all_before_any_is_answered(self):
        status, out, err = run("-x", A.example, "count", "--queries", "-", stdin=b"harbour\n\n...\nnight\n")
        self.assertEqual((status, out), (2, b""))
        self.assertIn("line 3", err)
        status, out, err = run("-x", A.example, "count", "--strict", "--queries", "-", stdin=b"harbour\n(night\n")
        self.assertEqual((status, out), (2, b""))
        self.assertIn("line 2", err)

    def test_nothing_in_it(self):
        status, out, _ = run("-x", A.example, "count", "-f", "tsv", "--queries", "/dev/null")
        self.assertEqual((status, tsv(out)), (1, []))

    def test_bytes_that_are_no_text(self):
        status, out, err = run("-x", A.example, "count", "-f", "tsv", "--queries", "-",
                               stdin=b"caf\xe9\x1b[31m\nharbour\x00glass\n")
        self.assertIn(status, (0, 1), err)
        self.assertEqual(len(tsv(out)), 2)
        self.assertNotIn(b"\x1b", out + err.encode())


# What cannot go well ---------------------------------------------------------------------------------------------------

class Failures(unittest.TestCase):
    def test_no_index(self):
        status, out, err = run("-x", A.path("nowhere"), "harbour")
        self.assertEqual((status, out), (3, b""))
        self.assertIn("stemma-index build", err)
        os.mkdir(A.path("empty"))
        self.assertEqual(run("-x", A.path("empty"), "harbour")[0], 3)
        self.assertEqual(run("-x", os.path.join(ROOT, "README.md"), "harbour")[0], 3)
        self.assertEqual(run("-x", "", "harbour")[0], 2)

    def test_damage_is_an_error_that_names_the_file(self):
        for name in sorted(os.listdir(A.copies)):
            size = os.path.getsize(os.path.join(A.copies, name))
            if name == "lock" or name.startswith("inputs") or size == 0:
                continue
            copy = A.path("damaged")
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(A.copies, copy)
            with open(os.path.join(copy, name), "r+b") as f:
                f.truncate(size // 2)
            status, out, err = run("-x", copy, "lighthouse")
            self.assertEqual(status, 3, name)
            self.assertIn("error: ", err)

    def test_damage_half_way_leaves_json_open(self):
        """Flips in every place of the article data: the right answer, or status 3 and no well-formed list."""
        want = run("-x", A.copies, "--json", "lighthouse")[1]
        name = next(f for f in os.listdir(A.copies) if f.startswith("seg-"))
        copy = A.path("flipped")
        shutil.copytree(A.copies, copy)
        path = os.path.join(copy, name)
        with open(path, "rb") as f:
            data = bytearray(f.read())
        failed = 0
        for at in range(4096, len(data), 97):
            data[at] ^= 0x10
            with open(path, "wb") as f:
                f.write(data)
            status, out, err = run("-x", copy, "--json", "lighthouse")
            if status == 0:
                self.assertEqual(out, want, at)
            else:
                failed += 1
                self.assertEqual(status, 3, err)
                self.assertIn("seg-", err)
                with self.assertRaises(ValueError):
                    json.loads(out)
            data[at] ^= 0x10
        self.assertGreater(failed, 5)

    def test_full_disk(self):
        for args in (["harbour"], ["--json", "the"], ["count", "the"], ["stats"], ["show", "cw-1001"], ["help"]):
            with open("/dev/full", "wb") as full:
                r = subprocess.run([QUERY, "-x", A.example, *args], stdout=full, stderr=subprocess.PIPE, env=ENV)
            self.assertEqual(r.returncode, 5, args)
            self.assertIn(b"No space left", r.stderr)

    def test_closed_standard_output(self):
        r = subprocess.run(["sh", "-c", '"$0" -x "$1" harbour >&-', QUERY, A.example], capture_output=True, env=ENV)
        self.assertEqual(r.returncode, 5)

    def test_file_size_limit(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        with open(A.path("limited"), "wb") as f:
            r = subprocess.run([QUERY, "-x", A.example, "--json", "the"], stdout=f, stderr=subprocess.PIPE, env=ENV,
                               preexec_fn=limit)
        self.assertEqual(r.returncode, 5, r.stderr)

    def test_reader_that_goes_away(self):
        for how in (signal.SIG_DFL, signal.SIG_IGN):
            p = subprocess.Popen([QUERY, "-x", A.plain, "--json", "-n", "0", "am* OR b*"], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, env=ENV, restore_signals=False,
                                 preexec_fn=lambda: signal.signal(signal.SIGPIPE, how))
            p.stdout.read(10)
            p.stdout.close()
            err = p.stderr.read()
            p.stderr.close()
            self.assertEqual((p.wait(), err), (-signal.SIGPIPE, b""))


# Terminals --------------------------------------------------------------------------------------------------------------

def on_terminal(*args, env=None):
    """Runs it on a pseudo-terminal for both streams: (status, what it wrote)."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(QUERY, [QUERY, *args], dict(ENV, **(env or {})))
    out = b""
    while True:
        try:
            part = os.read(fd, 65536)
        except OSError as e:
            if e.errno != errno.EIO:
                raise
            part = b""
        if not part:
            break
        out += part
    os.close(fd)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), out


FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]")


class Terminals(unittest.TestCase):
    def test_nothing_from_documents_is_obeyed(self):
        for args in (["zebra", "--hits", "0"], ["-f", "tsv", "zebra"], ["--json", "zebra"], ["-f", "jsonl", "zebra"],
                     ["-f", "csv", "zebra"], ["-f", "vimgrep", "zebra"], ["--fields", "title,author,url,snippet", "zebra"],
                     ["-0", "-f", "csv", "zebra"], ["--sort", "source", "--copies", "group", "zebra"],
                     ["--fields", HOSTILE.replace("\x00", ""), "zebra"], ["dups", "list", "--all", "-f", "csv"],
                     ["count", "zebra"], ["show", "h-0"], ["show", "h-1", "--json"], ["show", "h-4", "-f", "tsv"],
                     ["show", "h"], ["explain", "zebra" + HOSTILE.replace("\x00", "")],
                     ["count", "zebra" + HOSTILE.replace("\x00", "")], ["--strict", "(" + HOSTILE.replace("\x00", "")],
                     ["show", HOSTILE.replace("\x00", "")], ["--" + HOSTILE.replace("\x00", "")],
                     ["-f", HOSTILE.replace("\x00", ""), "x"]):
            status, out, err = run("-x", A.hostile, *args)
            self.assertIn(status, (0, 1, 2), err)
            self.assertIsNone(FORBIDDEN.search(out.decode("utf-8").replace("\0", "\n")), args)
            self.assertIsNone(FORBIDDEN.search(err), args)
        rows = jsonl(run("-x", A.hostile, "-f", "jsonl", "zebra")[1])
        self.assertEqual(len(rows), 6)
        self.assertIn("\u202e", "".join(r["outlet"] + r["author"] + r["url"] for r in rows), "JSON keeps the value")
        index = A.path("evil\x1b[31m")
        self.assertIsNone(FORBIDDEN.search(run("-x", index, "zebra")[2]))

    def test_raw_is_raw_except_on_a_terminal(self):
        ids = [r["article"] for r in jsonl(run("-x", A.hostile, "-f", "jsonl", "zebra")[1])]
        raws = {i: run("-x", A.hostile, "show", "--raw", i)[1] for i in ids}
        evil = [i for i, raw in raws.items() if "\u202e".encode() in raw]
        self.assertTrue(evil)
        for i in evil:
            for pager in ("", "cat -u"):  # not "cat", which is none
                _, out = on_terminal("-x", A.hostile, "show", "--raw", i, env={"STEMMA_PAGER": pager})
                self.assertIsNone(FORBIDDEN.search(out.decode("utf-8").replace("\r\n", "\n")))
        _, out = on_terminal("-x", A.hostile, "-0", "--fields", "title", "--pager", "always", "zebra",
                             env={"STEMMA_PAGER": "cat -u"})
        self.assertIsNone(FORBIDDEN.search(out.decode("utf-8").replace("\r\n", "\n").replace("\0", "\n")))

    def test_colour(self):
        x = ("-x", A.example)
        bold = b"\x1b[1;31mnight shift\x1b[0m"
        self.assertIn(bold, on_terminal(*x, '"night shift"')[1])
        self.assertNotIn(b"[night shift]", on_terminal(*x, '"night shift"')[1])
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            out = on_terminal(*x, "--hyperlink", "never", '"night shift"', env=env)[1]
            self.assertNotIn(b"\x1b", out)
            self.assertIn(b"[night shift]", out)
        self.assertNotIn(b"\x1b", on_terminal(*x, "--color", "never", "--hyperlink", "never", '"night shift"')[1])
        self.assertNotIn(b"\x1b", run(*x, '"night shift"')[1])
        self.assertIn(bold, run(*x, "--color", "always", '"night shift"', env={"NO_COLOR": "1"})[1])
        for fmt in ("tsv", "json", "jsonl"):
            self.assertNotIn(b"\x1b", run(*x, "--color", "always", "-f", fmt, '"night shift"')[1])

    def test_links(self):
        folder = A.path("odd dir%\u00e9")
        os.mkdir(folder)
        path = os.path.join(folder, "in put.jsonl")
        write_copies(path)
        build(A.path("linked"), path)
        x = ("-x", A.path("linked"))
        uri = "file://" + os.uname().nodename + urllib.parse.quote(path)
        link = f"\x1b]8;;{uri}\x1b\\{path}\x1b]8;;\x1b\\:1".encode()
        self.assertIn(link, on_terminal(*x, "keeper")[1])
        self.assertIn(link, run(*x, "--hyperlink", "always", "keeper")[1])
        self.assertIn(link, run(*x, "--hyperlink", "always", "--copies", "group", "keeper")[1])
        self.assertIn(link, run(*x, "--hyperlink", "always", "dups", "show", "l-1")[1])
        for args in ([], ["--hyperlink", "never"], ["--hyperlink", "always", "--json"],
                     ["--hyperlink", "always", "-f", "tsv"]):
            self.assertNotIn(b"\x1b", run(*x, *args, "keeper")[1])
        for env in ({"TERM": "linux"}, {"TERM": "dumb"}, {"VTE_VERSION": "4602"}):
            self.assertNotIn(b"\x1b]8", on_terminal(*x, "keeper", env=env)[1])
        self.assertIn(link, on_terminal(*x, "keeper", env={"VTE_VERSION": "5202"})[1])
        os.rename(path, path + ".gone")
        self.assertNotIn(b"\x1b]8", run(*x, "--hyperlink", "always", "keeper")[1])

    def test_relative_paths_are_linked_from_where_one_stands(self):
        out = run("-x", A.example, "--hyperlink", "always", "harbour", cwd=ROOT)[1]
        for uri in re.findall(rb"\x1b\]8;;(file:[^\x1b]+)", out):
            self.assertTrue(os.path.exists(urllib.parse.unquote(urllib.parse.urlparse(uri.decode()).path)), uri)
        self.assertGreater(out.count(b"\x1b]8;;file:"), 5)

    def test_width(self):
        args = ("-x", A.example, "--fields", "title,date,snippet", "harbour")
        for columns in (40, 80, 100):
            out = on_terminal(*args, env={"COLUMNS": str(columns)})[1].decode()
            lines = re.sub(r"\x1b\[[0-9;]*m", "", out).split("\r\n")
            self.assertEqual(max(len(line) for line in lines if " shown; " not in line), columns)
            self.assertIn("\u2026", out)
        self.assertGreater(max(len(line) for line in run(*args)[1].decode().splitlines()), 150)


class Pager(unittest.TestCase):
    SED = {"STEMMA_PAGER": "sed s/^/PAGED:/"}

    def paged(self, *args, env=SED):
        status, out = on_terminal("-x", A.plain, *args, env=env)
        return status, out.decode().replace("\r\n", "\n")

    def test_text_is_paged_on_a_terminal(self):
        status, out = self.paged("amber", "--limit", "2", "--hits", "1")
        lines = [line for line in out.split("\n")[:-1] if "shown; --limit" not in line]
        self.assertEqual(status, 0)
        self.assertTrue(lines and all(line.startswith("PAGED:") for line in lines), out)
        self.assertEqual(self.paged("zzzz")[0], 1)
        self.assertEqual(self.paged("amber", "-f", "yaml")[0], 2)
        self.assertEqual(self.paged("help")[0], 0)

    def test_where_nothing_is_paged(self):
        for args in (["--pager", "never"], ["-f", "tsv"], ["--json"]):
            self.assertNotIn("PAGED", self.paged("amber", *args)[1], args)
        for env in ({"STEMMA_PAGER": ""}, {"STEMMA_PAGER": "cat"}, {"STEMMA_PAGER": "", "PAGER": "sed s/^/PAGED:/"},
                    dict(self.SED, TERM="dumb")):
            self.assertNotIn("PAGED", self.paged("amber", env=env)[1], env)
        self.assertNotIn(b"PAGED", run("-x", A.plain, "--pager", "always", "amber", env=self.SED)[1])
        self.assertNotIn("PAGED", self.paged("search", "--help")[1])

    def test_which_pager(self):
        self.assertIn("PAGED", self.paged("amber", "--json", "--pager", "always")[1])
        self.assertIn("FRX", self.paged("amber", env={"STEMMA_PAGER": "echo $LESS"})[1])
        self.assertIn("LESS=M", self.paged("amber", env={"STEMMA_PAGER": "echo LESS=$LESS", "LESS": "M"})[1])
        env = {k: v for k, v in ENV.items() if k != "STEMMA_PAGER"}
        r = subprocess.run([sys.executable, "-c", "import os, pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)", QUERY,
                            "-x", A.plain, "amber"], env=dict(env, PAGER="sed s/^/PAGED:/"), capture_output=True,
                           stdin=subprocess.DEVNULL)
        self.assertIn(b"PAGED", r.stdout)

    def test_a_reader_who_has_seen_enough(self):
        status, out = self.paged("amber OR birch", "--limit", "0", "--hits", "0", env={"STEMMA_PAGER": "head -n 1"})
        self.assertEqual((status, len(out.split("\n"))), (0, 2), out)
        self.assertTrue(out.startswith("1. "))

    def test_a_pager_that_there_is_not(self):
        status, out = self.paged("amber", env={"STEMMA_PAGER": "/no/such/pager"})
        self.assertEqual(status, 5)
        self.assertIn("the pager '/no/such/pager' could not be run; --pager never", out)

    def test_notes_are_paged_too(self):
        out = self.paged("amber OR birch", "--limit", "250", "--hits", "0")[1].split("\n")
        self.assertTrue(any(line.startswith("PAGED:stemma-query: 250 of ") for line in out), out[-5:])


class OtherReadings(unittest.TestCase):
    def test_the_other_reading_is_told_at_a_terminal(self):
        self.assertIn(b"to search for the word: stemma-query search count strike",
                      on_terminal("-x", A.example, "count", "strike")[1])
        self.assertNotIn(b"to search for", on_terminal("-x", A.example, "count", '"night shift"')[1])


if __name__ == "__main__":
    if not (os.access(INDEX, os.X_OK) and os.access(QUERY, os.X_OK)):
        sys.exit("no programs in " + BUILD)
    unittest.main()
