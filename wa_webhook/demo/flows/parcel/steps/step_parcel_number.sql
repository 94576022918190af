create or replace function wa.step_parcel_number(p_chat wa.chat) returns wa.step_result
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  if wa.typed(p_chat) is null then
    return wa.ask(p_chat, 'ask_number');
  end if;

  return wa.go(p_chat, 'search', jsonb_build_object('number', wa.typed(p_chat)));
end $$;

comment on function wa.step_parcel_number is 'Step of parcel: asks for the parcel''s number.';
