#!/bin/sh
# What Twinline does, on a synthetic book: made, reviewed, explained.
set -eu
out=${OUT:-out/demo}
mkdir -p "$out"

run() {
    printf '\n$ twinline %s\n' "$*"
    twinline "$@"
}

run book make --customers 50000 --seed 1 --out "$out/book.parquet"
run review "$out/book.parquet" --strategy strategies/standard --out "$out/review"
run explain "$out/review" --customer C000000038

cat <<TEXT

What you just saw: 50,000 customers made from a seed, decided for both lines, and one of them
explained: instalments on pay-later lower the cash-loan line, and repaying them gives it back.

Look at      $out/review/report.html   in a browser
Try next     . .venv/bin/activate
             twinline replay $out/review                 every decision made again, byte by byte
             python examples/check_certificate.py $out/review $out/book.parquet
                                                         checked by code that shares none of ours
             twinline decide examples/customer.json --strategy strategies/standard --text
             twinline explain $out/review --customer C000000038 --lang zh
Then change a row of strategies/standard/scorecard.csv and review again.
TEXT
