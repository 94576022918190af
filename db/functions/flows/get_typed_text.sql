create or replace function wa.get_typed_text(p_message wa.inbound_message)
returns text
language sql
immutable
set search_path = ''
as $$
  select case when p_message.message_type = 'text' then p_message.body end
$$;

comment on function wa.get_typed_text(wa.inbound_message) is
'What the user typed; null for a tap, a picture, and everything else.';

revoke all on function wa.get_typed_text(wa.inbound_message) from public;
grant execute on function wa.get_typed_text(wa.inbound_message) to wa_runtime;
