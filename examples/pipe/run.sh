#!/usr/bin/env bash
# The story from start to end: a service leaks, somebody sends SIGUSR2, and dumpstream reads the log as it grows.
# Needs go and node, and `npm ci && npm run build` at the top of the repository.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
command -v go >/dev/null || { echo 'run.sh: needs Go 1.26 or later on the PATH: https://go.dev/dl' >&2; exit 1; }
[[ -f $root/dist/cli.js ]] || { echo "run.sh: needs dist/cli.js: cd $root && npm ci && npm run build" >&2; exit 1; }

work=$(mktemp -d)
started=()
trap '((${#started[@]})) && kill "${started[@]}" 2>/dev/null; wait; rm -rf "$work"' EXIT

dumpstream() { node "$root/dist/cli.js" "$@"; }

(cd "$root/examples/leaky-service" && go build -trimpath -o "$work/content_svr" .)

# story NAME FLAG… : runs the service with FLAGs, dumps it three times while it logs, and shows what dumpstream saw.
story() {
  local log=$work/$1.log table=$work/$1.txt lines=$work/$1.pipe service reader shown
  shift
  printf '\n$ content_svr%s > app.log &\n$ tail -F app.log | dumpstream        # and three times: kill -USR2 %%1\n\n' "${*:+ $*}"
  : >"$log"
  mkfifo "$lines"
  "$work/content_svr" -interval 50ms -requests 5ms -write lines "$@" >"$log" 2>/dev/null &
  service=$!
  tail -n +1 -F "$log" >"$lines" 2>/dev/null &
  reader=$!
  dumpstream --format text <"$lines" >"$table" &
  shown=$!
  started=("$service" "$reader" "$shown")
  for _ in 1 2 3; do
    sleep 1
    kill -USR2 "$service"
  done
  # A second of silence from it ends a dump.
  sleep 2.5
  kill "$service" "$reader"
  wait "$shown"
  wait "$service" "$reader" || true
  started=()
  cat "$table"

  for package in cron/hashtag_suggestion producer; do
    printf "\n\$ grep -c '%s' app.log      # lines, of three dumps together\n" "$package"
    grep -c "$package" "$log" || true
    printf "\$ dumpstream --match '%s' app.log | grep 'match'\n" "$package"
    dumpstream --format text --match "$package" "$log" | grep 'match' || true
  done
}

story leaking
story fixed -fixed
