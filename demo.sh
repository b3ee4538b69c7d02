#!/usr/bin/env bash
# The main job: seal a real file into an 8 MiB sector, prove it, check it and read it back.
#   ./demo.sh [FILE]     FILE defaults to an archive of this repository's sources
# Works in ./artifacts/demo, which it makes anew.
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

./eng/prepare.sh
dotnet build samples/Worker -c Release --nologo -v quiet
worker() { dotnet samples/Worker/bin/Release/net10.0/filecoin-worker.dll "$@"; }

out=artifacts/demo
rm -rf "$out" && mkdir -p "$out"
file=${1:-$out/sources.tar}
[ $# -gt 0 ] || tar --exclude=bin --exclude=obj -cf "$file" src samples README.md ARCHITECTURE.md
