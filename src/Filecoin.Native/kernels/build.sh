#!/bin/sh
# Builds the kernels into one shared library, recompiling only what changed.
#   build.sh OBJECTS LIBRARY
# CC names the compiler (default: cc, gcc or clang, whichever is there); its target decides the processor.
# A file's name says which instructions it may use: see README.md.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
objects=$1
library=$2

if [ -z "${CC:-}" ]; then
    for candidate in cc gcc clang; do
        if command -v "$candidate" >/dev/null 2>&1; then
            CC=$candidate
            break
        fi
    done
fi
: "${CC:?no C compiler found}"
export CC

target=$($CC -dumpmachine)
common='-std=gnu11 -O3 -fPIC -fvisibility=hidden -fno-strict-aliasing -Wall -Wextra -Werror'
case $target in
*apple*) link='-dynamiclib -Wl,-install_name,@rpath/libfilecoin_kernels.dylib' ;;
*) link='-shared -Wl,-s -Wl,-soname,libfilecoin_kernels.so -Wl,-z,noexecstack -Wl,-z,relro -Wl,-z,now -Wl,-z,defs -Wl,--build-id=none' ;;
esac
avx512='-mavx512f -mavx512dq -mavx512bw -mavx512vl -mavx2 -mbmi -mbmi2'

mkdir -p "$objects" "$(dirname "$library")"

# What the objects were made with; another compiler or other flags make them all stale.
stamp="$CC $target $common $($CC --version | head -n 1)"
if [ "$(cat "$objects/stamp" 2>/dev/null || true)" != "$stamp" ]; then
    rm -f "$objects"/*.o
    printf '%s\n' "$stamp" >"$objects/stamp"
fi

newest_header=$(ls -t "$here"/*.h "$here"/*.def "$here/build.sh" | head -n 1)

jobs=''
wanted=''
for source in "$here"/*.c; do
    name=$(basename "$source" .c)
    extra=''
    case $name in
    *_shani) extra='-mssse3 -msse4.1 -msha' ;;
    *_avx2) extra='-mavx2 -mbmi -mbmi2' ;;
    *_adx) extra='-mbmi -mbmi2 -madx' ;;
    *_avx512) extra=$avx512 ;;
    *_avx512sha) extra="$avx512 -msha" ;;
    *_ifma) extra="$avx512 -mavx512ifma -mavx512vbmi -mavx512vbmi2" ;;
    esac
    if [ -n "$extra" ]; then
        case $target in
        x86_64-*) ;;
        *) continue ;;
        esac
    fi

    object=$objects/$name.o
    wanted="$wanted $object"
    if [ ! -e "$object" ] || [ "$source" -nt "$object" ] || [ "$newest_header" -nt "$object" ]; then
        jobs="$jobs$common $extra -c $name.c -o $objects/$name.$$.tmp && mv -f $objects/$name.$$.tmp $object
"
    fi
done

# One compiler for each processor; any failure fails the build.
cd "$here"
cpus=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
if [ -n "$jobs" ]; then
    printf '%s' "$jobs" | tr '\n' '\0' | xargs -0 -n 1 -P "$cpus" sh -c 'eval "$CC $0"'
fi

# shellcheck disable=SC2086
$CC $link -o "$library.$$.tmp" $wanted
mv -f "$library.$$.tmp" "$library"
