create or replace function wa.find_market_talk(p_chat wa.chat)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select to_jsonb(talk.*)
    from public.market_talk(
      p_chat.user_id, wa.read_uuid(coalesce(p_chat.data ->> 'target', p_chat.data ->> 'talk_id'))
    ) as talk
  );
end
$$;

comment on function wa.find_market_talk is
'The talk that the chat is about, as market_talk shows it to this person: the one whose id was in the tapped reply (data.target), else the one remembered (data.talk_id). Null when the person takes part in no such talk.';
