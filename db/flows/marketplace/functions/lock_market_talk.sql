create or replace function wa.lock_market_talk(p_talk_id uuid, p_user_id uuid)
returns wa.market_talks
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_talk wa.market_talks;
begin
  -- As a message to the other one does, and before the talk, as a merge does.
  perform wa.hold_profile(case p_user_id when talk.seller_id then talk.buyer_id else talk.seller_id end)
  from wa.market_talks as talk
  where talk.talk_id = p_talk_id;

  select talk.* into v_talk
  from wa.market_talks as talk
  where talk.talk_id = p_talk_id and p_user_id in (talk.seller_id, talk.buyer_id)
  for no key update;

  if not found then
    raise exception using
      errcode = 'WA080',
      message = 'there is no such conversation for this profile',
      detail = format('_talk_id is %s.', coalesce(p_talk_id::text, 'null')),
      hint = 'Only the two who hold it see it, for as long as the offer is kept. Use an id that market_ask returned.';
  end if;
  return v_talk;
end
$$;

comment on function wa.lock_market_talk is
'Locks a talk that this person takes part in, and returns it. Raises WA080 where there is none.';
