create or replace function wa.build_market_template(p_name text, p_locale text, p_talk_id uuid, p_values jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object(
    'type', 'template',
    'template', jsonb_build_object(
      'name', p_name,
      'language', jsonb_build_object('code', p_locale),
      'components', jsonb_build_array(
        jsonb_build_object(
          'type', 'body',
          'parameters', jsonb_build_array(
            jsonb_build_object('type', 'text', 'text', p_values ->> 'title'),
            -- Meta takes no line breaks here.
            jsonb_build_object('type', 'text', 'text', wa.clean_line(p_values ->> 'text'))
          )
        ),
        jsonb_build_object(
          'type', 'button',
          'sub_type', 'quick_reply',
          'index', '0',
          'parameters', jsonb_build_array(
            jsonb_build_object('type', 'payload', 'payload', 'market.reply.' || p_talk_id)
          )
        )
      )
    )
  );
end
$$;

comment on function wa.build_market_template is
'What a text is outside the 24-hour window: a template with the title of the offer, the text, and a button to answer.';
