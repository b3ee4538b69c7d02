#!/usr/bin/env bash
# Starts a throw-away PostgreSQL on loopback for tests and prints its connection string; `stop` ends it and removes its files.
#   eng/postgres.sh start DIRECTORY
#   eng/postgres.sh restart DIRECTORY   as a crash and a new start
#   eng/postgres.sh stop DIRECTORY
# The server listens on 127.0.0.1 alone, on a free port, and keeps everything under DIRECTORY. Prints nothing where PostgreSQL is not installed.
set -euo pipefail

verb=$1 directory=$2
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb 2>/dev/null || echo /none)")
[ -x "$bin/initdb" ] || { echo "note: PostgreSQL is not installed" >&2; exit 0; }

# The server refuses to run as root.
as_user() { if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups -- "$@"; else "$@"; fi; }

case $verb in
  start)
    mkdir -p "$directory"
    [ "$(id -u)" -ne 0 ] || chown nobody:nogroup "$directory"
    cd "$directory"
    as_user "$bin/initdb" -D "$directory/data" -U filecoin --auth=trust --encoding=UTF8 --locale=C >"$directory/initdb.log" 2>&1
    for _ in 1 2 3 4 5; do
      port=$((20000 + RANDOM % 20000))
      if as_user "$bin/pg_ctl" -D "$directory/data" -w -t 60 -l "$directory/server.log" \
        -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c max_connections=300 -c shared_buffers=64MB -c random_page_cost=1.1" start >/dev/null; then
        echo "Host=127.0.0.1;Port=$port;Username=filecoin;Database=postgres"
        exit 0
      fi
    done
    echo "PostgreSQL did not start:" >&2
    tail -n 20 "$directory/server.log" >&2
    exit 1
    ;;
  restart)
    cd "$directory"
    as_user "$bin/pg_ctl" -D "$directory/data" -m immediate -w -t 60 -l "$directory/server.log" restart >/dev/null
    ;;
  stop)
    cd "$directory"
    as_user "$bin/pg_ctl" -D "$directory/data" -m immediate -w stop >/dev/null
    cd / && rm -rf "$directory"
    ;;
  *) echo "expected start, restart or stop, got $verb" >&2; exit 2 ;;
esac
