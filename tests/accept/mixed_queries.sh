#!/bin/sh
# mixed_queries.sh [EVERY] [QUERIES] [SEED]: queries of all kinds on every EVERYth article of the large corpus agree with a
# naive scan of them in hits and articles, and each hit's bytes, read from the file, hold its words (mixed_scan.py says
# what is compared and what is not). EVERY 1 takes all articles: the scan's time grows with them.
. "$(dirname "$0")/lib.sh"
corpus=$shared/corpora/allsides.jsonl.zst
need "$corpus"
zstd -q -d -c --long=31 "$corpus" | python3 -c '
import re, sys
# Without its "source", which all have alike, an article has the host of its address as its outlet.
# What may be HTML or a link of Markdown is left out, and so are articles with combining marks, marks of direction or
# letters in circles: the scan knows none of them.
tag = re.compile(r"(?:<|&lt;)/?[a-z][a-z0-9]*[ >/&]|\]\(|[\u0300-\u036f\u200b-\u200f\u24b6-\u24e9]", re.I)
out = open(sys.argv[2], "w", encoding="utf-8")
left = 0
for i, line in enumerate(open(0, encoding="utf-8")):
    if i % int(sys.argv[1]) == 0:
        if tag.search(line):
            left += 1
        else:
            out.write(re.sub("\"source\": \"[^\"]*\", ", "", line, count=1))
print("articles left out because of tags and rare characters", left)
' "${1:-10}" "$work/articles.jsonl" || exit 1
"$index_program" build -x "$work/idx" --progress none "$work/articles.jsonl" 2>"$work/report"
check "build exit status" "$?" -eq 0
PYTHONDONTWRITEBYTECODE=1 python3 "$root/tests/accept/mixed_scan.py" "$query_program" "$work/idx" "$work/articles.jsonl" "${2:-500}" "${3:-11}" || failed=1
finish
