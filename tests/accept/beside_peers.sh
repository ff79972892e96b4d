#!/bin/sh
# beside_peers.sh [ROUNDS]: Stemma beside Lucene and FTS5 on the large corpus, with the bounds of speed and size
# (bench/beside-peers prints the figures, and the rule behind each count that the records answer otherwise). Peers that are not installed are left out.
. "$(dirname "$0")/lib.sh"
need "$shared/corpora/allsides.jsonl.zst"
zstd -q -d -c --long=31 "$shared/corpora/allsides.jsonl.zst" >"$work/articles.jsonl"
"$root/bench/beside-peers" "$work/articles.jsonl" --build "$build" --rounds "${1:-3}" --work "$work/peers" --explain --bounds || failed=1
finish
