#!/bin/sh
# The same bytes for 1, 2 and 8 threads and for little memory; the same stories, roots, relations and links when the same
# articles come in shuffled files. ARCHIVE (JSONL, .zst too) may be named; allsides otherwise.
. "$(dirname "$0")/lib.sh"
corpus=${1:-$shared/corpora/allsides.jsonl.zst}
need "$corpus"

for run in "1 1G" "2 1G" "8 1G" "2 256M"; do
    set -- $run
    "$index_program" build -q -x "$work/index" --threads "$1" --memory "$2" "$corpus" || exit 1
    print=$(fingerprint "$work/index")
    [ -n "${first:-}" ] || first=$print
    check "same bytes, $1 threads, $2" "$print" = "$first"
done

stories() { # INDEX: a line for each article and each link, in no order of the index
    "$query_program" -x "$1" dups list --all --links --format jsonl | python3 -c '
import json, sys
drop = {"input", "record", "offset", "member"}
def strip(o):
    if isinstance(o, dict):
        return {k: strip(v) for k, v in o.items() if k not in drop}
    return [strip(v) for v in o] if isinstance(o, list) else o
for line in sys.stdin:
    print(json.dumps(strip(json.loads(line)), sort_keys=True))' | LC_ALL=C sort
}
stories "$work/index" >"$work/first"
mkdir "$work/shuffled"
case $corpus in
*.zst) zstd -q -dc --long=31 "$corpus" ;;
*) cat "$corpus" ;;
esac | python3 -c '
import random, sys
lines = sys.stdin.buffer.readlines()
random.Random(7).shuffle(lines)
for i in range(5):
    with open("%s/%d.jsonl" % (sys.argv[1], i), "wb") as out:
        out.writelines(line if line.endswith(b"\n") else line + b"\n" for line in lines[i::5])' "$work/shuffled"
"$index_program" build -q -x "$work/index" "$work/shuffled" || exit 1
stories "$work/index" >"$work/second"
check "lines about articles and links" "$(wc -l <"$work/first")" -gt 0
check "lines that differ when shuffled" "$(LC_ALL=C comm -3 "$work/first" "$work/second" | wc -l)" -eq 0
finish
