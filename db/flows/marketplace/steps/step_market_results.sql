create or replace function wa.step_market_results(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_shared constant double precision[] := case when not p_chat.is_entered then wa.read_location(p_chat) end;
  v_typed constant text := nullif(wa.fold_text(wa.typed(p_chat)), '');
  v_data jsonb := p_chat.data - 'target';
  v_rows jsonb;
begin
  if v_shared is not null then
    v_data := v_data || jsonb_build_object('latitude', v_shared[1], 'longitude', v_shared[2]);
  elsif v_typed is not null then
    v_data := v_data || jsonb_build_object('words', v_typed);
  end if;

  select jsonb_agg(
    wa.build_choice(
      'market.detail.' || hit.offer_id,
      hit.title,
      concat_ws(
        ' · ',
        wa.describe_market_price(to_jsonb(hit), p_chat.locale),
        case when hit.distance_km is not null then wa.format_distance(hit.distance_km, p_chat.locale) end
      )
    )
    order by hit.position
  )
  into v_rows
  from public.market_search(
    p_chat.user_id,
    v_data ->> 'words',
    (v_data ->> 'latitude')::double precision,
    (v_data ->> 'longitude')::double precision,
    45
  ) with ordinality as hit (offer_id, title, price_minor, currency, distance_km, created_at, position);

  if v_rows is null then
    return wa.ask(p_chat, 'nothing_found', '{back=other_search,menu}', p_data => v_data);
  end if;

  return wa.offer(
    p_chat,
    case when v_data ? 'latitude' then 'found' else 'found_anywhere' end,
    v_rows,
    p_data => v_data,
    p_again => case when v_shared is null and v_typed is null then 'not_understood' end,
    p_button_key => 'open_list'
  );
end
$$;

comment on function wa.step_market_results is
'Lists what was found; another word or place looks further.';
