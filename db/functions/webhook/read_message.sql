create or replace function wa.read_message(
  p_body jsonb,
  p_contact jsonb,
  p_waba_id text,
  p_phone_number_id text,
  p_home_state text,
  p_sequence bigint,
  p_prefixes jsonb
)
returns wa.message
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_message wa.message;
  v_type text;
  v_system jsonb;
begin
  -- What most are says nothing beside its text and its sender, and is read by few expressions.
  v_message := (
    p_body ->> 'id',
    p_waba_id,
    p_phone_number_id,
    p_body ->> 'type',
    'processed',
    true,
    case
      when p_body ->> 'timestamp' ~ '^[0-9]+$' and char_length(p_body ->> 'timestamp') <= 11
        then to_timestamp((p_body ->> 'timestamp')::bigint)
      else now()
    end,
    p_sequence,
    wa.normalize_phone(p_body ->> 'from'),
    null,
    null,
    nullif(left(btrim(p_contact #>> '{profile,name}'), 256), ''),
    p_body #>> '{text,body}',
    null,
    p_body,
    p_contact,
    null,
    p_home_state
  )::wa.message;

  if v_message.message_type = 'text' and p_prefixes = '[]'
    and v_message.body is not null and v_message.phone is not null
    and not p_body ?| array['system', 'group_id', 'button', 'interactive']
  then
    if p_body ?| array['from_user_id', 'from_parent_user_id'] or p_contact ?| array['user_id', 'parent_user_id'] then
      v_message.bsuid := coalesce(
        wa.normalize_bsuid(p_body ->> 'from_user_id'), wa.normalize_bsuid(p_contact ->> 'user_id')
      );
      v_message.parent_bsuid := coalesce(
        wa.normalize_parent_bsuid(p_body ->> 'from_parent_user_id'),
        wa.normalize_parent_bsuid(p_contact ->> 'parent_user_id')
      );
    end if;
    return v_message;
  end if;

  v_type := v_message.message_type;
  v_system := p_body -> 'system';
  v_message.phone := coalesce(
    v_message.phone,
    wa.normalize_phone(v_system ->> 'customer'),
    wa.normalize_phone(nullif(p_contact ->> 'wa_id', v_system ->> 'wa_id')),
    case when v_type = 'contacts' then wa.read_shared_phone(p_body) end
  );
  -- Whom a system message is about is named by the old id or number; the new id is what it tells.
  v_message.bsuid := coalesce(
    wa.normalize_bsuid(v_system ->> 'previous_user_id'),
    wa.normalize_bsuid(nullif(p_body ->> 'from_user_id', v_system ->> 'user_id')),
    wa.normalize_bsuid(nullif(p_contact ->> 'user_id', v_system ->> 'user_id')),
    case when v_message.phone is null then wa.normalize_bsuid(v_system ->> 'user_id') end
  );
  v_message.parent_bsuid := coalesce(
    wa.normalize_parent_bsuid(v_system ->> 'previous_parent_user_id'),
    wa.normalize_parent_bsuid(p_body ->> 'from_parent_user_id'),
    wa.normalize_parent_bsuid(p_contact ->> 'parent_user_id')
  );
  v_message.body := coalesce(
    p_body #>> '{text,body}',
    p_body #>> '{button,text}',
    p_body #>> '{interactive,button_reply,title}',
    p_body #>> '{interactive,list_reply,title}',
    p_body #>> '{interactive,nfm_reply,body}',
    p_body #>> array[v_type, 'caption'],
    p_body #>> '{order,text}',
    p_body #>> '{button,payload}'
  );
  v_message.reply_id := coalesce(
    p_body #>> '{button,payload}',
    p_body #>> '{interactive,button_reply,id}',
    p_body #>> '{interactive,list_reply,id}'
  );

  -- What a flow or the identity rules act on is processed. Groups, reactions, edits, deletions, permissions to call, what
  -- only a business sends, and what we do not know ask for no answer: two bots would answer each other for ever. Nobody
  -- is turned away for hiding a number.
  v_message.status := case
    when v_message.phone is null and v_message.bsuid is null then 'invalid_sender'
    when p_body ->> 'group_id' <> '' then 'ignored'
    when v_type in (
      'text', 'image', 'video', 'audio', 'document', 'sticker', 'location', 'contacts', 'button', 'order',
      'request_welcome'
    ) then 'processed'
    when v_type = 'interactive'
      and coalesce(p_body #>> '{interactive,type}', '') in ('', 'button_reply', 'list_reply', 'nfm_reply', 'product')
      then 'processed'
    when v_type = 'system'
      and v_system ->> 'type' in ('user_changed_number', 'user_changed_user_id', 'customer_changed_number')
      then 'processed'
    when v_type in ('unsupported', 'unknown')
      and coalesce(p_body #>> '{unsupported,type}', '') in (
        '', 'media_placeholder', 'poll_creation', 'group_invite', 'gif', 'link_preview', 'image', 'location', 'order'
      ) then 'processed'
    else 'ignored'
  end;
  v_message.opens_window := v_message.status = 'processed' and v_type <> 'system';

  if p_prefixes <> '[]' and v_message.phone is not null then
    perform from jsonb_array_elements_text(p_prefixes) as prefix
    where starts_with(v_message.phone, '+' || ltrim(prefix, '+'));

    if not found then
      v_message.status := 'invalid_sender';
    end if;
  end if;
  return v_message;
end
$$;

comment on function wa.read_message is
'One message object of a webhook, normalized, with the contact that names its sender: who wrote, what and when, and with which status it will be recorded; p_home_state is where chats with the business number begin, p_sequence its place in the payload. Of senders with a number only those are valid whose number begins with one of p_prefixes (none listed: any).';
