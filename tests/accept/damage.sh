#!/bin/sh
# Any flipped bit is found by verify; a query over the damage gives the right answer or an error, never a wrong answer, a
# crash or silence. Every bit of a small index: damage.sh all; a sample otherwise.
. "$(dirname "$0")/lib.sh"
"$index_program" build -x "$work/idx" --progress none "$root/examples/archive/wire" 2>"$work/report"
check "build exit status" "$?" -eq 0
python3 - "$index_program" "$query_program" "$work" "${1:-sample}" <<'PY' || failed=1
import os, random, shutil, subprocess, sys
index_program, query_program, work, mode = sys.argv[1:5]
src, copy = work + "/idx", work + "/copy"
queries = [["search", '"night shift"', "--format", "jsonl"], ["count", "strike", '"the harbour council"', "tug*"], ["show", "cw-1001"]]
run = lambda args: subprocess.run(args, capture_output=True, timeout=20)
clean = [run([query_program, *q, "-x", src]).stdout for q in queries]
# the path of the copy does not appear in answers, so answers compare byte for byte
files = sorted(f for f in os.listdir(src) if os.path.getsize(f"{src}/{f}") > 0)
total = sum(os.path.getsize(f"{src}/{f}") for f in files)
rng = random.Random(11)
flips = []
for f in files:
    size = os.path.getsize(f"{src}/{f}")
    bits = range(size * 8) if mode == "all" else sorted(rng.sample(range(size * 8), min(size * 8, 150)))
    flips += [(f, b) for b in bits]
shutil.copytree(src, copy)
missed = wrong = crash = mute = detected = 0
for f, bit in flips:
    path = f"{copy}/{f}"
    with open(path, "r+b") as h:
        h.seek(bit // 8); old = h.read(1)[0]
        h.seek(bit // 8); h.write(bytes([old ^ (1 << bit % 8)]))
    v = run([index_program, "verify", copy])
    if v.returncode == 0:
        missed += 1; print("  missed", f, bit)
    for q, good in zip(queries, clean):
        r = run([query_program, *q, "-x", copy])
        if r.returncode < 0 or r.returncode > 5:
            crash += 1; print("  crash", f, bit, q, r.returncode)
        elif r.returncode in (0, 1) and r.stdout != good:
            wrong += 1; print("  wrong", f, bit, q)
        elif r.returncode > 1:
            detected += 1
            if not r.stderr.strip():
                mute += 1; print("  mute", f, bit, q)
    with open(path, "r+b") as h:
        h.seek(bit // 8); h.write(bytes([old]))
print(f"index bytes {total}, bits flipped {len(flips)}, errors told by queries {detected}")
for name, n in [("missed by verify", missed), ("wrong answers", wrong), ("crashes", crash), ("silent failures", mute)]:
    print(f"{name:<44} {n:<14} bound -eq 0  {'ok' if n == 0 else 'FAILED'}")
sys.exit(1 if missed or wrong or crash or mute else 0)
PY
finish
