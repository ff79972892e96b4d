#!/bin/sh
# Facts about who stands together in the five seed documents: pairs by sentence and by window, each passage once.
. "$(dirname "$0")/lib.sh"
need "$shared/seeds"
"$index_program" build -x "$work/idx" --progress none "$shared/seeds" 2>"$work/report"
check "build exit status" "$?" -eq 0

"$query_program" cooc -x "$work/idx" --format tsv Assad Moscow Tehran Putin Israel >"$work/pairs" 2>/dev/null
pair() { # A B COLUMN -> its value
    awk -F'\t' -v a="$1" -v b="$2" -v c="$3" \
        'NR==1{for(i=1;i<=NF;i++)n[$i]=i;next}$n["a"]==a&&$n["b"]==b{print $n[c]}' "$work/pairs"
}
first=$(awk -F'\t' 'NR==2{print $1 "+" $2}' "$work/pairs")
check "the first pair is Assad and Moscow" "$first" = "Assad+Moscow"
# rules of sentences may move it by two
check "their sentences" "$(pair Assad Moscow O)" -ge 13
check "their sentences" "$(pair Assad Moscow O)" -le 17
check "their stories" "$(pair Assad Moscow stories)" -eq 3

"$query_program" cooc -x "$work/idx" --format tsv --window 10 Putin Assad >"$work/pairs" 2>/dev/null
check "Putin near Assad" "$(pair Putin Assad O)" -eq 4
check "its articles" "$(pair Putin Assad articles)" -eq 2
near() { # FILE-PREFIX -> hits of NEAR in that file
    "$query_program" search -x "$work/idx" --format jsonl --limit 0 'Putin NEAR/10 Assad' |
        python3 -c 'import json,sys
n=0
for line in sys.stdin:
    o=json.loads(line)
    if o["provenance"]["input"].split("/")[-1].startswith(sys.argv[1]): n+=len(o["matches"])
print(n)' "$1"
}
check "Putin NEAR/10 Assad in 002" "$(near 002)" -eq 3
check "Putin NEAR/10 Assad in 004" "$(near 004)" -eq 1
finish
