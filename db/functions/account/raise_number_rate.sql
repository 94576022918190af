create or replace function wa.raise_number_rate(p_changes jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rate constant integer := wa.get_setting('upgraded_number_rate_per_second')::integer;
  v_numbers text[];
begin
  select array_agg(distinct wa.find_number(change.value)) into v_numbers
  from jsonb_to_recordset(p_changes) as change (effect text, value jsonb)
  where change.effect = 'raise_rate';

  -- What names none of ours can only be meant for the one that sends.
  if array_position(v_numbers, null) is not null then
    if (select count(*) from wa.number_pace as pace where pace.phone_number_id <> '') > 1 then
      perform wa.raise_alert(
        'account_warning',
        'phone_number_quality_update THROUGHPUT_UPGRADE',
        jsonb_build_object('description', 'One of several numbers may send faster: set its wa.number_pace.rate_per_second.')
      );
      v_numbers := array_remove(v_numbers, null);
    else
      v_numbers := array(select pace.phone_number_id from wa.number_pace as pace);
    end if;
  end if;

  with changed as (
    insert into wa.number_pace as pace (phone_number_id, rate_per_second)
    select raised.phone_number_id, v_rate
    from unnest(v_numbers) as raised (phone_number_id)
    order by raised.phone_number_id
    on conflict (phone_number_id) do update
    set rate_per_second = excluded.rate_per_second
    where pace.rate_per_second is distinct from excluded.rate_per_second
    returning pace.phone_number_id
  )

  select array_agg(changed.phone_number_id) into v_numbers
  from changed;

  if v_numbers is null then
    return '[]'::jsonb;
  end if;
  return jsonb_build_array(
    jsonb_build_object('event', 'NUMBER_RATE_RAISED', 'level', 'info', 'rate_per_second', v_rate)
  );
end
$$;

comment on function wa.raise_number_rate is
'Meta has upgraded business numbers, as account changes (of wa.list_account_changes) say: each sends at upgraded_number_rate_per_second from now on. Where a change names none that we know, the only one does, or a person is asked which one. Returns events.';
