#!/usr/bin/env python3
"""Pictures, end to end: well-formed, the numbers those of the rows, the same each time, no harm from names.

Stand-alone as test_query.py, whose helpers it has. Graphviz is asked where it is installed.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ET

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_query as T  # noqa: E402
from test_query import ENV, ROOT, build, run, tsv  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"
GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"
HOSTILE = ['"<script>alert(1)</script>"', "ha]]>bour", '"&amp;" OR \\', '"\x1b[31m\u202e"', "\ufffe OR harbour"]
A = None


class Archive:
    """Articles of three months in which words come together as given here; one has no date."""

    def __init__(self):
        days = ["2016-01-05", "2016-01-20", "2016-02-11", "2016-04-01", "2016-04-02", None]
        texts = ["The harbour was ice. Ice lay there, harbour and ship.", "A ship came to the harbour.",
                 "Ice and ship met. The harbour slept.", "Ship by ship the ice went.", "The ship left.",
                 "No harbour, no ice, no ship here."]
        path = T.A.path("pictures.jsonl")
        with open(path, "w", encoding="utf-8") as f:
            for i, (day, text) in enumerate(zip(days, texts)):
                o = {"id": f"p-{i}", "text": text + f" End{i} of page{i}.", "date": day}
                f.write(json.dumps({k: v for k, v in o.items() if v}) + "\n")
        self.index = T.A.path("pictures")
        build(self.index, "--copies", "off", path)


def setUpModule():
    global A
    T.setUpModule()
    A = Archive()


def tearDownModule():
    T.tearDownModule()


def draw(*args, env=None, status=0):
    got, out, err = run("-x", A.index, *args, env=env)
    assert got == status, (got, err)
    return out.decode("utf-8")


def texts_of(svg):
    return ["".join(t.itertext()) for t in ET.fromstring(svg).iter(SVG + "text")]


class Svg(unittest.TestCase):
    def check(self, svg):
        """What every picture keeps to; its root."""
        root = ET.fromstring(svg)
        self.assertEqual(root.tag, SVG + "svg")
        width, height = float(root.get("width")), float(root.get("height"))
        self.assertEqual(root.get("viewBox"), f"0 0 {width:.0f} {height:.0f}")
        self.assertEqual([c.tag for c in root[:2]], [SVG + "title", SVG + "desc"])
        self.assertTrue(root[1].text)
        allowed = {"svg", "title", "desc", "g", "rect", "line", "path", "text", "circle"}
        for e in root.iter():
            self.assertIn(e.tag.replace(SVG, ""), allowed)
            self.assertFalse([k for k in e.attrib if k.startswith("on") or "href" in k])
        for t in root.iter(SVG + "text"):
            self.assertTrue(0 <= float(t.get("x")) <= width and 0 <= float(t.get("y")) <= height, t.attrib)
        self.assertNotIn("url(", svg)
        return root

    def test_bars(self):
        svg = draw("timeline", "-f", "svg", "--bin", "month", "ship")
        root = self.check(svg)
        self.assertEqual(root[0].text, "ship by month")
        rows = tsv(run("-x", A.index, "timeline", "-f", "tsv", "--bin", "month", "ship")[1])
        want = [f"{r['bin']}: {r['hits']}" for r in rows if r["bin"] and r["hits"] != "0"]
        got = [e.find(SVG + "title").text for e in root.iter(SVG + "rect") if e.find(SVG + "title") is not None]
        self.assertEqual(got, want)
        words = " ".join(texts_of(svg))
        for label in ("2016-01", "2016-02", "2016-03", "2016-04", "undated: 1 hit in 1 story", "hits"):
            self.assertIn(label, words)

    def test_lines_and_panels(self):
        root = self.check(draw("timeline", "-f", "svg", "--bin", "month", "--relative", "harbour", "ice", "ship"))
        lines = [p for p in root.iter(SVG + "path") if p.get("fill") == "none"]
        self.assertEqual(len(lines), 3)
        self.assertEqual(len({p.get("stroke") for p in lines}), 3)
        self.assertEqual(len({p.get("stroke-dasharray") for p in lines}), 3)
        self.assertTrue(all(p.get("d").count("M") == 2 for p in lines), "March has no words: lines have a gap")
        queries = ["harbour", "ice", "ship", "end0", "end1", "end2", "end3"]
        svg = draw("timeline", "-f", "svg", *queries)
        self.check(svg)
        names = texts_of(svg)
        self.assertTrue(set(queries) <= set(names))

    def test_nothing_found(self):
        self.check(draw("timeline", "-f", "svg", "nowhere", status=1))
        self.check(draw("cooc", "-f", "svg", "nowhere", "harbour", status=1))

    def test_network(self):
        svg = draw("cooc", "-f", "svg", "harbour", "ice", "ship", "end5")
        root = self.check(svg)
        self.assertTrue({"harbour", "ice", "ship"} <= set(texts_of(svg)))
        rows = tsv(run("-x", A.index, "cooc", "-f", "tsv", "harbour", "ice", "ship", "end5")[1])
        ends = {t.text.split(":")[0] for p in root.iter(SVG + "path") for t in p.iter(SVG + "title")}
        self.assertEqual(ends, {f"{r['a']} – {r['b']}" for r in rows})

    def test_heat_map(self):
        svg = draw("matrix", "-f", "svg", "harbour", "ice", "ship")
        root = self.check(svg)
        rows = tsv(run("-x", A.index, "matrix", "-f", "tsv", "harbour", "ice", "ship")[1])
        want = {f"{x} / {y}": float(r["value"]) for r in rows for x, y in ((r["a"], r["b"]), (r["b"], r["a"]))}
        hints = [e.find(SVG + "title").text for e in root.iter(SVG + "rect") if e.find(SVG + "title") is not None]
        got = {h.split(": ")[0]: float(h.split(": ")[1]) for h in hints}
        self.assertEqual(set(got), set(want))
        for pair, value in want.items():
            self.assertAlmostEqual(got[pair], value, delta=0.051)
        self.check(draw("matrix", "--by", "month", "-f", "svg", "harbour", "ice"))

    def test_hostile_queries(self):
        """What is asked stands in the picture as text, whatever it is."""
        for q in HOSTILE:
            for args in (["timeline", "-f", "svg", q], ["timeline", "-f", "svg", q, "harbour"],
                         ["cooc", "-f", "svg", q, "harbour", "ice"], ["matrix", "-f", "svg", q, "ice"]):
                status, out, err = run("-x", A.index, *args)
                self.assertIn(status, (0, 1), err)
                self.check(out.decode("utf-8"))
        self.assertIn("<script>alert(1)</script>", " ".join(texts_of(draw("timeline", "-f", "svg", HOSTILE[0],
                                                                         "harbour"))))

    def test_the_same_each_time(self):
        for args in (["timeline", "-r", "-f", "svg", "harbour", "ice"], ["cooc", "-f", "svg", "harbour", "ice", "ship"],
                     ["cooc", "-f", "graphml", "harbour", "ice", "ship"]):
            want = draw(*args)
            for locale in ("C", "de_DE.UTF-8", "tr_TR.UTF-8"):
                self.assertEqual(draw(*args, env={"LC_ALL": locale}), want)


class Vega(unittest.TestCase):
    def test_timeline(self):
        spec = json.loads(draw("timeline", "-f", "vega", "--bin", "month", "harbour", "ice"))
        self.assertEqual(spec["$schema"], "https://vega.github.io/schema/vega-lite/v5.json")
        self.assertEqual(spec["title"]["text"], "harbour and ice by month")
        rows = tsv(run("-x", A.index, "timeline", "-f", "tsv", "--bin", "month", "harbour", "ice")[1])
        want = [(r["query"], r["bin"], float(r["hits"])) for r in rows if r["bin"]]
        self.assertEqual([(v["series"], v["bin"], v["value"]) for v in spec["data"]["values"]], want)
        fields = {c["field"] for c in spec["encoding"].values() if isinstance(c, dict)}
        self.assertEqual(fields, {"bin", "series", "value"})
        self.assertEqual(spec["mark"]["type"], "line")
        spec = json.loads(draw("timeline", "-f", "vega", "-r", "--bin", "month", "ship"))
        self.assertEqual(spec["mark"]["type"], "bar")
        self.assertIsNone(next(v for v in spec["data"]["values"] if v["bin"] == "2016-03")["value"])

    def test_matrix(self):
        spec = json.loads(draw("matrix", "-f", "vega", "--by", "month", "--value", "stories", "harbour", "ship"))
        rows = tsv(run("-x", A.index, "matrix", "-f", "tsv", "--by", "month", "--value", "stories", "harbour",
                       "ship")[1])
        got = [(v["row"], v["value"]) for v in spec["data"]["values"]]
        self.assertEqual(got, [(r["query"], float(r["value"])) for r in rows])
        self.assertEqual(spec["encoding"]["y"]["scale"]["domain"], ["harbour", "ship"])
        self.assertEqual({c["field"] for c in spec["encoding"].values() if isinstance(c, dict)},
                         {"row", "column", "value"})

    def test_hostile_queries(self):
        for q in HOSTILE:
            for args in (["timeline", "-f", "vega", q, "harbour"], ["matrix", "-f", "vega", q, "harbour"]):
                status, out, _ = run("-x", A.index, *args)
                self.assertIn(status, (0, 1))
                json.loads(out)


class Graphs(unittest.TestCase):
    ARGS = ["harbour", "ice", "ship"]

    def rows(self):
        return tsv(run("-x", A.index, "cooc", "-f", "tsv", *self.ARGS)[1])

    def test_graphml(self):
        root = ET.fromstring(draw("cooc", "-f", "graphml", *self.ARGS))
        keys = {k.get("id"): k.get("attr.type") for k in root.iter(GRAPHML + "key")}
        self.assertEqual({k: keys[k] for k in ("label", "size", "weight", "count")},
                         {"label": "string", "size": "double", "weight": "double", "count": "long"})
        self.assertTrue({d.get("key") for d in root.iter(GRAPHML + "data")} <= set(keys))

        def data(e):
            return {d.get("key"): d.text for d in e.iter(GRAPHML + "data")}
        names = {n.get("id"): data(n)["label"] for n in root.iter(GRAPHML + "node")}
        sizes = {data(n)["label"]: float(data(n)["size"]) for n in root.iter(GRAPHML + "node")}
        edges = [(names[e.get("source")], names[e.get("target")], int(data(e)["count"]), float(data(e)["weight"]))
                 for e in root.iter(GRAPHML + "edge")]
        rows = self.rows()
        self.assertEqual([e[:3] for e in edges], [(r["a"], r["b"], int(r["O"])) for r in rows])
        for e, r in zip(edges, rows):
            self.assertAlmostEqual(e[3], float(r["logDice"]), places=3)
            self.assertEqual((sizes[r["a"]], sizes[r["b"]]), (float(r["f1"]), float(r["f2"])))

    def test_dot(self):
        for args in [self.ARGS] + [[q, "harbour", "ice"] for q in HOSTILE]:
            status, out, err = run("-x", A.index, "cooc", "-f", "dot", *args)
            self.assertIn(status, (0, 1), err)
            dot = out.decode("utf-8")
            self.assertTrue(dot.startswith("graph ") and dot.endswith("}\n"))
            if shutil.which("dot"):
                r = subprocess.run(["dot", "-Tsvg"], input=out, capture_output=True, timeout=60)
                self.assertEqual((r.returncode, r.stderr), (0, b""))
                ET.fromstring(r.stdout)
        dot = draw("cooc", "-f", "dot", *self.ARGS)
        self.assertEqual(len(re.findall(r" -- ", dot)), len(self.rows()))


class Refused(unittest.TestCase):
    def test_formats(self):
        for command, fmt in (("search", "svg"), ("kwic", "vega"), ("count", "dot"), ("timeline", "graphml"),
                             ("timeline", "dot"), ("cooc", "vega"), ("matrix", "dot"), ("terms", "svg"), ("stats", "svg")):
            args = ["harbour", "ice"] if command in ("cooc", "matrix") else ["harbour"]
            status, out, err = run("-x", A.index, command, "-f", fmt, *args)
            self.assertEqual((status, out), (2, b""), (command, fmt))
            self.assertIn(f"--format {fmt} is of", err)
            self.assertIn("text, tsv, json, jsonl, csv", err)
        self.assertIn(", svg, vega", run("-x", A.index, "timeline", "-f", "dot", "x")[2])

    def test_rows(self):
        for args in (["--fields", "bin"], ["-0"]):
            status, _, err = run("-x", A.index, "timeline", "-f", "svg", *args, "harbour")
            self.assertEqual(status, 2)
            self.assertIn("--format svg has none", err)


class Stopped(unittest.TestCase):
    def test_whole_or_nothing(self):
        """Of a picture that --timeout stops nothing is printed: a part of one cannot be shown."""
        for args in (["timeline", "-f", "svg", "harbour", "ice"], ["timeline", "-f", "vega", "harbour"],
                     ["cooc", "-f", "svg", "harbour", "ice", "ship"], ["cooc", "-f", "dot", "harbour", "ice"],
                     ["matrix", "-f", "svg", "harbour", "ice"], ["matrix", "--by", "month", "-f", "vega", "ice"]):
            whole, stopped = draw(*args), 0
            for steps in range(1, 400):
                status, out, err = run("-x", A.index, *args, "--timeout-steps", str(steps))
                if status == 0:
                    self.assertEqual(out.decode("utf-8"), whole)
                    break
                self.assertEqual((status, out), (4, b""), (args, steps, err))
                stopped += 1
            self.assertEqual(status, 0, args)
            self.assertGreater(stopped, 1, args)


class Documented(unittest.TestCase):
    """The pictures of the documents are whole, and pages that show them name files that are there."""

    def test_pictures(self):
        folder = os.path.join(ROOT, "docs", "pictures")
        pages = ""
        for page in ("README.md", os.path.join("docs", "PICTURES.md")):
            with open(os.path.join(ROOT, page), encoding="utf-8") as f:
                pages += f.read()
        drawn = sorted(n for n in os.listdir(folder) if n.endswith(".svg"))
        self.assertGreaterEqual(len(drawn), 3)
        for name in drawn:
            ET.parse(os.path.join(folder, name))
            self.assertIn(f"pictures/{name}", pages)


if __name__ == "__main__":
    unittest.main()
