#!/usr/bin/env bash
# ChainProxy before three Localnets. One of them is killed, one frozen, one breaks its connections, while clients read and a subscriber follows the head.
#   ./demo.sh --proxy [--seconds N] [--out DIR] [--bin DIR]
# N: how long each trouble lasts, 4 by default. Works in ./artifacts/demo-proxy, which it makes anew. With --bin it runs what is there and builds nothing.
# Ends with 0 when no read failed.
set -euo pipefail
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

seconds=4 out=artifacts/demo-proxy bin=
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=$2 ;;
    --out) out=$2 ;;
    --bin) bin=$2 ;;
    *) echo "expected --seconds N, --out DIR or --bin DIR, found '$1'" >&2; exit 1 ;;
  esac
  shift 2
done

localnet=${bin:-samples/Localnet/bin/Release/net10.0}/filecoin-localnet.dll
chainproxy=${bin:-samples/ChainProxy/bin/Release/net10.0}/filecoin-chainproxy.dll
if [ -z "$bin" ]; then
  ./eng/prepare.sh
  dotnet build samples/Localnet -c Release --nologo -v quiet
  dotnet build samples/ChainProxy -c Release --nologo -v quiet
fi
rm -rf "$out" && mkdir -p "$out"
step() { printf '\n\033[1m%s\033[0m\n' "$*"; }

declare -A pid url
finish() {
  for p in "${pid[@]}"; do kill -CONT "$p" && kill -9 "$p" && wait "$p"; done 2>/dev/null || true
}
trap finish EXIT

serving() { # log: what a server says that it serves
  for _ in $(seq 600); do
    if grep -q '^serving ' "$1"; then sed -n 's/^serving \([^,]*\).*/\1/p' "$1" | head -1; return; fi
    sleep 0.1
  done
  cat "$1" >&2
  return 1
}

node() { # name number peer…
  local name=$1 number=$2 port
  shift 2
  port=$(sed -n 's/.*:\([0-9]*\)\/.*/\1/p' <<<"${url[$name]:-}")
  : >"$out/$name.log"
  dotnet "$localnet" run --port "${port:-0}" --epoch 1 --seed demo --producers 3 --produce "$number" --state "$out/$name" ${1:+--peers "$@"} >"$out/$name.log" 2>&1 &
  pid[$name]=$!
  url[$name]=$(serving "$out/$name.log")
  echo "node $name at ${url[$name]}"
}

step "Three nodes of one network, a block of each every second"
node a 0
node b 1 "${url[a]}"
node c 2 "${url[a]}" "${url[b]}"

step "One proxy before them"
cat >"$out/chainproxy.json" <<JSON
{
  "Listen": ["127.0.0.1:0"], "TokenKeyFile": "$out/chainproxy.key", "PinsFile": "$out/chainproxy.pins",
  "Proxy": { "SingleCoordinator": true },
  "Coordinator": { "ReadmitAfter": "00:00:02" },
  "Nodes": [
    { "Name": "a", "Endpoint": "${url[a]}" },
    { "Name": "b", "Endpoint": "${url[b]}" },
    { "Name": "c", "Endpoint": "${url[c]}" }
  ]
}
JSON
dotnet "$chainproxy" run --plain -c "$out/chainproxy.json" >"$out/proxy.log" 2>&1 &
pid[proxy]=$!
url[proxy]=$(serving "$out/proxy.log")
echo "serving ${url[proxy]}"
for _ in $(seq 300); do grep -q '^a live; b live; c live' "$out/proxy.log" && break; sleep 0.1; done

step "A subscriber follows the head; four clients read it and what stands at it"
dotnet "$chainproxy" head --follow --url "${url[proxy]}" &
pid[head]=$!
dotnet "$localnet" load --url "${url[proxy]}" --clients 4 --pause 20 --seconds $((12 * seconds + 300)) >"$out/load.log" 2>&1 &
pid[load]=$!
sleep "$seconds"

step "Node a is killed"
kill -9 "${pid[a]}"
{ wait "${pid[a]}"; } 2>/dev/null || true
sleep "$seconds"
step "Node a comes back"
node a 0 "${url[b]}" "${url[c]}"
sleep "$seconds"
step "Node b is frozen"
kill -STOP "${pid[b]}"
sleep "$seconds"
kill -CONT "${pid[b]}"
step "Node b goes on; node c breaks every connection"
dotnet "$localnet" fault --url "${url[c]}" --reset
sleep "$seconds"
dotnet "$localnet" fault --url "${url[c]}"
sleep "$seconds"

kill -TERM "${pid[load]}" "${pid[head]}"
status=0
wait "${pid[load]}" || status=$?
step "What the proxy saw of its nodes"
sed -n '/ live/p' "$out/proxy.log"
step "What the clients saw"
tail -n 20 "$out/load.log"
exit "$status"
