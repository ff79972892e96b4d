#!/bin/sh
# Every record is indexed or stands in the rejects file with file, offset and reason.
. "$(dirname "$0")/lib.sh"
need "$shared/corpora/other-languages.jsonl.zst"
need "$shared/corpora/markdown-posts.tar.zst"

account() { # NAME RECORDS-EXPECTED INPUT
    "$index_program" build -x "$work/$1" --progress none --rejects "$work/$1.rejects" "$3" 2>"$work/$1.report"
    status=$?
    rejected=$(python3 - "$work/$1.rejects" <<'PY'
import json, sys
n = 0
for line in open(sys.argv[1], encoding="utf-8"):
    o = json.loads(line)
    assert o["file"] and o["reason"] and isinstance(o["offset"], int), line
    n += 1 if not o.get("warning") else 0
print(n)
PY
)
    indexed=$("$query_program" stats --format json "$work/$1" | python3 -c 'import json,sys; print(json.load(sys.stdin)["articles"])')
    check "$1: records indexed or rejected" "$((indexed + rejected))" -eq "$2"
    printf '  %s: indexed %s, rejected %s, exit %s\n' "$1" "$indexed" "$rejected" "$status"
    check "$1: exit status is 0 or 4" "$status" -eq "$([ "$rejected" -eq 0 ] && echo 0 || echo 4)"
}
lines=$(zstd -q -dc --long=31 "$shared/corpora/other-languages.jsonl.zst" | wc -l)
account languages "$lines" "$shared/corpora/other-languages.jsonl.zst"
mkdir "$work/md" && zstd -q -dc --long=31 "$shared/corpora/markdown-posts.tar.zst" | tar -x -C "$work/md"
files=$(find "$work/md" -type f ! -path '*/.*' | wc -l)
account markdown "$files" "$work/md"
finish
