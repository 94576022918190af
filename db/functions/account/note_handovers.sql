create or replace function wa.note_handovers(p_rest jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_handover record;
  v_span constant interval := make_interval(secs => wa.get_setting('taken_over_seconds')::double precision);
begin
  for v_handover in
    select
      profile.user_id,
      item.body ->> 'type' = 'control_passed' as is_passed,
      coalesce(
        substring(item.body #>> '{recipient,phone_number_id}' from '^[0-9]{1,32}$'), item.phone_number_id, ''
      ) as phone_number_id,
      coalesce(wa.read_time(item.body ->> 'timestamp'), now()) as happened_at
    from jsonb_to_recordset(p_rest) as item (field text, body jsonb, phone_number_id text)
    cross join lateral wa.find_profile(
      wa.normalize_phone(coalesce(item.body #>> '{sender,phone_number}', item.body #>> '{sender,wa_id}')),
      wa.normalize_bsuid(item.body #>> '{sender,user_id}'),
      wa.normalize_parent_bsuid(item.body #>> '{sender,parent_user_id}')
    ) as profile
    where item.field = 'messaging_handovers'
      and item.body ->> 'type' in ('control_taken', 'control_passed')
      and profile.user_id is not null
    order by profile.user_id, happened_at
  loop
    if v_handover.is_passed then
      -- It stays for a while, so that a taking which is delivered later or again does not count.
      insert into wa.silences as silence (user_id, phone_number_id, reason, since, until)
      values (
        v_handover.user_id, v_handover.phone_number_id, 'taken_over', v_handover.happened_at, v_handover.happened_at
      )
      on conflict (user_id, phone_number_id) do update
      set since = excluded.since, until = excluded.until
      where silence.reason = 'taken_over' and silence.since <= excluded.since;
    else
      perform wa.fall_silent(
        v_handover.user_id,
        v_handover.phone_number_id,
        'taken_over',
        v_handover.happened_at,
        v_handover.happened_at + v_span
      );
    end if;
  end loop;
end
$$;

comment on function wa.note_handovers is
'Falls silent towards users whose thread another responder has taken at Meta (messaging_handovers), until it is passed back to us or the setting taken_over_seconds is over: Meta does not tell when it is released.';
