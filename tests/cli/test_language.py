#!/usr/bin/env python3
"""What a user sees of the fields of a query: source:, date:, title: and their like, and what is said where one is wrong.

Stand-alone; the build folder is STEMMA_BUILD (build/release without it).
"""
import json
import os
import shutil
import tempfile
import unittest

from test_query import build, run, tsv

PORT = ("Cranes stopped at the port this morning. Lorries waited along the whole road, and nobody had told their drivers "
        "that the harbour would stay closed until the night shift came back with its papers and its keys.")
FIELDS = ("id", "title", "text", "source", "author", "date", "url", "section", "lang", "tags")
ARTICLES = [
    ("f-1", "Port closed", PORT, "The Hallam Gazette", "Ada Banks", "2016-12-05", "https://www.gazette.example/2016/12/port",
     "World News", "en-GB", ["Ports", "Labour disputes"]),
    ("f-2", "Harbour shut by strike", PORT, "Evening-Post", "Ines Vaäs and Ada Banks", "2016-12-06",
     "https://post.example/newsroom/1", "Business", "en", ["ports"]),
    ("f-3", "Gulls", "Gulls over a port that is closed.", "gazette", None, "2017-02-28", None, None, "de", None),
    ("f-4", "Title: at 10:30", "Something happened at 10:30 in http://x.example/y in the harbour.", None, None, None, None,
     None, None, []),
]


class Archives:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="stemma-cli-fields-")
        self.index = os.path.join(self.dir, "index")
        os.mkdir(os.path.join(self.dir, "exports"))
        path = os.path.join(self.dir, "exports", "a b.jsonl")
        with open(path, "w", encoding="utf-8") as f:
            for a in ARTICLES:
                f.write(json.dumps({k: v for k, v in zip(FIELDS, a) if v is not None}) + "\n")
        build(self.index, path)


A = None


def setUpModule():
    global A
    A = Archives()


def tearDownModule():
    shutil.rmtree(A.dir)


def found(query, **env):
    status, out, err = run("-x", A.index, "-f", "tsv", "--limit", "0", "--copies", "all", "--strict", query, env=env)
    assert status in (0, 1), (query, err)
    return sorted(row["article"] for row in tsv(out))


class Fields(unittest.TestCase):
    def check(self, cases, **env):
        for query, want in cases:
            self.assertEqual(found(query, **env), [f"f-{i}" for i in want], query)

    def test_names(self):
        self.check([("source:gazette", [1, 3]), ("source:GAZETTE", [1, 3]), ('source:="gazette"', [3]), ("source:=Gazette", []),
                    ('source:"hallam gazette"', [1]), ('source:"gazette hallam"', []), ("source:hal*", [1]),
                    ("source:eveningpost", [2]), ("source:post|hallam", [1, 2]), ("source:(post OR hallam)", [1, 2]),
                    ("source:(gazette -hallam)", [3]), ("author:banks", [1, 2]), ("author:vaas", [2]), ('author:"ada banks"', [1, 2]),
                    ("author:none", [3, 4]), ("author:*", [1, 2]), ("NOT author:none -source:post", [1])])

    def test_sections_languages_tags(self):
        self.check([("section:world", [1]), ('section:="World News"', [1]), ("section:none", [3, 4]), ("lang:en", [1, 2]),
                    ("lang:en-gb", [1]), ("lang:de|en-GB", [1, 3]), ("tag:ports", [1, 2]), ("tag:=Ports", [1]),
                    ("tag:labour", [1]), ('tag:"ports labour"', []), ("tag:none", [3, 4])])

    def test_places(self):
        self.check([("url:gazette.example", [1]), ("url:zette.example", []), ("url:*zette.example", [1]), ("url:2016/12", [1]),
                    ("url:news", []), ("url:news*", [2]), ("url:none", [3, 4]), ("url:https://*/1", [2]),
                    ("path:exports", [1, 2, 3, 4]), ('path:"exports/a b.jsonl"', [1, 2, 3, 4]), ("path:*.csv", []),
                    ("id:f-1", [1]), ("id:F-1", []), ("id:f-*", [1, 2, 3, 4]), ("id:*2|*3", [2, 3])])

    def test_dates(self):
        self.check([("date:2016", [1, 2]), ("date:2016-12-05", [1]), ("date:2016-12..2017-02", [1, 2, 3]), ("date:..2016-12-05", [1]),
                    ("date:2017..", [3]), ("date:>2016-12-05", [2, 3]), ("date:none", [4]), ("NOT date:none", [1, 2, 3]),
                    ('date:"february 2017"', [3]), ("date:2016-W49", [1, 2]), ("date:2018", [])])

    def test_dates_told_from_today(self):
        self.check([("date:today", [2]), ("date:yesterday", [1]), ('date:"this month"', [1, 2]), ('date:"last month"', []),
                    ('date:"last 2 days"', [1, 2]), ("date:1day..", [1, 2, 3]), ("date:..yesterday", [1])],
                   STEMMA_NOW="2016-12-06")
        self.check([('date:"last month"', [3]), ("date:last_year", [1, 2]), ("date:2weeks..", [3])], STEMMA_NOW="2017-03-10T08:00")
        status, out, err = run("-x", A.index, "date:today", env={"STEMMA_NOW": "soon"})
        self.assertEqual((status, out), (2, b""))
        self.assertIn("STEMMA_NOW: 'soon' is no day as 2016-12-05", err)
        self.assertEqual(run("-x", A.index, "port", env={"STEMMA_NOW": "soon"})[0], 0)

    def test_words_and_parts(self):
        self.check([("words:<10", [3]), ("words:>20", [1, 2]), ("title:port", [1]), ("body:port", [1, 2, 3]), ('title:"harbour shut"', [2]),
                    ("title:(port OR strike)", [1, 2]), ("title:(harbour NEAR/3 strike)", [2]), ("title:(harbour closed)", []),
                    ("port -title:port", [2, 3]), ('body:"closed until" source:gazette', [1])])
        row = tsv(run("-x", A.index, "count", "-f", "tsv", "title:port OR title:harbour")[1])[0]
        self.assertEqual([row[k] for k in ("hits", "stories", "hits_all", "articles")], ["2", "1", "2", "2"])

    def test_with_everything(self):
        self.check([("port source:gazette date:2016", [1]), ("source:gazette OR harbour", [1, 2, 3, 4]),
                    ("(lorries /s road) author:banks", [1, 2]), ("ATLEAST/2 its (source:post OR date:none)", [2]),
                    ("copies:1 source:post", [2]), ("is:original lang:en", [1]), ("IN/2 cranes -source:gazette", [2])])
        status, out, _ = run("-x", A.index, "-f", "jsonl", "source:post")
        row = json.loads(out)
        self.assertEqual((status, row["article"], row["matches_total"], row["hits_all"]), (0, "f-2", 0, 0))

    def test_words_with_a_colon(self):
        self.check([("10:30", [4]), ("http://x.example/y", [4]), ("at 10:30", [4])])

    def test_what_is_wrong(self):
        for query, words in (("sourc:post", "there is no field sourc: did you mean source:"),
                             ("Source:post", "there is no field Source: did you mean source:"),
                             ("outlet:post", "there is no field outlet: there are source author title"),
                             ("date:2016-13", "date: months go from 1 to 12"),
                             ("date:2017..2016", "date: the range ends before it begins"),
                             ("date:05-12-2016", "date: a date is written with four digits of its year in front"),
                             ("date:whenever", "date: takes a day, month, year or range"),
                             ("words:many", "words: takes a number of words"),
                             ("title: port", "title: takes a word, a phrase or a group"),
                             ("title:(port source:x)", "takes words, phrases and groups"),
                             ("source:(a NEAR/2 b)", "joins words, phrases"),
                             ('source:"post"port', "put a blank before what follows"),
                             ("is:=copy", "is: takes original, copy or excerpt")):
            status, out, err = run("-x", A.index, "--strict", query)
            self.assertEqual((status, out), (2, b""), query)
            self.assertIn(words, err, query)
            self.assertRegex(err, r"\n *\^ ", query)
            self.assertIn("read as a literal phrase", run("-x", A.index, query)[2], query)

    def test_explain(self):
        _, out, _ = run("-x", A.index, "explain", "source:gazette date:2016 title:port")
        text = out.decode()
        for words in ("(filter source (word gazette))", "(filter date 2016-01-01..2016-12-31)", "(in title (word port))"):
            self.assertIn(words, text)


if __name__ == "__main__":
    unittest.main()
