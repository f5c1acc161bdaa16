-- An opinion's key begins with its day counted downwards, so that the public page is read newest first, a page at a time.
-- What was taken down is no longer kept: its move stands in the record of its matter.
DELETE FROM opinion WHERE json_extract(doc, '$.stands') = 0;
UPDATE opinion SET address = printf('%08d', 99999999 - CAST(replace(json_extract(doc, '$.day'), '-', '') AS INTEGER)) || '-' || address;
