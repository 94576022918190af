create or replace function wa.are_known_errors(p_errors jsonb)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_errors is null then
    return true;
  end if;

  return not exists (
    select
    from jsonb_path_query(p_errors, '$[*]') as error (body)
    where not exists (
      select from wa.send_error_classes as error_class
      where error_class.code = error.body ->> 'code'
    )
      -- Of messages to us: content that is not available, or could not be fetched.
      and coalesce(error.body ->> 'code', '') not in ('131052', '131060')
  );
end
$$;

comment on function wa.are_known_errors is
'Whether an array of Meta''s error objects, which webhooks hold in three places, has none but known codes: those of wa.send_error_classes and of messages to us. True of none.';
