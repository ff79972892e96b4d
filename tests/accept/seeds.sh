#!/bin/sh
# The facts about the five seed documents: phrases and where they stand, and which of the five are copies.
. "$(dirname "$0")/lib.sh"
need "$shared/seeds"
"$index_program" build -x "$work/idx" --progress none "$shared/seeds" 2>"$work/report"
check "build exit status" "$?" -eq 0

count() { # QUERY -> "hits articles"
    "$query_program" count -x "$work/idx" --format tsv "$1" | awk -F'\t' 'NR==1{for(i=1;i<=NF;i++)c[$i]=i;next}{print $c["hits_all"], $c["articles"]}'
}
in_seed() { # QUERY FILE-PREFIX -> hits_all in that file
    "$query_program" search -x "$work/idx" --copies all --format jsonl --limit 0 "$1" |
        python3 -c 'import json,sys
n=0
for line in sys.stdin:
    o=json.loads(line)
    if o["provenance"]["input"].split("/")[-1].startswith(sys.argv[1]): n+=len(o["matches"])
print(n)' "$2"
}
check '"red line" in 003' "$(in_seed '"red line"' 003)" -eq 2
check '"red line" in 002' "$(in_seed '"red line"' 002)" -eq 1
check '"red line" articles' "$(count '"red line"' | cut -d' ' -f2)" -eq 2
check '"green surrender buses" in 000' "$(in_seed '"green surrender buses"' 000)" -eq 1
check '"green surrender buses" in 001' "$(in_seed '"green surrender buses"' 001)" -eq 1
check '"the Real Winner in Aleppo" in 001' "$(in_seed '"the Real Winner in Aleppo"' 001)" -eq 2
check '"the Real Winner in Aleppo" articles' "$(count '"the Real Winner in Aleppo"' | cut -d' ' -f2)" -eq 1
check '"counts for more in Iran" in 000' "$(in_seed '"counts for more in Iran"' 000)" -eq 2
check '"counts for more in Iran" articles' "$(count '"counts for more in Iran"' | cut -d' ' -f2)" -eq 1
check '"abdicated a decades-long role" in 000' "$(in_seed '"abdicated a decades-long role"' 000)" -eq 1
check '"abdicated a decades-long role" articles' "$(count '"abdicated a decades-long role"' | cut -d' ' -f2)" -eq 1
check 'Türkiye' "$(count 'Türkiye' | cut -d' ' -f1)" -eq 30
check 'Turkiye' "$(count 'Turkiye' | cut -d' ' -f1)" -eq 30
check 'TÜRKİYE' "$(count 'TÜRKİYE' | cut -d' ' -f1)" -eq 30
check 'Delanoë' "$(count 'Delanoë' | cut -d' ' -f1)" -eq 2
check 'Delanoë as NFD' "$(count "$(printf 'Delanoe\314\210')" | cut -d' ' -f1)" -eq 2
check '"slain Hezbollah" in 000' "$(in_seed '"slain Hezbollah"' 000)" -eq 1
check '"slain Hezbollah" in 001' "$(in_seed '"slain Hezbollah"' 001)" -eq 1

# The same facts however they are typed: straight, curly, low and angular quotation marks, NFC and NFD, upper and lower
# case, hyphens and blanks of other kinds. Each line is the hits of all articles, the articles, the query.
cat >"$work/typed.py" <<'PY'
import itertools, unicodedata
FACTS = ((3, 2, '"red line"'), (2, 2, '"green surrender buses"'), (2, 1, '"the Real Winner in Aleppo"'),
         (2, 1, '"counts for more in Iran"'), (1, 1, '"abdicated a decades-long role"'), (30, 1, "T\u00fcrkiye"),
         (30, 1, "Turkiye"), (2, 1, "Delano\u00eb"), (2, 2, '"slain Hezbollah"'))
MARKS = ('""', "\u201c\u201d", "\u201d\u201d", "\u201e\u201c", "\u00ab\u00bb", "\u00bb\u00ab", "\u201c\"")
CASES = (str, str.upper, str.lower, str.title, str.swapcase, lambda t: t.upper().replace("I", "\u0130"),
         lambda t: t.lower().replace("i", "\u0131"))
FORMS = ("NFC", "NFD", "NFKC", "NFKD")
SIGNS = (("-", "-"), ("-", "\u2010"), ("-", "\u2011"), (" ", "\u00a0"), (" ", "  "))
for hits, articles, query in FACTS:
    words, seen = query.strip('"'), set()
    for marks, case, form, (a, b) in itertools.product(MARKS, CASES, FORMS, SIGNS):
        # a blank outside of quotation marks parts two words: only what was quoted is
        text = unicodedata.normalize(form, case(words).replace(a, b))
        for typed in ((marks[0] + text + marks[1],) if query[0] == '"' else (text, marks[0] + text + marks[1])):
            if typed not in seen:
                seen.add(typed)
                print(hits, articles, typed, sep="\t")
PY
python3 "$work/typed.py" >"$work/typed"
cut -f3 "$work/typed" >"$work/typed.queries"
"$query_program" count -x "$work/idx" --format jsonl --queries "$work/typed.queries" 2>"$work/typed.notes" >"$work/typed.counts"
python3 - "$work/typed" "$work/typed.counts" >"$work/typed.wrong" <<'PY'
import json, sys
with open(sys.argv[1], encoding="utf-8") as f, open(sys.argv[2], encoding="utf-8") as g:
    for line, row in zip(f, g, strict=True):
        hits, articles, query = line.rstrip("\n").split("\t")
        o = json.loads(row)
        if (o["hits_all"], o["articles"]) != (int(hits), int(articles)):
            print(f'{query}: {o["hits_all"]} in {o["articles"]}, not {hits} in {articles}')
PY
check 'status of the comparison' "$?" -eq 0
head -n 5 "$work/typed.wrong"
head -n 5 "$work/typed.notes"
check 'facts typed in other ways' "$(wc -l <"$work/typed")" -gt 500
check 'of them with another answer' "$(wc -l <"$work/typed.wrong")" -eq 0
check 'notes about them' "$(wc -l <"$work/typed.notes")" -eq 0
possessive() { count "$(printf "$1")" | cut -d' ' -f1; }
check 'assad in all articles' "$(possessive assad)" -gt 0
for apostrophe in "'" '\342\200\231' '\342\200\230' '\312\274' '\357\274\207'; do
    for word in "Assad%bs" "ASSAD%bS" "assad%bs"; do
        check "possessive $(printf "$word" "$apostrophe")" "$(possessive "$(printf "$word" "$apostrophe")")" -eq "$(possessive assad)"
    done
done

id_of() { # FILE-PREFIX -> article ID
    "$query_program" dups list -x "$work/idx" --all --format jsonl |
        python3 -c 'import json,sys
for line in sys.stdin:
    o=json.loads(line)
    if o["provenance"]["input"].split("/")[-1].startswith(sys.argv[1]): print(o["article"])' "$1"
}
a=$(id_of 000) b=$(id_of 001)
why() { # KEY of dups why 000 001, in 1/100 where it is a fraction
    "$query_program" dups why -x "$work/idx" --format jsonl "$a" "$b" |
        python3 -c 'import json,sys
v=json.load(sys.stdin)[sys.argv[1]]
print(round(100*v) if isinstance(v, float) else int(v) if isinstance(v, bool) else v)' "$1"
}
story_of() { # FILE-PREFIX -> ID of the story
    "$query_program" show -x "$work/idx" --format json "$(id_of "$1")" | python3 -c 'import json,sys; print(json.load(sys.stdin)["story"])'
}
relation_of() { # FILE-PREFIX -> its relation to its story
    "$query_program" dups list -x "$work/idx" --all --format jsonl | python3 -c 'import json,sys
for line in sys.stdin:
    o=json.loads(line)
    if o["provenance"]["input"].split("/")[-1].startswith(sys.argv[1]): print(o["relation"])' "$1"
}
check '000 and 001 are one story' "$(why same_story)" -eq 1
check '001 is contained in 000' "$(relation_of 001)" = contained
check '000 to 001 in dups why' "$(why relation)" = contains
check 'words in one run' "$(why run)" -eq 305
check 'containment, 1/100' "$(why containment_b)" -eq 92
check 'Jaccard of five-word shingles, 1/100' "$(why jaccard)" -eq 43
for other in 002 003 004; do
    check "$other in another story" "$(story_of "$other")" != "$a"
done
check 'stories of the five' "$("$query_program" stats --format json "$work/idx" | python3 -c 'import json,sys; print(json.load(sys.stdin)["stories"])')" -eq 4
check '"the Real Winner in Aleppo" is the copy'"'s" "$("$query_program" search -x "$work/idx" --format jsonl '"the Real Winner in Aleppo"' | python3 -c 'import json,sys; print(json.loads(sys.stdin.readline())["article"])')" = "$b"
finish
