create or replace function wa.is_id_of_ours(p_reply_id text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return starts_with(p_reply_id, 'answer:')
    or exists (
      select from wa.flow_entries as entry
      where entry.kind = 'reply' and entry.value = p_reply_id
    )
    or exists (
      select from wa.flow_entries as entry
      where entry.kind = 'reply_prefix' and starts_with(p_reply_id, entry.value)
    );
end
$$;

comment on function wa.is_id_of_ours is
'Whether the id of a tapped button or row is one that a flow gave it: an answer to a question, or an entry point. What a template''s button carries by default is its label, and others send buttons as well.';
