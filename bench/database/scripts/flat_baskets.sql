insert into public.baskets (name, is_public, currency, share_token, latitude, longitude)
select
  'Basket ' || number,
  true,
  'USD',
  lpad(upper(to_hex(number)), 10, '0'),
  degrees(asin(2 * random() - 1)),
  360 * random() - 180
from generate_series(1, %(baskets)s) as number;
