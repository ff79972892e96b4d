#!/usr/bin/env python3
"""Limits of time and memory, what a terminal is spared, and what is meant by a word that is not there.

Stand-alone; the build folder is STEMMA_BUILD (build/release without it).
"""
import json
import os
import random
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("STEMMA_BUILD", os.path.join(ROOT, "build", "release"))
INDEX = os.path.join(BUILD, "indexer", "stemma-index")
QUERY = os.path.join(BUILD, "query", "stemma-query")
ENV = {k: v for k, v in os.environ.items() if k not in ("STEMMA_INDEX", "NO_COLOR")}
ENV.update(LC_ALL="C.UTF-8", TERM="xterm")
SANITIZED = b"__asan_init" in open(QUERY, "rb").read() or b"__tsan_init" in open(QUERY, "rb").read()

# Escapes, bells, C1 controls, overrides of direction, a DEL; in an input they are JSON escapes.
HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202eeman\u2066\x08\x7f\u009d"
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def run(*args, env=None, stdin=None):
    r = subprocess.run([QUERY, *args], input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
                       capture_output=True, env=dict(ENV, **(env or {})), timeout=300)
    return r.returncode, r.stdout, r.stderr


def listed(*args):
    """Names in the list of a help: the words that begin a line of it."""
    text = run(*args)[1].decode()
    part = re.split(r"\n(?:Commands|Subcommands)\n", text)[1].split("\n\n")[0]
    return re.findall(r"^  (\S+) ", part, re.M)


def write_hostile(folder):
    """Articles with such bytes in each field, in a file of such a name. Returns the inputs."""
    name = os.path.join(folder, "in\x1b[31m\u202eput.jsonl")
    with open(name, "w", encoding="utf-8") as f:
        for i, key in enumerate(["title", "author", "source", "url", "text", "id", "section", "lang", "tags"]):
            for copy in ("a", "b"):
                o = {"id": f"h-{i}{copy}", "title": f"Zebra {i}", "source": "outlet " + copy, "author": "author",
                     "text": f"A harmless zebra number {i} stands here, beside the river, and nobody looks at it. It is "
                             "black and white, and it is a zebra all the same, whatever may be said of it.",
                     "url": "http://h.example/x", "date": f"2020-01-0{i + 1}", "section": "news", "lang": "en",
                     "tags": ["one", "two"]}
                if key == "tags":
                    o[key] = ["zebra " + HOSTILE, "two"]
                else:
                    o[key] = o[key] + " zebra " + HOSTILE + "\ttab\nline" + (copy if key == "id" else "")
                f.write(json.dumps(o) + "\n")
    return [name]


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="stemma-limits-")
        cls.example = os.path.join(cls.dir, "example")
        cls.hostile = os.path.join(cls.dir, "hostile")
        cls.inputs = write_hostile(cls.dir)
        for index, inputs in ((cls.example, ["examples/archive"]), (cls.hostile, cls.inputs)):
            r = subprocess.run([INDEX, "build", "-x", index, "--progress", "none", *inputs], capture_output=True, cwd=ROOT,
                               env=ENV, timeout=300)
            assert r.returncode in (0, 4), r.stderr.decode()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    # --- limits ---------------------------------------------------------------------------------------------------

    def stop_at_each_step(self, *args, least):
        """Stopped at any step, JSON is whole and says so; it is the same as the answer up to there."""
        whole = run("-x", self.example, "--json", *args)
        self.assertEqual(whole[0], 0, whole[2])
        stopped = 0
        for step in list(range(1, 12)) + [15, 20, 25, 30, 35, 40, 50, 80, 130, 210, 400, 800, 1600, 3200, 6400, 100000]:
            status, out, err = run("-x", self.example, "--json", "--timeout-steps", str(step), *args)
            answer = json.loads(out)
            if status == 0:
                self.assertEqual(out, whole[1])
                break
            self.assertEqual(status, 4, err)
            self.assertIs(answer["partial"], True)
            self.assertEqual(answer["stopped_by"], "timeout")
            self.assertIn(b"stopped by --timeout", err)
            stopped += 1
        self.assertEqual(status, 0)
        self.assertGreaterEqual(stopped, least, args)

    def test_timeout(self):
        self.stop_at_each_step("search", "the", least=15)
        self.stop_at_each_step("count", "the", "keeper night", least=4)
        self.stop_at_each_step("search", "--copies", "group", "the NEAR/9 night", least=15)
        self.stop_at_each_step("search", "--sort", "date", "--limit", "0", "the", least=15)
        self.stop_at_each_step("kwic", "the", least=15)
        self.stop_at_each_step("timeline", "the", least=4)
        self.stop_at_each_step("timeline", "--pair", "the", "night", least=4)
        self.stop_at_each_step("cooc", "-j", "1", "the", "night", "keeper", least=4)
        self.stop_at_each_step("cooc", "-j", "1", "--top", "9", least=4)
        self.stop_at_each_step("matrix", "--by", "source", "the", "night", least=4)
        self.stop_at_each_step("terms", "t*", least=15)
        self.stop_at_each_step("export", "the", least=4)
        self.stop_at_each_step("count", "--by", "source", "the", least=4)
        self.stop_at_each_step("dups", "list", "--all", least=8)
        self.stop_at_each_step("dups", "why", "cw-1001", "cw-1002", least=2)
        self.stop_at_each_step("dups", "diff", "cw-1001", "cw-1002", least=3)
        self.stop_at_each_step("dups", "spread", "cw-1001", least=2)
        self.stop_at_each_step("stats", least=1)

    def test_timeout_of_lines(self):
        for step in (1, 5, 25, 60, 100):
            status, out, err = run("-x", self.example, "-f", "jsonl", "--timeout-steps", str(step), "search", "the")
            lines = [json.loads(x) for x in out.decode().splitlines()]
            self.assertEqual(status, 4, err)
            self.assertEqual(lines[-1], {"schema": "stemma.stopped/1", "partial": True, "stopped_by": "timeout"})
            self.assertTrue(all(x["schema"] == "stemma.search/1" for x in lines[:-1]))
        status, out, err = run("-x", self.example, "--timeout-steps", "1", "search", "the")
        self.assertEqual((status, out), (4, b""))

    def test_generous_limits_change_nothing(self):
        for args in (["search", "the"], ["count", "the"], ["explain", "the night"], ["stats"], ["dups", "list"]):
            a = run("-x", self.example, "-f", "tsv", *args)
            b = run("-x", self.example, "-f", "tsv", "--timeout", "1h", "--memory", "4G", *args)
            self.assertEqual(a[0], b[0], b[2])
            if args[0] != "explain":  # has times
                self.assertEqual(a[1], b[1])
            self.assertEqual(run("-x", self.example, "--timeout", "0", "--memory", "0", *args)[0], a[0])

    def test_wrong_limits(self):
        for args in (["--timeout", "soon"], ["--timeout", "-1"], ["--memory", "much"], ["--memory", "1.5G"]):
            status, out, err = run("-x", self.example, *args, "the")
            self.assertEqual((status, out), (2, b""))
            self.assertIn(args[0].encode(), err)

    @unittest.skipIf(SANITIZED, "sanitizers need memory of their own")
    def test_memory(self):
        status, out, err = run("-x", self.example, "--memory", "1K", "--json", "search", "the")
        self.assertEqual(status, 4)
        self.assertIn(b"stopped by --memory (1K)", err)
        self.assertEqual(json.loads(out)["stopped_by"], "memory")
        for kib in (64, 128, 256, 512, 1024, 2048):  # wherever it runs out
            status, out, err = run("-x", self.example, "--memory", f"{kib}K", "--json", "search", "--limit", "0", "t* OR *e")
            self.assertIn(status, (0, 4), err)
            self.assertEqual(status == 4, "partial" in json.loads(out) if out else True)
        self.assertEqual(run("-x", self.example, "--memory", "64M", "search", "the")[0], 0)

    # --- terminals ------------------------------------------------------------------------------------------------

    def check_safe(self, what, out, err, null=False):
        for name, stream in (("standard output", out), ("standard error", err)):
            if null:
                stream = stream.replace(b"\0", b"\n")
            text = stream.decode("utf-8")  # well-formed, too
            found = RAW.search(text)
            self.assertIsNone(found, f"{what}: {name} has {found and found.group()!r} in "
                                     f"{found and text[max(0, found.start() - 60):found.end() + 20]!r}")

    def commands(self):
        """Each command with arguments that print something of the hostile archive."""
        ids = [json.loads(x)["article"] for x in run("-x", self.hostile, "-f", "jsonl", "--limit", "0", "--copies", "all",
                                                     "zebra")[1].decode().splitlines()]
        self.assertGreater(len(ids), 10)
        known = {"search": [["zebra"]], "count": [["zebra", "zebra " + HOSTILE]], "show": [[i] for i in ids],
                 "explain": [["zebra " + HOSTILE]], "stats": [[]], "help": [[]], "kwic": [["zebra"]],
                 "timeline": [["zebra"]], "terms": [["*"], []], "export": [["zebra"]],
                 "cooc": [["zebra", "zebra " + HOSTILE], ["--top", "9", "--of", "20"]],
                 "matrix": [["zebra", "zebra " + HOSTILE], ["--by", "source", "zebra"]]}
        subs = {"list": [[]], "show": [[ids[0]]], "diff": [[ids[0], ids[1]]], "spread": [[ids[0]]],
                "why": [[ids[0], ids[1]]]}
        for command in listed("help"):
            if command == "dups":
                for sub in listed("dups", "--help"):
                    for args in subs.get(sub, [[ids[0]]]):
                        yield ["dups", sub, *args]
            else:
                for args in known.get(command, [["zebra"]]):
                    yield [command, *args]

    def test_nothing_raw(self):
        """No control, escape or bidi character of an archive, in any command and format."""
        formats = re.search(r"--format ([a-z|]+)", run("search", "--help")[1].decode()).group(1).split("|")
        self.assertGreaterEqual(len(formats), 4)
        tried = 0
        for command in self.commands():
            for form in formats:
                status, out, err = run("-x", self.hostile, "-f", form, *command)
                self.assertIn(status, (0, 1, 2), (form, command, err))
                self.check_safe([form, *command], out, err)
                tried += status < 2  # some have not all formats
        self.assertGreater(tried, 60)

    def test_nothing_raw_of_what_is_typed(self):
        """Nor of queries, names of commands, options, files and fields, in warnings and errors."""
        bad = HOSTILE.replace("\x00", "")
        index = os.path.join(self.dir, "no\x1b[2J\u202e")
        queries = os.path.join(self.dir, "queries\x1b[1m\x07")
        with open(queries, "w") as f:
            f.write(f"zebra\n({bad}\n/[{bad}/\n\"{bad}\"~999999\n")
        lines = [["-x", self.hostile, bad], ["-x", self.hostile, "search", "(" + bad], ["-x", self.hostile, "--strict", "(" + bad],
                 ["-x", self.hostile, "zebra" + bad], ["-x", self.hostile, "date:" + bad], ["-x", self.hostile, "is:" + bad],
                 ["-x", self.hostile, "id:" + bad], ["-x", self.hostile, "like:" + bad], ["-x", self.hostile, f"sorce{bad}:x"],
                 ["-x", self.hostile, "/(" + bad + "/"], ["-x", self.hostile, "stem(" + bad + ", x)"],
                 ["-x", self.hostile, '="' + bad + '"'], ["-x", self.hostile, "show", bad], ["-x", self.hostile, "help", bad],
                 ["-x", self.hostile, "count", "--queries", queries], ["-x", self.hostile, "--strict", "count", "--queries", queries],
                 ["-x", self.hostile, "dups", bad, "x"], ["-x", self.hostile, "dups", "show", bad],
                 ["-x", self.hostile, "--" + bad, "x"], ["-x", self.hostile, "--form" + bad, "x"], ["-x", self.hostile, "-\x1b", "x"],
                 ["-x", self.hostile, "--format", bad, "x"], ["-x", self.hostile, "--limit", bad, "x"],
                 ["-x", self.hostile, "--timeout", bad, "x"], ["-x", self.hostile, "--keep", bad, "zebra"],
                 ["-x", self.hostile, "--fields", bad, "zebra"], ["-x", index, "zebra"], ["completion", bad]]
        for line in lines:
            status, out, err = run(*line)
            self.assertIn(status, (0, 1, 2, 3), (line, err))
            self.check_safe(line, out, err)
        rng = random.Random(4)
        parts = ["(", ")", '"', "zebra", "*", "NEAR/3", "OR", "title:", "/", "=", "stem(", bad, "\x1b[5m", "\u202e", "\udcff", "~3"]
        for _ in range(60):
            query = "".join(rng.choice(parts) + rng.choice(["", " "]) for _ in range(rng.randint(1, 12)))
            for form in ("text", "tsv", "json"):
                status, out, err = run("-x", self.hostile, "-f", form, rng.choice(["search", "count", "explain"]), "--", query)
                self.assertIn(status, (0, 1, 2), err)
                self.check_safe(query.encode("utf-8", "surrogateescape"), out, err)

    # --- what is meant --------------------------------------------------------------------------------------------

    def test_words_that_are_not_there(self):
        status, out, err = run("-x", self.example, "count", "lighthouze")
        self.assertEqual(status, 1)
        self.assertRegex(err.decode(), r"'lighthouze' is not in the index; did you mean 'lighthouse', which is there \d+ times?\?")
        a = run("-x", self.example, "-f", "json", "lighthouze")
        self.assertEqual(json.loads(a[1])["articles"], 0)
        self.assertEqual(run("-x", self.example, "count", "lighthouse")[2], b"")
        many = run("-x", self.example, "count", "--queries", "-", stdin=b"lighthouze\n" * 50)[2]
        self.assertEqual(many.count(b"did you mean"), 0)
        self.assertEqual(run("-x", self.example, "aaaa bbbb cccc dddd eeee")[2].count(b"is not in the index"), 3)

    def test_names_that_are_not_there(self):
        def told(*query):
            return run("-x", self.example, "count", *query)[2].decode()
        self.assertEqual(told("source:nobody lamps"), "stemma-query: no article has source:nobody; those there are: "
                         "stemma-query stats --by source\n")
        self.assertEqual(told("source:coastwire.example"), "")
        self.assertEqual(told("source:none"), "")
        self.assertEqual(told("strike tag:nothing -author:nobody").count("no article has"), 2)
        self.assertNotIn("is not in the index", told("lighthouze date:2016-13"))

    def test_commands_and_options(self):
        self.assertIn(b"did you mean 'count'", run("help", "cuont")[2])
        self.assertIn(b"did you mean '--timeout'", run("--timeuot", "3", "x")[2])
        self.assertIn(b"did you mean 'list'", run("dups", "lits", "x")[2])


if __name__ == "__main__":
    unittest.main()
