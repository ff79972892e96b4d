#!/usr/bin/env python3
"""The manual pages are well-formed, and what stemma-query(7) shows can be typed.

Stand-alone; the build folder is STEMMA_BUILD (build/release without it). groff and mandoc are asked where they are installed.
"""
import glob
import os
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("STEMMA_BUILD", os.path.join(ROOT, "build", "release"))
INDEX = os.path.join(BUILD, "indexer", "stemma-index")
QUERY = os.path.join(BUILD, "query", "stemma-query")
PAGES = sorted(glob.glob(os.path.join(ROOT, "man", "*.[1-9]")))
ENV = dict(os.environ, LC_ALL="C.UTF-8")
CHARACTERS = {r"\(dq": '"', r"\(aq": "'", r"\-": "-", r"\ ": " ", r"\(lq": "“", r"\(rq": "”", r"\e": "\\"}


def run(*args):
    r = subprocess.run(args, capture_output=True, env=ENV, timeout=60, stdin=subprocess.DEVNULL)
    return r.returncode, r.stdout.decode(), r.stderr.decode()


def plain(roff):
    for escape, character in CHARACTERS.items():
        roff = roff.replace(escape, character)
    return roff


class Pages(unittest.TestCase):
    def test_there_are_pages(self):
        self.assertGreaterEqual(len(PAGES), 3)

    @unittest.skipUnless(shutil.which("groff"), "there is no groff")
    def test_groff(self):
        for page in PAGES:
            status, out, err = run("groff", "-man", "-ww", "-Tutf8", "-z", page)
            self.assertEqual((status, out, err), (0, "", ""), page)

    @unittest.skipUnless(shutil.which("mandoc"), "there is no mandoc")
    def test_mandoc(self):
        for page in PAGES:
            lines = run("mandoc", "-T", "lint", "-W", "warning", page)[1].splitlines()
            lines = [x for x in lines if "missing date" not in x]  # the same page for every build
            self.assertEqual(lines, [], page)

    def test_language(self):
        """The examples are queries; every field and operator is told of."""
        with open(os.path.join(ROOT, "man", "stemma-query.7"), encoding="utf-8") as f:
            page = f.read()
        part = page.split(".SH EXAMPLES\n")[1].split(".SH")[0]
        queries = [plain(x) for x in re.findall(r"(?m)^\.B (.*)$", part)]
        self.assertGreaterEqual(len(queries), 6)
        with tempfile.TemporaryDirectory() as folder:
            index = os.path.join(folder, "idx")
            r = subprocess.run([INDEX, "build", "-x", index, "--progress", "none", "examples/archive"], cwd=ROOT,
                               capture_output=True, env=ENV, timeout=120)
            self.assertIn(r.returncode, (0, 4), r.stderr)
            for query in queries:
                status, out, err = run(QUERY, "-x", index, "--strict", "explain", "--", query)
                self.assertIn(status, (0, 1), (query, err))
        text = plain(page)
        fields = re.search(r"local prefixes='([^']+)'", run(QUERY, "completion", "bash")[1]).group(1).split()
        self.assertGreater(len(fields), 10)
        for name in fields + ["NEAR/", "PRE/", "NOT-NEAR/", "/s", "/p", "+s", "+p", "ATLEAST/", "IN/", "stem(", "--strict"]:
            self.assertIn(name, text)


if __name__ == "__main__":
    unittest.main()
