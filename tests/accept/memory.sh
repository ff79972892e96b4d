#!/bin/sh
# Peak memory stays under the budget, and neither budget nor threads change a byte.
. "$(dirname "$0")/lib.sh"
corpus=$shared/corpora/allsides.jsonl.zst
need "$corpus"
build_one() { # NAME THREADS MEMORY BOUND-KIB
    set -- "$1" "$2" "$3" "$4" $(peak_kib "$index_program" build -x "$work/$1" --progress none --threads "$2" --memory "$3" "$corpus")
    check "exit status, $2 threads, $3" "$6" -eq 0
    check "peak KiB, $2 threads, $3" "$5" -le "$4"
    print=$(fingerprint "$work/$1")
    [ -n "${first:-}" ] || first=$print
    check "same bytes, $2 threads, $3" "$print" = "$first"
    rm -rf "${work:?}/$1"
}
build_one a 8 256M 262144
build_one b 8 1G 1048576
build_one c 1 4G 4194304
build_one d 2 256M 262144
finish
