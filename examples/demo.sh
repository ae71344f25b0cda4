#!/bin/sh
# What Twinline does, on a synthetic book: made, reviewed, explained, replayed.
set -eu
here=$(dirname "$0")
out=${OUT:-out/demo}
mkdir -p "$out"

say() { printf '\n\033[1m$ %s\033[0m\n' "$*"; "$@"; }

say twinline book make --customers 50000 --seed 1 --out "$out/book.parquet"
say twinline review "$out/book.parquet" --strategy "$here/../strategies/standard" --out "$out/review"
say twinline explain "$out/review" --customer "$(head -n 1 "$here/demo_customer.txt")"
printf '\nLook at %s/review/report.html in a browser.\n' "$out"
printf 'To try next:\n'
printf '  .venv/bin/twinline replay %s/review            every decision made again, byte by byte\n' "$out"
printf '  .venv/bin/twinline decide examples/customer.json --strategy strategies/standard\n'
printf '  edit strategies/standard/scorecard.csv, then review again and compare\n'
