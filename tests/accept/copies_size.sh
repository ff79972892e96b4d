#!/bin/sh
# What copies cost: an archive of N articles and three copies of each (truncated, wrapped otherwise, lightly
# edited), against that of the N alone. Provenance is left out: PROV, and MAP, which leads from an article's
# text to its record; with MAP is printed too.
. "$(dirname "$0")/lib.sh"
corpus=$shared/corpora/allsides.jsonl.zst
need "$corpus"
inspect_program=$build/tools/stemma-inspect
n=${COPIES_SIZE_ARTICLES:-4000}

zstd -q -dc --long=31 "$corpus" | python3 "$(dirname "$0")/make_copies.py" "$n" alone >"$work/alone.jsonl"
zstd -q -dc --long=31 "$corpus" | python3 "$(dirname "$0")/make_copies.py" "$n" >"$work/copies.jsonl"

bytes_of() { # INDEX SECTIONS-LEFT-OUT: bytes of the segments' sections and of the story graph
    "$inspect_program" "$1" | awk -v without=" $2 " '
        $1 == "section" && !index(without, " " $3 " ") { sum += $7 }
        $1 == "stories" && $3 == "bytes" { sum += $4 }
        END { print sum }'
}
build_one() { # NAME ARGUMENTS...
    name=$1
    shift
    "$index_program" build -x "$work/$name" --progress none "$@" 2>"$work/$name.report" || exit 1
}
ratio() { # A B: 100 A / B
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%d", 100 * a / b + 0.5 }'
}
build_one alone "$work/alone.jsonl"
build_one near "$work/copies.jsonl"
build_one off --copies off "$work/copies.jsonl"
base=$(bytes_of "$work/alone" "PROV MAP")
with_map=$(bytes_of "$work/alone" PROV)
printf '%s articles alone: %s bytes, with MAP %s\n' "$n" "$base" "$with_map"
for name in near off; do
    printf '%s: %s bytes, with MAP %s, that is %s %% and %s %%\n' "$name" "$(bytes_of "$work/$name" "PROV MAP")" \
        "$(bytes_of "$work/$name" PROV)" "$(ratio "$(bytes_of "$work/$name" "PROV MAP")" "$base")" \
        "$(ratio "$(bytes_of "$work/$name" PROV)" "$with_map")"
done
check "with three copies of each, per cent" "$(ratio "$(bytes_of "$work/near" "PROV MAP")" "$base")" -le 125
check "the same without finding copies" "$(ratio "$(bytes_of "$work/off" "PROV MAP")" "$base")" -gt 200
"$inspect_program" "$work/alone" | awk '$1 == "section" { print "  alone", $3, $7 }'
"$inspect_program" "$work/near" | awk '$1 == "section" { print "  near ", $3, $7 }'
finish
