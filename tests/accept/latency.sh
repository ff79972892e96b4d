#!/bin/sh
# latency.sh [INDEX] [PHRASES]: how long phrases of 2 to 5 words, drawn as they occur in the large corpus, take: cold
# (a new process each, the index's pages in memory) for search and for count, and warm (1,000 of them on one open index).
# To be run on a quiet machine; the load is printed. "true" is the time of a process that does nothing.
. "$(dirname "$0")/lib.sh"
bench=$build/bench/bench_phrases
[ -x "$bench" ] || { echo "no bench_phrases in $build"; exit 1; }
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

cold() { # PROGRAM [ARGUMENT...] -> "p50 p99" in microseconds of a process for each phrase
    python3 - "$work/cold" "$@" <<'PY'
import os, shutil, sys, time
program = shutil.which(sys.argv[2])
null = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
times = []
for phrase in open(sys.argv[1], encoding="utf-8"):
    begin = time.perf_counter_ns()
    pid = os.posix_spawn(program, [program, *sys.argv[3:], phrase.rstrip("\n")], os.environ, file_actions=null)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    times.append((time.perf_counter_ns() - begin) // 1000)
    if status > 1 or (status and "stemma" in program):  # each phrase occurs
        sys.exit(f"{phrase}: status {status}")
times.sort()
print(times[len(times) // 2], times[len(times) - 1 - len(times) // 100])
PY
}
bounds() { # NAME "p50 p99"
    check "$1, p50 in us" "${2% *}" -le 8000
    check "$1, p99 in us" "${2#* }" -le 40000
}
echo "processes of each kind $(wc -l <"$work/cold"); true $(cold true)"
times=$(cold "$query_program" search -x "$index") && [ -n "$times" ] || { echo "search failed"; exit 1; }
bounds "cold search" "$times"
times=$(cold "$query_program" count -x "$index") && [ -n "$times" ] || { echo "count failed"; exit 1; }
bounds "cold count" "$times"

"$bench" --file "$work/warm" "$index" >"$work/line" || exit 1
echo "warm:$(sed 's/^[^ ]*//' "$work/line")"
check "warm phrases, p50 in us" "$(sed 's/.* p50 \([0-9.]*\) ms.*/\1/' "$work/line" | awk '{printf "%.0f", $1 * 1000}')" -le 200
finish
