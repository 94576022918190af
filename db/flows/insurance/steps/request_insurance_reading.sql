create or replace function wa.request_insurance_reading(p_chat wa.chat, p_document text, p_media jsonb)
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return wa.request_task(
    p_chat,
    'read_document',
    jsonb_build_object('media', p_media -> 'media', 'key', p_media -> 'key', 'document', 'insurance_' || p_document),
    p_deadline => interval '10 minutes'
  );
end
$$;

comment on function wa.request_insurance_reading is
'Asks for what a picture or PDF says; p_media is what fetching it told.';
