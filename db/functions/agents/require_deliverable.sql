create or replace function wa.require_deliverable(p_user_id uuid, p_phone_number_id text, p_payload jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_delivery constant jsonb := p_payload -> 'delivery';
  v_last_inbound_at timestamptz;
begin
  if not coalesce(v_delivery -> 'to_opted_out' = 'true', false)
    and exists (
      select from public.profiles as profile
      where profile.user_id = p_user_id and profile.opted_out_at is not null
    )
  then
    raise exception using
      errcode = 'WA072',
      message = 'the user wants no messages',
      hint = 'They hear of you again once they write START. What has to be said all the same: payload.delivery.to_opted_out.';
  end if;

  if p_payload ->> 'type' = 'template' or v_delivery ? 'outside_window' or v_delivery ? 'template' then
    return;
  end if;

  select max(service.last_inbound_at) into v_last_inbound_at
  from wa.service_windows as service
  where service.user_id = p_user_id
    and (p_phone_number_id = '' or service.phone_number_id = p_phone_number_id);

  if (
    v_last_inbound_at > clock_timestamp() - interval '24 hours'
    + make_interval(secs => wa.get_setting('service_window_margin_seconds')::double precision)
  ) is not true
  then
    raise exception using
      errcode = 'WA072',
      message = 'the 24-hour window is closed: the user has not written to this number since',
      detail = format('The last message came at %s.', coalesce(v_last_inbound_at::text, 'no time')),
      hint = 'Send a template: {"type": "template", "template": {...}}; or let the message wait until the user writes: "delivery": {"outside_window": "wait"}.';
  end if;
end
$$;

comment on function wa.require_deliverable is
'Raises WA072 for what Meta or we would not deliver now, so that whoever writes hears of it: outside the 24-hour window anything but a template, unless payload.delivery says what to do then, and to users who opted out anything.';
