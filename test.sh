#!/usr/bin/env bash
# Builds everything and runs every test in both kernel forms: native, then the managed fallback.
#   ./test.sh            the default tests
#   FILECOIN_SLOW_TESTS=1 ./test.sh     also the slow ones (large circuits, 512 MiB sectors), hours on a small machine
# Ends with one line: N passed, N failed, N skipped; exit code 0 only if none failed and some passed.
set -uo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

./eng/prepare.sh --tests || exit 1
dotnet build Filecoin.Sdk.sln -c Release || { echo "0 passed, 1 failed"; exit 1; }

results=$(mktemp -d)
chmod 755 "$results"
finish() {
  [ ! -d "$results/postgres/data" ] || ./eng/postgres.sh stop "$results/postgres"
  rm -rf "$results"
}
trap finish EXIT
status=0
if [ -z "${FILECOIN_TEST_POSTGRES:-}" ]; then
  FILECOIN_TEST_POSTGRES=$(./eng/postgres.sh start "$results/postgres") || exit 1
  export FILECOIN_TEST_POSTGRES
fi

# One project after the other: kernels and provers take every core by themselves.
run() { # form project [filter]
  local name
  name=$(basename "$2")
  echo "== $name, kernels: $1"
  FILECOIN_KERNELS=$1 dotnet test "$2" -c Release --no-build ${3:+--filter "$3"} \
    --logger "trx;LogFileName=$results/$1-$name.trx" --logger "console;verbosity=minimal" || status=1
}
for project in tests/*.Tests; do run native "$project"; done
# What never loads a kernel is not run twice: of the sealing pipeline, only tasks and pieces do.
for name in Native Proving Conformance; do run managed "tests/Filecoin.$name.Tests"; done
run managed tests/Filecoin.Sealing.Tests 'FullyQualifiedName~Sealing.Tests.Tasks|FullyQualifiedName~Sealing.Tests.Data'

count() { grep -ho "<Counters [^>]*" "$results"/*.trx 2>/dev/null | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ n += $1 } END { print n + 0 }'; }
grep -h -A0 'outcome="NotExecuted"' "$results"/*.trx 2>/dev/null | grep -o 'testName="[^"]*"' | sort -u | sed 's/^testName=/skipped: /'
passed=$(count passed) failed=$(count failed)
[ "${FILECOIN_SLOW_TESTS:-}" = 1 ] || echo "FILECOIN_SLOW_TESTS=1 runs the slow ones of them too; those of nginx need nginx"
[ -n "$FILECOIN_TEST_POSTGRES" ] || echo "skipped: every test on PostgreSQL, which is not installed here"
skipped=$(grep -ho 'outcome="NotExecuted"' "$results"/*.trx 2>/dev/null | wc -l)
passed=${passed:-0} failed=${failed:-0}
[ "$status" -ne 0 ] && [ "$failed" -eq 0 ] && failed=1
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
