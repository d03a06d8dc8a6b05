#!/bin/sh
# Makes the namespace and the search attributes that Lakemend writes. Safe to repeat.
# Reads TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, as every Temporal client does.
set -eu

: "${TEMPORAL_NAMESPACE:?}"
attributes="LakemendWorkspace LakemendJobId LakemendErrorType LakemendOutcome BreakerState"

has_attribute() {
    temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" | grep -qw "$1"
}

temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 30d

# The server works from a copy of the namespace that is some seconds old: it may not know a new
# namespace yet, or forget an attribute while adding the next. So: one at a time, and look again.
first_missing() {
    for attribute in $attributes; do
        has_attribute "$attribute" || { echo "$attribute"; return; }
    done
}

tries=0
while missing=$(first_missing) && test -n "$missing"; do
    tries=$((tries + 1))
    test "$tries" -le 60 || { echo "$missing could not be added" >&2; exit 1; }
    temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
        --type Keyword --name "$missing" || true
    sleep 1
done
