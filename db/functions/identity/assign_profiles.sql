create or replace function wa.assign_profiles(p_messages wa.received_message[], p_locked uuid[])
returns wa.received_message[]
language plpgsql
stable
set search_path = ''
as $$
declare
  v_assigned wa.received_message[];
  v_is_complete boolean;
begin
  with sender as (
    select message.*, coalesce(by_bsuid.user_id, by_phone.user_id) as profile_id
    from unnest(p_messages) as message
    left join public.profiles as by_bsuid on by_bsuid.wa_user_id = message.bsuid
    left join public.profiles as by_phone
      on by_phone.phone_lookup_key = wa.phone_lookup_key(message.phone)
      and message.bsuid is null
  )

  select
    array_agg(
      (
        sender.wa_message_id, sender.waba_id, sender.phone_number_id, sender.message_type,
        sender.disposition, sender.opens_window, sender.sent_at, sender.sequence, sender.phone,
        sender.bsuid, sender.parent_bsuid, sender.display_name, sender.body, sender.reply_id,
        sender.content, sender.contact,
        case when sender.disposition <> 'invalid_sender' then sender.profile_id end
      )::wa.received_message
      order by sender.sequence
    ),
    coalesce(
      bool_and(coalesce(sender.profile_id = any(p_locked), false))
      filter (where sender.disposition <> 'invalid_sender'),
      true
    )
  into v_assigned, v_is_complete
  from sender;

  if not v_is_complete then
    raise exception using
      errcode = '40001',
      message = 'a sender''s profile changed while it was being locked',
      hint = 'Nothing was committed. Call again.';
  end if;
  return v_assigned;
end
$$;

comment on function wa.assign_profiles(wa.received_message[], uuid[]) is
'Fills in the profile of each message''s sender, all of them settled and locked. Raises 40001 when one was merged or renamed just before the lock was granted.';

revoke all on function wa.assign_profiles(wa.received_message[], uuid[]) from public;
grant execute on function wa.assign_profiles(wa.received_message[], uuid[]) to wa_runtime;
