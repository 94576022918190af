create or replace function public.market_reply(_profile_id uuid, _talk_id uuid, _text text)
returns table (talk_id uuid, is_waiting boolean)
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
  return query select v_talk.talk_id, wa.relay_market_text(v_talk, v_user_id, _text);
end
$$;

alter function public.market_reply owner to wa_runtime;

comment on function public.market_reply is
'Passes a text (1 to 700 characters) on to the other one of a talk, whether or not the offer is still open: there may be things to settle. is_waiting: it is read with the other''s next message to the bot. Raises WA020, WA080, WA083, WA085.';
