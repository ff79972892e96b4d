#!/bin/sh
# hostile_queries.sh [INDEX [COUNT]]: 100,000 hostile queries against an index (the large corpus's, built here, where none is
# named): each answered or refused with words, in 2 s of CPU time for its count and for its ranked list, in 512 MB.
. "$(dirname "$0")/lib.sh"
storm=$build/tests/query-storm
[ -x "$storm" ] || { echo "no query-storm in $build"; exit 1; }
index=${1:-$work/idx}
count=${2:-100000}
if [ ! -e "$index" ]; then
    need "$shared/corpora/allsides.jsonl.zst"
    "$index_program" build -x "$index" --progress none "$shared/corpora/allsides.jsonl.zst" 2>"$work/report"
    check "build exit status" "$?" -eq 0
fi
each=$((count / 20))
for part in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do
    "$storm" "$index" $((1 + part * each)) "$each" 2000 >"$work/storm" 2>"$work/errors"
    status=$?
    sed -n '1,3p' "$work/storm"
    cat "$work/errors"
    check "queries from seed $((1 + part * each)): exit status" "$status" -eq 0
done
finish
