do $$
begin
  if to_regnamespace('wa') is not null then
    raise exception using
      errcode = 'duplicate_schema',
      message = 'this database has a schema wa already',
      hint = 'A database that wa-webhook migrate or an export made stays with them. The extension takes a database without that schema.';
  end if;
end
$$;
