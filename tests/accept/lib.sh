# Shared by the acceptance scripts: where the programs and the data are, a temporary folder that goes away, and
# check NAME FIGURE OPERATOR BOUND, which prints a line and remembers a failure.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${STEMMA_BUILD:-$root/build/release}
index_program=$build/indexer/stemma-index
query_program=$build/query/stemma-query
shared=${STEMMA_SHARED:-$root/../shared}
[ -x "$index_program" ] && [ -x "$query_program" ] || { echo "no programs in $build"; exit 1; }

work=$(mktemp -d "${TMPDIR:-/tmp}/stemma-accept.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

need() { # a data file or folder; without it the script is skipped
    [ -e "$1" ] || { echo "skipped: no $(basename "$1") here"; exit 77; }
}

check() {
    if [ "$2" "$3" "$4" ]; then verdict=ok; else verdict=FAILED; failed=1; fi
    printf '%-44s %-14s bound %s %s  %s\n' "$1" "$2" "$3" "$4" "$verdict"
}

# peak resident set of a command in KiB, its own output thrown away; exit status in $status
peak_kib() {
    /usr/bin/env python3 - "$@" <<'PY'
import os, subprocess, sys
r = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=open(os.environ.get("PEAK_STDERR", os.devnull), "w"))
import resource
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, r.returncode)
PY
}

# one number over every deterministic file of an index: all but the inputs list and what names it
fingerprint() {
    (cd "$1" && find . -name 'seg-*.stm' -o -name "stories-*.stm" | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c1-16)
}

finish() { exit "$failed"; }
