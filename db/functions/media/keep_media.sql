create or replace function wa.keep_media(p_media bigint, p_for interval)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
begin
  update wa.media as media
  set expires_at = v_now + p_for
  where media.id = p_media;
  return found;
end
$$;

comment on function wa.keep_media is
'Keeps media for so long from now, whatever received_media_ttl_days says, and says whether there is such a row of wa.media. For less or nothing, too: what is not needed goes with the next run of retention.';
