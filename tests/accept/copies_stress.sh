#!/bin/sh
# Archives that are hard on whoever looks for copies: the right stories, bounded memory, and twice the articles cost about
# twice the CPU time (instructions where perf can count them).
. "$(dirname "$0")/lib.sh"
make=$(dirname "$0")/copies_make.py
memory_mib=${STEMMA_STRESS_MEMORY:-160}

cpu() { # FILE: builds it; prints the cost
    if perf stat -e instructions:u true 2>&1 | grep -q 'instructions:u' &&
        ! perf stat -e instructions:u true 2>&1 | grep -q 'not supported'; then
        perf stat -x, -e instructions:u -o "$work/perf" "$index_program" build -x "$work/index" --threads 2 \
            --memory "${memory_mib}M" --progress json "$1" 2>"$work/report" && grep instructions "$work/perf" | cut -d, -f1
    else
        "$index_program" build -x "$work/index" --threads 2 --memory "${memory_mib}M" --progress json "$1" 2>"$work/report" &&
            python3 -c 'import json,sys; print(int(1e6*json.loads(open(sys.argv[1]).readlines()[-1])["cpu_seconds"]))' "$work/report"
    fi
}

figure() { # NAME: a figure of the last report
    python3 - "$work/report" "$1" <<'PY'
import json, sys
for line in open(sys.argv[1]):
    if '"phase":"done"' in line:
        value = json.loads(line)
for key in sys.argv[2].split("."):
    value = value[key]
print(value)
PY
}

stress() { # KIND N STORIES-AT-LEAST STORIES-AT-MOST LARGEST-AT-LEAST LARGEST-AT-MOST
    python3 "$make" "$1" $(($2 / 2)) >"$work/half.jsonl"
    python3 "$make" "$1" "$2" >"$work/whole.jsonl"
    half=$(cpu "$work/half.jsonl")
    whole=$(cpu "$work/whole.jsonl")
    stories=$(figure stories)
    largest=$(figure copies.largest)
    check "$1 $2: stories, at least" "$stories" -ge "$3"
    check "$1 $2: stories, at most" "$stories" -le "$4"
    check "$1 $2: largest, at least" "$largest" -ge "$5"
    check "$1 $2: largest, at most" "$largest" -le "$6"
    check "$1 $2: cost, % of that of half" $((whole * 100 / half)) -le "${STEMMA_STRESS_RATIO:-300}"
    check "$1 $2: peak MiB" $(($(figure peak_bytes) / 1048576)) -le "$memory_mib"
    rm -rf "$work/index"
}
stress exact 2000 1 1 2000 2000
stress edited 2000 1 1 2000 2000
stress truncated 2000 1 1 2000 2000
stress late 2000 1 1 2000 2000
stress parts 2000 1 20 1900 2000
stress short 200000 199000 200000 1 20
stress repeat 2000 1 2 1 2
stress footer 20000 20000 20000 1 1
stress distinct 20000 20000 20000 1 1
finish
