#!/usr/bin/env bash
# Brings what the build and the tests use beyond the .NET SDK: a C compiler for the kernels.
# Without root or apt the build goes on with the managed kernels, and says so.
set -euo pipefail

missing=()
command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null || missing+=(gcc libc6-dev)
if [ "${1:-}" = --ci ]; then
  # CI also compiles the kernels for arm64, so that a change for one processor cannot break the other.
  command -v aarch64-linux-gnu-gcc >/dev/null || missing+=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross)
fi
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "note: ${missing[*]} not found and no apt-get here; going on without" >&2
  exit 0
fi
sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "note: ${missing[*]} not found and no root here; going on without" >&2; exit 0; }
  sudo=(sudo)
fi
echo "installing ${missing[*]}"
"${sudo[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
