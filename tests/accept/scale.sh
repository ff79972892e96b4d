#!/bin/sh
# scale.sh [SIZE-IN-MB [MEMORY]]: four times the input costs about four times the CPU time, in memory that stays under the budget, on
# made archives (bench/make_archive). Without arguments 100 MB under 96 MiB, in less than a minute; as it is meant to be shown:
# scale.sh 4000 1G, for which the work folder needs 12 GB.
. "$(dirname "$0")/lib.sh"
size=${1:-100}
memory=${2:-96M}
make=$build/bench/make_archive
[ -x "$make" ] || { echo "skipped: no make_archive in $build (ninja bench)"; exit 77; }
case $memory in
*G) bound_mib=$((${memory%G} * 1024)) ;;
*) bound_mib=${memory%M} ;;
esac

# Builds an archive of so many MB; sets cpu_ms, peak_mib, index_percent.
build_one() {
    "$make" "${1}M" >"$work/made.jsonl"
    "$index_program" build -x "$work/index" --threads 2 --memory "$memory" --progress json "$work/made.jsonl" 2>"$work/report"
    status=$?
    check "$1 MB: exit status" "$status" -eq 0
    set -- $(python3 - "$work/report" <<'PY'
import json, sys
done = [json.loads(line) for line in open(sys.argv[1]) if '"phase":"done"' in line] or \
    [{"cpu_seconds": 0, "peak_bytes": 0, "index_bytes": 0, "text_bytes": 1}]
d = done[-1]
print(int(1e3 * d["cpu_seconds"]), -(-d["peak_bytes"] // 2**20), 100 * d["index_bytes"] // d["text_bytes"])
PY
    )
    cpu_ms=$1 peak_mib=$2 index_percent=$3
    rm -rf "$work/index" "$work/made.jsonl"
}

build_one $((size / 4))
quarter_ms=$cpu_ms quarter_percent=$index_percent
check "$((size / 4)) MB: peak MiB" "$peak_mib" -le "$bound_mib"
build_one "$size"
check "$size MB: peak MiB" "$peak_mib" -le "$bound_mib"
check "$size MB: CPU, % of that of four quarters" $((cpu_ms * 25 / (quarter_ms + 1))) -le "${STEMMA_SCALE_RATIO:-140}"
check "$size MB: index, % of text" "$index_percent" -le $((quarter_percent + 2))
finish
