"""The statements that the small service and the floors share, so that both write the same rows."""

STATE = """insert into meters (id, total) values ($1, 1)
           on conflict (id) do update set total = meters.total + 1 returning total"""
PROJECT = """insert into latest (meter_id, readings, total, place, month)
             select * from unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::text[]) as m(id, n, t, p, m) order by id
             on conflict (meter_id) do update set readings = latest.readings + excluded.readings, total = excluded.total,
               place = excluded.place, month = excluded.month"""
# as a careful hand would write them
TAKE = """insert into inbox (consumer, event_id) select 'small', id from unnest($1::uuid[]) as id order by id
          on conflict do nothing returning event_id"""
PLACES = """insert into offsets (consumer, topic, partition, "offset")
            select 'small', 'readings', * from unnest($1::int[], $2::bigint[]) as o(p, o) order by p
            on conflict (consumer, topic, partition) do update set "offset" = excluded."offset" """
NUMBER = """insert into streams (topic, key, version) values ('readings', $1, 1)
            on conflict (topic, key) do update set version = streams.version + 1 returning version"""
SAY = """insert into outbox (id, topic, key, version, type, headers, payload)
         values ($1, 'readings', $2, $3, 'MeterRead', $4, $5)"""
NEXT = "select seq, id, topic, key, version, type, headers, payload from outbox order by seq limit 2000"
GONE = "delete from outbox where seq = any($1::bigint[])"
