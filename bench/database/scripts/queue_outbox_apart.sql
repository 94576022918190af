select
  jsonb_agg(
    jsonb_build_object(
      'id', id,
      'lock_token', lock_token,
      'outcome', 'accepted',
      'wa_message_id', 'wamid.HBgLMzQ2MDAwMDAwMDAVAgARGBI' || id,
      'duration_ms', 100
    )
  ) as results
from public.wa_notifications_claim('bench', :batch::integer) \gset
select public.wa_notifications_settle(:results::jsonb);
