#!/usr/bin/env python3
"""What is counted by group, over time, of the dictionary and of the archive, held against counting by hand.

Stand-alone as test_query.py, whose helpers it has.
"""
import collections
import csv
import datetime
import json
import os
import random
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_query as T  # noqa: E402
from test_query import build, documented, jsonl, keys_of, run, tsv  # noqa: E402

OUTLETS = ["The Gazette", "Evening Post", "Zeitung", None]
AUTHORS = ["Ada", "Ben", None]
SECTIONS = ["World", "Sport", None]
WORDS = "amber birch cedar delta ember fjord grain heron inlet jetty kelp larch maple north otter plume".split()
A = None


def make(path, seed):
    """Articles of random words, each so unlike the others that none is a copy."""
    rng = random.Random(seed)
    articles = []
    with open(path, "w", encoding="utf-8") as f:
        for i in range(240):
            words = rng.choices(WORDS, k=rng.randint(40, 120))
            day = datetime.date(2015, 11, 20) + datetime.timedelta(days=rng.randrange(500))
            o = {"id": f"g-{i}", "text": " ".join(words) + f" end{i}.", "source": rng.choice(OUTLETS),
                 "author": rng.choice(AUTHORS), "section": rng.choice(SECTIONS),
                 "date": None if rng.random() < 0.1 else day.isoformat(),
                 "tags": rng.sample(["ice", "fog", "port"], rng.randrange(3))}
            o = {k: v for k, v in o.items() if v is not None}
            f.write(json.dumps(o) + "\n")
            articles.append(dict(o, words=words + [f"end{i}"], day=day if "date" in o else None))
    return articles


class Archives:
    def __init__(self):
        self.articles = make(T.A.path("groups.jsonl"), 7)
        self.groups = T.A.path("groups")
        build(self.groups, "--copies", "off", T.A.path("groups.jsonl"))


def setUpModule():
    global A
    T.setUpModule()
    A = Archives()


def tearDownModule():
    T.tearDownModule()


def day_format(field):
    return {"year": "%Y", "month": "%Y-%m", "week": "%G-W%V", "day": "%Y-%m-%d"}.get(field)


def values(article, field):
    """The article's values of a field; [""] where it has none."""
    if field == "tag":
        return article.get("tags") or [""]
    if day_format(field):
        return [article["day"].strftime(day_format(field)) if article["day"] else ""]
    return [article.get(field, "")]


def by_hand(word, fields):
    """Key -> [hits, articles]."""
    out = collections.defaultdict(lambda: [0, 0])
    for a in A.articles:
        n = a["words"].count(word)
        keys = [()]
        for field in fields:
            keys = [k + (v,) for k in keys for v in values(a, field)]
        for key in keys if n else []:
            out[key][0] += n
            out[key][1] += 1
    return dict(out)


def key_order(key):
    return [(v == "", v.encode()) for v in key]


class Groups(unittest.TestCase):
    def rows(self, *args):
        return tsv(run("-x", A.groups, "count", "-f", "tsv", *args)[1])

    def test_by_hand(self):
        for fields in (["source"], ["month"], ["week"], ["day"], ["year", "author"], ["tag"], ["section", "tag", "year"],
                       ["source", "author", "section", "month"]):
            rows = self.rows("--by", ",".join(fields), "--sort", "key", "amber")
            self.assertEqual(list(rows[0]), ["query", "total"] + fields + ["hits", "stories", "hits_all", "articles",
                                                                           "groups", "mode"])
            want = by_hand("amber", fields)
            got = [tuple(r[f] for f in fields) for r in rows[:-1]]
            self.assertEqual(got, sorted(want, key=key_order))
            for r in rows[:-1]:
                n, articles = want[tuple(r[f] for f in fields)]
                self.assertEqual([int(r[k]) for k in ("hits", "stories", "hits_all", "articles")],
                                 [n, articles, n, articles])
                self.assertEqual((r["total"], r["groups"]), ("0", ""))
            total = rows[-1]
            self.assertEqual((total["total"], total["groups"]), ("1", str(len(want))))
            self.assertEqual(int(total["hits"]), sum(a["words"].count("amber") for a in A.articles))

    def test_order_limit_and_least(self):
        want = by_hand("birch", ["source", "month"])
        by_count = sorted(want, key=lambda k: (-want[k][0], key_order(k)))
        rows = self.rows("--by", "source,month", "birch")
        self.assertEqual([(r["source"], r["month"]) for r in rows[:-1]], by_count)
        rows = self.rows("--by", "source,month", "--limit", "3", "birch")
        self.assertEqual([(r["source"], r["month"]) for r in rows[:-1]], by_count[:3])
        self.assertEqual(int(rows[-1]["groups"]), len(want))
        rows = self.rows("--by", "source,month", "--min", "20", "birch")
        self.assertEqual([(r["source"], r["month"]) for r in rows[:-1]], [k for k in by_count if want[k][0] >= 20])
        first = self.rows("--by", "month,source", "birch")
        self.assertEqual(first, self.rows("--by", "month,source", "--sort", "key", "birch"))
        _, _, err = run("-x", A.groups, "count", "--by", "month", "-n", "2", "birch")
        self.assertIn(f"{len(by_hand('birch', ['month'])) - 2} groups are not shown", err)

    def test_articles_alone(self):
        x = ("-x", A.groups, "count")
        queries = ["amber", "amber cedar", "amber NEAR/3 birch", "amber -birch", '"amber birch" OR cedar', "amber source:first",
                   "nosuchword"]
        want = [r["articles"] for r in tsv(run(*x, "-f", "tsv", *queries)[1])]
        self.assertEqual([r["articles"] for r in tsv(run(*x, "-f", "tsv", "--articles", *queries)[1])], want)
        self.assertEqual([r["articles"] for r in tsv(run(*x, "-f", "tsv", "--fields", "articles", *queries)[1])], want)
        for query, articles in zip(queries, want):
            status, out, _ = run(*x, "--articles", query)
            self.assertEqual((status, out), (0 if int(articles) else 1, f"{articles}\n".encode()))
        o = json.loads(run(*x, "--articles", "--json", "amber")[1])
        self.assertEqual((o["schema"], list(o)),
                         ("stemma.count-articles-list/1", documented()["stemma.count-articles-list/1"]))
        for r in o["results"]:
            self.assertEqual((r["schema"], keys_of(r)), ("stemma.count-articles/1", documented()["stemma.count-articles/1"]))
        self.assertEqual(run(*x, "--articles", "--by", "year", "amber")[0], 2)

    def test_without_total(self):
        for args in (["count", "amber"], ["stats"]):
            rows = tsv(run("-x", A.groups, *args, "-f", "tsv", "--by", "source")[1])
            self.assertEqual(tsv(run("-x", A.groups, *args, "-f", "tsv", "--by", "source", "--no-total")[1]), rows[:-1])

    def test_articles_are_counted_where_nothing_has_hits(self):
        rows = self.rows("--by", "source", "--min", "1", "NOT nothing")
        want = collections.Counter(a.get("source", "") for a in A.articles)
        self.assertEqual([int(r["articles"]) for r in rows[:-1]], sorted(want.values(), reverse=True))
        self.assertEqual({r["hits"] for r in rows}, {"0"})

    def test_text_names_what_is_absent(self):
        out = run("-x", A.groups, "count", "--by", "year", "amber")[1].decode().splitlines()
        self.assertRegex(out[0], r"^year +hits +stories +hits_all +articles$")
        self.assertRegex(out[-2], r"^\(undated\) ")
        self.assertRegex(out[-1], r"^total ")
        self.assertEqual(len({len(line) for line in out}), 1)
        out = run("-x", A.groups, "count", "--by", "source", "amber", "birch")[1].decode()
        self.assertRegex(out, r"(?m)^birch +\(no source\) ")

    def test_copies_are_one_in_a_group(self):
        """Three of one outlet each share one passage; the total has it once."""
        rows = tsv(run("-x", T.A.copies, "count", "-f", "tsv", "--by", "source", "--sort", "key", "keeper")[1])
        counts = {r["source"]: [int(r[k]) for k in ("hits", "stories", "hits_all", "articles")] for r in rows}
        self.assertEqual(counts, {"first": [2, 1, 2, 1], "second": [2, 1, 2, 1], "third": [2, 1, 2, 1], "": [2, 1, 6, 3]})
        rows = tsv(run("-x", T.A.copies, "count", "-f", "tsv", "--by", "month", "keeper")[1])
        self.assertEqual([rows[0][k] for k in ("month", "hits", "stories", "hits_all", "articles")],
                         ["2020-01", "2", "1", "6", "3"])

    def test_schema(self):
        every = documented()["stemma.count-group/1"]
        for fields in (["source", "author", "section", "lang"], ["tag", "year", "month", "week"], ["day"]):
            keys = [k for k in every if k in fields or k not in ("source", "author", "section", "lang", "tag", "year",
                                                                 "month", "week", "day")]
            args = ("-x", A.groups, "count", "--by", ",".join(fields), "amber", "cedar")
            o = json.loads(run(*args, "--json")[1])
            self.assertEqual((o["schema"], list(o)), ("stemma.count-group-list/1", documented()["stemma.count-group-list/1"]))
            rows = jsonl(run(*args, "-f", "jsonl")[1])
            self.assertEqual(o["results"], rows)
            for r in rows:
                self.assertEqual((r["schema"], keys_of(r)), ("stemma.count-group/1", keys))
            lines = list(csv.reader(run(*args, "-f", "csv")[1].decode().splitlines(), strict=True))
            self.assertEqual(lines[0], keys[1:])
            self.assertEqual(len(lines), len(rows) + 1)

    def test_what_cannot_be(self):
        for args, words in ((["--by", "outlet", "x"], "did you mean 'source'?"), (["--by", "yaer", "x"], "did you mean 'year'?"),
                            (["--by", "colour", "x"], "there are source, author"), (["--by", "day,day", "x"], "'day' is there twice"),
                            (["--by", "", "x"], "--by takes names"), (["--limit", "3", "x"], "give --by too"),
                            (["--by", "day,week,month,year,source", "x"], "takes 4 fields at most")):
            status, out, err = run("-x", A.groups, "count", *args)
            self.assertEqual((status, out), (2, b""), args)
            self.assertIn(words, err)

    def test_threads_change_nothing(self):
        rng = random.Random(3)
        with open(T.A.path("many.txt"), "w", encoding="utf-8") as f:
            for _ in range(150):
                f.write(rng.choice(["%s", "%s AND %s", '"%s %s"', "%s NEAR/5 %s", "%.2s*", "%s -%s"])
                        .replace("%.2s", rng.choice(WORDS)[:2]).replace("%s", rng.choice(WORDS), 1)
                        .replace("%s", rng.choice(WORDS)) + "\n")
        for args in (["-f", "tsv"], ["--json", "--by", "source,month"], ["--by", "year"]):
            once = run("-x", A.groups, "count", *args, "--threads", "1", "--queries", T.A.path("many.txt"))
            self.assertEqual(once[0], 0)
            for n in ("2", "7"):
                self.assertEqual(run("-x", A.groups, "count", *args, "--threads", n, "--queries", T.A.path("many.txt")), once)

    def test_a_failure_in_the_middle_is_told_with_its_line(self):
        with open(T.A.path("wrong.txt"), "w", encoding="utf-8") as f:
            f.write("amber\n" * 40 + "story:none-such\n" + "birch\n" * 60)
        outs = set()
        for n in ("1", "4"):
            status, out, err = run("-x", A.groups, "count", "-f", "tsv", "-j", n, "--queries", T.A.path("wrong.txt"))
            self.assertEqual(status, 2)
            self.assertIn("wrong.txt, line 41: ", err)
            outs.add(out)
        self.assertEqual(len(outs), 1)
        self.assertEqual(outs.pop().count(b"\namber"), 40)


class Timeline(unittest.TestCase):
    def rows(self, *args):
        return tsv(run("-x", A.groups, "timeline", "-f", "tsv", *args)[1])

    def test_by_hand(self):
        for unit in ("year", "month", "week", "day"):
            for args, first, last in (([], None, None), (["--from", "2015-12", "--to", "2016-02-10"], "2015-12-01", "2016-02-10"),
                                      (["--from", "2016"], "2016-01-01", None), (["--to", "2015"], None, "2015-12-31")):
                rows = self.rows("--bin", unit, *args, "amber")
                inside = [a for a in A.articles if a["day"] and "amber" in a["words"]
                          and (not first or a["date"] >= first) and (not last or a["date"] <= last)]
                want = collections.Counter()
                for a in inside:
                    want[a["day"].strftime(day_format(unit))] += a["words"].count("amber")
                dated = [r for r in rows if r["bin"]]
                self.assertEqual({r["bin"]: int(r["hits"]) for r in dated if r["hits"] != "0"}, dict(want))
                begin = first or min(a["date"] for a in inside)
                end = last or max(a["date"] for a in inside)
                self.assertTrue(dated[0]["from"] <= begin <= dated[0]["to"])
                self.assertTrue(dated[-1]["from"] <= end <= dated[-1]["to"])
                for a, b in zip(dated, dated[1:]):
                    self.assertEqual(datetime.date.fromisoformat(a["to"]) + datetime.timedelta(days=1),
                                     datetime.date.fromisoformat(b["from"]))
                for r in dated:
                    day = datetime.date.fromisoformat(r["from"])
                    self.assertEqual((r["unit"], r["bin"]), (unit, day.strftime(day_format(unit))))
                undated = [r for r in rows if not r["bin"]]
                n = sum(a["words"].count("amber") for a in A.articles if not a["day"])
                self.assertEqual([int(r["hits"]) for r in undated], [] if args else [n])

    def test_relative(self):
        rows = self.rows("--bin", "month", "--relative", "birch")
        for r in rows:
            inside = [a for a in A.articles if (a["day"].strftime("%Y-%m") if a["day"] else "") == r["bin"]]
            n, words = sum(a["words"].count("birch") for a in inside), sum(len(a["words"]) for a in inside)
            self.assertEqual((int(r["hits"]), int(r["words"])), (n, words))
            self.assertEqual(r["per_million"], "%.3f" % (1e6 * n / words) if words else "")
        self.assertEqual({r["words"] for r in self.rows("birch")}, {""})

    def test_copies_are_one_in_a_bin(self):
        def counts(*args):
            rows = tsv(run("-x", T.A.copies, "timeline", "-f", "tsv", "--relative", *args)[1])
            return [[r[k] for k in ("bin", "hits", "hits_all", "words", "per_million")] for r in rows]
        self.assertEqual(counts("--bin", "month", "keeper"), [["2020-01", "2", "6", "23", "86956.522"]])
        self.assertEqual(counts("--bin", "month", "--copies", "all", "keeper"), [["2020-01", "2", "6", "51", "117647.059"]])
        self.assertEqual(counts("--bin", "day", "keeper"), [["2020-01-0%d" % d, "2", "2", "14", "142857.143"] for d in (1, 2, 3)])
        self.assertEqual(counts("--bin", "month", "--copies", "originals", "keeper")[0][1:3], ["2", "2"])

    def test_auto(self):
        self.assertEqual({r["unit"] for r in self.rows("amber")}, {"month"})
        self.assertEqual({r["unit"] for r in self.rows("--from", "2016-01", "--to", "2016-01", "amber")}, {"day"})
        self.assertEqual({r["unit"] for r in self.rows("--from", "2016-01", "--to", "2016-04", "amber")}, {"week"})
        self.assertEqual({r["unit"] for r in self.rows("--from", "2010", "--to", "2016-04", "amber")}, {"year"})

    def test_text(self):
        def text(*args, locale="C.UTF-8"):
            return run("-x", A.groups, "timeline", *args, env={"LC_ALL": locale})[1].decode().splitlines()
        lines = text("--bin", "month", "amber")
        self.assertRegex(lines[0], "^month +hits$")
        self.assertTrue(all(len(line) <= 80 for line in lines))
        bars = [line for line in lines if "\u2588" in line]
        self.assertEqual(max(line.count("\u2588") for line in bars), 60)
        self.assertRegex(lines[-2], r"^\(undated\) +\d+$")
        self.assertRegex(lines[-1], r"^\d+ hits in \d+ stories \(\d+ hits in \d+ articles\)$")
        lines = text("--bin", "month", "amber", "birch", locale="C")
        self.assertRegex(lines[0], "^month +amber +birch$")
        self.assertRegex(lines[1], r"^2015-11 +\d+  #+ +\d+  #+$")
        self.assertTrue("\n".join(lines).isascii() and all(len(line) <= 80 for line in lines))
        self.assertEqual([line.split(":")[0] for line in lines[-2:]], ["amber", "birch"])
        many = text("--bin", "year", *WORDS)
        self.assertNotIn("\u2588", "".join(many))
        self.assertEqual(text("--bin", "year", "source:gazette")[0].split(), ["year", "stories"])

    def test_nothing(self):
        for fmt in ("text", "tsv", "json"):
            status, out, err = run("-x", A.groups, "timeline", "-f", fmt, "nothing")
            self.assertEqual(status, 1, err)
        self.assertEqual(json.loads(out)["results"], [])
        rows = self.rows("--bin", "year", "--from", "2011", "--to", "2013", "amber")
        self.assertEqual([(r["bin"], r["hits"]) for r in rows], [("2011", "0"), ("2012", "0"), ("2013", "0")])

    def test_file_of_queries(self):
        path = T.A.path("timeline-queries.txt")
        with open(path, "w", encoding="utf-8") as f:
            f.write("birch\n\n\"amber birch\"\n")
        want = self.rows("amber", "birch", "\"amber birch\"")
        self.assertEqual(self.rows("amber", "--queries", path), want)
        self.assertEqual({r["query"] for r in self.rows("--queries", path)}, {"birch", "\"amber birch\""})
        with open(path, "a", encoding="utf-8") as f:
            f.write("amber NEAR/0 birch\n")
        for args in (["--strict", "--queries", path], ["--strict", "amber", "--queries", path]):
            status, out, err = run("-x", A.groups, "timeline", *args)
            self.assertEqual((status, out), (2, b""))
            self.assertIn("timeline-queries.txt, line 4", err)
        for args in (["--pair", "amber", "birch", "--queries", path], ["--queries", path + ".none"]):
            self.assertEqual(run("-x", A.groups, "timeline", *args)[:2], (2, b""))

    def test_schema(self):
        for args in ([], ["--relative"]):
            o = json.loads(run("-x", A.groups, "timeline", "--json", *args, "amber", "birch")[1])
            self.assertEqual(list(o), documented()["stemma.timeline-list/1"])
            for r in o["results"]:
                self.assertEqual(list(r), documented()["stemma.timeline/1"])
            self.assertEqual(o["results"], jsonl(run("-x", A.groups, "timeline", "-f", "jsonl", *args, "amber", "birch")[1]))
        head = list(self.rows("amber")[0])
        self.assertEqual(head, documented()["stemma.timeline/1"][1:])

    def test_what_cannot_be(self):
        for args, words in ((["--from", "soon", "x"], "--from 'soon': a date is"), (["--from", "2017", "--to", "2016", "x"],
                                                                              "--to '2016' ends before --from '2017' begins"),
                            (["--bin", "hour", "x"], "auto|year|month|week|day"),
                            (["--bin", "day", "--from", "0001", "--to", "9999", "x"], "give --from and --to")):
            status, out, err = run("-x", A.groups, "timeline", *args)
            self.assertEqual((status, out), (2, b""), (args, err))
            self.assertIn(words, err)


class Terms(unittest.TestCase):
    def rows(self, *args, index=None):
        return tsv(run("-x", index or A.groups, "terms", "-f", "tsv", *args)[1])

    def test_by_hand(self):
        count, stories = collections.Counter(), collections.Counter()
        for a in A.articles:
            count.update(a["words"])
            stories.update(set(a["words"]))
        want = [(w, "", count[w], stories[w]) for w in sorted(count)]
        got = [(r["term"], r["joined"], int(r["occurrences"]), int(r["stories"])) for r in self.rows()]
        self.assertEqual(got, want)
        by_count = sorted(want, key=lambda t: (-t[2], t[0]))
        rows = self.rows("--sort", "count", "--offset", "3", "-n", "4")
        self.assertEqual([r["term"] for r in rows], [t[0] for t in by_count[3:7]])
        rows = self.rows("--offset", "3", "-n", "4")
        self.assertEqual([r["term"] for r in rows], [t[0] for t in want[3:7]])
        least = by_count[5][2]
        self.assertEqual([r["term"] for r in self.rows("--min", str(least))], [t[0] for t in want if t[2] >= least])
        for patterns, test in ((["end1*"], lambda w: w.startswith("end1")), (["*er", "?irch"], lambda w: w.endswith("er") or w == "birch"),
                               (["amber", "AMBER", "a*"], lambda w: w.startswith("a")), (["nothing"], lambda w: False)):
            self.assertEqual([r["term"] for r in self.rows(*patterns)], [t[0] for t in want if test(t[0])], patterns)

    def test_regex_and_stem(self):
        if "not supported yet" in run("-x", A.groups, "terms", "/x/")[2]:
            self.skipTest("the language has no /regex/")
        terms = [r["term"] for r in self.rows()]
        self.assertEqual([r["term"] for r in self.rows("/e.d2[0-3]/", "end20")], ["end20", "end21", "end22", "end23"])
        self.assertEqual([r["term"] for r in self.rows("/.*l.*/")], [t for t in terms if "l" in t])
        self.assertEqual([r["term"] for r in self.rows("stem(plumes)", "nothing")], ["plume"])

    def test_occurrences_are_hits(self):
        """Those of the entries with one key add up to the hits of the word."""
        for index in (T.A.example, T.A.copies):
            sums = collections.Counter()
            for r in self.rows(index=index):
                sums[r["term"]] += int(r["occurrences"])
            words = random.Random(5).sample(sorted(w for w in sums if w.isalpha() and w.isascii()), 60 if index == T.A.example else 10)
            rows = tsv(run("-x", index, "count", "-f", "tsv", *words)[1])
            self.assertEqual({r["query"]: int(r["hits"]) for r in rows}, {w: sums[w] for w in words})

    def test_surfaces(self):
        rows = self.rows("--surfaces", "lighthouse", "the", index=T.A.copies)
        self.assertEqual([tuple(r.values()) for r in rows],
                         [("lighthouse", "lighthouse", "3"), ("lighthouse", "LIGHTHOUSE", "0"),
                          ("the", "The", "2"), ("the", "the", "1"), ("the", "THE", "0")])
        plain = {r["term"]: int(r["occurrences"]) for r in self.rows("--plain", index=T.A.example)}
        sums = collections.Counter()
        for r in self.rows("--surfaces", index=T.A.example):
            sums[r["term"]] += int(r["occurrences"])
        self.assertEqual(dict(sums), plain)
        few = sorted(plain)[::40]
        one_by_one = [r for w in few for r in self.rows("--surfaces", w, index=T.A.example)]
        self.assertEqual(one_by_one, [r for r in self.rows("--surfaces", index=T.A.example) if r["term"] in few])

    def test_joined(self):
        rows = self.rows(index=T.A.example)
        joined = [r for r in rows if r["joined"]]
        self.assertTrue(joined)
        self.assertEqual([r for r in rows if not r["joined"]], self.rows("--plain", index=T.A.example))

    def test_schema(self):
        for args, name in (([], "stemma.terms"), (["--surfaces"], "stemma.terms-surface")):
            o = json.loads(run("-x", A.groups, "terms", "--json", "-n", "2", *args, "a*", "end2*")[1])
            self.assertEqual(list(o), documented()[name + "-list/1"])
            self.assertEqual((o["more"], len(o["results"])), (True, 2))
            self.assertGreater(o["terms"], 2)
            for r in o["results"]:
                self.assertEqual(list(r), documented()[name + "/1"])
            head = run("-x", A.groups, "terms", "-f", "tsv", *args)[1].decode().split("\n")[0].split("\t")
            self.assertEqual(head, documented()[name + "/1"][1:])

    def test_messages(self):
        self.assertIn("3 of 4 entries are shown", run("-x", A.groups, "terms", "-n", "3", "*er", "f*")[2])
        self.assertEqual(run("-x", A.groups, "terms", "nothing")[0], 1)
        for word in ('"a phrase"', "a AND b", "source:x", "NOT a", "al-assad"):
            status, out, err = run("-x", A.groups, "terms", word)
            self.assertEqual((status, out), (2, b""), word)
            self.assertIn("is not an entry of a dictionary", err)


class Stats(unittest.TestCase):
    def test_by_hand(self):
        for fields in (["source"], ["year", "source"], ["tag"], ["day"]):
            want = collections.defaultdict(lambda: [0, 0])
            for a in A.articles:
                keys = [()]
                for field in fields:
                    keys = [k + (v,) for k in keys for v in values(a, field)]
                for key in keys:
                    want[key][0] += 1
                    want[key][1] += len(a["words"])
            rows = tsv(run("-x", A.groups, "stats", "-f", "tsv", "--by", ",".join(fields), "--sort", "key")[1])
            self.assertEqual([tuple(r[f] for f in fields) for r in rows[:-1]], sorted(want, key=key_order))
            for r in rows[:-1]:
                n, words = want[tuple(r[f] for f in fields)]
                self.assertEqual([int(r[k]) for k in ("stories", "articles", "words", "words_all")], [n, n, words, words])
            words = sum(len(a["words"]) for a in A.articles)
            self.assertEqual([rows[-1][k] for k in ("total", "stories", "articles", "words", "words_all", "groups")],
                             ["1", "240", "240", str(words), str(words), str(len(want))])

    def test_copies(self):
        rows = tsv(run("-x", T.A.copies, "stats", "-f", "tsv", "--by", "month")[1])
        self.assertEqual([[r[k] for k in ("month", "stories", "articles", "words", "words_all")] for r in rows],
                         [["2020-01", "2", "4", "23", "51"], ["", "2", "4", "23", "51"]])

    def test_text_and_schema(self):
        out = run("-x", A.groups, "stats", "--by", "source", "-n", "2")
        lines = out[1].decode().splitlines()
        self.assertRegex(lines[0], r"^source +stories +articles +words +words_all$")
        self.assertRegex(lines[-1], r"^total +240 +240 ")
        self.assertIn("2 groups are not shown", out[2])
        keys = [k for k in documented()["stemma.stats-group/1"] if k not in ("author", "section", "lang", "tag", "month", "week", "day")]
        o = json.loads(run("-x", A.groups, "stats", "--by", "source,year", "--json")[1])
        self.assertEqual(list(o), documented()["stemma.stats-group-list/1"])
        for r in o["results"]:
            self.assertEqual(list(r), keys)
        for args, words in ((["--by", "sauce"], "did you mean 'source'?"), (["-n", "3"], "give --by too")):
            status, out, err = run("-x", A.groups, "stats", *args)
            self.assertEqual((status, out), (2, b""))
            self.assertIn(words, err)


if __name__ == "__main__":
    if not os.path.exists(T.QUERY):
        sys.exit("no programs in " + T.BUILD)
    unittest.main()
