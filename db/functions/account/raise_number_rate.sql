create or replace function wa.raise_number_rate()
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rate integer := wa.get_setting('upgraded_number_rate_per_second')::integer;
begin
  -- The webhook names the number as people dial it, which tells its id only where there is but one.
  if (select count(*) from wa.number_pace as pace where pace.phone_number_id <> '') > 1 then
    perform wa.raise_alert(
      'account_warning',
      'phone_number_quality_update THROUGHPUT_UPGRADE',
      jsonb_build_object('description', 'One of several numbers may send faster: set its wa.number_pace.rate_per_second.')
    );
    return '[]'::jsonb;
  end if;

  update wa.number_pace as pace
  set rate_per_second = v_rate
  where pace.phone_number_id in (
    select slower.phone_number_id
    from wa.number_pace as slower
    where slower.rate_per_second is distinct from v_rate
    order by slower.phone_number_id
    for update
  );

  if not found then
    return '[]'::jsonb;
  end if;
  return jsonb_build_array(
    jsonb_build_object('event', 'NUMBER_RATE_RAISED', 'level', 'info', 'rate_per_second', v_rate)
  );
end
$$;

comment on function wa.raise_number_rate is
'Meta has upgraded a business number: it sends at upgraded_number_rate_per_second from now on, or a person is asked which one. Returns events.';
