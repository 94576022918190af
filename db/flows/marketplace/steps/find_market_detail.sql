create or replace function wa.find_market_detail(p_chat wa.chat)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select to_jsonb(detail.*)
    from public.market_detail(
      p_chat.user_id, wa.read_uuid(coalesce(p_chat.data ->> 'target', p_chat.data ->> 'offer_id'))
    ) as detail
  );
exception
  when sqlstate 'WA080' then
    return null;
end
$$;

comment on function wa.find_market_detail is
'The offer that the chat is about, as market_detail shows it to this person: the one whose id was in the tapped reply (data.target), else the one remembered (data.offer_id). Null when the person sees no such offer.';
