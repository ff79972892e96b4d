#!/bin/sh
# tools/check-layers finds each kind of fault it is there for, and nothing in a clean tree.
set -eu
check="$(pwd)/tools/check-layers"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM

fresh() {
    rm -rf "$dir/tree"
    mkdir -p "$dir/tree/base" "$dir/tree/text" "$dir/tree/formats" "$dir/tree/query" "$dir/tree/docs"
    echo '#include "base/x.h"' >"$dir/tree/text/good.c"
    echo '#include <uv.h>' >"$dir/tree/base/pool.c"
    echo 'See `base/pool.c`, `text/` and `base/pool`, not `a/b.c`.' >"$dir/tree/docs/GOOD.md"
}
bad() { # FILE, LINE, what is reported
    fresh
    echo "$2" >"$dir/tree/$1"
    if "$check" "$dir/tree" >"$dir/out"; then
        echo "not found: $1: $2" >&2
        exit 1
    fi
    grep -q "^$1:1: .*$3" "$dir/out" || { cat "$dir/out" >&2; exit 1; }
}

fresh
"$check" "$dir/tree"
bad base/up.c '#include "text/words.h"' 'may not include'
bad formats/up.h '#  include "text/words.h"' 'may not include'
bad query/across.c '#include "indexer/config.h"' 'may not include'
bad base/near.c '#include "err.h"' 'not written from the root'
bad base/angle.c '#include <base/err.h>' 'with quotes'
bad text/door.c '#include <uv.h>' 'may be included only by base/pool.c'
bad formats/frames.c '#include <zstd.h>' 'may be included only by'
bad docs/LOST.md 'See `formats/lost.c`.' 'does not exist'
bad docs/LOST.md 'See `./query/lost/`.' 'does not exist'
