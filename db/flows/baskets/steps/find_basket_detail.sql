create or replace function wa.find_basket_detail(p_profile_id uuid, p_data jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_detail jsonb;
begin
  select to_jsonb(detail.*) into v_detail
  from public.basket_detail(
    p_profile_id, wa.read_uuid(coalesce(p_data ->> 'target', p_data ->> 'basket_id'))
  ) as detail;
  return v_detail;
exception
  when sqlstate 'WA021' then
    return null;
end
$$;

comment on function wa.find_basket_detail is
'The basket that the chat is about, as basket_detail shows it to this person: the one whose id was in the tapped reply (data.target), else the one remembered (data.basket_id). Null when the person sees no such basket.';
