#!/bin/sh
# near_scan.sh [WORDS [SEED]]: what stands near what, counted again from the texts of the seeds and of Reuters (near_scan.py).
. "$(dirname "$0")/lib.sh"
corpus=$shared/corpora/reuters21578.jsonl.zst
need "$corpus"
zstd -q -d -c --long=31 "$corpus" | awk 'NR % 3 == 1' >"$work/reuters.jsonl"
python3 -c '
import glob, json, sys
for path in sorted(glob.glob(sys.argv[1] + "/*.txt")):
    print(json.dumps({"id": path[-20:-4], "text": open(path, encoding="utf-8").read()}))
' "$shared/seeds" >"$work/seeds.jsonl"
for name in seeds reuters; do
    "$index_program" build -x "$work/$name" --copies off --html never --progress none "$work/$name.jsonl" 2>"$work/report"
    check "build exit status, $name" "$?" -eq 0
    # the texts as they are stored, so that what is counted is compared and not how texts are mended
    "$query_program" export -x "$work/$name" --limit 0 >"$work/$name.texts"
    PYTHONDONTWRITEBYTECODE=1 python3 "$root/tests/accept/near_scan.py" "$query_program" "$work/$name" "$work/$name.texts" "${1:-20}" "${2:-7}" || failed=1
done
finish
