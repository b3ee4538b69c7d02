#!/usr/bin/env bash
# A provider of four processes on a chain of its own: a hub, two machines that seal and store, one that proves PoSts. Seals, then proves every deadline
# for an hour of chain time (120 epochs) while each of them, and seldom the chain's node, is killed by SIGKILL at random and started again, and reports
# what the chain says.
#   ./demo.sh --post [--epochs N] [--epoch SECONDS] [--sectors N] [--kill-every EPOCHS] [--seed N]     --help tells all
# Works in ./artifacts/drill, which it makes anew; development parameters are made once and stay in ./artifacts/parameters.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

./eng/prepare.sh
dotnet build samples/Drill -c Release --nologo -v quiet
out=samples/Drill/bin/Release/net10.0
for proof in porep winning window; do dotnet "$out/filecoin-worker.dll" params make --size 2KiB --proof "$proof" --params artifacts/parameters; done
exec dotnet "$out/filecoin-drill.dll" --params artifacts/parameters "$@"
