create or replace function wa.keep_market_picture(p_picture bigint, p_user_id uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_days constant double precision := wa.get_setting('market_offer_days')::double precision
    + wa.get_setting('market_ended_days')::double precision;
begin
  if not exists (
    select from wa.media as media
    where media.id = p_picture and media.user_id = p_user_id and media.kind = 'image' and media.status = 'stored'
  ) then
    raise exception using
      errcode = 'WA087',
      message = 'this is no picture of the profile''s',
      detail = format('_picture is %s.', p_picture),
      hint = 'Pass the id of a row of wa.media that is stored, an image, and the profile''s own; or null.';
  end if;

  perform wa.keep_media(p_picture, make_interval(secs => 86400 * v_days));
end
$$;

comment on function wa.keep_market_picture is
'Keeps a picture for as long as an offer that begins now can be there. Raises WA087 unless it is this person''s, and stored.';
