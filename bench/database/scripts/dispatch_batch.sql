\set salt random(1, 9223372036854775807)
select public.wa_dispatch(
  (
    select
      (
        '[' || string_agg(
          format(
            :webhook::text,
            :first_phone::bigint + :step::bigint * floor(random() * :users::bigint)::bigint,
            floor(random() * 1000000)::text || :salt::text || number,
            extract(epoch from now())::bigint
          ),
          ','
        ) || ']'
      )::jsonb
    from generate_series(1, :batch::integer) as number
  )
);
