#!/usr/bin/env bash
# The main job: a chain, a hub and a worker in one process take a 2 KiB sector with a real file in it from pledge to proven, with real proofs.
#   ./demo.sh [FILE]      FILE: at most 2032 bytes; defaults to the beginning of README.md
#   ./demo.sh --NAME …    another demonstration: eng/demo-NAME.sh
# Works in ./artifacts/demo, which it makes anew; development parameters are made once and stay in ./artifacts/parameters.
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

case "${1:-}" in
  --*)
    script=eng/demo-${1#--}.sh
    [ -x "$script" ] || { echo "expected one of:" eng/demo-*.sh >&2; exit 1; }
    shift
    exec "$script" "$@"
    ;;
esac

./eng/prepare.sh
dotnet build samples/Miner -c Release --nologo -v quiet
home=artifacts/demo
rm -rf "$home" && mkdir -p "$home"
file=${1:-$home/page}
[ $# -gt 0 ] || head -c 2000 README.md >"$file"
exec dotnet samples/Miner/bin/Release/net10.0/filecoin-miner.dll demo "$file" --home "$home/miner" --params artifacts/parameters
