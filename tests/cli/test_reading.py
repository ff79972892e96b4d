#!/usr/bin/env python3
"""What a user sees of kwic, show and export: lines, their order and their bytes; parts of articles; archives that come back.

Stand-alone; the build folder is STEMMA_BUILD (build/release without it).
"""
import collections
import csv
import json
import os
import re
import shutil
import tempfile
import unittest

from test_query import HOSTILE, as_written, build, documented, input_bytes, jsonl, keys_of, letters, run, tsv, write_hostile

BODY = ("The lighthouse keeper counted ships. The lighthouse burned all night and the keeper slept. Nobody on shore had "
        "asked for more than that, since every boat which left harbour before dusk came home before dawn, its nets full "
        "and its crew sober, as old Marta wrote into her ledger with a pencil she had sharpened twice.")
COPIES = [("c-0", "Keeper's night", BODY, "First", "2020-01-02"),
          ("c-1", "Keeper's night", BODY, "Second", "2020-01-03"),
          ("c-2", "", BODY + " A lighthouse postscript was added by an editor who liked long sentences.", "third",
           "2020-01-04"),
          ("o-0", "Another light", "A LIGHTHOUSE of another story stands on a rock.", "second", None)]


def write_articles(path, articles):
    with open(path, "w", encoding="utf-8") as f:
        for name, title, text, outlet, date in articles:
            f.write(json.dumps({"id": name, "title": title, "text": text, "source": outlet, "date": date}) + "\n")


class Archives:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="stemma-cli-reading-")
        self.example = self.path("example")
        build(self.example, "examples/archive")
        write_articles(self.path("copies.jsonl"), COPIES)
        self.copies = self.path("copies")
        build(self.copies, self.path("copies.jsonl"))
        write_hostile(self.path("hostile.jsonl"))
        self.hostile = self.path("hostile")
        build(self.hostile, self.path("hostile.jsonl"))

    def path(self, name):
        return os.path.join(self.dir, name)


A = None


def setUpModule():
    global A
    A = Archives()


def tearDownModule():
    shutil.rmtree(A.dir)


def kwic(index, *args):
    status, out, err = run("-x", index, "kwic", "-f", "jsonl", "--limit", "0", *args)
    assert status in (0, 1), err
    return jsonl(out)


def words(text):
    return re.findall(r"\w+", text.casefold())


class Kwic(unittest.TestCase):
    QUERIES = ["night", "the", "t*", '"night shift"', "a NEAR/4 ship*", "council OR harbour", "Türkiye", "is:copy AND strike",
               '"the * of"', "ATLEAST/2 tugs"]

    def test_lines_are_the_hits(self):
        for q in self.QUERIES:
            whole = json.loads(run("-x", A.example, "search", "--json", "--limit", "0", "--copies", "all", q)[1])
            want = sorted((r["article"], m["token"], m["tokens"], m["bytes_from"], m["bytes_to"], m["text"])
                          for r in whole["results"] for m in r["matches"])
            lines = kwic(A.example, "--copies", "all", q)
            self.assertEqual(sorted((r["article"], r["token"], r["tokens"], r["bytes_from"], r["bytes_to"], r["hit"])
                                    for r in lines), want, q)
            self.assertEqual(len(lines), whole["hits_all"])
            self.assertEqual(len(kwic(A.example, q)), whole["hits"], q)
            once = {(r["article"], r["token"], r["tokens"]) for r in kwic(A.example, q)}
            self.assertTrue(once <= {w[:3] for w in want})
            self.assertEqual([r["line"] for r in lines], list(range(1, len(lines) + 1)))

    def test_context_is_the_text_around_the_bytes(self):
        for q in self.QUERIES:
            for r in kwic(A.example, "--copies", "all", "-C", "3", q):
                data = input_bytes(r["input"])
                hit = as_written(data[r["bytes_from"]:r["bytes_to"]], r["reader"])
                self.assertEqual(letters(hit), letters(r["hit"]))
                self.assertEqual(r["record_from"], r["bytes_from"] - r["offset"])
                whole = json.loads(run("-x", A.example, "show", "--json", r["article"])[1])["text"]
                self.assertIn(r["left"] + r["hit"] + r["right"], whole)
                self.assertLessEqual(len(words(r["left"])), 6)  # hyphens and apostrophes make more of three
                title, _, body = whole.partition("\n\n")
                if r["title"] and r["left"] + r["hit"] + r["right"] in title:
                    self.assertNotIn("\n", r["left"] + r["right"])

    def test_order(self):
        def word(r, key):
            n = int(key[1:])
            side = words(r["left"])[::-1] if key[0] == "L" else words(r["right"])
            return side[n - 1] if n <= len(side) else None
        plain = [dict(r, at=i) for i, r in enumerate(kwic(A.copies, "--copies", "all", "lighthouse OR keeper"))]
        for keys in ("L1", "R1", "R2,L1", "-R1", "hit", "date,R1", "-date", "source,-hit", "hit,-L1,source"):
            got = kwic(A.copies, "--copies", "all", "--sort", keys, "lighthouse OR keeper")
            want = plain
            for key in reversed(keys.split(",")):
                name = key.lstrip("-")
                of = {"hit": lambda r: r["hit"].casefold().replace("'s", ""), "date": lambda r: r["date"],
                      "source": lambda r: r["outlet"].casefold()}.get(name, lambda r: word(r, name))
                there = [r for r in want if of(r) is not None]
                there.sort(key=of)
                if key[0] == "-":  # stable, the other way round
                    groups = collections.OrderedDict()
                    for r in there:
                        groups.setdefault(of(r), []).append(r)
                    there = [r for g in list(groups.values())[::-1] for r in g]
                want = there + [r for r in want if of(r) is None]
            place = lambda r: (r["article"], r["token"])
            self.assertEqual([place(r) for r in got], [place(r) for r in want], keys)

    def test_copies_have_one_line(self):
        rows = kwic(A.copies, "lighthouse")
        self.assertEqual([(r["article"], r["token"], r["articles"]) for r in rows],
                         [("c-0", 3, 3), ("c-0", 8, 3), ("c-2", len(words(BODY)) + 1, 1), ("o-0", 3, 1)])
        self.assertEqual([r["article"] for r in kwic(A.copies, "--keep", "source:second", "keeper AND ships")][:2],
                         ["c-1", "c-1"])
        self.assertEqual([r["article"] for r in kwic(A.copies, "--copies", "originals", "lighthouse")],
                         ["c-0", "c-0", "o-0"])

    def test_title_and_body_do_not_mix(self):
        title, = [r for r in kwic(A.copies, "another") if r["token"] == 0]
        self.assertEqual((title["left"], title["right"]), ("", " light"))
        first, = kwic(A.copies, '"A LIGHTHOUSE of"')
        self.assertEqual(first["left"], "")
        both, = kwic(A.copies, '"light a"')
        self.assertEqual(both["hit"], "light\n\nA")
        self.assertEqual((both["left"], both["right"][:11]), ("Another ", " LIGHTHOUSE"))

    def test_pages_make_the_whole(self):
        whole = kwic(A.example, "--sort", "R1,date", "the")
        pages = []
        while len(pages) < len(whole):
            page = jsonl(run("-x", A.example, "kwic", "-f", "jsonl", "--sort", "R1,date", "-n", "7", "--offset",
                             str(len(pages)), "the")[1])
            self.assertTrue(page)
            pages += page
        self.assertEqual(pages, whole)
        head = json.loads(run("-x", A.example, "kwic", "--json", "-n", "7", "the")[1])
        self.assertEqual((len(head["results"]), head["more"], head["of"]), (7, True, len(whole)))
        status, out, err = run("-x", A.example, "kwic", "--offset", "100000", "the")
        self.assertEqual(status, 0)
        self.assertIn("0 lines shown", out.decode())

    def test_text_is_aligned(self):
        for columns in ("50", "80", "133"):
            out = run("-x", A.example, "kwic", "night", env={"COLUMNS": columns})[1].decode()
            lines = out.split("\n")[:-2]
            self.assertEqual(len(set(line.index("[") for line in lines)), 1)
            self.assertLessEqual(max(map(len, lines)), int(columns))
        lines = run("-x", A.example, "kwic", "-C", "4", "--fields", "left", "night")[1].decode().split("\n")
        self.assertEqual(len(set(line.index("[") for line in lines[:-2])), 1)
        with_outlet = run("-x", A.copies, "kwic", "--fields", "outlet,articles", "slept")[1].decode()
        self.assertTrue(with_outlet.startswith("First  3  "), with_outlet)
        self.assertIn("\n1 hit in 1 story (3 hits in 3 articles)\n", with_outlet)

    def test_vimgrep(self):
        for args in (["night"], ["--sort", "R1", '"the harbour"'], ["--copies", "all", "t*"]):
            lines = run("-x", A.example, "kwic", "-f", "vimgrep", *args)[1].decode().split("\n")[:-1]
            rows = kwic(A.example, *args)
            self.assertEqual(len(lines), len(rows))
            for line, r in zip(lines, rows):
                before = input_bytes(r["input"])[:r["bytes_from"]]
                place = f'{r["input"]}:{before.count(10) + 1}:{len(before) - before.rfind(10)}:'
                text = " ".join((r["left"] + r["hit"] + r["right"]).split())
                self.assertEqual(" ".join(line.split()), place + text)

    def test_nothing_from_documents_is_obeyed(self):
        for fmt in ("text", "tsv", "csv", "json", "jsonl", "vimgrep"):
            out = run("-x", A.hostile, "kwic", "-f", fmt, "--limit", "0", "zebra")[1].decode()
            for c in ("\x1b", "\x07", "\x9b", "\u202e", "\x08", "\x7f"):
                self.assertNotIn(c, out, fmt)
        self.assertTrue(HOSTILE)

    def test_statuses(self):
        x = ("-x", A.copies, "kwic")
        for want, args in ((0, ["keeper"]), (1, ["zzzz"]), (1, ["is:copy"]), (2, ["--sort", "X1", "keeper"]),
                           (2, ["--sort", "L0", "keeper"]), (2, ["--sort", "L101", "keeper"]), (2, ["--sort", "", "keeper"]),
                           (2, ["--sort", "hit,", "keeper"]), (2, ["--sort", ",".join(["hit"] * 9), "keeper"]),
                           (2, ["--copies", "group", "keeper"]), (2, ["--fields", "nothing", "keeper"]),
                           (2, ["--context", "1001", "keeper"])):
            status, out, err = run(*x, *args)
            self.assertEqual(status, want, (args, err))
            if want == 2:
                self.assertEqual(out, b"")
        self.assertIn("search lists them", run(*x, "is:copy")[2])


class Show(unittest.TestCase):
    def test_passages_of_a_query(self):
        for q in ("night", '"night shift"', "harbour OR strike", "t*"):
            for article in ("cw-1002", "cw-1040"):
                row, = [r for r in jsonl(run("-x", A.example, "search", "-f", "jsonl", "--copies", "all", "--limit", "0",
                                             q)[1]) if r["article"] == article] or [None]
                o = json.loads(run("-x", A.example, "show", "--json", "-q", q, "-C", "5", article)[1])
                whole = json.loads(run("-x", A.example, "show", "--json", article)[1])
                hits = [h for p in o["passages"] for h in p["hits"]]
                self.assertEqual([(h["token"], h["tokens"], h["bytes_from"], h["bytes_to"], h["text"]) for h in hits],
                                 [(m["token"], m["tokens"], m["bytes_from"], m["bytes_to"], m["text"])
                                  for m in row["matches"]])
                last = 0
                for p in o["passages"]:
                    self.assertIn(p["text"], whole["text"])
                    self.assertLessEqual(last, p["from"])
                    last = p["to"]
                    for h in p["hits"]:
                        self.assertTrue(p["from"] <= h["token"] and h["token"] + h["tokens"] <= p["to"])
                        self.assertTrue(p["bytes_from"] <= h["bytes_from"] and h["bytes_to"] <= p["bytes_to"])
                    data = input_bytes(o["provenance"]["input"])[p["bytes_from"]:p["bytes_to"]]
                    self.assertTrue(letters(p["text"][-20:]) in letters(data.decode("utf-8", "replace")))

    def test_passage_is_its_words(self):
        whole = json.loads(run("-x", A.copies, "show", "--json", "c-0")[1])
        tokens = words(whole["text"].replace("'s", ""))
        self.assertEqual(len(tokens), whole["tokens"])
        for first in range(0, whole["tokens"], 3):
            for last in (first + 1, first + 4, first + 1000):
                raw = run("-x", A.copies, "show", "--raw", "--passage", f"{first}-{last}", "c-0")[1].decode()
                self.assertEqual(words(raw.replace("'s", "")), tokens[first:last])

    def test_text_has_marks(self):
        out = run("-x", A.copies, "show", "-q", "keeper", "c-0")[1].decode()
        self.assertIn("words 0-58", out)
        self.assertEqual(out.count("[keeper]"), 2)
        self.assertIn("[Keeper's]", out)
        self.assertIn("\x1b[1;31mkeeper", run("-x", A.copies, "show", "--color", "always", "-q", "keeper", "c-0")[1].decode())

    def test_several(self):
        status, out, _ = run("-x", A.copies, "show", "--json", "c-0", "o-0")
        o = json.loads(out)
        self.assertEqual((status, o["schema"], [r["article"] for r in o["results"]]),
                         (0, "stemma.show-list/1", ["c-0", "o-0"]))
        status, out, err = run("-x", A.copies, "show", "-f", "jsonl", "c-0", "nothing", "o-0")
        self.assertEqual((status, [r["article"] for r in jsonl(out)]), (1, ["c-0", "o-0"]))
        self.assertIn("nothing", err)
        names = [r["value"] for r in tsv(run("-x", A.copies, "show", "-f", "tsv", "c-0", "c-1")[1]) if r["name"] == "article"]
        self.assertEqual(names, ["c-0", "c-1"])
        raw = run("-x", A.copies, "show", "--raw", "c-0", "o-0")[1]
        self.assertEqual(raw, b"".join(run("-x", A.copies, "show", "--raw", i)[1] for i in ("c-0", "o-0")))

    def test_statuses(self):
        x = ("-x", A.copies, "show")
        for want, args in ((1, ["-q", "zebra", "c-0"]), (1, ["--around", "1000", "c-0"]), (0, ["--around", "15", "c-0"]),
                           (1, ["--passage", "58-70", "c-0"]), (2, ["--passage", "4-4", "c-0"]),
                           (2, ["--passage", "4", "c-0"]), (2, ["--passage", "-4", "c-0"]),
                           (2, ["--passage", "1-99999999999", "c-0"]), (2, ["--around", "1", "-q", "keeper", "c-0"]),
                           (2, ["--around", "1", "--source", "c-0"]), (2, ["--strict", "-q", "(keeper", "c-0"])):
            status, _, err = run(*x, *args)
            self.assertEqual(status, want, (args, err))


class Export(unittest.TestCase):
    def export(self, index, *args):
        status, out, err = run("-x", index, "export", *args)
        assert status in (0, 1), err
        return jsonl(out)

    def test_an_archive_comes_back(self):
        moved = ("input", "member", "record", "offset", "length", "digest", "reader")
        for index in (A.example, A.copies, A.hostile):
            first = self.export(index)
            with open(A.path("again.jsonl"), "w", encoding="utf-8") as f:
                f.writelines(json.dumps(o) + "\n" for o in first)
            again = A.path("again")
            shutil.rmtree(again, ignore_errors=True)
            build(again, A.path("again.jsonl"))
            strip = lambda rows: sorted(json.dumps({k: v for k, v in o.items() if k not in moved}) for o in rows)
            self.assertEqual(strip(self.export(again)), strip(first))
            for o in first:
                whole = json.loads(run("-x", index, "show", "--json", o["id"])[1])["text"]
                self.assertEqual(json.loads(run("-x", again, "show", "--json", o["id"])[1])["text"], whole)
                self.assertTrue(whole.endswith(o["text"]))

    def test_rows(self):
        ids = lambda *args: [o["id"] for o in self.export(A.copies, *args)]
        self.assertEqual(ids(), ["c-0", "c-1", "c-2", "o-0"])
        self.assertEqual(ids("lighthouse"), ["c-0", "c-1", "c-2", "o-0"])
        self.assertEqual(ids("--one-per-story"), ["c-0", "o-0"])
        self.assertEqual(ids("--one-per-story", "--keep", "longest"), ["c-2", "o-0"])
        self.assertEqual(ids("--one-per-story", "--keep", "source:SECOND", "lighthouse"), ["c-1", "o-0"])
        self.assertEqual(ids("--copies", "originals", "--keep", "longest"), ["c-0", "o-0"])
        self.assertEqual(ids("is:copy"), ["c-1", "c-2"])
        self.assertEqual(ids("--limit", "1", "--offset", "2"), ["c-2"])
        self.assertEqual(ids("--offset", "9"), [])
        self.assertEqual([o["hits"] for o in self.export(A.copies, "lighthouse")], [2, 2, 3, 1])
        status, out, err = run("-x", A.copies, "export", "--json", "-n", "2")
        o = json.loads(out)
        self.assertEqual((o["n"], o["more"], o["query"], o["mode"]), (2, True, None, "all"))
        self.assertIn("--limit 0", err)
        self.assertEqual(self.export(A.copies, "zzzz"), [])
        self.assertEqual(run("-x", A.copies, "export", "zzzz")[0], 1)
        self.assertEqual(run("-x", A.copies, "export", "-f", "text")[0], 2)

    def test_formats_agree(self):
        for args in ([], ["zebra"], ["--one-per-story"]):
            lines = tsv(run("-x", A.hostile, "export", "-f", "tsv", *args)[1])
            rows = list(csv.DictReader(run("-x", A.hostile, "export", "-f", "csv", *args)[1].decode().split("\n")[:-1]))
            self.assertEqual([dict(r) for r in rows], lines)
            self.assertEqual([r["id"] for r in self.export(A.hostile, *args)],
                             [r["id"] for r in json.loads(run("-x", A.hostile, "export", "--json", *args)[1])["results"]])
            self.assertEqual(len(lines), len(self.export(A.hostile, *args)))


class Documented(unittest.TestCase):
    def check_json(self, *args, schema=None, other=None):
        _, out, err = run(*args)
        for o in jsonl(out):
            self.assertEqual(o["schema"], schema)
            self.assertEqual(keys_of(o), other or documented()[schema], err)
            for value in o.get("results", []):
                self.assertEqual(keys_of(value), documented()[value["schema"]])

    def test_json_keys(self):
        x = ("-x", A.copies)
        doc = documented()
        for command in (["kwic", "keeper"], ["export"], ["export", "keeper"]):
            schema = "stemma." + command[0]
            self.check_json(*x, *command, "--json", schema=schema + "-list/1")
            self.check_json(*x, *command, "-f", "jsonl", schema=schema + "/1")
            head = run(*x, *command, "-f", "tsv")[1].decode().split("\n")[0].split("\t")
            self.assertEqual(head, doc[schema + "/1"][1:])
        self.check_json(*x, "show", "--json", "c-0", "o-0", schema="stemma.show-list/1")
        parts = doc["stemma.show/1"][:-1] + doc["Passages of stemma.show/1"]
        self.assertEqual(doc["stemma.show/1"][-1], "text")
        self.check_json(*x, "show", "--json", "-q", "keeper", "c-0", schema="stemma.show/1", other=parts)

    def test_fields(self):
        x = ("-x", A.copies)
        for command in (["kwic", "keeper"], ["export"]):
            every = documented()["stemma." + command[0] + "/1"][1:]
            whole = jsonl(run(*x, *command, "-f", "jsonl")[1])
            for key in every:
                rows = jsonl(run(*x, *command, "-f", "jsonl", "--fields", key)[1])
                self.assertEqual(rows, [{"schema": r["schema"], key: r[key]} for r in whole])
            self.assertEqual(run(*x, *command, "-f", "tsv", "--fields", "nothing")[0], 2)
        self.assertEqual(run(*x, "export", "-f", "tsv", "-0", "--fields", "id")[1], b"c-0\0c-1\0c-2\0o-0\0")


if __name__ == "__main__":
    unittest.main()
