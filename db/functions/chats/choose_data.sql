create or replace function wa.choose_data(p_entry wa.flow_entries, p_message wa.inbound_message, p_data jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when p_entry.kind = 'deep_link'
      then jsonb_build_object('link', wa.read_link(p_message.body, p_entry.value))
    when p_entry.kind = 'reply_prefix'
      then jsonb_build_object('target', substr(p_message.reply_id, length(p_entry.value) + 1))
    when p_entry.action in ('enter', 'cancel') then '{}'::jsonb
    else p_data
  end;
end
$$;

comment on function wa.choose_data is
'What the step remembers from before: what follows a deep link''s prefix (data.link) or the beginning of a reply id (data.target), nothing when a flow is entered anew, all of it otherwise, also on the way back.';
