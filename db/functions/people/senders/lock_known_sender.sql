create or replace function wa.lock_known_sender(p_message wa.message)
returns uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id uuid;
begin
  if p_message.status = 'invalid_sender' or p_message.message_type = 'system' then
    return null;
  end if;

  -- Whoever waits for the lock has the conditions looked at again.
  if p_message.bsuid is not null then
    select profile.user_id into v_user_id
    from public.profiles as profile
    where profile.wa_user_id = p_message.bsuid
      and (p_message.phone is null or profile.whatsapp_e164 = p_message.phone)
    for no key update;
  else
    select profile.user_id into v_user_id
    from public.profiles as profile
    where profile.whatsapp_e164 = p_message.phone
      and coalesce(profile.phone_at <= p_message.sent_at, true)
    for no key update;
  end if;
  return v_user_id;
end
$$;

comment on function wa.lock_known_sender is
'Locks and returns the one profile that says exactly what a message says of its sender; null when there is none, also because it was merged or renamed just before its lock was granted, for a number that may have been somebody else''s then, and for a system message, which may change who that is.';
