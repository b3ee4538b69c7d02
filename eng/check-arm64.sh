#!/bin/sh
# Compiles and links the kernels for 64-bit Arm; fails where they do not. Needs aarch64-linux-gnu-gcc (Debian: gcc-aarch64-linux-gnu).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
CC=${CC:-aarch64-linux-gnu-gcc}
export CC
if ! command -v "$CC" >/dev/null 2>&1; then
    echo "check-arm64: $CC is not installed" >&2
    exit 2
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
sh "$root/src/Filecoin.Native/kernels/build.sh" "$out/objects" "$out/libfilecoin_kernels.so"
echo "check-arm64: kernels compile and link with $CC"
