create or replace function wa.read_shared_phone(p_message jsonb)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_wa_ids text[];
  v_phones text[];
begin
  if p_message ->> 'type' <> 'contacts' or p_message #> '{context,forwarded}' = 'true'
    or p_message #> '{context,frequently_forwarded}' = 'true'
  then
    return null;
  end if;

  select
    array_agg(distinct wa.normalize_phone(phone.body ->> 'wa_id')) filter (
      where wa.normalize_phone(phone.body ->> 'wa_id') is not null
    ),
    -- As phones write numbers: without a country code it may be anybody's.
    array_agg(distinct wa.normalize_phone(written.digits)) filter (
      where starts_with(written.digits, '+') and wa.normalize_phone(written.digits) is not null
    )
  into v_wa_ids, v_phones
  from jsonb_path_query(p_message, 'lax $.contacts[*]') as card (body)
  cross join lateral jsonb_path_query(card.body, 'lax $.phones[*]') as phone (body)
  cross join lateral (
    select regexp_replace(phone.body ->> 'phone', e'[[:space:]().\\u00a0\\u200b-\\u200f\\u2010-\\u2015\\u202a-\\u202f/-]', '', 'g')
      as digits
  ) as written
  where coalesce(card.body ->> 'origin', p_message ->> 'origin') = 'contact_request';

  v_phones := coalesce(v_wa_ids, v_phones);
  return case when cardinality(v_phones) = 1 then v_phones[1] end;
end
$$;

comment on function wa.read_shared_phone is
'The sender''s own number, with a plus sign, where a message is the answer to request_contact_info, which Meta marks with the origin contact_request on the card or on the message; null for any other card, one that was forwarded, and several numbers.';
