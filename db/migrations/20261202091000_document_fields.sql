create table wa.document_fields (
  document text not null,
  field text not null,
  position integer not null default 1,
  label text,
  value text not null default '.+',
  place text not null default 'beside',
  value_check text not null default 'text',
  constraint document_fields_pkey primary key (document, field, position),
  constraint document_fields_names_are_plain check (
    document ~ '^[a-z][a-z0-9_]{0,62}$' and field ~ '^[a-z][a-z0-9_]{0,62}$'
  ),
  constraint document_fields_place_is_known check (place in ('beside', 'right', 'below', 'anywhere')),
  constraint document_fields_label_unless_anywhere check ((label is null) = (place = 'anywhere')),
  constraint document_fields_value_check_is_known check (value_check in ('text', 'date', 'number', 'vin', 'luhn')),
  -- What is no regular expression fails to compile here, and not in a conversation.
  constraint document_fields_label_is_pattern check (
    label is null or length(label) <= 200 and label !~ e'\\\\[1-9]' and ('' ~ label) is not null
  ),
  constraint document_fields_value_is_pattern check (
    length(value) <= 200 and value !~ e'\\\\[1-9]' and ('' ~ value) is not null
  )
);

comment on table wa.document_fields is
'Rules by which wa.find_document_fields finds fields among the lines that OCR read. Flows declare them (documents in flow.sql). Patterns are code: who writes them is who writes steps, and never a user.';
comment on column wa.document_fields.document is 'The kind of document: the flow''s prefix, and its name in the declaration.';
comment on column wa.document_fields.position is 'Of several rules for a field the first that finds a valid value counts.';
comment on column wa.document_fields.label is
'A regular expression for what stands before the value, whatever case and accents. Null: the value is told by its pattern alone.';
comment on column wa.document_fields.value is 'A regular expression for the value, whatever its case: the first match counts.';
comment on column wa.document_fields.place is
'Where the value is: right of the label on its line, below it, beside it (right or else below), or anywhere on the page.';
comment on column wa.document_fields.value_check is
'What makes a value valid: text (anything), date, number, vin (17 characters of a vehicle), luhn (digits with a check digit).';

alter table wa.document_fields enable row level security;
create policy document_fields_read on wa.document_fields for select to wa_runtime using (true);
grant select on wa.document_fields to wa_runtime;
