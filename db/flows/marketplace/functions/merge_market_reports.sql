create or replace function wa.merge_market_reports(p_merged uuid, p_survivor uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from wa.market_reports as merged
  using wa.market_reports as kept
  where merged.reporter_id = p_merged and kept.reporter_id = p_survivor and kept.offer_id = merged.offer_id;

  update wa.market_reports as report
  set reporter_id = p_survivor
  where report.reporter_id = p_merged;
end
$$;

comment on function wa.merge_market_reports is
'Of wa.move_to_survivor: one person''s reports of one offer count once.';
