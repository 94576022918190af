create or replace function public.market_end_talk(_profile_id uuid, _talk_id uuid)
returns table (talk_id uuid)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id constant uuid := wa.lock_acting_profile(_profile_id);
  v_talk constant wa.market_talks := wa.lock_market_talk(_talk_id, v_user_id);
begin
  update wa.market_talks as talk
  set ended_at = now()
  where talk.talk_id = v_talk.talk_id and talk.ended_at is null;

  return query select v_talk.talk_id;
end
$$;

alter function public.market_end_talk owner to wa_runtime;

comment on function public.market_end_talk is
'Ends a talk of the profile''s for both: neither reaches the other about this offer any more. Changes nothing where it has ended. Raises WA020, WA080.';
