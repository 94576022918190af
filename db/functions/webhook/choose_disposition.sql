create or replace function wa.choose_disposition(p_message jsonb)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when p_message ->> 'group_id' <> '' then 'ignored'
    when p_message ->> 'type' in (
      'text', 'image', 'video', 'audio', 'document', 'sticker', 'location', 'contacts',
      'interactive', 'button', 'order', 'request_welcome'
    ) then 'processed'
    when p_message ->> 'type' = 'system'
      and p_message #>> '{system,type}' in (
        'user_changed_number', 'user_changed_user_id', 'customer_changed_number'
      ) then 'processed'
    when p_message ->> 'type' in ('unsupported', 'unknown')
      and coalesce(p_message #>> '{unsupported,type}', '') not in (
        'edit', 'pin', 'keep_in_chat', 'poll_update', 'reaction', 'errors'
      ) then 'processed'
    else 'ignored'
  end;
end
$$;

comment on function wa.choose_disposition is
'What becomes of a message with a valid sender: processed when a flow or the identity rules act on it, ignored when it asks for no answer (groups, reactions, edits, revokes, types we do not know).';
