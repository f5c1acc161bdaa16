-- An opinion's key begins with its day counted downwards, so that the public page is read newest first, a page at a time.
-- What was taken down is no longer kept: its move stands in the record of its matter.
DELETE FROM opinion WHERE doc::json->>'stands' = 'false';
UPDATE opinion SET address = lpad((99999999 - replace(doc::json->>'day', '-', '')::integer)::text, 8, '0') || '-' || address;
