#!/usr/bin/env bash
# The story from start to end: a service leaks, somebody sends SIGUSR2, and dumpstream reads the log as it grows.
# Needs go, node, and `npm ci && npm run build` at the top of the repository.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT

(cd "$root/examples/leaky-service" && go build -trimpath -o "$work/content_svr" .)

# story NAME FLAG… : runs the service, dumps it three times, shows what dumpstream saw.
story() {
  local name=$1
  shift
  local log="$work/$name.log"
  printf '\n== %s\n\n' "content_svr $*"
  : >"$log"
  "$work/content_svr" -interval 50ms -requests 20ms "$@" >"$log" 2>/dev/null &
  local service=$!
  tail -n +1 -F "$log" 2>/dev/null | node "$root/dist/cli.js" --format text >"$work/$name.txt" &
  for _ in 1 2 3; do
    sleep 1
    kill -USR2 "$service"
  done
  # A dump ends after a second of silence from it.
  sleep 2.5
  kill "$service"
  pkill -P $$ -x tail || true
  wait 2>/dev/null || true
  cat "$work/$name.txt"
  printf '\nwhat grep counts in the same log, lines of all dumps together: '
  grep -c 'cron/hashtag_suggestion' "$log" || true
}

story leaking
story fixed -fixed
