#!/bin/sh
# SIGKILL at many moments of a rebuild leaves the old index (or, once it was published, the new one) answering, and the next build
# leaves no litter.
. "$(dirname "$0")/lib.sh"
"$index_program" build -x "$work/idx" --progress none "$root/examples/archive/wire" 2>/dev/null
answer() { "$query_program" count -x "$work/idx" --format tsv '"night shift"' strike; }
old=$(answer)
"$index_program" build -x "$work/other" --progress none "$root/examples/archive" 2>/dev/null
new=$("$query_program" count -x "$work/other" --format tsv '"night shift"' strike)
lost=0 kept=0 moved=0 moment=0
while [ "$moment" -lt "${1:-60}" ]; do
    "$index_program" build -x "$work/idx" --progress none "$root/examples/archive" 2>/dev/null &
    victim=$!
    python3 -c "import time; time.sleep($moment * 0.0007)"
    kill -9 "$victim" 2>/dev/null
    wait "$victim" 2>/dev/null
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
