create or replace function wa.has_moved_on(
  p_user_id uuid,
  p_phone_number_id text,
  p_sent_at timestamptz,
  p_failed_at timestamptz
)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_ids uuid[];
begin
  select array_agg(one.user_id) into v_user_ids
  from public.profiles as one
  inner join public.profiles as named on named.user_id = p_user_id
  where one.user_id in (named.user_id, named.merged_into)
    or one.merged_into in (named.user_id, named.merged_into);

  return exists (
    select from public.wa_events as later
    where later.user_id = any(v_user_ids)
      -- What took effect before the failure had moved it on then already.
      and later.received_at >= p_failed_at
      and later.sent_at > p_sent_at
      and later.phone_number_id is not distinct from p_phone_number_id
      and later.status = 'processed'
      and later.message_type <> 'system'
  )
  or exists (
    select from public.chat_state as chat
    where chat.user_id = any(v_user_ids)
      and chat.phone_number_id = coalesce(p_phone_number_id, '')
      and chat.expires_at > p_failed_at
      and chat.expires_at <= now()
  );
end
$$;

comment on function wa.has_moved_on is
'Whether a conversation is no longer where it was when a message failed: later messages of its user have taken effect since, or it has timed out since.';
