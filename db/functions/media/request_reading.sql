create or replace function wa.request_reading(
  p_chat wa.chat,
  p_media bigint,
  p_state text default null,
  p_late_state text default null
)
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key constant text := wa.find_media_key(p_media);
begin
  if v_key is null then
    return null;
  end if;

  return wa.request_task(
    p_chat, 'read_document', jsonb_build_object('media', p_media, 'key', v_key), null, p_state, p_late_state
  );
end
$$;

comment on function wa.request_reading is
'Asks for the text of a stored picture or PDF and returns the task''s id for wa.wait_for; null where wa.media has nothing stored under p_media. The result comes to the step of p_state (null: the state at hand): media, page_count and pages, in which wa.find_document_fields finds fields. A file that cannot be read fails as permanent, and its error says why.';
