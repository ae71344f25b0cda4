-- Make what follows the owner's.
SET LOCAL ROLE twinline_owner;
