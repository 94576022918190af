create or replace function wa.read_uuid(p_text text)
returns uuid
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_text ~ '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$' then p_text::uuid
  end
$$;

comment on function wa.read_uuid is
'An id that came out of a reply; null when it is none, since the ids of replies are whatever the client sends.';
