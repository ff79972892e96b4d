#!/bin/sh
# stemma-inspect prints every section of every file of an index, and says so when it cannot.
set -eu
build=${STEMMA_BUILD:?the build folder}
index=$build/indexer/stemma-index
inspect=$build/tools/stemma-inspect
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "test_inspect: $*" >&2
    exit 1
}

# status WANTED COMMAND...: runs it with its output in $work/out and $work/err.
status() {
    wanted=$1
    shift
    got=0
    "$@" >"$work/out" 2>"$work/err" || got=$?
    [ "$got" -eq "$wanted" ] || fail "$* ended with $got, not $wanted: $(cat "$work/err")"
}

status 0 "$index" build -x "$work/index" examples/archive
articles=$("$inspect" "$work/index" | sed -n 's/^articles //p')
[ "$articles" -ge 20 ] || fail "only $articles articles"

for section in TERMS POS DOC BIGRAM FWD SURF SENT PARA WORDING ARTICLE MAP PROV STORIES INPUTS; do
    status 0 "$inspect" "$work/index" --section $section --limit 3
    [ -s "$work/out" ] || fail "$section: nothing printed"
done
status 0 "$inspect" "$work/index" --section PROV --limit 0
[ "$(grep -c '^article ' "$work/out")" -eq "$articles" ] || fail "PROV: not every article"
status 0 "$inspect" "$work/index" --section FWD --limit 5
grep -q 'more$' "$work/out" || fail "FWD: a cut list does not say so"
# text of a document cannot reach the terminal with an escape in it
esc=$(printf '\033')
! grep -q "$esc" "$work/out" || fail "an escape character"

for file in "$work"/index/*; do
    [ "$(basename "$file")" = lock ] || status 0 "$inspect" "$file"
done
status 0 "$inspect" "$work"/index/inputs-*.stm --section INPUTS
grep -q '^input ' "$work/out" || fail "INPUTS: not printed"
status 2 "$inspect"
status 2 "$inspect" "$work/index" --section NOPE
status 3 "$inspect" "$work/nowhere"
status 3 "$inspect" "$0"

# one flipped bit: an error that names the file, never an answer from damaged bytes
for file in "$work"/index/seg-*.stm "$work"/index/CURRENT; do
    cp "$file" "$work/kept"
    byte=$(od -An -tu1 -j 20 -N 1 "$file" | tr -d ' ')
    printf "\\$(printf %o $((byte ^ 4)))" | dd of="$file" bs=1 seek=20 conv=notrunc 2>/dev/null
    status 3 "$inspect" "$file"
    grep -q "$(basename "$file")" "$work/err" || fail "the error does not name $file"
    cp "$work/kept" "$file"
done
