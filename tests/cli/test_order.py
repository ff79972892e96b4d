#!/usr/bin/env python3
"""The order of stemma-query's functions: what counts a phrase lies side by side, so that a process touches few pages of it.

Stand-alone; the build folder is STEMMA_BUILD (build/release without it). Skipped (77) where the program is linked with shared
libraries, or the linker did not take cmake/often.ld.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("STEMMA_BUILD", os.path.join(ROOT, "build", "release"))
QUERY, INDEX = os.path.join(BUILD, "query", "stemma-query"), os.path.join(BUILD, "indexer", "stemma-index")
# Of each layer, and of the C library, some that a counted phrase cannot do without.
RUN = ["main", "command_run", "cmd_count", "syntax_parse_with", "plan_make_with", "plan_phrase_make", "evaluate_seek", "matches_count",
       "analyser_query", "snapshot_open_core", "container_open", "section_check", "terms_seek", "addresses_seek",
       "output_finish", "err_clear", "malloc", "vsnprintf"]
# A program without order touches 29 pieces of 64 KiB where it is optimised, more where it is not; with it 6 to 10.
PIECES = 16


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout


def section(name):
    """Where a section of the program begins and ends, or None."""
    for line in output("readelf", "-SW", QUERY).splitlines():
        words = line.replace("[ ", "[").split()
        if words[1:2] == [name]:
            return int(words[3], 16), int(words[3], 16) + int(words[5], 16)
    return None


class Order(unittest.TestCase):
    def test_functions_that_count_lie_together(self):
        begin, end = section(".text.often")
        at = {line.split()[-1]: int(line.split()[0], 16) for line in output("nm", "--defined-only", QUERY).splitlines()}
        self.assertEqual([f for f in RUN if not begin <= at.get(f, begin) < end], [])
        self.assertGreater(len([f for f in RUN if f in at]), len(RUN) // 2)

    def test_what_a_start_writes_can_be_written(self):
        # Tables with pointers lie among what is only read: no place in them may be left to the program's start to fill in.
        writable = [(int(w[2], 16), int(w[2], 16) + int(w[5], 16)) for w in
                    (line.split() for line in output("readelf", "-lW", QUERY).splitlines()) if w[:1] == ["LOAD"] and "RW" in w]
        places = [int(w[0], 16) for w in (line.split() for line in output("readelf", "-rW", QUERY).splitlines()) if len(w) > 2 and w[2].startswith("R_")]
        self.assertEqual(len(writable), 1)
        self.assertNotEqual(places, [])
        self.assertEqual([hex(p) for p in places if not writable[0][0] <= p < writable[0][1]], [])

    @unittest.skipUnless(shutil.which("valgrind"), "the package valgrind brings what looks at each address")
    def test_a_phrase_touches_few_pieces(self):
        with tempfile.TemporaryDirectory(prefix="stemma-cli-order-") as folder:
            index = os.path.join(folder, "index")
            output(INDEX, "build", "-x", index, "--progress", "none", os.path.join(ROOT, "examples", "archive"))
            pieces = int(output(sys.executable, os.path.join(ROOT, "tools", "order-program"), "--windows", index, QUERY))
        self.assertLessEqual(pieces, PIECES, "make cmake/often.ld again with tools/order-program")


if __name__ == "__main__":
    if not section(".text.often"):
        print("skipped: the program is linked without an order")
        sys.exit(77)
    unittest.main()
