create or replace function wa.merge_market_talks(p_merged uuid, p_survivor uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update wa.market_lines as line
  set talk_id = kept.talk_id
  from wa.market_talks as merged
  inner join wa.market_talks as kept on kept.offer_id = merged.offer_id and kept.buyer_id = p_survivor
  where merged.buyer_id = p_merged and line.talk_id = merged.talk_id;

  update wa.market_talks as kept
  set ended_at = least(kept.ended_at, merged.ended_at)
  from wa.market_talks as merged
  where merged.offer_id = kept.offer_id
    and merged.buyer_id = p_merged
    and kept.buyer_id = p_survivor;

  delete from wa.market_talks as merged
  using wa.market_talks as kept
  where merged.buyer_id = p_merged and kept.buyer_id = p_survivor and kept.offer_id = merged.offer_id;

  update wa.market_talks as talk
  set buyer_id = p_survivor
  where talk.buyer_id = p_merged;
end
$$;

comment on function wa.merge_market_talks is
'Of wa.move_to_survivor: two talks about one offer become one, which has ended where either had.';
