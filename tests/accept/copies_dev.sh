#!/bin/sh
# How well copies are found on labelled pairs, and on more than a thousand pairs of our own that only look alike.
. "$(dirname "$0")/lib.sh"
docs=$shared/corpora/copies-dev/docs.jsonl.zst
pairs=$shared/corpora/copies-dev/pairs.tsv
need "$docs"

per_mille() { # ROW COLUMN of an evaluation, times 1,000
    awk -v row="$1" -v column="$2" '{name = substr($0, 1, 18); sub(/ +$/, "", name)} name == row {
        n = split(substr($0, 19), f, " "); printf "%d\n", f[column] * 1000 + 0.5}' "$work/result"
}
figure() { # the first number behind a name at the beginning of a line
    awk -v name="$1" 'index($0, name) == 1 {for (i = 2; i <= NF; i++) if ($i ~ /^[0-9.]+$/) {print $i; exit}}' "$work/result"
}

"$root/bench/eval-copies" --build "$build" "$docs" "$pairs" >"$work/result" || exit 1
check 'typed, of 1,000 copies that are not noisy' "$(per_mille 'copies, not noisy' 4)" -ge 970
for class in allcaps boiler correction digest5 edit1 edit5 edit10 exact_rewrap html links_fused markdown merge2 middle40 ocr2 \
    paywall quote30 quote50 quote80 quote150 real_contained real_contains real_excerpt real_near reorder repost seed_pos \
    trunc20 trunc35 trunc50 trunc70 trunc90 typography update; do
    check "typed, $class" "$(per_mille "$class" 4)" -ge 850
done
for class in edit20 ocr5 ocr10 ocr_pair5; do
    check "found, $class" "$(per_mille "$class" 3)" -ge 900
done
check 'false merges' "$(awk 'substr($0, 1, 18) ~ /^no copies/ {print $NF}' "$work/result")" -eq 0
check 'largest story' "$(figure 'largest story')" -le 20

"$root/bench/make-negatives" "$work/negatives" || exit 1
"$root/bench/eval-copies" --build "$build" "$work/negatives/docs.jsonl" "$work/negatives/pairs.tsv" >"$work/result" || exit 1
check 'false merges of 1,050 pairs' "$(awk 'substr($0, 1, 18) ~ /^no copies/ {print $NF}' "$work/result")" -le 5
check 'articles merged, of 2,700' "$(figure 'members')" -le 5
finish
