create or replace function wa.is_retention_due()
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select coalesce(
      -- A run in the future was one before the clock was set back.
      state.last_started_at not between now() - make_interval(
        secs => coalesce(setting.value, wa.get_setting('retention_interval_seconds'))::double precision
      ) and now() + interval '1 minute',
      true
    )
    from wa.retention_state as state
    left join wa.settings as setting on setting.key = 'retention_interval_seconds'
  );
end
$$;

comment on function wa.is_retention_due is
'Whether retention last ran longer ago than retention_interval_seconds, or never.';
