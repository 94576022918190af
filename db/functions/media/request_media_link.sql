create or replace function wa.request_media_link(
  p_chat wa.chat,
  p_media bigint,
  p_lifetime interval default '1 hour',
  p_state text default null,
  p_late_state text default null
)
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- S3 signs for no longer.
  c_longest constant interval := interval '7 days';
  v_key constant text := wa.find_media_key(p_media);
begin
  if v_key is null then
    return null;
  end if;

  return wa.request_task(
    p_chat,
    'media.link',
    jsonb_build_object(
      'media', p_media,
      'key', v_key,
      'seconds', extract(epoch from greatest(least(p_lifetime, c_longest), interval '1 second'))
    ),
    null,
    p_state,
    p_late_state
  );
end
$$;

comment on function wa.request_media_link is
'Asks for a link by which whoever gets it reads stored media for p_lifetime, seven days at most, and returns the task''s id for wa.wait_for; null where wa.media has nothing stored under p_media. The result comes to the step of p_state (null: the state at hand): media and url.';
