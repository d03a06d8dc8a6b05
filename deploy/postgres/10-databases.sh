#!/bin/sh
# Runs once, when the data volume is empty: a role and databases each for Temporal and the records.
# Neither role can read the other's tables, or create roles.
set -eu

psql --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\getenv temporal_password TEMPORAL_POSTGRES_PASSWORD
\getenv lakemend_password LAKEMEND_POSTGRES_PASSWORD
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE ROLE lakemend LOGIN PASSWORD :'lakemend_password';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
CREATE DATABASE lakemend OWNER lakemend;
REVOKE CONNECT ON DATABASE temporal, temporal_visibility, lakemend FROM PUBLIC;
SQL
