create or replace function wa.is_known_message(p_message jsonb)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    p_message ->> 'id' <> ''
    and case p_message ->> 'type'
      when 'system' then p_message #>> '{system,type}' in (
        'user_changed_number', 'user_changed_user_id', 'customer_changed_number', 'customer_identity_changed'
      )
      when 'interactive' then p_message #>> '{interactive,type}' in (
        'button_reply', 'list_reply', 'nfm_reply', 'call_permission_reply'
      )
      else p_message ->> 'type' in (
        'text', 'image', 'video', 'audio', 'document', 'sticker', 'location', 'contacts', 'button', 'order',
        'reaction', 'request_welcome', 'unsupported', 'unknown', 'edit', 'revoke'
      )
    end,
    false
  );
end
$$;

comment on function wa.is_known_message is
'Whether an object among a payload''s messages has an id and a type, and a kind within that type, that the facts of Meta''s API name.';
