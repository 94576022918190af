create or replace function wa.list_message_kinds()
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select '{image,document,video,voice,audio,sticker,location,contacts,order}'::text[]
$$;

comment on function wa.list_message_kinds is
'The kinds of messages that a flow''s entries may name: Meta''s types, and voice for an audio that was recorded as a voice note.';
