#!/bin/sh
# What finding and linking copies costs of a build's CPU time: fingerprints, exact groups, candidates, comparing, stories,
# layout. ARCHIVE may be named; allsides otherwise.
. "$(dirname "$0")/lib.sh"
corpus=${1:-$shared/corpora/allsides.jsonl.zst}
need "$corpus"
"$index_program" build -x "$work/index" --progress json "$corpus" 2>"$work/report" || exit 1
python3 - "$work/report" >"$work/figures" <<'PY'
import json, sys
for line in open(sys.argv[1]):
    if '"phase":"done"' in line:
        r = json.loads(line)
c = r["copies"]
print(round(c["cpu_seconds"] / r["cpu_seconds"] * 1000))
for name, step in r["steps"].items():
    print("  %-14s %7.2f s CPU  %5.1f %%" % (name, step["cpu_seconds"], step["cpu_seconds"] / r["cpu_seconds"] * 100))
print("  %-14s %7.2f s CPU of %.2f s" % ("in all", c["cpu_seconds"], r["cpu_seconds"]))
print("  %d articles, %d stories, %d pairs proposed, %d compared, %d links"
      % (r["articles"], r["stories"], c["candidates"], c["pairs"], c["links"]))
PY
sed 1d "$work/figures"
check "copies, parts of 1,000 of the CPU time" "$(head -n1 "$work/figures")" -le 350
finish
