create or replace function wa.open_number(p_phone_number_id text, p_may_wait boolean)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rate double precision;
  v_burst double precision;
  v_pace wa.number_pace;
begin
  select coalesce(pace.rate_per_second, wa.get_setting('number_rate_per_second')::double precision) into v_rate
  from wa.number_pace as pace
  where pace.phone_number_id = p_phone_number_id;

  if not found then
    v_rate := wa.get_setting('number_rate_per_second')::double precision;
    insert into wa.number_pace (phone_number_id)
    values (p_phone_number_id)
    on conflict (phone_number_id) do nothing;
  end if;

  -- Unlimited numbers are not locked, so that their claims never wait for each other.
  if v_rate = 0 then
    return case
      when exists (
        select from wa.number_pace as pace
        where pace.phone_number_id = p_phone_number_id and pace.held_until > clock_timestamp()
      ) then 0
      else 2147483647
    end;
  end if;

  if p_may_wait then
    select pace.* into strict v_pace
    from wa.number_pace as pace
    where pace.phone_number_id = p_phone_number_id
    for update;
  else
    select pace.* into v_pace
    from wa.number_pace as pace
    where pace.phone_number_id = p_phone_number_id
    for update skip locked;

    if not found then
      return 0;
    end if;
  end if;

  if v_pace.held_until > clock_timestamp() then
    return 0;
  end if;

  v_burst := wa.get_setting('number_burst_seconds')::double precision;
  return greatest(
    0,
    floor(
      -- However slow the rate, one message at a time.
      greatest(1, v_rate * v_burst)
      - v_rate * extract(epoch from greatest(v_pace.paid_until, clock_timestamp()) - clock_timestamp())
    )
  );
end
$$;

comment on function wa.open_number is
'How many messages a business number may send now. Locks its pace until the transaction ends, unless the rate is unlimited; wa.charge_number takes what was used. Without p_may_wait, none when another worker holds the lock.';
