create or replace function wa.warn_of_waiting()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_repeat constant interval := make_interval(secs => wa.get_setting('waiting_alert_seconds')::double precision);
  v_before constant timestamptz := now()
    - make_interval(secs => wa.get_setting('handover_wait_seconds')::double precision);
  v_rule record;
  v_since timestamptz;
begin
  if v_repeat = interval '0' or not pg_try_advisory_xact_lock(hashtextextended('wa.waits', 0)) then
    return;
  end if;

  for v_rule in
    select 'conversations' as of_table, null as statement
    union all
    select substr(routine.proname, 9), format('select %s()', routine.oid::regproc)
    from pg_proc as routine
    where routine.pronamespace = 'wa'::regnamespace
      and starts_with(routine.proname, 'waiting_')
      and (routine.pronargs, routine.prorettype) = (0, 'timestamptz'::regtype)
    order by 1
  loop
    continue when exists (
      select from wa.alerts as told
      where told.kind = 'users_wait' and told.group_key = v_rule.of_table and told.last_seen_at > now() - v_repeat
    ) or exists (
      select from wa.alert_occurrences as untold
      where untold.kind = 'users_wait' and untold.group_key = v_rule.of_table
    );

    -- One flow's mistake does not keep other alerts.
    begin
      if v_rule.statement is null then
        select min(chat.waiting_since) into v_since
        from public.chat_state as chat
        where chat.handed_over_until > now() and chat.waiting_since < v_before;
      else
        execute v_rule.statement into v_since;
      end if;

      if v_since is not null then
        perform wa.raise_alert(
          'users_wait', v_rule.of_table, jsonb_build_object('longest_wait_seconds', round(wa.seconds_since(v_since)))
        );
      end if;
    exception
      when others then
        perform wa.raise_alert(
          'users_wait', v_rule.of_table, jsonb_build_object('message', wa.mask_numbers(left(sqlerrm, 500)))
        );
    end;
  end loop;
end
$$;

comment on function wa.warn_of_waiting is
'Raises an alert where a conversation that a person has, or is to take, has waited for longer than handover_wait_seconds, and for each table of a flow whose routine wa.waiting_<table>() returns timestamptz says since when somebody has waited too long for a person (null: nobody). Each at most every waiting_alert_seconds. One caller at a time; others return at once.';
