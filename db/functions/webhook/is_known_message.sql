create or replace function wa.is_known_message(p_message jsonb)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    char_length(p_message ->> 'id') between 1 and 512
    and case p_message ->> 'type'
      when 'system' then p_message #>> '{system,type}' in (
        'user_changed_number', 'user_changed_user_id', 'customer_changed_number', 'customer_identity_changed'
      )
      when 'interactive' then p_message #>> '{interactive,type}' in (
        'button_reply', 'list_reply', 'nfm_reply', 'product', 'call_permission_reply'
      )
      when 'unsupported' then coalesce(p_message #>> '{unsupported,type}', 'unknown') in (
        'media_placeholder', 'poll_creation', 'group_invite', 'gif', 'link_preview', 'image', 'location', 'order',
        'hsm', 'interactive', 'list', 'button', 'product', 'unknown',
        'edit', 'revoke', 'pin', 'keep_in_chat', 'poll_update', 'reaction', 'errors'
      )
      else p_message ->> 'type' in (
        'text', 'image', 'video', 'audio', 'document', 'sticker', 'location', 'contacts', 'button', 'order',
        'reaction', 'request_welcome', 'unknown', 'edit', 'revoke'
      )
    end
    and wa.are_known_errors(p_message -> 'errors'),
    false
  );
end
$$;

comment on function wa.is_known_message is
'Whether an object among a payload''s messages has an id and a type, a kind within that type, and errors, that the facts of Meta''s API name.';
