\set latitude random(-90000, 90000) / 1000.0
\set longitude random(-180000, 180000) / 1000.0
select * from public.basket_discover_nearby(:profile::uuid, :latitude::double precision, :longitude::double precision, 10);
