#!/bin/sh
# What copies cost: an archive of N articles and three copies of each, truncated, wrapped otherwise or lightly edited in several
# mixtures, against that of the N alone; long articles and short ones. Provenance is left out: PROV, and MAP, which leads from
# an article's text to its record; with MAP is printed too.
. "$(dirname "$0")/lib.sh"
inspect_program=$build/tools/stemma-inspect
[ -x "$inspect_program" ] || { echo "no stemma-inspect in $build"; exit 1; }
n=${COPIES_SIZE_ARTICLES:-2000}

bytes_of() { # INDEX SECTIONS-LEFT-OUT: bytes of the segments' sections and of the story graph
    "$inspect_program" "$1" | awk -v without=" $2 " '
        $1 == "section" && !index(without, " " $3 " ") { sum += $7 }
        $1 == "stories" && $3 == "bytes" { sum += $4 }
        END { print sum }'
}
build_one() { # CORPUS LEAST-WORDS KINDS OPTIONS...: builds $work/index
    corpus=$1 least=$2 kinds=$3
    shift 3
    rm -rf "$work/index"
    zstd -q -dc --long=31 "$corpus" | python3 "$(dirname "$0")/make_copies.py" "$n" "$least" "$kinds" |
        "$index_program" build -x "$work/index" --progress none "$@" - 2>"$work/report" || exit 1
}
ratio() { # A B: 100 A / B
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%d", 100 * a / b + 0.5 }'
}
measure() { # NAME LEAST-WORDS
    name=$1 least=$2
    corpus=$shared/corpora/$name.jsonl.zst
    need "$corpus"
    build_one "$corpus" "$least" alone
    base=$(bytes_of "$work/index" "PROV MAP")
    with_map=$(bytes_of "$work/index" PROV)
    printf '%s: %s articles alone take %s bytes, with MAP %s\n' "$name" "$n" "$base" "$with_map"
    for kinds in cut,wrap,edit1 cut,type,edit2 cut,wrap,byline cut+edit1,wrap+edit1,type+edit1 edit1,edit1,edit1; do
        build_one "$corpus" "$least" "$kinds"
        printf '  %s: with MAP %s %%\n' "$kinds" "$(ratio "$(bytes_of "$work/index" PROV)" "$with_map")"
        check "$name, $kinds, per cent" "$(ratio "$(bytes_of "$work/index" "PROV MAP")" "$base")" -le 125
    done
    build_one "$corpus" "$least" cut,wrap,edit1 --copies off
    check "$name, cut,wrap,edit1, copies off" "$(ratio "$(bytes_of "$work/index" "PROV MAP")" "$base")" -gt 200
}
measure allsides 150
measure reuters21578 60
finish
