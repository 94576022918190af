create or replace function wa.require_open_basket(p_basket public.baskets)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_basket.status = 'closed' then
    raise exception using
      errcode = 'WA024',
      message = 'the basket is closed',
      detail = format('Basket %s was closed at %s.', p_basket.id, p_basket.closed_at),
      hint = 'A closed basket takes no members, contributions or changes. Create a new one.';
  end if;
end
$$;

comment on function wa.require_open_basket is
'Raises WA024 when the basket is closed.';

grant execute on function wa.require_open_basket to wa_basket_owner;
