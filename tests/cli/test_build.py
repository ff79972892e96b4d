#!/usr/bin/env python3
"""What a user sees of stemma-index: statuses, equal bytes, memory, signals, what a killed build leaves.

Stand-alone; the build folder is STEMMA_BUILD (build/release without it). Archives are made here.
"""
import gzip
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("STEMMA_BUILD", os.path.join(ROOT, "build", "release"))
INDEX = os.path.join(BUILD, "indexer", "stemma-index")
QUERY = os.path.join(BUILD, "query", "stemma-query")
ENV = {k: v for k, v in os.environ.items() if k != "STEMMA_INDEX"}
with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as cache:
    SANITIZED = bool(re.search(r"^STEMMA_SANITIZE:\w+=.+$", cache.read(), re.M))


def run(*args, env=None, **kw):
    """Runs stemma-index: (status, stdout, stderr)."""
    r = subprocess.run([INDEX, *args], capture_output=True, env=dict(ENV, **(env or {})), timeout=600, **kw)
    return r.returncode, r.stdout.decode("utf-8"), r.stderr.decode("utf-8", "replace")


def text(rng, words):
    """Words as news has them: few of them often, many of them seldom."""
    out = []
    for _ in range(words):
        out.append(rng.choice(["the", "of", "The", "harbour", "al-Assad", "U.S.", "caf\u00e9", "\u6771\u4eac\u90fd"])
                   if rng.random() < .5 else "w%d" % int(rng.paretovariate(.6) * 10 % 50000))
        out.append(rng.choice([" ", " ", " ", " ", ", ", ". ", "\n\n", " \u2014 "]))
    return "".join(out)


def write_archive(folder, records, seed=1):
    """Two JSONL files and a compressed one; every eighth record is an earlier one again."""
    rng = random.Random(seed)
    os.makedirs(folder, exist_ok=True)
    lines = []
    for i in range(records):
        if i % 8 == 7:
            lines.append(lines[rng.randrange(len(lines))])
            continue
        r = {"id": "r%d" % i, "title": "Title %d" % rng.randrange(50), "text": text(rng, rng.randrange(20, 600))}
        if i % 5:
            r["date"] = "2016-%02d-%02d" % (rng.randrange(1, 13), rng.randrange(1, 29))
        lines.append(json.dumps(r))
    third = records // 3
    for name, part in (("b.jsonl", lines[:third]), ("a.jsonl", lines[third:2 * third])):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write("\n".join(part) + "\n")
    with gzip.open(os.path.join(folder, "c.jsonl.gz"), "wt", encoding="utf-8") as f:
        f.write("\n".join(lines[2 * third:]))


def digests(index):
    """Every file of an index but the lock, by name."""
    out = {}
    for name in os.listdir(index):
        if name != "lock":
            with open(os.path.join(index, name), "rb") as f:
                out[name] = hashlib.sha256(f.read()).hexdigest()
    return out


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="stemma-cli-")
        cls.archive = os.path.join(cls.dir, "archive")
        write_archive(cls.archive, 3000)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    def setUp(self):
        self.index = os.path.join(self.dir, "index-" + self.id().split(".")[-1])

    def build(self, *args, status=0, index=None, **kw):
        got, out, err = run("build", "-x", index or self.index, *args, **kw)
        self.assertEqual(got, status, err)
        self.assertEqual(out, "")
        return err

    def small(self, content, name="a.jsonl"):
        folder = self.index + "-in"
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write(content)
        return folder


class Statuses(Case):
    def test_good(self):
        err = self.build("-m", "256M", self.archive)
        self.assertRegex(err, r"indexed +3000 articles in \d+ stories from 3 inputs")
        self.assertRegex(err, r"memory +[\d.]+ MiB at most")
        status, out, err = run("verify", self.index)
        self.assertEqual((status, out), (0, ""))
        self.assertIn("good: 5 files", err)
        status, out, _ = run("stats", self.index)
        self.assertEqual(status, 0)
        for name in ("TERMS", "POS", "DOC", "FWD", "SURF", "SENT", "PARA", "WORDING", "ARTICLE", "MAP", "PROV",
                     "BIGRAM"):
            self.assertRegex(out, r"(?m)^  %s +\d+ +[\d.]+$" % name)
        self.assertRegex(out, r"articles   3000 in \d+ wordings, \d+ stories")
        status, out, _ = run("stats", "--inputs", "-x", self.index)
        self.assertRegex(out, r"b\.jsonl: \d+ bytes, 1000 records, 0 left out")

    def test_usage(self):
        for args in ((), ("bild",), ("build",), ("build", "-x", self.index), ("build", self.archive),
                     ("build", "-x", self.index, "--threads", "0", self.archive),
                     ("build", "-x", self.index, "-m", "95M", self.archive),
                     ("build", "-x", self.index, "--no-such", self.archive), ("verify",), ("verify", "a", "b"),
                     ("stats",)):
            status, out, err = run(*args)
            self.assertEqual((status, out), (2, ""), args)
            self.assertTrue(err.startswith("stemma-index: "), err)
        self.assertIn("96", run("build", "-x", self.index, "-m", "95M", self.archive)[2])
        self.assertIn("build", run("bild")[2])
        self.assertFalse(os.path.exists(self.index))

    def test_help(self):
        for args in (("--help",), ("help",), ("-h",)):
            status, out, _ = run(*args)
            self.assertEqual(status, 0)
            self.assertLess(out.index("Examples"), out.index("Commands"))
        for command in ("build", "verify", "stats"):
            status, out, _ = run("help", command)
            self.assertEqual((status, out), (0, run(command, "--help")[1]))
            self.assertIn("--index", out)
        self.assertRegex(run("--version")[1], r"^stemma-index \d+\.\d+\.\d+\n$")

    def test_no_such_input(self):
        self.build(os.path.join(self.dir, "missing"), status=3)
        self.assertEqual(run("verify", self.index)[0], 3)

    def test_not_an_index(self):
        self.assertEqual(run("verify", self.archive)[0], 3)
        before = sorted(os.listdir(self.archive))
        err = self.build(self.archive, status=2, index=self.archive)
        self.assertIn("not empty", err)
        self.assertEqual(sorted(os.listdir(self.archive)), before)

    def test_index_from_the_environment(self):
        status, _, err = run("build", "--progress", "none", self.small('{"text":"two words"}\n'),
                             env={"STEMMA_INDEX": self.index})
        self.assertEqual(status, 0, err)
        self.assertEqual(run("verify", env={"STEMMA_INDEX": self.index})[0], 0)

    def test_left_out(self):
        rejects = self.index + ".rejects"
        folder = self.small('{"text":"good words"}\n{"text":\n{"title":"no text"}\n{"text":"more words"}\n')
        with open(os.path.join(folder, "b.pdf"), "w", encoding="utf-8") as f:
            f.write("%PDF")
        err = self.build("--rejects", rejects, folder, status=4)
        self.assertRegex(err, r"left out +\d+ records or files")
        with open(rejects, encoding="utf-8") as f:
            rows = [json.loads(line) for line in f]
        bad = [r for r in rows if r["file"].endswith("a.jsonl")]
        self.assertEqual(bad[0]["record"], 2)
        self.assertEqual(bad[0]["offset"], 22)
        self.assertTrue(all(r["reason"] for r in rows))
        self.assertTrue(any(r["file"].endswith("b.pdf") for r in rows))
        indexed = int(re.search(r"indexed +(\d+)", err).group(1))
        self.assertEqual(indexed + len({r["record"] for r in bad if not r.get("warning")}), 4)

    def test_nothing_to_index_leaves_the_old_index(self):
        self.build(self.small('{"text":"good words"}\n'))
        before = digests(self.index)
        self.build(self.small("\n"), status=3)
        self.assertEqual(digests(self.index), before)

    def test_standard_input(self):
        r = subprocess.run([INDEX, "build", "-x", self.index, "-q", "-"], input=b'{"text":"from a pipe"}\n',
                           capture_output=True, env=ENV, timeout=60)
        self.assertEqual((r.returncode, r.stderr), (0, b""))
        self.assertIn("articles   1 in", run("stats", self.index)[1])

    def test_progress_as_json(self):
        err = self.build("--progress", "json", self.archive)
        last = json.loads(err.strip().splitlines()[-1])
        self.assertEqual((last["phase"], last["articles"]), ("done", 3000))
        self.assertGreater(last["peak_bytes"], 0)

    def test_names_cannot_command_a_terminal(self):
        folder = self.small("nothing\n", name="a\x1b[31m.jsonl")
        err = self.build(folder, status=3)
        self.assertNotIn("\x1b[31m", err)


class SameBytes(Case):
    def test_threads_and_memory(self):
        expected = None
        for args in (["-j1"], ["-j2"], ["-j8"], ["-m", "96M", "-j1"], ["-m", "96M", "-j8"], ["-m", "256M"],
                     ["-m", "4G", "-j3"]):
            shutil.rmtree(self.index, ignore_errors=True)
            self.build(*args, self.archive)
            got = digests(self.index)
            expected = expected or got
            self.assertEqual(got, expected, args)

    def test_stored_small_or_fast_says_the_same(self):
        answers, sizes = [], []
        for store in ("small", "fast"):
            shutil.rmtree(self.index, ignore_errors=True)
            self.build("--store", store, "--segment-tokens", "100000", self.archive)
            self.assertEqual(run("verify", self.index)[0], 0)
            self.assertEqual(", stored fast\n" in run("stats", self.index)[1], store == "fast")
            got = []
            for args in (["kwic", "harbour"], ["collocates", "of"], ["search", "the harbour"], ["show", "r3"],
                         ["export", "harbour"]):
                r = subprocess.run([QUERY, args[0], "-x", self.index, *args[1:]], capture_output=True, env=ENV,
                                   timeout=600)
                self.assertEqual(r.returncode, 0, (args, r.stderr))
                got.append(r.stdout)
            answers.append(got)
            sizes.append(sum(os.path.getsize(os.path.join(self.index, n)) for n in os.listdir(self.index)))
        self.assertEqual(answers[0], answers[1])
        self.assertLess(sizes[0], sizes[1])

    def test_texts_with_few_blanks_are_read_back(self):
        """Words that mostly stand apart by something else than a blank: such a segment has a separator of its own as the
        commonest one, and its tokens take a way of their own through write."""
        rng = random.Random(5)
        texts = {}
        for i in range(300):
            words = ["w%d" % int(rng.paretovariate(.8) * 3 % 900) for _ in range(rng.randrange(20, 400))]
            apart = [rng.choice([" / ", " / ", " / ", " ", ". "]) for _ in words[1:]]
            texts["r%d" % i] = "".join(w + a for w, a in zip(words, apart + [""]))
        folder = self.small("".join(json.dumps({"id": i, "text": t}) + "\n" for i, t in texts.items()))
        for args in (["-j1"], ["-j2", "--segment-tokens", "20000"]):
            shutil.rmtree(self.index, ignore_errors=True)
            self.build(*args, folder)
            self.assertEqual(run("verify", self.index)[0], 0)
            r = subprocess.run([QUERY, "export", "-x", self.index, "--json"], capture_output=True, env=ENV, timeout=600)
            self.assertEqual(r.returncode, 0, r.stderr)
            got = {row["id"].split(":")[-1]: row["text"] for row in json.loads(r.stdout)["results"]}
            self.assertEqual(got, texts)

    def test_threads_with_many_segments(self):
        expected = None
        for args in (["-j1"], ["-j8", "-m", "96M"]):
            shutil.rmtree(self.index, ignore_errors=True)
            self.build(*args, "--segment-tokens", "50000", self.archive)
            got = digests(self.index)
            expected = expected or got
            self.assertEqual(got, expected, args)
            self.assertGreater(sum(n.startswith("seg-") for n in got), 5)
            self.assertEqual(run("verify", self.index)[0], 0)

    def test_a_file_named_twice_is_read_once(self):
        self.build(self.archive)
        before = {n: h for n, h in digests(self.index).items() if n.startswith("seg-")}
        err = self.build(self.archive, os.path.join(self.archive, "a.jsonl"))
        self.assertIn("3000 articles", err)
        after = {n: h for n, h in digests(self.index).items() if n.startswith("seg-")}
        self.assertEqual(before, after)


@unittest.skipIf(SANITIZED, "sanitizers take memory of their own")
class Memory(Case):
    def peak(self, *args):
        err = self.build(*args)
        return float(re.search(r"memory +([\d.]+) MiB", err).group(1)), err

    def test_stays_under_the_floor_and_spills(self):
        big = os.path.join(self.dir, "big")
        write_archive(big, 20000, seed=2)
        peak, err = self.peak("-m", "96M", "-j8", big)
        self.assertLess(peak, 96)
        self.assertIn("postings spilled", err)


class Interrupted(Case):
    def start(self, *args):
        return subprocess.Popen([INDEX, "build", "-x", self.index, "--progress", "none", *args],
                                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ENV)

    def feed(self, process):
        """Keeps a build busy: records without an end on its standard input."""
        line = (json.dumps({"text": text(random.Random(7), 2000)}) + "\n").encode()

        def pump():
            try:
                while True:
                    process.stdin.write(line)
            except (BrokenPipeError, ValueError, OSError):
                pass

        threading.Thread(target=pump, daemon=True).start()

    def litter(self):
        return [n for n in os.listdir(self.index) if n.endswith(".tmp") or n.startswith(".")]

    def test_signals_end_it_cleanly(self):
        self.build(self.archive)
        before = digests(self.index)
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            process = self.start("-")
            self.feed(process)
            time.sleep(.5)
            process.send_signal(number)
            process.wait(timeout=60)
            self.assertEqual(process.returncode, status)
            process.stderr.close()
            self.assertEqual(digests(self.index), before)
            self.assertEqual(self.litter(), [])

    def test_waiting_for_a_pipe_is_no_reason_not_to_end(self):
        process = self.start("-")
        time.sleep(.3)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
        self.assertEqual(process.returncode, 143)
        process.stdin.close()
        process.stderr.close()

    def test_two_builds_of_one_index(self):
        process = self.start("-")
        time.sleep(.5)
        status, _, err = run("build", "-x", self.index, self.archive)
        self.assertEqual(status, 75, err)
        process.stdin.write(b'{"text":"the first build goes on"}\n')
        process.stdin.close()
        process.wait(timeout=60)
        self.assertEqual(process.returncode, 0)
        process.stderr.close()
        self.assertIn("articles   1 in", run("stats", self.index)[1])

    def test_killed_at_any_moment(self):
        self.build(self.archive)
        current = os.path.join(self.index, "CURRENT")
        with open(current, "rb") as f:
            before = f.read()
        start = time.monotonic()
        self.build(self.archive)
        whole = time.monotonic() - start
        self.build(self.small('{"text":"some other words"}\n'))
        with open(current, "rb") as f:
            before = f.read()
        for part in range(12):
            process = self.start(self.archive)
            time.sleep(whole * part / 11)
            process.kill()
            process.wait(timeout=20)
            process.stdin.close()
            process.stderr.close()
            status, _, err = run("verify", self.index)
            self.assertEqual(status, 0, err)
            with open(current, "rb") as f:
                if f.read() == before:
                    self.assertIn("articles   1 in", run("stats", self.index)[1])
                else:
                    self.build(self.small('{"text":"some other words"}\n'))
                    with open(current, "rb") as g:
                        before = g.read()
        self.build(self.archive)
        self.assertEqual(self.litter(), [])
        self.assertNotIn("not part", run("verify", self.index)[2])

    def test_damaged_index_is_told_and_rebuilt(self):
        self.build(self.archive)
        segment = next(n for n in os.listdir(self.index) if n.startswith("seg-"))
        path = os.path.join(self.index, segment)
        with open(path, "r+b") as f:
            f.seek(70000)
            byte = f.read(1)
            f.seek(70000)
            f.write(bytes([byte[0] ^ 4]))
        status, _, err = run("verify", self.index)
        self.assertEqual(status, 3)
        self.assertIn(segment, err)
        self.build(self.archive)
        status, _, err = run("verify", self.index)
        self.assertEqual(status, 0, err)
        with open(os.path.join(self.index, "CURRENT"), "wb") as f:
            f.write(b"not a manifest's name")
        self.assertEqual(run("verify", self.index)[0], 3)
        self.build(self.archive)
        self.assertEqual(run("verify", self.index)[0], 0)


class Output(Case):
    def test_the_manual_page_has_the_options(self):
        with open(os.path.join(ROOT, "man", "stemma-index.1"), encoding="utf-8") as f:
            page = f.read()
        for command in ("build", "verify", "stats"):
            status, out, _ = run(command, "--man")
            self.assertEqual(status, 0)
            self.assertIn(".SH OPTIONS OF %s\n%s.SH " % (command.upper(), out), page)

    def test_a_full_disk_is_told(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with open("/dev/full", "w", encoding="utf-8") as full:
            r = subprocess.run([INDEX, "help"], stdout=full, stderr=subprocess.PIPE, env=ENV, timeout=60)
        self.assertEqual(r.returncode, 5)
        self.assertIn(b"could not be written", r.stderr)


if __name__ == "__main__":
    if not os.path.exists(INDEX):
        sys.exit("no %s: set STEMMA_BUILD to a build folder" % INDEX)
    unittest.main(verbosity=1)
