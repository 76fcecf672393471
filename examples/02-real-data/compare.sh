#!/usr/bin/env bash
# Replays the Online Retail file through two journeys in virtual time and holds the counts against SQL over the same file.
#   examples/02-real-data/compare.sh JOURNEY_BINARY online_retail.csv[.xz]
set -euo pipefail
journey=$1 file=$2 here=$(cd "$(dirname "$0")" && pwd) work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $file in *.xz) xz -dc "$file" >"$work/retail.csv" ;; *) cp "$file" "$work/retail.csv" ;; esac

sqlite3 :memory: ".mode csv" ".import $work/retail.csv line" ".read $here/compare.sql" | sort >"$work/sql.txt"
"$journey" simulate "$here" --csv "$work/retail.csv" --map "$here/retail.map.yaml" --consent offers --counts \
    | sort >"$work/journeys.txt"
if diff "$work/sql.txt" "$work/journeys.txt" >"$work/difference.txt"; then
    echo "journeys and SQL agree on all $(wc -l <"$work/sql.txt") counts:"
    cat "$work/sql.txt"
else
    echo "journeys and SQL differ (< SQL, > journeys):"
    cat "$work/difference.txt"
    exit 1
fi
