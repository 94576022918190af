create or replace function wa.lock_senders(p_messages wa.received_message[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_is_unchanged boolean;
begin
  with locked as materialized (
    select profile.user_id, profile.whatsapp_e164, profile.wa_user_id
    from public.profiles as profile
    where profile.user_id = any(array(select message.user_id from unnest(p_messages) as message))
    order by profile.user_id
    for no key update
  )

  select
    bool_and(
      coalesce(locked.whatsapp_e164 = message.phone, message.phone is null)
      and coalesce(locked.wa_user_id = message.bsuid, message.bsuid is null)
    )
  into v_is_unchanged
  from unnest(p_messages) as message
  left join locked on locked.user_id = message.user_id
  where message.user_id is not null;

  if not v_is_unchanged then
    raise exception using
      errcode = '40001',
      message = 'a sender''s profile changed while it was being locked',
      hint = 'Nothing was committed. Call again.';
  end if;
end
$$;

comment on function wa.lock_senders(wa.received_message[]) is
'Locks the profiles of settled senders, in the order of user_id. Raises 40001 when one was merged or renamed just before the lock was granted.';

revoke all on function wa.lock_senders(wa.received_message[]) from public;
grant execute on function wa.lock_senders(wa.received_message[]) to wa_runtime;
