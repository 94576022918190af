insert into wa.settings (key, value, description, value_type, minimum, maximum) values
(
  'insurance_wait_hours', '24',
  'After how many hours an alert tells of a case that staff have not decided.',
  'integer', 0, 8760
);
