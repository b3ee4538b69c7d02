#!/usr/bin/env bash
# Brings what the build and the tests use beyond the .NET SDK: a C compiler for the kernels; with --tests or --ci also PostgreSQL and nginx.
# Without root or apt it goes on with the managed kernels and without those tests, and says so.
set -euo pipefail

missing=()
command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null || missing+=(gcc libc6-dev)
if [ "${1:-}" = --ci ]; then
  # CI also compiles the kernels for arm64, so that a change for one processor cannot break the other.
  command -v aarch64-linux-gnu-gcc >/dev/null || missing+=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross)
fi
case "${1:-}" in
  --tests | --ci)
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing+=(postgresql)
    command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing+=(nginx-light)
    ;;
esac
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
# Tests start their own servers on loopback; the packages' own services stay off.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee "$policy" >/dev/null
  "${sudo[@]}" chmod 755 "$policy"
  trap '"${sudo[@]}" rm -f "$policy"' EXIT
fi
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
