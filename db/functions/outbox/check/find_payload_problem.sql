create or replace function wa.find_payload_problem(p_payload jsonb)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_type text := coalesce(p_payload ->> 'type', 'text');
  v_content jsonb := p_payload -> v_type;
begin
  if p_payload ? 'to' or p_payload ? 'recipient' then
    return 'to and recipient are set when it is sent; leave them out';
  end if;
  if p_payload ->> 'biz_opaque_callback_data' <> '' then
    return 'biz_opaque_callback_data is set when it is sent; leave it out';
  end if;
  if p_payload ? 'type' and jsonb_typeof(p_payload -> 'type') <> 'string' then
    return 'type must be a string';
  end if;
  if v_content is null then
    return format('%s is missing', v_type);
  end if;

  if v_type = 'contacts' then
    return case when jsonb_typeof(v_content) <> 'array' then 'contacts must be an array' end;
  end if;
  if jsonb_typeof(v_content) <> 'object' then
    return format('%s must be an object', v_type);
  end if;

  case v_type
    when 'text' then
      return wa.find_text_problem(v_content -> 'body', 'text.body', 4096);
    when 'interactive' then
      return wa.find_interactive_problem(v_content);
    when 'image', 'video', 'audio', 'document', 'sticker' then
      return wa.find_media_problem(v_type, v_content);
    when 'template' then
      return wa.find_template_problem(v_content);
    when 'reaction' then
      return case when coalesce(v_content ->> 'message_id', '') = '' then 'reaction.message_id is missing' end;
    when 'location' then
      return case
        when jsonb_typeof(v_content -> 'latitude') is null then 'location.latitude is missing'
        when jsonb_typeof(v_content -> 'longitude') is null then 'location.longitude is missing'
      end;
    else
      -- A type that Meta adds tomorrow is for Meta to judge.
      return null;
  end case;
end
$$;

comment on function wa.find_payload_problem is
'What Meta would refuse about a message body, in words, or null. Limits count characters, as Meta does.';
