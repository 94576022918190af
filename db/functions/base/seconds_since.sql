create or replace function wa.seconds_since(p_moment timestamptz)
returns numeric
language plpgsql
volatile
returns null on null input
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
begin
  return extract(epoch from v_now - least(greatest(p_moment, timestamptz 'epoch'), v_now));
end
$$;

comment on function wa.seconds_since is
'How many seconds ago a moment was, whatever it is: 0 for one that is still to come, since 1970 for an earlier one. Null for null.';
