\set phone :first_phone + :step * random(0, :users - 1)
\set id random(1, 9223372036854775807)
select public.wa_dispatch(
  format(:webhook::text, :phone::text, :id::text, extract(epoch from now())::bigint)::jsonb
);
