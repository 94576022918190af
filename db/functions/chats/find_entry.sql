create or replace function wa.find_entry(p_message wa.inbound_message, p_state text)
returns wa.flow_entries
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_entry wa.flow_entries;
begin
  if p_message.reply_id is not null then
    select entry.* into v_entry
    from wa.flow_entries as entry
    where entry.kind = 'reply_prefix'
      and starts_with(p_message.reply_id, entry.value)
      and (entry.scope = 'everywhere' or p_state = 'home')
    order by length(entry.value) desc
    limit 1;
  elsif p_message.message_type = 'text' then
    select entry.* into v_entry
    from wa.flow_entries as entry
    where entry.kind = 'deep_link'
      and wa.read_link(p_message.body, entry.value) is not null
      and (entry.scope = 'everywhere' or p_state = 'home')
    order by length(entry.value) desc, entry.value
    limit 1;
  end if;
  return v_entry;
end
$$;

comment on function wa.find_entry is
'The entry point that a message which is no command of its own leads to, if any: by the beginning of a tapped button''s or row''s id, or by a deep link anywhere in the text.';
