-- The lines of new customers.
COPY line (
  customer_id, product, document
) FROM STDIN;
