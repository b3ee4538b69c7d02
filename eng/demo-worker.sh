#!/usr/bin/env bash
# The worker alone, without a chain: seal a real file into an 8 MiB sector, prove it, check it and read it back.
#   ./demo.sh --worker [--snark] [FILE]     FILE defaults to an archive of this repository's sources
# With --snark it also makes the proofs that go on chain, for a 2 KiB sector with development parameters.
# Works in ./artifacts/demo-worker, which it makes anew; development parameters stay in ./artifacts/parameters.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

snark=
[ "${1:-}" = --snark ] && { snark=1; shift; }

./eng/prepare.sh
dotnet build samples/Worker -c Release --nologo -v quiet
worker() { dotnet samples/Worker/bin/Release/net10.0/filecoin-worker.dll "$@"; }
step() { printf '\n\033[1m%s\033[0m\n' "$*"; }

out=artifacts/demo-worker
rm -rf "$out" && mkdir -p "$out"
file=${1:-$out/sources.tar}
[ $# -gt 0 ] || tar --exclude=bin --exclude=obj -cf "$file" src samples README.md ARCHITECTURE.md
sector=(--miner t01000 --sector 1)
randomness=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')

step "The file's piece commitment"
worker commp "$file"
step "Seal it into an 8 MiB sector and open the PoRep challenges (C1)"
worker seal "$file" --size 8MiB "${sector[@]}" --ticket random --seed random --out "$out/storage"
step "Open the sector for a winning and a window PoSt"
worker prove winning "$out/storage" --randomness "$randomness"
worker prove window "$out/storage" --randomness "$randomness"
step "Check the sector's files and every proof"
worker check "$out/storage"
step "Read the file back out of the replica"
worker unseal "$out/storage" --out "$out/unsealed" --regenerate
cmp "$file" "$out/unsealed"
echo "identical, $(stat -c %s "$file") bytes"

if [ -n "$snark" ]; then
  parameters=(--params artifacts/parameters)
  small=$out/small
  step "Development parameters of the 2 KiB circuits (made once)"
  for proof in porep winning window; do worker params make --size 2KiB --proof "$proof" "${parameters[@]}"; done
  step "Seal a 2 KiB sector and make its proofs for the chain"
  head -c 2000 README.md >"$out/page"
  worker seal "$out/page" --size 2KiB "${sector[@]}" --ticket random --seed random --out "$small"
  worker prove winning "$small" --randomness "$randomness"
  worker prove window "$small" --randomness "$randomness"
  for proof in porep winning window; do worker prove-snark "$proof" "$small" "${parameters[@]}" --insecure; done
  step "Verify them as the chain does"
  worker verify "$small"/proofs/*.snark.json "${parameters[@]}" --insecure
fi
