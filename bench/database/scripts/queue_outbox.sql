with exchanged as (
  select
    public.wa_notifications_settle(:results::jsonb) as report,
    null::bigint as id,
    null::uuid as lock_token
  union all
  select
    null as report,
    id,
    lock_token
  from public.wa_notifications_claim('bench', :batch::integer)
)

select
  count(report) as reports,
  jsonb_agg(
    jsonb_build_object(
      'id', id,
      'lock_token', lock_token,
      'outcome', 'accepted',
      'wa_message_id', 'wamid.HBgLMzQ2MDAwMDAwMDAVAgARGBI' || id,
      'duration_ms', 100
    )
  ) filter (where id is not null) as results
from exchanged \gset
