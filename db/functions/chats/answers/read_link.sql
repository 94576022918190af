create or replace function wa.read_link(p_body text, p_prefix text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(found.match[1], '')
  from regexp_match(p_body, '(?i)' || regexp_replace(p_prefix, e'(\\W)', e'\\\\\\1', 'g') || e'\\s*(\\S{1,64})?') as found (match)
  where found.match is not null
$$;

comment on function wa.read_link is
'What follows the prefix of a deep link in a text, without regard to case; empty when nothing follows, null when the prefix is not there.';
