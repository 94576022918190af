create or replace function wa.generate_basket_code()
returns text
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  -- Bytes 6 and 8 of a version 4 UUID are not all random; the others are, and 5 of 8 bits are taken without bias.
  select string_agg(
    substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (get_byte(source.bytes, position.byte) & 31) + 1, 1), ''
  )
  from (select uuid_send(gen_random_uuid()) as bytes) as source
  cross join unnest(array[0, 1, 2, 3, 4, 5, 9, 10, 11, 12]) as position (byte)
$$;

comment on function wa.generate_basket_code is
'A new basket code: ten symbols of Crockford''s base 32, 50 bits from the server''s strong random source.';

grant execute on function wa.generate_basket_code to wa_basket_owner;
