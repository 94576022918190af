create or replace function wa.check_contribution(p_amount_minor bigint, p_reference text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if (p_amount_minor between 1 and 1000000000000000) is not true then
    raise exception using
      errcode = 'WA032',
      message = 'the contribution is not a positive amount',
      detail = format('_amount_minor is %s.', coalesce(p_amount_minor::text, 'null')),
      hint = 'Pass minor units of the basket''s currency, from 1 to 10^15.';
  end if;

  if (char_length(p_reference) between 1 and 128) is not true then
    raise exception using
      errcode = 'WA033',
      message = 'the contribution has no usable reference',
      detail = format('_reference has %s characters after trimming.', coalesce(char_length(p_reference), 0)),
      hint = 'Pass the payment''s own name, of 1 to 128 characters: the same payment counts once.';
  end if;
end
$$;

comment on function wa.check_contribution is
'Raises WA032 or WA033 when the amount or the reference of a contribution is not acceptable.';

grant execute on function wa.check_contribution to wa_basket_owner;
