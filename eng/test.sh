# The whole test run; sourced by ./crosspoint, which gives $root, say and need.
# Usage: ./crosspoint test [--long] [SUITE...]     SUITE is a test project's name without "Crosspoint." (Sms.Tests, EndToEnd …)
long=0
only=""
for argument in "$@"; do
    case $argument in
        --long) long=1 ;;
        -*) say "test: unknown option $argument: expected --long or names of suites"; exit 2 ;;
        *) only="$only $argument" ;;
    esac
done

started=$(date +%s)
lap=$started
took() {
    now=$(date +%s)
    printf '%-34s %4d s\n' "$1" $((now - lap))
    lap=$now
}

command -v dotnet > /dev/null 2>&1 || { say "the .NET SDK 10 is missing: see https://dotnet.microsoft.com/download"; exit 1; }
command -v node > /dev/null 2>&1 || { say "Node.js 20 or newer is missing: see https://nodejs.org"; exit 1; }
need libsqlite3-0 /usr/lib/*/libsqlite3.so.0 /usr/lib/libsqlite3.so.0
need curl /usr/bin/curl
need openssl /usr/bin/openssl
need gcc /usr/bin/cc
need libc6-dev /usr/include/stdio.h
need iproute2 /usr/bin/ip /usr/sbin/ip /sbin/ip
DEBIAN_FRONTEND=noninteractive need chromium /usr/bin/chromium
DEBIAN_FRONTEND=noninteractive need tshark /usr/bin/tshark
DEBIAN_FRONTEND=noninteractive need rabbitmq-server /usr/lib/rabbitmq/bin/rabbitmq-server
cd "$root"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
if [ "$long" -eq 1 ]; then export CROSSPOINT_LONG=1 CROSSPOINT_FUZZ_ROUNDS=10000000; fi

dotnet restore Crosspoint.slnx -v quiet || { echo "restore failed"; echo "0 passed, 1 failed"; exit 1; }
took "restore"
dotnet build Crosspoint.slnx -c Release --no-restore -v quiet -nologo || { echo "build failed"; echo "0 passed, 1 failed"; exit 1; }
took "build, with analyzers"

passed=0
failed=0
if dotnet format Crosspoint.slnx --verify-no-changes --no-restore --severity warn; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "formatting: run dotnet format"; fi
took "formatting"
"$root/crosspoint" help > /dev/null || failed=$((failed + 1))
took "publish"
if (cd console && npm run -s check); then passed=$((passed + 1)); else failed=$((failed + 1)); fi
took "console: types and lint"

log="$root/.build/test.log"
for project in tests/*/*.csproj; do
    name=$(basename "$project" .csproj)
    suite=${name#Crosspoint.}
    [ "$suite" = TestKit ] && continue
    if [ -n "$only" ]; then case " $only " in *" $suite "*) ;; *) continue ;; esac; fi
    code=0
    "tests/$name/bin/Release/net10.0/$name" -noLogo -noColor > "$log" 2>&1 || code=$?
    summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+' "$log" | tail -n 1)
    total=$(printf '%s' "$summary" | sed -E 's/.*Total: ([0-9]+).*/\1/')
    errors=$(printf '%s' "$summary" | sed -E 's/.*Errors: ([0-9]+).*/\1/')
    bad=$(printf '%s' "$summary" | sed -E 's/.*Failed: ([0-9]+).*/\1/')
    skipped=$(printf '%s' "$summary" | sed -E 's/.*Skipped: ([0-9]+).*/\1/')
    if [ -z "$summary" ] || [ "$total" -eq 0 ]; then
        total=0 errors=0 bad=1 skipped=0
    fi
    bad=$((bad + errors))
    if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    if [ "$bad" -gt 0 ]; then cat "$log"; fi
    grep -E '^\s+.*\[SKIP\]' -A 1 "$log" || true
    failed=$((failed + bad))
    passed=$((passed + total - bad - skipped))
    took "$suite: $((total - skipped)) tests"
done

if [ -z "$only" ]; then
    code=0
    bench/Crosspoint.Benchmarks/bin/Release/net10.0/Crosspoint.Benchmarks budgets bench/budgets.json > "$log" 2>&1 || code=$?
    held=$(sed -nE 's/^budgets: ([0-9]+) passed.*/\1/p' "$log")
    if [ "$code" -ne 0 ]; then cat "$log"; failed=$((failed + 1)); fi
    passed=$((passed + ${held:-0}))
    took "allocation budgets: ${held:-0}"
fi

echo "total $(($(date +%s) - started)) s"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
