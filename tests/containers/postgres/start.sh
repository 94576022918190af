# Makes the cluster when there is none, with POSTGRES_PASSWORD for both first roles, and runs what is asked for.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  echo "${POSTGRES_PASSWORD:?}" >/tmp/password
  initdb --username supabase_admin --pwfile /tmp/password --auth-host scram-sha-256 --auth-local trust --encoding UTF8 >/dev/null
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  pg_ctl start --wait --silent --options "-c listen_addresses="
  psql --quiet --username supabase_admin --dbname postgres --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" \
    --file /usr/share/shape/shape.sql
  pg_ctl stop --wait --silent
fi
exec "$@" -c listen_addresses='*'
