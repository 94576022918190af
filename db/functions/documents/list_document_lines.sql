create or replace function wa.list_document_lines(p_result jsonb)
returns table (
  page integer,
  line bigint,
  body text,
  folded text,
  confidence numeric,
  box jsonb,
  box_left numeric,
  box_top numeric,
  box_right numeric,
  box_bottom numeric
)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  c_pages constant integer := 20;
  c_lines constant integer := 1000;
  c_characters constant integer := 300;
begin
  return query
  select
    leaf.number::integer,
    row_number() over (order by leaf.number, part.number),
    text.body,
    wa.strip_accents(text.body),
    case
      when jsonb_typeof(part.body -> 'confidence') = 'number' then least(greatest((part.body ->> 'confidence')::numeric, 0), 1)
    end,
    case when place.is_known then part.body -> 'box' end,
    case when place.is_known then (part.body #>> '{box,0}')::numeric end,
    case when place.is_known then (part.body #>> '{box,1}')::numeric end,
    case when place.is_known then (part.body #>> '{box,0}')::numeric + (part.body #>> '{box,2}')::numeric end,
    case when place.is_known then (part.body #>> '{box,1}')::numeric + (part.body #>> '{box,3}')::numeric end
  from jsonb_array_elements(
    case jsonb_typeof(p_result -> 'pages') when 'array' then p_result -> 'pages' end
  ) with ordinality as leaf (body, number)
  cross join lateral jsonb_array_elements(
    case jsonb_typeof(leaf.body -> 'lines') when 'array' then leaf.body -> 'lines' end
  ) with ordinality as part (body, number)
  cross join lateral (
    select normalize(left(part.body ->> 'text', c_characters), nfc) as body
    where jsonb_typeof(part.body -> 'text') = 'string'
  ) as text
  cross join lateral (
    select
      jsonb_array_length(jsonb_path_query_array(part.body, 'strict $.box[*]', silent => true)) = 4
      and jsonb_array_length(
        jsonb_path_query_array(part.body, 'strict $.box[*] ? (@ >= -100000 && @ <= 100000)', silent => true)
      ) = 4 as is_known
  ) as place
  where leaf.number <= c_pages and part.number <= c_lines;
end
$$;

comment on function wa.list_document_lines is
'The lines that OCR read, of whatever JSON: page from 1, box_left to box_bottom as fractions of the page (null where the line says no place), folded without accents. Twenty pages of a thousand lines of 300 characters count.';
