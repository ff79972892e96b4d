#!/bin/sh
# latency.sh [INDEX] [PHRASES]: how long phrases of 2 to 5 words, drawn as they occur in the large corpus, take: cold
# (a new process each, the index's pages in memory) for search and for count, and warm (1,000 of them on one open index);
# and what a new process takes that opens no index. To be run on a quiet machine; the load is printed.
. "$(dirname "$0")/lib.sh"
bench=$build/bench/bench_phrases
cold=$build/bench/bench_cold
[ -x "$bench" ] && [ -x "$cold" ] || { echo "no bench_phrases or no bench_cold in $build"; exit 1; }
index=${1:-}
if [ -z "$index" ]; then
    corpus=$shared/corpora/allsides.jsonl.zst
    need "$corpus"
    index=$work/idx
    "$index_program" build -x "$index" --progress none "$corpus" 2>"$work/report" || { cat "$work/report"; exit 1; }
fi
cat "$index"/* >/dev/null # into the page cache
"$bench" --print "$index" "${2:-400}" 23 >"$work/cold"
"$bench" --print "$index" 1000 29 >"$work/warm"
echo "load $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null)"

# bench_cold's lines: program, processes, wall p50 and p99, processor p50 and p99 (ms), faults, bytes read
if ! "$cold" "$work/cold" "$query_program" search -x "$index" {} -- "$query_program" count -x "$index" {} \
    -- "$query_program" --version -- true >"$work/lines"; then
    echo "a query failed"
    exit 1
fi
cat "$work/lines"
us() { # LINE COLUMN -> microseconds
    awk -F '\t' -v line="$1" -v column="$2" 'NR == line { printf "%.0f", 1000 * $column }' "$work/lines"
}
check "cold search, p50 in us" "$(us 1 3)" -le 8000
check "cold search, p99 in us" "$(us 1 4)" -le 40000
check "cold count, p50 in us" "$(us 2 3)" -le 4000
check "cold count, p99 in us" "$(us 2 4)" -le 40000
check "start without an index, p50 in us" "$(us 3 3)" -le 1500

"$bench" --file "$work/warm" "$index" >"$work/line" || exit 1
echo "warm:$(sed 's/^[^ ]*//' "$work/line")"
check "warm phrases, p50 in us" "$(sed 's/.* p50 \([0-9.]*\) ms.*/\1/' "$work/line" | awk '{printf "%.0f", $1 * 1000}')" -le 200
finish
