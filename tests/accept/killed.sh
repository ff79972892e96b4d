#!/bin/sh
# SIGKILL at many moments of a rebuild leaves the old index (or, once it was published, the new one) answering, and the next build
# leaves no litter.
. "$(dirname "$0")/lib.sh"
"$index_program" build -x "$work/idx" --progress none "$root/examples/archive/wire" 2>/dev/null
answer() { "$query_program" count -x "$work/idx" --format tsv '"night shift"' strike; }
old=$(answer)
"$index_program" build -x "$work/other" --progress none "$root/examples/archive" 2>/dev/null
took_us=$(python3 -c '
import subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL)
print(int((time.monotonic() - start) * 1e6))' "$index_program" build -x "$work/other" --progress none "$root/examples/archive")
new=$("$query_program" count -x "$work/other" --format tsv '"night shift"' strike)
moments=${1:-60} lost=0 kept=0 moved=0 moment=0
while [ "$moment" -lt "$moments" ]; do
    # from before the first file is made to after the last rename of a build that takes its usual time
    after_us=$((took_us * 3 / 2 * (moment + 1) / moments))
    timeout --signal=KILL "$((after_us / 1000000)).$(printf '%06d' $((after_us % 1000000)))" \
        "$index_program" build -x "$work/idx" --progress none "$root/examples/archive" 2>/dev/null
    got=$(answer)
    if [ "$got" = "$old" ]; then kept=$((kept + 1)); elif [ "$got" = "$new" ]; then moved=$((moved + 1)); else lost=$((lost + 1)); fi
    if [ "$got" != "$old" ]; then
        "$index_program" build -x "$work/idx" --progress none "$root/examples/archive/wire" 2>/dev/null
    fi
    moment=$((moment + 1))
done
echo "killed $moment times: old index $kept, new index $moved"
check "neither old nor new" "$lost" -eq 0
"$index_program" build -x "$work/idx" --progress none "$root/examples/archive/wire" 2>/dev/null
"$index_program" verify "$work/idx" >"$work/verify" 2>&1
check "verify after the last build" "$?" -eq 0
check "temporary files left" "$(find "$work/idx" -name '*.tmp*' | wc -l)" -eq 0
finish
