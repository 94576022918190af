create or replace function wa.get_typed_text(p_message wa.inbound_message)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case when p_message.message_type = 'text' then p_message.body end
$$;

comment on function wa.get_typed_text is
'What the user typed; null for a tap, a picture, and everything else.';
