#!/bin/sh
# A quarter-end close from nothing to applied, then one edit: what the README's picture shows, live.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$here/../schemas" "$work/schemas"
mkdir "$work/examples"
cp -R "$here/quarter-close" "$work/examples/quarter-close"
rm -rf "$work/examples/quarter-close/.procspec"
cd "$work/examples/quarter-close"

say() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }
run() { say "$@"; "$@"; }

run procspec validate
run procspec test
run procspec plan
run procspec apply --auto-approve
run procspec plan
say "sed -i 's/^dueDate: .*/dueDate: WD+17/' group.procspec.yaml"
sed 's/^dueDate: .*/dueDate: WD+17/' group.procspec.yaml > edited && mv edited group.procspec.yaml
run procspec plan
run procspec apply --auto-approve
run procspec roll 2025-Q1
run procspec run close-us-2024-Q4 --auto-approve
run procspec status close-us-2024-Q4
run procspec history
printf '\nThat was a real plan and a real apply, against the embedded emulator. Nothing left this machine.\n'
