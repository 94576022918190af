create or replace function wa.forget_pause()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids bigint[];
begin
  -- As wa.group_alerts, which moves the same rows.
  perform pg_advisory_xact_lock(hashtextextended('wa.alerts', 0));

  -- What nobody was told of yet is told all the same.
  v_ids := array(
    select told.id
    from wa.alerts as told
    where told.delivered_at is not null
      and (
        told.kind in ('queue_paused', 'database_restored')
        or (
          told.kind = 'send_error'
          and exists (
            select from wa.send_error_classes as class
            where class.code = told.group_key and class.class = 'stop'
          )
        )
      )
    order by told.id
    for update skip locked
  );

  delete from wa.alert_occurrences as occurrence
  using wa.alerts as told
  where told.id = any(v_ids)
    and told.kind = occurrence.kind
    and told.group_key = occurrence.group_key;

  update wa.alerts as told
  set delivered_count = told.seen_count
  where told.id = any(v_ids)
    and told.delivered_count < told.seen_count;
end
$$;

comment on function wa.forget_pause is
'Of wa_queue_resume: what is held back of alerts about a pause and its reason is not posted after the mending.';
