create or replace function wa.fold_basket_code(p_code text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select translate(
    regexp_replace(
      upper(regexp_replace(left(p_code, 100), e'^\\s*jb\\s*:', '', 'i') collate "C"),
      '[^0-9A-Z]', '', 'g'
    ),
    'OILU', '011V'
  )
$$;

comment on function wa.fold_basket_code is
'A typed code as baskets.share_token has it: without regard to case, spaces, hyphens and the prefix JB:, and with letters that are taken for another (O, I, L, U) read as that one.';

grant execute on function wa.fold_basket_code to wa_basket_owner, wa_runtime;
