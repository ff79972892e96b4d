#!/bin/sh
# explained.sh: every difference between what the records of the large corpus answer and what the peers' tokens of them do is one of
# a rule of docs/TEXT.md, docs/TEXT-analyser.md or docs/INPUTS.md, by a reading of the records that shares nothing with
# Stemma but these (bench/explain-differences).
. "$(dirname "$0")/lib.sh"
need "$shared/corpora/allsides.jsonl.zst"
zstd -q -d -c --long=31 "$shared/corpora/allsides.jsonl.zst" >"$work/articles.jsonl"
"$index_program" build -x "$work/index" --progress none "$work/articles.jsonl" 2>"$work/report" || { cat "$work/report"; exit 1; }
python3 "$root/bench/peers/tokens.py" "$work/articles.jsonl" "$work" || exit 1
python3 "$root/bench/explain-differences" "$work/articles.jsonl" --index "$work/index" --work "$work" --build "$build" >"$work/table"
cat "$work/table"
check "articles left unexplained" "$(awk '$1 == "unexplained" { n = $3 } END { print n == "" ? -1 : n }' "$work/table")" -eq 0
finish
