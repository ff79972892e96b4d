#!/bin/sh
# The large corpus builds and verifies; 1,000 phrases count as a scan of the raw text counts.
. "$(dirname "$0")/lib.sh"
corpus=$shared/corpora/allsides.jsonl.zst
need "$corpus"
"$index_program" build -x "$work/idx" --progress none "$corpus" 2>"$work/report"
check "build exit status" "$?" -eq 0
"$index_program" verify "$work/idx" >"$work/verify" 2>&1
check "verify exit status" "$?" -eq 0
zstd -q -d --long=31 "$corpus" -o "$work/raw.jsonl"
python3 "$root/tests/accept/phrase_scan.py" "$query_program" "$work/idx" "$work/raw.jsonl" "${1:-1000}" || failed=1
finish
