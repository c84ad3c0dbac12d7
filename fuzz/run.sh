#!/usr/bin/env bash
# run.sh [SECONDS [TARGET...]]: runs the fuzz targets of build/fuzz, each for SECONDS (60), on a copy of
# its corpus, and prints a row of docs/reliability.md for each. JOBS=N runs N at once (1).
# What crashes a target is kept in build/fuzz/findings/TARGET/. Status 1 when something was found.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$here/../build/fuzz
seconds=${1:-60}
shift || true
targets=("$@")
if [ ${#targets[@]} = 0 ]; then
  for corpus in "$here"/corpus/*/; do targets+=("$(basename "$corpus")"); done
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run() {
  local target=$1 findings=$build/findings/$1 log=$work/$1.log
  mkdir -p "$findings"
  cp -r "$here/corpus/$target" "$work/$target"
  local options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1)
  [ -f "$here/dictionaries/$target.dict" ] && options+=(-dict="$here/dictionaries/$target.dict")
  local before after
  before=$(find "$findings" -type f | wc -l)
  "$build/fuzz/fuzz_$target" "${options[@]}" -artifact_prefix="$findings/" "$work/$target" \
    >"$log" 2>&1 || tail -n 40 "$log" >&2
  after=$(find "$findings" -type f | wc -l)
  awk -v target="$target" -v seconds="$seconds" -v found=$((after - before)) \
    -v size="$(find "$work/$target" -type f | wc -l)" '
    / cov: / { for (i = 1; i < NF; ++i) if ($i == "cov:") edges = $(i + 1) }
    /^stat::number_of_executed_units:/ { runs = $2 }
    /^stat::average_exec_per_sec:/ { speed = $2 }
    END { printf "| %s | %d s | %d | %d | %d | %d | %d |\n", target, seconds, runs, speed, edges, size, found }' "$log"
  [ "$after" = "$before" ]
}

echo "| target | time | executions | a second | edges | corpus | crashes |"
echo "|---|---|---|---|---|---|---|"
status=0
running=()
for target in "${targets[@]}"; do
  run "$target" &
  running+=($!)
  if [ ${#running[@]} -ge "${JOBS:-1}" ]; then
    wait "${running[0]}" || status=1
    running=("${running[@]:1}")
  fi
done
for job in "${running[@]}"; do wait "$job" || status=1; done
exit $status
