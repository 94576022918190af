create or replace function wa.shorten_text(p_text text, p_limit integer)
returns text
language plpgsql
immutable
returns null on null input
set search_path = pg_catalog, pg_temp
as $$
begin
  if char_length(p_text) <= p_limit then
    return p_text;
  end if;

  return (
    select rtrim(coalesce(string_agg(piece.body, '' order by piece.position) filter (where piece.length < p_limit), '')) || '…'
    from (
      select
        visible.match[1] as body,
        visible.position,
        sum(char_length(visible.match[1])) over (order by visible.position) as length
      -- A flag is a pair; marks, skin tones and what a joiner binds belong to what stands before them.
      from regexp_matches(
        left(p_text, p_limit),
        e'((?:[\\U0001f1e6-\\U0001f1ff]{2}|.)[\\u0300-\\u036f\\u20d0-\\u20f0\\ufe0e\\ufe0f\\U0001f3fb-\\U0001f3ff\\U000e0020-\\U000e007f]*'
        '(?:\\u200d.?[\\u0300-\\u036f\\u20d0-\\u20f0\\ufe0e\\ufe0f\\U0001f3fb-\\U0001f3ff]*)*)',
        'g'
      ) with ordinality as visible (match, position)
    ) as piece
  );
end
$$;

comment on function wa.shorten_text is
'A text of at most so many characters: one that is longer ends in an ellipsis, and is not cut within what is seen as one character.';
