#!/bin/sh
# Brings Temporal's two databases to the schema of this image. Safe to repeat: setup-schema leaves a
# newer version alone, update-schema applies only what is missing.
set -eu

schema=/etc/temporal/schema/postgresql/v12

for database in temporal temporal_visibility; do
    case $database in
        temporal) folder=$schema/temporal/versioned ;;
        *) folder=$schema/visibility/versioned ;;
    esac
    temporal-sql-tool --database "$database" setup-schema --version 0.0
    temporal-sql-tool --database "$database" update-schema --schema-dir "$folder"
done
