create or replace function wa.is_retention_due()
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A run in the future was one before the clock was set back.
  perform
  from wa.retention_state as state
  where state.last_started_at between now() - make_interval(
    secs => coalesce(
      (select setting.value from wa.settings as setting where setting.key = 'retention_interval_seconds'),
      wa.get_setting('retention_interval_seconds')
    )::double precision
  ) and now() + interval '1 minute';

  return not found;
end
$$;

comment on function wa.is_retention_due is
'Whether retention last ran longer ago than retention_interval_seconds, or never.';
