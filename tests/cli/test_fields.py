#!/usr/bin/env python3
"""Sections, languages and tags: from JSONL, YAML and TOML to filters and answers, against records that are read here.

Stand-alone; the build folder is STEMMA_BUILD (build/release without it).
"""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("STEMMA_BUILD", os.path.join(ROOT, "build", "release"))
INDEX = os.path.join(BUILD, "indexer", "stemma-index")
QUERY = os.path.join(BUILD, "query", "stemma-query")
ENV = dict(os.environ, LC_ALL="C.UTF-8", TERM="dumb")

# id: section, language, tags as the index should have them
EXPECTED = {
    "j1": ("Shipping", "en-GB", ["fog", "Port of Hallam"]),
    "j2": ("Shipping News", "en", ["ice", "ports"]),
    "j3": ("shipping", "de", ["Banks, Oriel", "ice fog"]),
    "j4": (None, None, []),
    "j5": ("Sport", "Old Sundvik", ["fog"]),
    "y1": ("World", "en-US", ["fog", "harbour"]),
    "t1": ("World", "fr", ["glace"]),
}
JSONL = [
    {"id": "j1", "text": "Fog lay on the first harbour.", "section": "Shipping", "lang": "en_gb",
     "tags": ["fog", "Port of Hallam", "fog"]},
    {"id": "j2", "text": "Fog lay on the second quay.", "category": ["Shipping News", "More"], "language": "English",
     "keywords": "ice, ports"},
    {"id": "j3", "text": "Fog lay on the third mill.", "desk": {"name": "shipping"}, "inLanguage": "GER",
     "tags": "Banks, Oriel; ice fog"},
    {"id": "j4", "text": "Fog lay on the fourth bridge.", "section": "", "lang": "und", "tags": []},
    {"id": "j5", "text": "Fog lay on the fifth field.", "section": "Sport", "lang": "Old Sundvik",
     "tags": [{"name": "fog"}]},
]
YAML = "---\nid: y1\nsection: World\nlang: en-us\ntags:\n  - fog\n  - harbour\n---\nFog lay on the sixth tower.\n"
TOML = "+++\nid = 't1'\ncategory = 'World'\nlanguage = 'fra'\ntags = ['glace']\n+++\nFog lay on the seventh lamp.\n"


def run(program, *args):
    r = subprocess.run([program, *args], capture_output=True, env=ENV, stdin=subprocess.DEVNULL, timeout=60)
    return r.returncode, r.stdout.decode(), r.stderr.decode()


class Fields(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="stemma-fields-")
        cls.index = os.path.join(cls.dir, "index")
        os.mkdir(os.path.join(cls.dir, "in"))
        cls.jsonl = cls.write("in/a.jsonl", "".join(json.dumps(r) + "\n" for r in JSONL))
        cls.write("in/b.md", YAML)
        cls.write("in/c.md", TOML)
        status, _, err = run(INDEX, "build", "-q", "-x", cls.index, os.path.join(cls.dir, "in"))
        assert status == 0, err

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    @classmethod
    def write(cls, name, text):
        path = os.path.join(cls.dir, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def rows(self, query):
        status, out, err = run(QUERY, "-x", self.index, "--limit", "0", "--format", "jsonl", "search", query)
        self.assertIn(status, (0, 1), err)
        return [json.loads(line) for line in out.splitlines()]

    def ids(self, query):
        return {r["article"] for r in self.rows(query)}

    def where(self, test):
        return {i for i, (section, lang, tags) in EXPECTED.items() if test(section, lang, tags)}

    def test_rows_have_them(self):
        seen = {r["article"]: (r["section"], r["language"], r["tags"]) for r in self.rows("fog")}
        self.assertEqual(seen, EXPECTED)

    def test_show_has_them(self):
        o = json.loads(run(QUERY, "-x", self.index, "show", "j1", "--json")[1])
        self.assertEqual((o["section"], o["language"], o["tags"]), EXPECTED["j1"])

    def test_sections(self):
        self.assertEqual(self.ids("section:shipping"), {"j1", "j2", "j3"})
        self.assertEqual(self.ids('section:"SHIPPING news"'), {"j2"})
        self.assertEqual(self.ids('section:="Shipping"'), {"j1"})
        self.assertEqual(self.ids("section:none"), self.where(lambda s, *_: s is None))
        self.assertEqual(self.ids("fog -section:(world|sport)"), {"j1", "j2", "j3", "j4"})

    def test_languages(self):
        self.assertEqual(self.ids("lang:en"), self.where(lambda _, l, __: l and l.split("-")[0] == "en"))
        self.assertEqual(self.ids("lang:english"), self.ids("lang:en"))
        self.assertEqual(self.ids("lang:EN_us"), {"y1"})
        self.assertEqual(self.ids("lang:deu"), {"j3"})
        self.assertEqual(self.ids("lang:e"), set())
        self.assertEqual(self.ids('lang:"old sundvik"'), {"j5"})
        self.assertEqual(self.ids("lang:none"), self.where(lambda _, l, __: l is None))

    def test_tags(self):
        self.assertEqual(self.ids("tag:fog"), self.where(lambda *a: any("fog" in t.lower().split() for t in a[2])))
        self.assertEqual(self.ids('tag:="fog"'), self.where(lambda *a: "fog" in a[2]))
        self.assertEqual(self.ids("tag:port"), {"j1"})
        self.assertEqual(self.ids('tag:"port of"'), {"j1"})
        self.assertEqual(self.ids('tag:"hallam fog"'), set())  # not across tags
        self.assertEqual(self.ids('tag:"fog port"'), set())
        self.assertEqual(self.ids("tag:none"), self.where(lambda *a: not a[2]))
        self.assertEqual(self.ids("third AND tag:banks AND lang:de"), {"j3"})

    def test_stats_count_them(self):
        due = {"section": 6, "lang": 6, "tag": 6, "title": 0, "author": 0, "url": 0, "source": 0}
        fields = json.loads(run(QUERY, "-x", self.index, "stats", "--json")[1])["fields"]
        self.assertEqual({k: fields[k] for k in due}, due)
        self.assertIn("section 6, lang 6, tags 6", run(INDEX, "stats", self.index)[1])

    def test_verify(self):
        self.assertEqual(run(INDEX, "verify", self.index)[0], 0)

    def test_mapped_names(self):
        index = os.path.join(self.dir, "mapped")
        status, _, err = run(INDEX, "build", "-q", "-x", index, "--map", "tags=section", "--map", "section=id",
                             self.jsonl)
        self.assertEqual(status, 0, err)
        out = run(QUERY, "-x", index, "--format", "jsonl", "search", "first")[1]
        self.assertEqual((json.loads(out)["section"], json.loads(out)["tags"]), ("j1", ["Shipping", "fog", "Port of Hallam"]))
        status, _, err = run(INDEX, "build", "-x", index, "--map", "desk=x", self.jsonl)
        self.assertEqual(status, 2)
        self.assertIn("section, lang and tags", err)

    def test_limits_are_told(self):
        path = self.write("many.json", json.dumps({"text": "w", "tags": ["t%d" % i for i in range(262)]}))
        index, rejects = os.path.join(self.dir, "many"), os.path.join(self.dir, "rejects")
        status, _, err = run(INDEX, "build", "-q", "-x", index, "--rejects", rejects, path)
        self.assertEqual(status, 0, err)
        with open(rejects) as f:
            self.assertIn("tags: 6 left out or cut", json.loads(f.readline())["reason"])


if __name__ == "__main__":
    unittest.main()
