#!/bin/sh
# unidata_is_current.sh PYTHON FOLDER: regenerating text/unidata.c and
# text/decompose_table.c gives the committed bytes.
# Skipped (77) without the Unicode 15.0 files.
set -eu
grep -q 'WordBreakProperty-15\.0' "$2/auxiliary/WordBreakProperty.txt" 2>/dev/null || exit 77
made=$(mktemp)
trap 'rm -f "$made"' EXIT
"$1" tools/gen-unidata "$2" >"$made"
cmp "$made" text/unidata.c
"$1" tools/gen-unidata --decompositions "$2" >"$made"
cmp "$made" text/decompose_table.c
