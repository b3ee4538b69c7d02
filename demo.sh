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

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
sector=(--miner t01000 --sector 1)
storage=$out/storage

step "The file's piece commitment"
worker commp "$file"
step "Seal it into an 8 MiB sector and open the PoRep challenges (C1)"
worker seal "$file" --size 8MiB "${sector[@]}" --ticket random --seed random --out "$storage"
step "Open the sector for a winning and a window PoSt"
randomness=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
worker prove winning "$storage" "${sector[@]}" --randomness "$randomness"
worker prove window "$storage" --miner t01000 --randomness "$randomness"
step "Check the sector's files and every proof"
worker check "$storage" "${sector[@]}"
step "Read the file back out of the replica"
worker unseal "$storage" "${sector[@]}" --out "$out/unsealed" --regenerate
cmp -n "$(stat -c %s "$file")" "$file" "$out/unsealed" && echo "identical, $(stat -c %s "$file") bytes"
