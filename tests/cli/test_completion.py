#!/usr/bin/env python3
"""The completion scripts: each shell reads them, and what they offer is what the programs take.

Stand-alone; the build folder is STEMMA_BUILD (build/release without it). zsh and fish are asked where they are installed.
"""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("STEMMA_BUILD", os.path.join(ROOT, "build", "release"))
PROGRAMS = {"stemma-index": os.path.join(BUILD, "indexer", "stemma-index"),
            "stemma-query": os.path.join(BUILD, "query", "stemma-query")}
ENV = dict(os.environ, LC_ALL="C.UTF-8", TERM="dumb")

BASH = """
source "$1"; shift
function="_${1//-/_}"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
"$function"
printf '%s\\n' "${COMPREPLY[@]}"
"""

# The functions of zsh's own completion, which need a terminal, say what they were called with.
ZSH = """
_arguments() { print -rl -- "$@"; state=operand; return 1 }
_describe() { print -rl -- ${(P)2} }
compadd() { print -rl -- "$@" }
_files() { print -r -- FILES }
script=$1; shift
words=("$@")
CURRENT=$#words
source "$script"
"""


def output(*args, **kw):
    r = subprocess.run(args, capture_output=True, env=dict(ENV, **kw), timeout=60, stdin=subprocess.DEVNULL)
    return r.returncode, r.stdout.decode(), r.stderr.decode()


class Scripts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="stemma-completion-")
        cls.path = {}
        for program, path in PROGRAMS.items():
            for shell in ("bash", "zsh", "fish"):
                status, text, err = output(path, "completion", shell)
                assert (status, err) == (0, ""), err
                cls.path[program, shell] = os.path.join(cls.dir, {"bash": program, "zsh": "_" + program,
                                                                  "fish": program + ".fish"}[shell])
                with open(cls.path[program, shell], "w") as f:
                    f.write(text)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    def bash(self, *words):
        status, out, err = output("bash", "-c", BASH, "bash", self.path[words[0], "bash"], *words)
        self.assertEqual((status, err), (0, ""))
        return set(out.split())

    def test_bash(self):
        for program in PROGRAMS:
            self.assertEqual(output("bash", "-n", self.path[program, "bash"]), (0, "", ""))
        listed = set(re.findall(r"^  (\w+) ", output(PROGRAMS["stemma-query"], "help")[1].split("\nCommands\n")[1]
                                .split("\n\n")[0], re.M))
        self.assertGreater(len(listed), 5)
        self.assertEqual(self.bash("stemma-query", ""), listed)
        self.assertEqual(self.bash("stemma-query", "coun"), {"count"})
        self.assertEqual(self.bash("stemma-query", "count", "--quer"), {"--queries"})
        self.assertEqual(self.bash("stemma-query", "--time"), {"--timeout"})
        self.assertLessEqual({"json", "jsonl"}, self.bash("stemma-query", "count", "--format", ""))
        self.assertEqual(self.bash("stemma-query", "count", "--format", "=", "jso"), {"json", "jsonl"})
        self.assertEqual(self.bash("stemma-query", "count", "--format", "="), self.bash("stemma-query", "-f", ""))
        self.assertLessEqual({"list", "diff"}, self.bash("stemma-query", "dups", ""))
        self.assertEqual(self.bash("stemma-query", "dups", "list", "--sor"), {"--sort"})
        self.assertEqual(self.bash("stemma-query", "search", "sour"), {"source:"})
        self.assertEqual(self.bash("stemma-query", "--limit", ""), set())
        self.assertEqual(self.bash("stemma-index", "ver"), {"verify"})
        self.assertEqual(self.bash("stemma-index", "build", "--copies", "e"), {"exact"})
        os.mkdir(os.path.join(self.dir, "folder"))
        self.assertEqual(self.bash("stemma-query", "stats", "-x", os.path.join(self.dir, "fold")),
                         {os.path.join(self.dir, "folder")})

    def test_options_are_those_of_help(self):
        """Every option of a command's help is offered, and no other."""
        for program, path in PROGRAMS.items():
            for command in sorted(self.bash(program, "")):
                if command == "help":
                    continue
                names = [[command, sub] for sub in sorted(self.bash(program, command, ""))] if command == "dups" else \
                    [[command]]
                for words in names:
                    text = output(path, *words, "--help")[1]
                    options = set(re.findall(r"^ {2,6}(?:-\w, )?(--[a-z-]+)", text, re.M))
                    self.assertIn("--help", options)
                    self.assertEqual(self.bash(program, *words, "--"), options, words)

    def test_options_mean_one_thing(self):
        """One name takes a value in all commands of a program or in none: the command is found behind it."""
        with open(self.path["stemma-query", "fish"]) as f:
            text = f.read()
        takes = {}
        for name, rest in re.findall(r" -l ([\w-]+)(.*) -d ", text):
            letter = re.search(r" -s (\w)", rest)
            for option in [name] + ([letter.group(1)] if letter else []):
                takes.setdefault(option, set()).add(" -x" in rest or " -r" in rest)
        self.assertIn("timeout", takes)
        for option, kinds in takes.items():
            self.assertEqual(len(kinds), 1, option)

    @unittest.skipUnless(shutil.which("fish"), "there is no fish")
    def test_fish(self):
        def fish(line):
            status, out, err = output("fish", "-c", f"source {self.path['stemma-query', 'fish']}; complete -C '{line}'",
                                      HOME=self.dir)
            self.assertEqual((status, err), (0, ""))
            return {x.split("\t")[0] for x in out.splitlines()}
        for program in PROGRAMS:
            self.assertEqual(output("fish", "-n", self.path[program, "fish"], HOME=self.dir), (0, "", ""))
        self.assertEqual(fish("stemma-query coun"), {"count"})
        self.assertEqual(fish("stemma-query count --quer"), {"--queries"})
        self.assertLessEqual({"json", "jsonl"}, fish("stemma-query count --format "))
        self.assertEqual(fish("stemma-query dups list --sor"), {"--sort"})
        self.assertLessEqual({"list", "why"}, fish("stemma-query dups "))
        self.assertIn("source:", fish("stemma-query search sour"))

    @unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
    def test_zsh(self):
        def zsh(*words):
            status, out, err = output("zsh", "-f", "-c", ZSH, "zsh", self.path[words[0], "zsh"], *words)
            self.assertEqual((status, err), (0, ""))
            return out
        for program in PROGRAMS:
            self.assertEqual(output("zsh", "-n", self.path[program, "zsh"]), (0, "", ""))
        first = zsh("stemma-query", "")
        self.assertIn("\ncount:", first)
        self.assertIn("--limit=[", first)
        self.assertNotIn("\n--queries=", first)
        self.assertIn("\n--queries=[", zsh("stemma-query", "count", ""))
        self.assertIn(" jsonl", zsh("stemma-query", "count", "--format", ""))
        self.assertIn("\nlist:", zsh("stemma-query", "dups", ""))
        self.assertIn("--sort=[", zsh("stemma-query", "dups", "list", ""))
        self.assertIn("\nsource:\n", zsh("stemma-query", "search", ""))
        self.assertNotIn("\nsource:\n", zsh("stemma-query", "dups", "list", ""))
        self.assertIn("FILES", zsh("stemma-index", "verify", ""))


if __name__ == "__main__":
    unittest.main()
